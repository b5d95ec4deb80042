"""What stands against thawing a unit: not the one that was kept, too early for the infusion, twice."""

from collections.abc import Collection
from datetime import datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Definition
from apps.products.definition.storage import StorageState
from apps.units.facts import Condition

ANOTHER_UNIT = "another_unit"


def is_another_unit(scanned: str, kept: Collection[str]) -> Objection | None:
    """The unit in the hand is one of those kept for the order."""
    if scanned in kept:
        return None
    template = N_("{scanned} was scanned; kept for this order: {wanted}.")
    return Objection(ANOTHER_UNIT, template, {"scanned": scanned, "wanted": ", ".join(sorted(kept)) or "–"}, "unit")


def is_never_thawed(number: str, condition: Condition) -> Objection | None:
    """Only what is frozen is thawed; what was thawed is never thawed again, whatever is said to have happened."""
    if condition is Condition.FROZEN:
        return None
    template = N_("Unit {unit} is {condition}: it is not thawed.")
    return Objection("not_frozen", template, {"unit": number, "condition": condition}, "unit")


def is_being_sent(number: str, shipment: str) -> Objection | None:
    """What waits for its shipment, travels, or was not accepted yet is thawed by nobody."""
    if not shipment:
        return None
    template = N_("Unit {unit} stands in the shipment {shipment}: it is thawed where that was accepted.")
    return Objection("in_shipment", template, {"unit": number, "shipment": shipment}, "unit")


def thawed_state_after(definition: Definition, key: str) -> StorageState | None:
    """The thawed storage state that may follow a state of the master record."""
    state = definition.storage.state(key)
    following = [definition.storage.state(name) for name in state.may_follow] if state else []
    return next((one for one in following if one and one.condition == "thawed"), None)


def will_be_too_old(number: str, expires_at: datetime, planned_end: datetime) -> Objection | None:
    """Thawed now, a unit must still be in date at the planned end of the infusion."""
    if expires_at > planned_end:
        return None
    template = N_("Thawed then, unit {unit} expires on {expires_at:%Y-%m-%d %H:%M} UTC, before the planned end.")
    return Objection("expires_before_the_end", template, {"unit": number, "expires_at": expires_at}, "thawed_at")


def are_not_thawed(frozen: Collection[str]) -> Objection | None:
    """A dose is worked out when every unit of it is thawed."""
    if not frozen:
        return None
    return Objection("still_frozen", N_("Still frozen: {units}."), {"units": ", ".join(frozen)}, "units")
