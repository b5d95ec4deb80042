"""Thawing the units of an order: each is scanned, its clock starts, and it never goes back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, RuleBroken, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.dosing.facts import OrderState, OrderVerb
from apps.dosing.lifecycle import MOVES, may_not_move
from apps.dosing.models import Thaw, TreatmentOrder
from apps.dosing.rules import thawing as rules
from apps.dosing.selectors import held, order_now, outside_authorisation, reservations_of
from apps.dosing.services.misses import compare_chains, keep_wrong_scan
from apps.lineage.selectors import ancestors
from apps.organisation.services import require
from apps.products.definition.storage import StorageState
from apps.products.selectors import definition_of
from apps.quality.facts import Blocks
from apps.storage.services import send_away
from apps.transport.selectors import standing_shipments
from apps.units.facts import Condition, UnitVerb
from apps.units.models import Unit
from apps.units.rules import expiry_of, is_before, is_expired, number_of_code
from apps.units.selectors import units_now
from apps.units.services import marks


def thaw_unit(
    *,
    order: TreatmentOrder,
    scanned: str,
    actor: Actor,
    at: datetime,
    thawed_at: datetime | None = None,
    happened: Happened | None = None,
    chain: str = "",
) -> Thaw:
    """Thaw one unit that is kept for the order. Another unit in the hand is a hard stop that the trail keeps.

    `chain` is scanned where the number of a unit was typed that is for one patient.
    """
    who = require(actor, MOVES[OrderVerb.THAW].roles, order.site.code, at=at, about=order.record.address)
    compare_chains(order, [scanned], chain, who, at)
    try:
        unit = _kept_unit(order, scanned)
    except RuleBroken as refusal:
        keep_wrong_scan(order, refusal, who, at)
        raise
    thawed_at, reason = (happened.at, happened.reason) if happened else (thawed_at or at, "")
    door = {
        "touching": [order.record, unit.record, unit.batch.record],
        "relying_on": [*ancestors([unit.record]), order.recipient.record],
    }
    with audited(actor=who, action="unit.thawed", at=at, reason=reason, **door) as change:
        now = order_now(order)
        (unit,) = units_now([_kept_unit(now, unit.number)])
        state = rules.thawed_state_after(definition_of(unit.batch.product_version), unit.storage_state)
        stop_if(
            may_not_move(OrderVerb.THAW, OrderState(now.state)),
            rules.is_never_thawed(unit.number, Condition(unit.condition)),
            is_future(thawed_at, at, "thawed_at"),
            None if state else _has_no_thawed_state(unit),
        )
        return _thawed(change, now, unit, state, thawed_at, happened) if state else Thaw()


def _thawed(
    change: Change,
    order: TreatmentOrder,
    unit: Unit,
    state: StorageState,
    thawed_at: datetime,
    happened: Happened | None,
) -> Thaw:
    zone = ZoneInfo(unit.batch.site.timezone)
    expires_at = min(unit.expires_at, expiry_of(state.shelf_life, thawed_at, zone))
    against = [one for one in _against(order, unit, thawed_at, expires_at) if one]
    moved: dict[str, Any] = {"moved_at": thawed_at, "storage_state": state.key, "expires_at": expires_at}
    send_away(change, units=[unit], verb=UnitVerb.THAW, happened=happened, objections=against, **moved)
    change.update(order, state=MOVES[OrderVerb.THAW].target)
    row = Thaw(record=order.record, order=order, unit=unit, thawed_at=thawed_at, recorded_at=change.at)
    row.thawed_by, row.thawed_name = change.actor.username, change.actor.printed_name
    row.storage_state, row.expires_at = state.key, expires_at
    row.happened, row.reason = happened is not None, happened.reason if happened else ""
    row.overridden = marks(against if happened else ())
    return change.create(row)


def _against(
    order: TreatmentOrder, unit: Unit, thawed_at: datetime, expires_at: datetime
) -> Sequence[Objection | None]:
    return [
        is_expired(unit.facts, thawed_at),
        is_before(thawed_at, unit.frozen_at or unit.filled_at, "thawed_at"),
        rules.will_be_too_old(unit.number, expires_at, order.planned_end),
        rules.is_being_sent(unit.number, standing_shipments([unit]).get(unit.pk, "")),
        held(order, [unit], (Blocks.ISSUE, Blocks.USE)),
        *outside_authorisation(order, [unit], thawed_at),
    ]


def _kept_unit(order: TreatmentOrder, scanned: str) -> Unit:
    number = number_of_code(scanned)
    kept = {row.unit.number: row.unit for row in reservations_of(order)}
    stop_if(rules.is_another_unit(number, kept))
    return kept[number]


def _has_no_thawed_state(unit: Unit) -> Objection:
    template = N_("The master record has no thawed state after {state}.")
    return Objection("no_thawed_state", template, {"state": unit.storage_state}, "unit")
