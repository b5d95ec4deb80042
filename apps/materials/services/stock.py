"""The stock of a lot: what comes in, what is used in which step, counted anew, destroyed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, reason_is_missing
from apps.core.text import N_
from apps.lineage.models import Edge
from apps.lineage.selectors import ancestors
from apps.lineage.services import link
from apps.materials import rules
from apps.materials.facts import MovementKind
from apps.materials.models import MaterialLot, Movement
from apps.materials.selectors import facts_in_use, lots_now
from apps.materials.services.opening import open_lot
from apps.organisation.services import require
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.quality.services import report_event

TAKERS = (Role.OPERATOR, Role.ANALYST)
COUNTERS = (Role.STOREKEEPER, Role.QA)


def take_stock(
    *,
    lot: MaterialLot,
    amount: str,
    used_in: Record,
    taken_at: datetime,
    actor: Actor,
    at: datetime,
    place: str = "",
    happened: Happened | None = None,
) -> Movement:
    """Take an amount of a lot for a step of a batch or for a reagent; what was already taken is recorded and marked."""
    who = require(actor, TAKERS, lot.site.code, at=at, about=lot.record.address)
    wanted, taken_at = _amount(amount), happened.at if happened else taken_at
    stop_if(rules.is_nothing(wanted), is_future(taken_at, at, "taken_at"))
    reason = happened.reason if happened else ""
    touching, relied = [lot.record, used_in], ancestors([lot.record])
    with audited(actor=who, action="lot.taken", at=at, reason=reason, touching=touching, relying_on=relied) as change:
        lot = lots_now([lot])[0]
        stop_if(rules.is_not_counted(lot.stock))
        overridden = stop_if(*_against_taking(lot, wanted, taken_at), happened=happened)
        _link_once(change, used_in, lot.record)
        moved = Movement(kind=MovementKind.USED, change=-wanted, used_in=used_in, place=place, moved_at=taken_at)
        moved.reason, moved.overridden = reason, [{"code": one.code, "text": one.text} for one in overridden]
        lot = open_lot(change, lot=lot, opened_at=taken_at) if lot.life_after_opening else lot
        move_stock(change, lot, moved)
        report_override(change, lot.record, overridden, happened)
        return moved


def count_stock(*, lot: MaterialLot, counted: str, reason: str, actor: Actor, at: datetime, unit: str = "") -> Movement:
    """Set the book right by what was counted, with the reason."""
    who = require(actor, COUNTERS, lot.site.code, at=at, about=lot.record.address)
    there = _amount(counted, "counted")
    stop_if(reason_is_missing(reason), rules.has_no_unit(lot.unit or unit))
    with audited(actor=who, action="lot.counted", at=at, reason=reason, touching=[lot.record]) as change:
        lot = lots_now([lot])[0]
        moved = Movement(kind=MovementKind.ADJUSTED, change=there - (lot.quantity or 0), moved_at=at, reason=reason)
        return move_stock(change, lot, moved, **({} if lot.unit else {"unit": unit}))


def destroy_stock(*, lot: MaterialLot, amount: str, reason: str, actor: Actor, at: datetime) -> Movement:
    """Destroy an amount of a lot, whatever its state, with the reason."""
    who = require(actor, COUNTERS, lot.site.code, at=at, about=lot.record.address)
    gone = _amount(amount)
    stop_if(reason_is_missing(reason), rules.is_nothing(gone))
    with audited(actor=who, action="lot.destroyed", at=at, reason=reason, touching=[lot.record]) as change:
        lot = lots_now([lot])[0]
        stop_if(rules.is_not_counted(lot.stock), rules.is_more_than_left(lot.stock, gone))
        return move_stock(change, lot, Movement(kind=MovementKind.DESTROYED, change=-gone, moved_at=at, reason=reason))


def move_stock(change: Change, lot: MaterialLot, moved: Movement, **of_the_lot: str) -> Movement:
    """Note a movement inside the door of its act: the lot as it is there, and what is left of it."""
    moved.record, moved.lot, moved.moved_by = lot.record, lot, change.actor.username
    moved.left = (lot.quantity or Decimal(0)) + moved.change
    change.create(moved)
    change.update(lot, quantity=moved.left, **of_the_lot)
    return moved


def first_stock(change: Change, lot: MaterialLot, kind: MovementKind) -> None:
    """What came with a new lot, where an amount was said."""
    if lot.amount:
        move_stock(change, lot, Movement(kind=kind, change=_amount(lot.amount), moved_at=lot.received_at))


def is_no_stock(amount: str, unit: str) -> list[Objection]:
    """What is wrong with the amount of a new lot; nothing said is nothing counted."""
    if not amount.strip():
        return []
    read = rules.read_amount(amount)
    found = [read if isinstance(read, Objection) else rules.is_nothing(read), rules.has_no_unit(unit)]
    return [one for one in found if one]


def report_override(change: Change, record: Record, overridden: Sequence[Objection], happened: Happened | None) -> None:
    """What was recorded although a rule forbids it opens an event."""
    if not overridden or happened is None:
        return
    report_event(
        change,
        subject=record,
        kind=EventKind.ACCEPTED_FACT,
        severity=Severity.CRITICAL,
        template=N_("Recorded although the rules forbid it: {objections} Reason given: {reason}"),
        facts={"objections": " ".join(objection.text for objection in overridden), "reason": happened.reason},
    )


def _amount(text: str, place: str = "amount") -> Decimal:
    read = rules.read_amount(text, place)
    if isinstance(read, Objection):
        raise BadInput(read)
    return read


def _against_taking(lot: MaterialLot, amount: Decimal, taken_at: datetime) -> list[Objection | None]:
    held = open_holds([lot.record], Blocks.USE)
    against = rules.against_use(facts_in_use(lot), lot.material, taken_at)
    return [*against, has_open_holds(held), rules.is_more_than_left(lot.stock, amount)]


def _link_once(change: Change, child: Record, parent: Record) -> None:
    if not Edge.objects.filter(record=child, parent=parent).exists():
        link(change, children=[child], parent=parent)
