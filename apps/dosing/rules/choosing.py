"""Which units are taken: first to expire first, and never one that is expired, held, reserved or another patient's."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import Candidate, OrderState, Use
from apps.products.definition.product import Authorisation
from apps.products.facts import Fit

FORBIDDEN = frozenset({Fit.INCOMPATIBLE, Fit.UNKNOWN})


def is_usable(candidate: Candidate, planned_end: datetime) -> bool:
    """Free, not held, of this patient where it is anybody's, and in date through the end of the infusion."""
    against = (not candidate.free, candidate.held, candidate.for_another, candidate.fit in FORBIDDEN)
    return not any(against) and candidate.expires_at > planned_end


def turn(fit: Fit, expires_at: datetime, number: str) -> tuple[bool, datetime, str]:
    """When a unit's turn comes: the patient's own group first, then what expires first."""
    return fit is not Fit.SAME, expires_at, number


def first_to_expire(candidates: Iterable[Candidate], planned_end: datetime, wanted: int | None) -> list[Candidate]:
    """The usable ones in their turn, looked at one by one until there are enough.

    Without `wanted` the whole lot is the dose: every usable one of the lot whose turn comes first.
    """
    found: list[Candidate] = []
    for one in candidates if wanted != 0 else ():
        of_another_lot = wanted is None and bool(found) and one.lot != found[0].lot
        if not of_another_lot and is_usable(one, planned_end):
            found.append(one)
        if len(found) == wanted:
            break
    return found


def would_expire(number: str, expires_at: datetime, planned_end: datetime) -> Objection | None:
    """A unit is in date until the planned end of the infusion."""
    if expires_at > planned_end:
        return None
    template = N_("Unit {unit} expires on {expires_at:%Y-%m-%d %H:%M} UTC, before the planned end.")
    return Objection("expires_before_the_end", template, {"unit": number, "expires_at": expires_at}, place="units")


def is_of_another_product(number: str, of_another: bool) -> Objection | None:
    """A unit that is named is of the product and the site of the order, as those are that the system finds itself."""
    if not of_another:
        return None
    template = N_("Unit {unit} is not of the product and the site of this order.")
    return Objection("another_product", template, {"unit": number}, "units")


def is_outside_authorisation(number: str, right: Authorisation, use: Use) -> Objection | None:
    """A unit is used where, until when and for what the right says under which its own batch was made."""
    facts: dict[str, object] = {"unit": number, "site": use.site, "indication": use.indication}
    if use.site not in right.sites:
        template = N_("Unit {unit} was made under an authorisation that does not name site {site}.")
        return Objection("unit_not_for_this_site", template, facts, "units")
    if use.day > right.valid_until:
        template = N_("Unit {unit} was made under an authorisation that ended on {day}.")
        return Objection("unit_authorisation_ended", template, {**facts, "day": right.valid_until}, "units")
    if use.indication not in {one.en for one in right.indications}:
        template = N_("Unit {unit} was made under an authorisation that does not name this indication: {indication}")
        return Objection("unit_not_indicated", template, facts, "units")
    return None


def is_for_another(number: str, for_another: bool) -> Objection | None:
    """Where the master record knows a chain of identity, a unit goes to its own patient only."""
    if not for_another:
        return None
    return Objection("another_patient", N_("Unit {unit} was made for another patient."), {"unit": number}, "units")


def is_let_go_to_another(number: str, to_another: bool) -> Objection | None:
    """A unit that is not certified goes to the patient whose physician agreed to it, and to nobody else."""
    if not to_another:
        return None
    template = N_("Unit {unit} is not certified; it was let go for another patient by name.")
    return Objection("let_go_to_another", template, {"unit": number}, "units")


def does_not_fit(number: str, fit: Fit, unit: str, patient: str) -> Objection | None:
    """A unit goes only to a patient whose group may get it; where a group is not known, to nobody."""
    if fit not in FORBIDDEN:
        return None
    facts = {"unit": number, "group": unit or "–", "patient": patient or "–"}
    if fit is Fit.UNKNOWN:
        template = N_("Unit {unit} is of group {group}, the patient of group {patient}: the table does not know it.")
        return Objection("group_unknown", template, facts, "units")
    template = N_("Unit {unit} is of group {group}: a patient of group {patient} may not get it.")
    return Objection("group_incompatible", template, facts, "units")


def is_of_another_group(number: str, fit: Fit, unit: str, patient: str) -> Objection | None:
    """What is allowed and yet said: the unit fits, and is not of the patient's own group."""
    if fit is not Fit.COMPATIBLE:
        return None
    template = N_("Unit {unit} is of group {group}, the patient of group {patient}: compatible, not the same group.")
    return Objection("another_group", template, {"unit": number, "group": unit, "patient": patient}, "units")


def are_too_few(found: Collection[object], wanted: int) -> Objection | None:
    """The dose takes as many units as were worked out."""
    if len(found) >= wanted:
        return None
    template = N_("The dose takes {wanted} units; {found} can be taken.")
    return Objection("too_few_units", template, {"wanted": wanted, "found": len(found)}, place="units")


def passes_over(chosen: Sequence[str], first: Sequence[str], reason: str) -> Objection | None:
    """Other units than those that expire first are taken for a stated reason only."""
    if set(chosen) == set(first) or reason.strip():
        return None
    template = N_("First to expire: {first}. Say why others are taken.")
    return Objection("not_first_to_expire", template, {"first": ", ".join(first)}, place="reason")


def is_kept_already(number: str, order: str) -> Objection | None:
    """A unit is kept for one order, wherever it stands."""
    if not order:
        return None
    template = N_("Unit {unit} is kept for the order {order} already.")
    return Objection("kept_already", template, {"unit": number, "order": order}, place="units")


def stand_apart(places: Collection[str]) -> Objection | None:
    """The units of one dose stand at one place: in our stores, or where one receiver accepted them."""
    if len(set(places)) <= 1:
        return None
    words = ", ".join(sorted(place or "–" for place in set(places)))
    return Objection("stand_apart", N_("These units stand at different places: {places}."), {"places": words}, "units")


# --- sent to the bed ------------------------------------------------------------------------------------------------
def keeps_no_units(state: OrderState, kept: Collection[str]) -> Objection | None:
    """What is sent to the bed is kept for the order and not thawed yet."""
    if kept and state is OrderState.RESERVED:
        return None
    template = N_("No units to send: the order is {state}.")
    return Objection("wrong_state", template, {"state": state})


def arrives_after_the_start(arrives_at: datetime, planned_start: datetime) -> Objection | None:
    """At the latest planned arrival the infusion has not begun."""
    if arrives_at < planned_start:
        return None
    template = N_("Planned then, it arrives after the start of the infusion at {start:%Y-%m-%d %H:%M} UTC.")
    return Objection("arrives_too_late", template, {"start": planned_start.astimezone(UTC)}, place="hours")


def goes_to_another_ward(ordered: str, asked: str) -> Objection | None:
    """What is kept for an order goes to the ward that the order names."""
    if not ordered or not asked.strip() or ordered.casefold() == asked.strip().casefold():
        return None
    return Objection("another_ward", N_("The order names the ward {ward}."), {"ward": ordered}, place="ward")
