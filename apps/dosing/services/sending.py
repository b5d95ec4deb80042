"""The units of an order are sent to its bedside: they stay its own on the way, and where they arrive."""

from dataclasses import replace
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.dosing.facts import OrderState
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules import choosing
from apps.dosing.selectors import kept_units, order_now
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.transport.facts import Asked
from apps.transport.lifecycle import WHO_MAY_ASK
from apps.transport.models import Shipment
from apps.transport.services import open_shipment


def ship_reserved(*, order: TreatmentOrder, asked: Asked, actor: Actor, at: datetime) -> Shipment:
    """Ask that the units kept for an order go to its bedside, in time for the planned start."""
    who = require(actor, WHO_MAY_ASK, order.site.code, at=at, about=order.record.address)
    records = [unit.record for unit in kept_units(order)]
    touching = [order.record, *records, *_batches(order)]
    door = {"touching": touching, "relying_on": ancestors(records)}
    with audited(actor=who, action="shipment.requested", at=at, reason=asked.note, **door) as change:
        now, units = order_now(order), kept_units(order)
        stop_if(choosing.keeps_no_units(OrderState(now.state), [unit.number for unit in units]))
        late = choosing.arrives_after_the_start(asked.arrives_at, now.planned_start)
        against = [late, choosing.goes_to_another_ward(now.ward, asked.ward)]
        way = replace(asked, ward=now.ward or asked.ward)
        return open_shipment(
            change, batch=units[0].batch, units=units, asked=way, kept_for=now.record, objections=against
        )


def _batches(order: TreatmentOrder) -> list[Record]:
    return list({unit.batch_id: unit.batch.record for unit in kept_units(order)}.values())
