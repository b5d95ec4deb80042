"""Keeping released units for an order: first to expire first, one unit for one order, whoever else asks now."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.selectors.batches import chain_of_batch
from apps.blinding.rules import ANOTHERS_KIT, knows_the_code
from apps.blinding.selectors import against_kits, knows_a_code
from apps.blinding.services import allocate_kit
from apps.core.actor import Actor
from apps.core.errors import Objection, RuleBroken, stop_if
from apps.core.rules import reason_is_missing
from apps.dosing.facts import OrderState, OrderVerb
from apps.dosing.lifecycle import MOVES, may_not_move
from apps.dosing.models import Reservation, TreatmentOrder
from apps.dosing.rules import amounts, choosing
from apps.dosing.selectors import (
    first_units,
    group_of,
    held,
    is_blinded,
    is_let_go_to_another,
    is_of_another,
    is_of_another_product,
    lot_of,
    order_now,
    orders_of,
    outside_authorisation,
    there,
)
from apps.dosing.services.giving_back import give_back, kept_records
from apps.identity.rules.chains import is_for_another_patient
from apps.identity.services import keep_mismatch
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.products.selectors import definition_of
from apps.quality.facts import Blocks
from apps.transport.selectors import receivers_of
from apps.units.facts import Custody, UnitVerb
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import move_units

TAKEN_MEANWHILE = ("wrong_unit_state", ANOTHERS_KIT)
ATTEMPTS = 40  # more takers than this at one moment: the last of them is told to try again


def reserve_units(
    *, order: TreatmentOrder, actor: Actor, at: datetime, units: Sequence[Unit] = (), reason: str = ""
) -> TreatmentOrder:
    """Keep units for a checked order. Without naming any, those that expire first are taken.

    When somebody else took one of them in the same moment, the next are tried; named units are refused instead.
    """
    who = require(actor, MOVES[OrderVerb.RESERVE].roles, order.site.code, at=at, about=order.record.address)
    stop_if(may_not_move(OrderVerb.RESERVE, OrderState(order_now(order).state)))
    if units:
        _stop_for_another_patient(order, units, who, at)
        return _reserved(order, units, first_units(order), who, at, reason)
    for attempt in range(ATTEMPTS):
        found = first_units(order)
        stop_if(choosing.are_too_few([unit.number for unit in found], order.units_to_thaw))
        try:
            return _reserved(order, found, found, who, at, reason)
        except RuleBroken as lost:
            if attempt == ATTEMPTS - 1 or lost.code not in TAKEN_MEANWHILE:
                raise
    raise LookupError("unreachable: the last attempt raised")


def free_reserved(*, order: TreatmentOrder, reason: str, actor: Actor, at: datetime) -> TreatmentOrder:
    """Give the units of an order back; it stays checked and may be served again."""
    move = MOVES[OrderVerb.FREE]
    who = require(actor, move.roles, order.site.code, at=at, about=order.record.address)
    kept = kept_records(order)
    door = {"touching": [order.record, *kept]}
    with audited(actor=who, action="order.units.freed", at=at, reason=reason, **door) as change:
        now = order_now(order)
        stop_if(may_not_move(OrderVerb.FREE, OrderState(now.state)), reason_is_missing(reason))
        give_back(change, now, reason, kept)
        return change.update(now, state=move.target)


def _reserved(
    order: TreatmentOrder, units: Sequence[Unit], first: Sequence[Unit], actor: Actor, at: datetime, reason: str
) -> TreatmentOrder:
    records = [unit.record for unit in units]
    whose = [order.recipient.record, *{unit.batch.record for unit in units}] if is_blinded(order) else []
    touching = [order.record, *records, *whose]  # a kit is given once, and a patient gets one
    door = {"touching": touching, "relying_on": [*ancestors(records), order.recipient.record]}
    with audited(actor=actor, action="order.units.reserved", at=at, reason=reason, **door) as change:
        now, found = order_now(order), units_now(units)
        stop_if(may_not_move(OrderVerb.RESERVE, OrderState(now.state)), _knows_too_much(now, actor))
        others = choosing.passes_over([one.number for one in found], [one.number for one in first], reason)
        against = [*_against(now, found), *([others] if others else [])]
        for verb, some in _verbs_for(found):
            move_units(change, units=some, verb=verb, objections=against)
        return _kept(change, now, units_now(found))


def _verbs_for(units: Sequence[Unit]) -> list[tuple[UnitVerb, list[Unit]]]:
    """What stands at a site is kept there; everything else is kept in the store."""
    here = [unit for unit in units if unit.custody != Custody.AT_SITE]
    return [(verb, some) for verb, some in ((UnitVerb.RESERVE, here), (UnitVerb.KEEP_AT_SITE, there(units))) if some]


def _stop_for_another_patient(order: TreatmentOrder, units: Sequence[Unit], actor: Actor, at: datetime) -> None:
    """A unit that was scanned for the wrong patient is kept as a near miss; nothing of the act is done."""
    for unit in units:
        chain = chain_of_batch(unit.batch)
        mismatch = is_for_another_patient(unit.number, chain.facts if chain else None, order.recipient.number)
        keep_mismatch(record=unit.record, mismatch=mismatch, actor=actor, at=at)


def _kept(change: Change, order: TreatmentOrder, units: Sequence[Unit]) -> TreatmentOrder:
    told = {"order": order, "reserved_at": change.at, "reserved_by": change.actor.username}
    change.create_many([Reservation(record=order.record, unit=unit, **told) for unit in units])
    if is_blinded(order):
        allocate_kit(change, recipient=order.recipient, product=order.product_version.key, units=units)
    return change.update(order, state=MOVES[OrderVerb.RESERVE].target)


def _knows_too_much(order: TreatmentOrder, actor: Actor) -> Objection | None:
    knows = is_blinded(order) and knows_a_code(order.product_version.key, actor.username)
    return knows_the_code(actor.printed_name, knows)


def _against(order: TreatmentOrder, units: Sequence[Unit]) -> list[Objection]:
    arm = definition_of(order.product_version).dosing.arm(order.arm)
    found: list[Objection | None] = [choosing.are_too_few([one.number for one in units], order.units_to_thaw)]
    found += [choosing.would_expire(one.number, one.expires_at, order.planned_end) for one in units]
    kept, places = orders_of(units), receivers_of(there(units))
    found += [choosing.is_kept_already(one.number, kept.get(one.pk, "")) for one in units]
    found.append(choosing.stand_apart([places.get(one.pk, "") for one in units]))
    found += [choosing.is_of_another_product(one.number, is_of_another_product(order, one)) for one in units]
    found += outside_authorisation(order, units, order.planned_start)
    found += [choosing.is_for_another(one.number, is_of_another(order, one)) for one in units]
    found += [choosing.is_let_go_to_another(one.number, is_let_go_to_another(order, one)) for one in units]
    for one in units:
        group = group_of(order, one)
        found.append(choosing.does_not_fit(one.number, group.fit, group.unit, group.patient))
    found.append(held(order, units, (Blocks.ISSUE,)))
    if is_blinded(order):
        found += against_kits(order.recipient, order.product_version.key, units)
    if arm and units:
        found.append(amounts.leaves_part_of_the_lot(arm, len(units), lot_of(units[0])))
    return [objection for objection in found if objection]
