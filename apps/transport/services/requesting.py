"""Asking for a shipment: from that moment its units are kept for it. And taking the request back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now, chain_of_batch
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, Objection, stop_if
from apps.core.rules import reason_is_missing
from apps.documents.services import request_document
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.products.definition.storage import TransportMode
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.transport.content import accompanying_record
from apps.transport.facts import Asked, ShipmentState, ShipmentVerb
from apps.transport.lifecycle import MOVES, WHO_MAY_ASK, may_not_move
from apps.transport.models import Shipment, ShippedUnit
from apps.transport.rules import quarantine, shipping, together
from apps.transport.selectors import (
    batches_in,
    mode_named,
    pending_among,
    shipment_now,
    stage_of,
    standing_shipments,
    units_in,
)
from apps.units.facts import Custody, Disposition, UnitVerb
from apps.units.lifecycle import refuses
from apps.units.models import Unit
from apps.units.rules import goes_below_the_reserve
from apps.units.selectors import stocks_of, units_now
from apps.units.services import move_units


def request_shipment(*, batch: Batch, units: Sequence[Unit], asked: Asked, actor: Actor, at: datetime) -> Shipment:
    """Ask that released units go to a receiver; `batch` is one of theirs and gives the shipment its number.

    What is held, expires, is kept already, or can't travel with the others is refused. While the donor is not decided
    about, units go in quarantine to a named establishment, with the record that 21 CFR 1271.60(c) asks for.
    """
    who = require(actor, WHO_MAY_ASK, batch.site.code, at=at, about=batch.record.address)
    stop_if(shipping.has_no_units([unit.number for unit in units]))
    records = [unit.record for unit in units]
    batches = {unit.batch_id: unit.batch.record for unit in units}
    door = {"touching": [batch.record, *batches.values(), *records], "relying_on": ancestors(records)}
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
    is_among = any(unit.batch_id == batch.pk for unit in units)
    own = [None if is_among else shipping.has_no_units([]), *_against(batch, units, asked, change.at)]
    if kept_for is None:
        own += [shipping.goes_by_an_order_only(one.number, one.disposition == Disposition.CONDITIONAL) for one in units]
    against = [one for one in (*objections, *own) if one]
    if kept_for is None:
        verb = UnitVerb.RESERVE_IN_QUARANTINE if asked.in_quarantine else UnitVerb.RESERVE
        move_units(change, units=units, verb=verb, objections=against)
    else:
        stop_if(*(refuses(UnitVerb.SHIP, unit.facts) for unit in units), *against)
    number = f"{batch.number}-T{Shipment.objects.filter(batch=batch).count() + 1:02}"
    record = change.open_record("shipment", number, site=batch.site.code)
    shipment = Shipment(record=record, batch=batch, number=number, mode=asked.mode, note=asked.note, kept_for=kept_for)
    shipment.ward = asked.ward.strip()
    shipment.receiver, shipment.contact = asked.receiver.strip(), asked.contact.strip()
    shipment.departs_at, shipment.hours = asked.departs_at, asked.hours
    shipment.requested_at, shipment.requested_by = change.at, change.actor.username
    shipment.in_quarantine, shipment.establishment = asked.in_quarantine, asked.establishment.strip()
    change.create(shipment)
    change.create_many([_line(shipment, unit) for unit in units])
    if asked.in_quarantine:
        request_document(change, content=accompanying_record(shipment), subject=record, site=batch.site.code)
    return shipment


def keep_no_more(change: Change, shipments: Sequence[Shipment]) -> None:
    """The order that kept these units has ended: from now on they are the shipment's alone."""
    change.update_many(list(shipments), action="shipment.order.ended", kept_for=None)


def cancel_shipment(*, shipment: Shipment, reason: str, actor: Actor, at: datetime) -> Shipment:
    """End a shipment that has not left, with the reason; its units are free again, or its order's as before."""
    verb, units = ShipmentVerb.CANCEL, units_in(shipment)
    who = require(actor, MOVES[verb].roles, shipment.batch.site.code, at=at, about=shipment.record.address)
    touching = records_in(shipment)
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
    held = quarantine.still_held(open_holds([unit.record for unit in units], Blocks.ISSUE), asked)
    pending = pending_among(units) if asked.in_quarantine else set()
    expiring = [shipping.would_expire(unit.number, unit.expires_at, asked) for unit in units]
    undecided = [quarantine.is_decided_about(unit.number, pending, asked) for unit in units]
    return [has_open_holds(held), *undecided, *expiring]


