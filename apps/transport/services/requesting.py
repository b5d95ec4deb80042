"""Asking for a shipment: from that moment its units are kept for it. And taking the request back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, Objection, stop_if
from apps.core.rules import reason_is_missing
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.transport.facts import Asked, ShipmentState, ShipmentVerb
from apps.transport.lifecycle import MOVES, WHO_MAY_ASK, may_not_move
from apps.transport.models import Shipment, ShippedUnit
from apps.transport.rules import shipping
from apps.transport.selectors import mode_named, shipment_now, stage_of, standing_shipments, units_in
from apps.units.facts import Custody, Disposition, UnitVerb
from apps.units.lifecycle import refuses
from apps.units.models import Unit
from apps.units.rules import goes_below_the_reserve
from apps.units.selectors import stocks_of, units_now
from apps.units.services import move_units


def request_shipment(*, batch: Batch, units: Sequence[Unit], asked: Asked, actor: Actor, at: datetime) -> Shipment:
    """Ask that released units of one batch go to a receiver. What is held, expires or is kept already is refused."""
    who = require(actor, WHO_MAY_ASK, batch.site.code, at=at, about=batch.record.address)
    stop_if(shipping.has_no_units([unit.number for unit in units]))
    records = [unit.record for unit in units]
    door = {"touching": [batch.record, *records], "relying_on": ancestors(records)}
    with audited(actor=who, action="shipment.requested", at=at, reason=asked.note, **door) as change:
        return open_shipment(change, batch=batch, units=units, asked=asked)


def open_shipment(
    change: Change,
    *,
    batch: Batch,
    units: Sequence[Unit],
    asked: Asked,
    kept_for: Record | None = None,
    objections: Sequence[Objection | None] = (),
) -> Shipment:
    """Open the shipment inside the door of whoever asks. With `kept_for` the units are that order's and stay so."""
    batch, units = batch_now(batch), units_now(units)
    foreign = [unit for unit in units if unit.batch_id != batch.pk]
    own = [shipping.has_no_units([]) if foreign else None, *_against(batch, units, asked, change.at)]
    if kept_for is None:
        own += [shipping.goes_by_an_order_only(one.number, one.disposition == Disposition.CONDITIONAL) for one in units]
    against = [one for one in (*objections, *own) if one]
    if kept_for is None:
        move_units(change, units=units, verb=UnitVerb.RESERVE, objections=against)
    else:
        stop_if(*(refuses(UnitVerb.SHIP, unit.facts) for unit in units), *against)
    number = f"{batch.number}-T{Shipment.objects.filter(batch=batch).count() + 1:02}"
    record = change.open_record("shipment", number, site=batch.site.code)
    shipment = Shipment(record=record, batch=batch, number=number, mode=asked.mode, note=asked.note, kept_for=kept_for)
    shipment.receiver, shipment.contact = asked.receiver.strip(), asked.contact.strip()
    shipment.departs_at, shipment.hours = asked.departs_at, asked.hours
    shipment.requested_at, shipment.requested_by = change.at, change.actor.username
    change.create(shipment)
    change.create_many([ShippedUnit(record=record, shipment=shipment, unit=unit) for unit in units])
    return shipment


def keep_no_more(change: Change, shipments: Sequence[Shipment]) -> None:
    """The order that kept these units has ended: from now on they are the shipment's alone."""
    change.update_many(list(shipments), action="shipment.order.ended", kept_for=None)


def cancel_shipment(*, shipment: Shipment, reason: str, actor: Actor, at: datetime) -> Shipment:
    """End a shipment that has not left, with the reason; its units are free again, or its order's as before."""
    verb, units = ShipmentVerb.CANCEL, units_in(shipment)
    who = require(actor, MOVES[verb].roles, shipment.batch.site.code, at=at, about=shipment.record.address)
    touching = [shipment.record, shipment.batch.record, *(unit.record for unit in units)]
    with audited(actor=who, action="shipment.cancelled", at=at, reason=reason, touching=touching) as change:
        now, units = shipment_now(shipment), units_in(shipment)
        stop_if(may_not_move(verb, ShipmentState(now.state)), reason_is_missing(reason), keep=out_of_turn(verb, now))
        kept = [unit for unit in units if unit.custody == Custody.RESERVED]
        if kept and now.kept_for is None:
            move_units(change, units=kept, verb=UnitVerb.FREE)
        change.update_many(list(now.lines.all()), stands=False)
        ends: dict[str, Any] = {"decided_at": at, "decided_by": who.username, "decision": reason[:1000]}
        return change.update(now, state=MOVES[verb].target, **ends)


def against_leaving(units: Sequence[Unit], asked: Asked) -> list[Objection | None]:
    """What keeps units from leaving at any moment before they do: an open hold, on them or on what they are made of."""
    held = open_holds([unit.record for unit in units], Blocks.ISSUE)
    expiring = [shipping.would_expire(unit.number, unit.expires_at, asked) for unit in units]
    return [has_open_holds(held), *expiring]


def asked_of(shipment: Shipment) -> Asked:
    """What was asked for, as the rules are told."""
    words = (shipment.mode, shipment.receiver, shipment.contact)
    return Asked(*words, shipment.departs_at, shipment.hours, shipment.note)


def out_of_turn(verb: ShipmentVerb, shipment: Shipment) -> KeptRefusal | None:
    """An act out of its order stays in the trail although nothing of it is done (21 CFR 11.10(f))."""
    if may_not_move(verb, ShipmentState(shipment.state)) is None:
        return None
    facts = {"verb": verb, "state": shipment.state}
    return KeptRefusal(shipment.record.address, "shipment.refused.out_of_order", facts)


def _against(batch: Batch, units: Sequence[Unit], asked: Asked, at: datetime) -> list[Objection | None]:
    named, mode = standing_shipments(units), mode_named(batch, asked.mode)
    fixed = [
        shipping.has_no_such_mode(asked.mode, stage_of(batch).modes),
        shipping.has_no_time(asked.hours),
        shipping.leaves_too_late(asked.departs_at, at),
    ]
    if mode is None or any(fixed):
        return [*fixed]
    return [
        shipping.takes_too_long(mode, asked.hours),
        *(shipping.is_in_another(unit.number, named.get(unit.pk, "")) for unit in units),
        *(shipping.travels_otherwise(unit.number, unit.storage_state, mode) for unit in units),
        *against_leaving(units, asked),
        *(goes_below_the_reserve(stock, len(units)) for stock in stocks_of([batch]).values()),
    ]
