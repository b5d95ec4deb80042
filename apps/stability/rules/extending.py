"""Rules of a later expiry and of its relabelling. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.stability.facts import RelabelState, Support
from apps.stability.rules.studies import WRONG_UNIT
from apps.units.facts import Condition, Custody, Disposition, LabelCode, UnitFacts

UNUSED = frozenset({Condition.FRESH, Condition.FROZEN})


def is_beyond_the_data(months: int, support: Support) -> Objection | None:
    """Never longer than the data support."""
    if 0 < months <= support.months:
        return None
    template = N_("{months} months are asked for; the data support {supported}.")
    return Objection("beyond_the_data", template, {"months": months, "supported": support.months}, "months")


def is_beyond_the_cap(months: int, at_most: int) -> Objection | None:
    """Never longer than the master record allows, whatever the data show."""
    if months <= at_most:
        return None
    template = N_("{months} months are asked for; the master record allows {at_most} at most.")
    return Objection("beyond_the_cap", template, {"months": months, "at_most": at_most}, "months")


def is_not_in_stock(unit: UnitFacts) -> Objection | None:
    """Only what lies in the store, unused and neither rejected nor recalled, lives longer."""
    ended = unit.disposition in (Disposition.REJECTED, Disposition.RECALLED)
    if unit.custody is Custody.IN_STORE and unit.condition in UNUSED and not ended:
        return None
    template = N_("Unit {unit} is {disposition}, {condition}, {custody}: its life is not extended.")
    states = {"disposition": unit.disposition, "condition": unit.condition, "custody": unit.custody}
    return Objection("not_in_stock", template, {"unit": unit.number, **states}, "units")


def is_no_later(unit: UnitFacts, expires_at: datetime) -> Objection | None:
    """An extension is later than what counts now."""
    if expires_at > unit.expires_at:
        return None
    template = N_("Unit {unit} expires on {now:%Y-%m-%d %H:%M} UTC; {months_end:%Y-%m-%d %H:%M} UTC is not later.")
    told = {"now": unit.expires_at.astimezone(UTC), "months_end": expires_at.astimezone(UTC)}
    return Objection("no_later", template, {"unit": unit.number, **told}, "units")


def is_not_alike(unit_batch: str, study_batch: str, is_alike: bool) -> Objection | None:
    """A study speaks for batches of its product that follow the same protocol at the same site."""
    if is_alike:
        return None
    template = N_("{batch} is not of the product, the protocol and the site of {study}.")
    return Objection("not_alike", template, {"batch": unit_batch, "study": study_batch}, "units")


def fails_itself(batch: str, study: str) -> Objection | None:
    """What failed in a batch itself is made good by no other batch."""
    if not study:
        return None
    template = N_("Batch {batch} failed in its own study {study}.")
    return Objection("fails_itself", template, {"batch": batch, "study": study}, "units")


def has_no_units(named: Sequence[str]) -> Objection | None:
    """An extension is of named units."""
    return None if named else Objection("no_units", N_("Name the units."), place="units")


def is_extended_already(number: str) -> Objection | None:
    """One extension on a study stands at a time."""
    if not number:
        return None
    template = N_("{number} is not completed yet.")
    return Objection("extended_already", template, {"number": number})


def is_same_person(signer: str, earlier: str) -> Objection | None:
    """Quality and the authorised person are two people; so are who relabels and who sees it."""
    if signer != earlier:
        return None
    return Objection("same_person", N_("You signed here before; another person takes this step."))


def is_not_waiting(unit: str, state: RelabelState | None, wanted: RelabelState) -> Objection | None:
    """A unit of the extension takes each step of its relabelling once, in order."""
    if state is wanted:
        return None
    if state is None:
        template = N_("Unit {unit} is not in this extension. Stop: put it back.")
        return Objection(WRONG_UNIT, template, {"unit": unit}, "scanned")
    template = N_("Unit {unit} is {state}, not {wanted}.")
    return Objection("wrong_relabel_state", template, {"unit": unit, "state": state, "wanted": wanted}, "scanned")


def is_another_label(unit: str, code: LabelCode | Objection, expires_at: datetime) -> Objection | None:
    """The label in the hand is the new one of this unit: its symbol says this unit and the later date."""
    if isinstance(code, Objection):
        return Objection(code.code, code.template, code.facts, "label")
    if code.address == f"unit/{unit}" and code.expires_at == expires_at.astimezone(UTC).replace(
        second=0, microsecond=0
    ):
        return None
    template = N_("This is not the new label of unit {unit}. Stop: put it back.")
    return Objection("wrong_label", template, {"unit": unit}, "label")


def has_nothing_to_confirm(relabelled: int) -> Objection | None:
    """A second person confirms what was relabelled."""
    return None if relabelled else Objection("nothing_to_confirm", N_("No unit was relabelled since."))


def waits_for_a_second_person(unit: str) -> Objection:
    """What carries its new label is confirmed, not left out."""
    return Objection(
        "waits_for_a_second_person", N_("Unit {unit} carries its new label: confirm it first."), {"unit": unit}
    )
