"""Opening a container of a lot starts a clock; the next one is opened, or the open one put away."""

from datetime import datetime, timedelta

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import RuleBroken, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future
from apps.materials import rules
from apps.materials.models import Container, MaterialLot
from apps.materials.selectors import container_in_use, lots_now
from apps.organisation.services import require

OPENERS = (Role.OPERATOR, Role.ANALYST, Role.STOREKEEPER)


def open_container(*, lot: MaterialLot, opened_at: datetime, actor: Actor, at: datetime) -> Container:
    """Open the next container of a lot; the one before is put away, and the clock begins anew."""
    who = require(actor, OPENERS, lot.site.code, at=at, about=lot.record.address)
    stop_if(is_future(opened_at, at, "opened_at"))
    with audited(actor=who, action="lot.opened", at=at, touching=[lot.record]) as change:
        lot = lots_now([lot])[0]
        fresh = lot.facts.before_opening
        stop_if(rules.is_not_released(fresh), rules.is_expired(fresh, opened_at))
        _put_away(change, lot)
        return _opened(change, lot, opened_at)


def discard_container(*, lot: MaterialLot, actor: Actor, at: datetime) -> Container:
    """Put the open container away: it is empty, or its time is over. The next use opens another one."""
    who = require(actor, OPENERS, lot.site.code, at=at, about=lot.record.address)
    with audited(actor=who, action="lot.container.closed", at=at, touching=[lot.record]) as change:
        lot = lots_now([lot])[0]
        closed = _put_away(change, lot)
        if closed is None:
            raise RuleBroken(rules.is_not_opened(lot.number))
        change.update(lot, opened_at=None)
        return closed


def open_lot(change: Change, *, lot: MaterialLot, opened_at: datetime, life: timedelta | None = None) -> MaterialLot:
    """Note the opening of a container, inside the door of the act that opened it: its life may end sooner."""
    if lot.opened_at is None:
        _opened(change, lot, opened_at, life)
    return lot


def _opened(change: Change, lot: MaterialLot, opened_at: datetime, life: timedelta | None = None) -> Container:
    change.update(lot, action="lot.opened", opened_at=opened_at)
    opened = Container(record=lot.record, lot=lot, n=lot.containers.count() + 1, opened_at=opened_at)
    opened.usable_until, opened.opened_by = lot.facts.opened_for_at_most(life).usable_until, change.actor.username
    return change.create(opened)


def _put_away(change: Change, lot: MaterialLot) -> Container | None:
    found = container_in_use(lot)
    return change.update(found, closed_at=change.at, closed_by=change.actor.username) if found else None
