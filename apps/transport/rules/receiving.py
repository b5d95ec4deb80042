"""What is found at a receipt, what follows from it, and what may come back into stock. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Parameter
from apps.products.definition.storage import TransportMode
from apps.products.facts import Entered, ParameterKind, Verdict
from apps.products.rules.limits import elapsed, elapsed_text
from apps.products.rules.numbers import read_entry
from apps.products.rules.units import UnitTable
from apps.transport.facts import Checked, ShipmentState
from apps.transport.lifecycle import ON_THE_WAY

OF_THE_LOGGER = frozenset({"no_logger_file", "other_logger", "no_single_readings", "gap_in_readings", "excursion"})
UNFIT = frozenset({Verdict.ACTION, Verdict.FAIL, Verdict.NOT_EVALUABLE})


def unknown_findings(texts: Mapping[str, str], parameters: Collection[Parameter]) -> Objection | None:
    """What is found is what the master record asks for; the logger's file is attached, not typed."""
    unknown = sorted(set(texts) - {one.key for one in parameters if one.kind is not ParameterKind.FILE})
    if not unknown:
        return None
    template = N_("The receipt has no field {keys}.")
    return Objection("unknown_reading", template, {"keys": ", ".join(unknown)[:100]}, "values")


def read_finding(
    parameter: Parameter, text: str, *, zone: tzinfo, now: datetime, units: UnitTable
) -> Entered | Objection:
    """One finding, read and judged as every value of the house is."""
    return read_entry(parameter, text, zone=zone, now=now, units=units)


def is_not_answered(found: Checked) -> Objection | None:
    """Every question of the receipt is answered."""
    if found.entered.done or not found.parameter.required or found.parameter.kind is ParameterKind.FILE:
        return None
    template = N_("{field} is missing.")
    return Objection("finding_missing", template, {"field": found.parameter.label}, found.parameter.key)


def is_unfit(found: Checked) -> Objection | None:
    """A finding beyond its limit."""
    if not found.entered.done or found.entered.verdict not in UNFIT:
        return None
    if found.parameter.kind is ParameterKind.YES_NO:
        template = N_("{field}: not as it must be.")
        return Objection("finding_unfit", template, {"field": found.parameter.label}, found.parameter.key)
    judged = found.entered.judgement
    said = {"template": judged.template, "facts": {name: str(fact) for name, fact in judged.facts.items()}}
    facts = {
        "field": found.parameter.label,
        "value": found.entered.text,
        "verdict": judged.text,
        "verdict_zh": said,
    }
    return Objection("finding_unfit", N_("{field} is {value}: {verdict}"), facts, found.parameter.key)


def is_not_on_the_way(state: ShipmentState) -> Objection | None:
    """What arrives was handed over before."""
    if state is ShipmentState.IN_TRANSIT:
        return None
    return Objection("not_on_the_way", N_("No complete hand-over of this shipment is recorded."))


def never_arrives(state: ShipmentState) -> Objection | None:
    """What was received, or never left, is not received again, whatever happened."""
    if state in (ShipmentState.REQUESTED, ShipmentState.PACKED, *ON_THE_WAY):
        return None
    return Objection("wrong_state", N_("This shipment is {state} already."), {"state": state.lower()})


def arrives_before_it_left(arrived_at: datetime, given_at: datetime | None) -> Objection | None:
    """The clock of the way."""
    if given_at is None or arrived_at >= given_at:
        return None
    return Objection("arrived_too_early", N_("It can't arrive before it was handed over."), place="arrived_at")


def was_checked_before_it_came(checked_at: datetime, arrived_at: datetime) -> Objection | None:
    """The check follows the arrival."""
    if checked_at >= arrived_at:
        return None
    return Objection("checked_too_early", N_("It can't be checked before it arrived."), place="checked_at")


def was_checked_late(arrived_at: datetime, checked_at: datetime, within: timedelta) -> Objection | None:
    """The receipt is checked within the time of the master record."""
    took = elapsed(arrived_at, checked_at)
    if took <= within:
        return None
    facts = {"took": elapsed_text(took), "within": elapsed_text(within)}
    return Objection("checked_late", N_("The check ended after {took}; it has {within}."), facts)


def travelled_too_long(mode: TransportMode, given_at: datetime, arrived_at: datetime) -> Objection | None:
    """The time that the way really took, against the limit of the master record."""
    took = elapsed(given_at, arrived_at)
    if mode.at_most is None or took <= mode.at_most.timedelta:
        return None
    facts = {"took": elapsed_text(took), "limit": str(mode.at_most)}
    return Objection("travelled_too_long", N_("It travelled for {took}; at most {limit} are allowed."), facts)


def is_past_expiry(unit: str, expires_at: datetime, arrived_at: datetime) -> Objection | None:
    """A unit that expired on its way."""
    if arrived_at < expires_at:
        return None
    return Objection("expired_on_the_way", N_("Unit {unit} expired on its way."), {"unit": unit})


def differs_from_the_list(scanned: Collection[str], sent: Collection[str]) -> Objection | None:
    """What arrives is what was sent."""
    missing, foreign = sorted(set(sent) - set(scanned)), sorted(set(scanned) - set(sent))
    if not missing and not foreign:
        return None
    facts = {"missing": ", ".join(missing) or "–", "foreign": ", ".join(foreign)[:200] or "–"}
    return Objection("units_differ", N_("Not arrived: {missing}. Not on the packing list: {foreign}."), facts)


def is_another_ward(asked: str, read: str) -> Objection | None:
    """What is meant for a ward is received there."""
    if not asked or asked.strip().casefold() == read.strip().casefold():
        return None
    template = N_("It was received at {read}; it is meant for {asked}.")
    return Objection("another_ward", template, {"read": read.strip() or "–", "asked": asked}, place="ward")


def is_no_part(refused: Collection[str], sent: Collection[str]) -> Objection | None:
    """What is kept from use out of a shipment is a part of it; the whole of it is rejected."""
    if not refused or set(refused) < set(sent):
        return None
    template = N_("Name units of this shipment, and not all of them: the whole of it is rejected.")
    return Objection("no_part", template, place="refused")


def is_not_in_quarantine(refused: Collection[str], state: ShipmentState) -> Objection | None:
    """Single units are kept from use by quality assurance, which decides about what is in quarantine."""
    if not refused or state is ShipmentState.QUARANTINED:
        return None
    template = N_("Put the shipment into quarantine first: there single units are kept from use.")
    return Objection("not_in_quarantine", template, place="refused")


def is_refused_and_placed(refused: Collection[str], placed: Collection[str]) -> Objection | None:
    """A position in the store of whoever received it is for what may be used."""
    both = sorted({*refused} & {*placed})
    if not both:
        return None
    template = N_("{units}: what is kept from use gets no position.")
    return Objection("refused_and_placed", template, {"units": ", ".join(both)}, place="refused")


def has_no_logger_file(count: int) -> Objection | None:
    """Without the file of the logger nothing is proven."""
    return None if count else Objection("no_logger_file", N_("No file of the logger is attached."))


def is_same_receiver(received_by: str, second: str) -> Objection | None:
    """Two different people receive."""
    if received_by != second:
        return None
    return Objection("own_work", N_("You recorded this receipt; another person who was present confirms it."))


def is_not_proven(findings: Sequence[Mapping[str, object]]) -> Objection | None:
    """What left our control comes back only with its temperature proven and its seal intact."""
    if not findings:
        return None
    words = " ".join(str(one["text"]) for one in findings)
    return Objection("not_restocked", N_("It is not taken back into stock: {findings}"), {"findings": words})
