"""Units that were kept for an order are free again, inside the door of whatever ends the order."""

from collections.abc import Sequence

from apps.audit.models import Record
from apps.audit.services import Change
from apps.core.errors import Objection, Stale
from apps.core.text import N_
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import reservations_of
from apps.transport.selectors import shipments_for, standing_shipments
from apps.transport.services import keep_no_more
from apps.units.facts import Custody, UnitVerb
from apps.units.services import move_units


def kept_records(order: TreatmentOrder) -> list[Record]:
    """What giving back touches: the units of an order, and the shipments that take them to it."""
    units = [row.unit.record for row in reservations_of(order)]
    return [*units, *(shipment.record for shipment in shipments_for(order.record))]


def give_back(change: Change, order: TreatmentOrder, reason: str, touched: Sequence[Record]) -> None:
    """Free every unit of an order. One that has left the store since keeps its custody; one that waits for its
    shipment stays that shipment's. `touched` are the `kept_records` that the door has locked."""
    rows, known = list(reservations_of(order)), {record.pk for record in touched}
    if not rows:
        return
    if any(record.pk not in known for record in kept_records(order)):
        raise Stale(Objection("changed_meanwhile", N_("A shipment was asked for meanwhile. Look at it again.")))
    change.update_many(rows, action="unit.reservation.freed", freed_at=change.at, freed_reason=reason)
    shipped = standing_shipments([row.unit for row in rows])
    keep_no_more(change, shipments_for(order.record))
    kept = [row.unit for row in rows if row.unit.custody == Custody.RESERVED and row.unit.pk not in shipped]
    if kept:
        move_units(change, units=kept, verb=UnitVerb.FREE)