def asked_of(shipment: Shipment) -> Asked:
    """What was asked for, as the rules are told."""
    words = (shipment.mode, shipment.receiver, shipment.contact)
    return Asked(
        *words,
        shipment.departs_at,
        shipment.hours,
        shipment.note,
        shipment.ward,
        in_quarantine=shipment.in_quarantine,
        establishment=shipment.establishment,
    )


def out_of_turn(verb: ShipmentVerb, shipment: Shipment) -> KeptRefusal | None:
    """An act out of its order stays in the trail although nothing of it is done (21 CFR 11.10(f))."""
    if may_not_move(verb, ShipmentState(shipment.state)) is None:
        return None
    facts = {"verb": verb, "state": shipment.state}
    return KeptRefusal(shipment.record.address, "shipment.refused.out_of_order", facts)


def records_in(shipment: Shipment) -> list[Record]:
    """What an act on a shipment touches: itself, its units, their batches."""
    batches = [batch.record for batch in batches_in(shipment)]
    return [shipment.record, *batches, *(unit.record for unit in units_in(shipment))]


def _against(batch: Batch, units: Sequence[Unit], asked: Asked, at: datetime) -> list[Objection | None]:
    named = standing_shipments(units)
    fixed = [
        shipping.has_no_such_mode(asked.mode, stage_of(batch).modes),
        shipping.has_no_time(asked.hours),
        shipping.leaves_too_late(asked.departs_at, at),
        quarantine.names_no_establishment(asked),
    ]
    if any(fixed):
        return [*fixed]
    ways = [(unit, _way(batch, unit, asked.mode)) for unit in units]
    return [
        *_together(batch, units, [way for _, way in ways if way], asked),
        *(None if way else together.has_no_way(unit.batch.number, asked.mode) for unit, way in ways),
        *(shipping.is_in_another(unit.number, named.get(unit.pk, "")) for unit in units),
        *(shipping.travels_otherwise(unit.number, unit.storage_state, way) for unit, way in ways if way),
        *against_leaving(units, asked),
        *_below_reserves(units),
    ]


def _together(
    batch: Batch, units: Sequence[Unit], ways: Sequence[TransportMode], asked: Asked
) -> list[Objection | None]:
    """Batches that travel together leave one site, are for one patient where for any, and share a temperature."""
    others = {unit.batch_id: unit.batch for unit in units if unit.batch_id != batch.pk}.values()
    chain = _chain(batch)
    found: list[Objection | None] = [
        *(together.is_at_another_site(one.number, one.site.code, batch.site.code) for one in others),
        *(together.is_of_another_patient(one.number, _chain(one), chain) for one in others),
    ]
    stages = [stage_of(one) for one in (batch, *others)]
    asked_for = [*(one for way in ways for one in way.checks), *(one for stage in stages for one in stage.receipt)]
    found += together.contradictions(asked_for)
    strictest = together.strictest(ways) if ways else None
    if isinstance(strictest, Objection):
        return [*found, strictest]
    return [*found, shipping.takes_too_long(strictest, asked.hours) if strictest else None]


def _below_reserves(units: Sequence[Unit]) -> list[Objection | None]:
    """Each batch that keeps a reserve keeps it, whatever others travel along. What an order keeps left it before."""
    taken = Counter(unit.batch_id for unit in units if unit.custody == Custody.IN_STORE)
    stocks = stocks_of(list({unit.batch_id: unit.batch for unit in units}.values()))
    return [goes_below_the_reserve(stock, taken[batch_id]) for batch_id, stock in stocks.items()]


def _way(batch: Batch, unit: Unit, key: str) -> TransportMode | None:
    """The batch that numbers the shipment names the way; another one travels in its own that comes to the same."""
    if unit.batch_id == batch.pk:
        return mode_named(batch, key)
    return together.way_for(stage_of(unit.batch).modes, key, unit.storage_state)


def _line(shipment: Shipment, unit: Unit) -> ShippedUnit:
    way = _way(shipment.batch, unit, shipment.mode)
    return ShippedUnit(record=shipment.record, shipment=shipment, unit=unit, mode=way.key if way else "")


def _chain(batch: Batch) -> str:
    chain = chain_of_batch(batch)
    return chain.number if chain else ""
