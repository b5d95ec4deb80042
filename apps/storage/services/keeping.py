"""What a store keeps and for how long it may not, with the reasons; the number under which steps scan it."""

from datetime import datetime, timedelta

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.facility.facts import Quantity
from apps.facility.models import Instrument
from apps.organisation.services import require
from apps.storage import rules
from apps.storage.facts import Rejection, Warmth
from apps.storage.models import Store, StoreExcursion, StoreLimit
from apps.storage.selectors import store_now
from apps.storage.services.placing import KEEPERS, rejection_columns


def change_tolerance(
    *,
    store: Store,
    minutes: int,
    reason: str,
    actor: Actor,
    at: datetime,
    rejection: Rejection | None = None,
) -> Store:
    """Say how long a store may lie outside its range before that is an excursion; from now on, with the reason.

    `rejection`: its second limit; None leaves the one it has.
    """
    who = require(actor, KEEPERS, store.site.code, at=at, about=store.record.address)
    stop_if(reason_is_missing(reason))
    with audited(actor=who, action="store.tolerance.changed", at=at, reason=reason, touching=[store.record]) as change:
        store = store_now(store)
        limit = rejection or store.rejection
        stop_if(rules.rejects_within(store.warmth, timedelta(minutes=minutes), limit))
        return change.update(store, tolerated_minutes=minutes, **rejection_columns(limit))


def set_limit(
    *,
    store: Store,
    quantity: Quantity,
    keeps: Warmth,
    minutes: int,
    reason: str,
    actor: Actor,
    at: datetime,
    rejection: Rejection | None = None,
) -> StoreLimit:
    """Say what a store keeps of a gas or of humidity, from now on; what was in force until now ends, and what was open.

    `rejection`: its second limit; None: it has none.
    """
    who = require(actor, KEEPERS, store.site.code, at=at, about=store.record.address)
    limit = rejection or Rejection()
    stop_if(
        reason_is_missing(reason),
        rules.is_kept_by_the_store(quantity),
        rules.has_no_ends(keeps),
        rules.rejects_within(keeps, timedelta(minutes=minutes), limit),
    )
    with audited(actor=who, action="store.limit.set", at=at, reason=reason, touching=[store.record]) as change:
        store = store_now(store)
        before = StoreLimit.objects.filter(store=store, quantity=quantity, ended_at=None)
        for standing in before:
            change.update(standing, ended_at=at)
        for excursion in StoreExcursion.objects.filter(store=store, probe__quantity=quantity, ended_at=None):
            change.update(excursion, ended_at=max(at, excursion.last_at + timedelta.resolution))
        row = StoreLimit(record=store.record, store=store, quantity=quantity, began_at=at, **rejection_columns(limit))
        row.low, row.high, row.tolerated_minutes = keeps.low, keeps.high, minutes
        return change.create(row)


def name_instrument(*, store: Store, instrument: Instrument, actor: Actor, at: datetime) -> Store:
    """Say under which number the steps of a batch scan a store: its excursions reach what was in culture there."""
    who = require(actor, KEEPERS, store.site.code, at=at, about=store.record.address)
    touching = [store.record, instrument.record]
    with audited(actor=who, action="store.instrument.named", at=at, touching=touching) as change:
        store = store_now(store)
        taken = Store.objects.filter(instrument=instrument).first()
        stop_if(
            _stands_elsewhere(store, instrument),
            rules.is_known_as(store.number, store.instrument.number if store.instrument else ""),
            rules.is_known_as(taken.number, instrument.number) if taken and taken.pk != store.pk else None,
        )
        return change.update(store, instrument=instrument)


def _stands_elsewhere(store: Store, instrument: Instrument) -> Objection | None:
    if store.site_id == instrument.site_id:
        return None
    template = N_("{instrument} belongs to another site than {store}.")
    return Objection("other_site", template, {"instrument": instrument.number, "store": store.number}, "instrument")
