"""Units that were kept for an order are free again, inside the door of whatever ends the order."""

from apps.audit.services import Change
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import reservations_of
from apps.units.facts import Custody, UnitVerb
from apps.units.services import move_units


def give_back(change: Change, order: TreatmentOrder, reason: str) -> None:
    """Free every unit of an order. One that has left the store since keeps the custody it is in."""
    rows = list(reservations_of(order))
    if not rows:
        return
    change.update_many(rows, action="unit.reservation.freed", freed_at=change.at, freed_reason=reason)
    kept = [row.unit for row in rows if row.unit.custody == Custody.RESERVED]
    if kept:
        move_units(change, units=kept, verb=UnitVerb.FREE)
