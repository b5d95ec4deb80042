"""Stores and boxes come into use."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.audit.selectors import record_at
from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_taken
from apps.core.text import N_
from apps.facility.models import Room
from apps.organisation.services import require
from apps.storage import rules
from apps.storage.facts import Rejection, StoreKind, Warmth, Zone
from apps.storage.models import Box, Store
from apps.storage.selectors import store_now

KEEPERS = (Role.QA, Role.QC_HEAD, Role.STOREKEEPER)


def open_store(
    *,
    number: str,
    kind: StoreKind,
    label: str,
    room: Room,
    low: Decimal | None,
    high: Decimal | None,
    actor: Actor,
    at: datetime,
    tolerated_minutes: int = 0,
) -> Store:
    """Bring a store into use: where it stands and which temperatures it keeps."""
    site = room.site
    who = require(actor, KEEPERS, site.code, at=at)
    stop_if(rules.has_no_range(Warmth(low, high)), is_taken(number, record_at(f"store/{number}") is not None))
    with audited(actor=who, action="store.opened", at=at) as change:
        record = change.open_record("store", number, site=site.code)
        store = Store(record=record, number=number, site=site, room=room, kind=kind, label=label)
        store.low, store.high, store.tolerated_minutes = low, high, tolerated_minutes
        return change.create(store)


def add_box(
    *,
    store: Store,
    rack: str,
    code: str,
    rows: int,
    columns: int,
    actor: Actor,
    at: datetime,
    capacity: int = 1,
    zone: Zone = Zone.ANY,
) -> Box:
    """Put a box with its positions into a rack of a store; `zone`: which units it is kept for."""
    who = require(actor, KEEPERS, store.site.code, at=at, about=store.record.address)
    with audited(actor=who, action="store.box.added", at=at, touching=[store.record]) as change:
        store = store_now(store)
        stop_if(_is_there(store, rack, code))
        box = Box(record=store.record, store=store, rack=rack, code=code, rows=rows, columns=columns)
        box.capacity, box.zone = capacity, zone
        return change.create(box)


def rejection_columns(rejection: Rejection) -> dict[str, Any]:
    """The second limit as a store keeps it."""
    minutes = None if rejection.after is None else int(rejection.after / timedelta(minutes=1))
    return {"reject_low": rejection.low, "reject_high": rejection.high, "reject_minutes": minutes}


def _is_there(store: Store, rack: str, code: str) -> Objection | None:
    if not Box.objects.filter(store=store, rack=rack, code=code).exists():
        return None
    facts = {"box": f"{store.number}/{rack}/{code}"}
    return Objection("box_taken", N_("The box {box} is there already."), facts, place="code")
