"""Readings of a store's probes are kept and judged; each excursion is told once and holds every unit that was there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, Stale, stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_, trimmed
from apps.documents.store import keep_file
from apps.facility.facts import Point
from apps.facility.models import Probe, ReadingIntake
from apps.facility.rules.readings import has_no_unit, in_unit
from apps.facility.selectors import probe_now
from apps.facility.services import keep_readings
from apps.facility.services.probing import Came
from apps.organisation.services import require
from apps.products.loader import standard_tables
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.models import Event
from apps.quality.services import place_holds, report_event
from apps.storage import rules
from apps.storage.facts import Rejection, Spell
from apps.storage.models import Stay, Store, StoreExcursion
from apps.storage.rules.excursions import is_beyond, is_not_judged, mean_of
from apps.storage.selectors import CELSIUS, excursion_of, excursions_between, holds_of, planned, store_now, unheld
from apps.storage.services.placing import KEEPERS, rejection_columns

READERS = (Role.OPERATOR, Role.CHECKER, Role.STOREKEEPER, Role.QC_HEAD, Role.QA)
LEFT_RANGE = N_("{store} keeps {keeps}; {probe} read {worst} °C, from {began} UTC on.")
WENT_BEYOND = N_("{store} keeps {keeps}; {probe} went beyond the rejection limit: {worst} °C, from {began} UTC on.")
WAS_THERE = N_("{unit} was in {store} ({keeps}) when {probe} read {worst} °C, from {began} UTC on.")


@dataclass(frozen=True)
class Taken:
    """What an intake brought, and the excursions it opened, lengthened or ended."""

    intake: ReadingIntake
    excursions: tuple[StoreExcursion, ...]

    @property
    def excursion_keys(self) -> list[int]:
        """The excursions by their keys."""
        return [excursion.pk for excursion in self.excursions]


def take_readings(
    *,
    store: Store,
    probe: Probe,
    points: Sequence[Point],
    came: Came,
    actor: Actor,
    at: datetime,
    file: bytes = b"",
) -> Taken:
    """Keep readings of a store's probe, all or none; what they tell of its range is told at once.

    `points` are in the unit in which they came. Units that were there while the store was outside its range are held.
    `file` is what they were read from; it is kept when nothing stood against them.
    """
    who = require(actor, READERS, store.site.code, at=at, about=store.record.address)
    likely = _likely(store, probe, points, came)
    with audited(
        actor=who, action="readings.taken", at=at, touching=[probe.record, store.record, *likely]
    ) as change:  # fmt: skip
        probe, store = probe_now(probe), store_now(store)
        intake = keep_readings(change, probe=probe, points=points, came=came)
        taken = Taken(intake, _judge(change, store, probe, intake, {record.pk for record in likely}))
        if file:
            keep_file(file)
        return taken


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


def hold_exposed(change: Change, *, stay: Stay, store: Store) -> None:
    """Hold a unit that is put, or is said to have been put, into a store that was outside its range at that time."""
    record = stay.unit.record
    for excursion in excursions_between(store, stay.in_at, stay.out_at):
        if record.pk not in holds_of(excursion.hold_key, [record.pk]):
            _hold(change, excursion, {record: stay})


def _likely(store: Store, probe: Probe, points: Sequence[Point], came: Came) -> list[Record]:
    """The records of the units that these readings will hold: locked before anything is judged."""
    units = standard_tables().units
    is_temperature = units.is_same_kind(probe.unit, CELSIUS)
    unfit = has_no_unit(came.unit, probe.unit, units) or is_not_judged(
        probe.number, probe.unit, CELSIUS, is_temperature=is_temperature
    )
    if unfit:
        raise BadInput(unfit)
    more: dict[datetime, Decimal] = {
        point.at: in_unit(point.value, came.unit, probe.unit, units) for point in points
    }  # fmt: skip
    if not more:
        return []
    found: dict[int, Record] = {}
    for spell, key in planned(store, probe, min(more), max(more), more):
        found |= {record.pk: record for record in unheld(store, spell, excursion_of(key))}
    return list(found.values())


def _judge(
    change: Change, store: Store, probe: Probe, intake: ReadingIntake, locked: Collection[int]
) -> tuple[StoreExcursion, ...]:
    if intake.first_at is None or intake.last_at is None:
        return ()
    plan = planned(store, probe, intake.first_at, intake.last_at)
    return tuple(_tell(change, store, probe, spell, excursion_of(key), locked) for spell, key in plan)


def _tell(
    change: Change,
    store: Store,
    probe: Probe,
    spell: Spell,
    before: StoreExcursion | None,
    locked: Collection[int],
) -> StoreExcursion:
    """An excursion is opened once, or grows by what is new; then what was there is held."""
    there = unheld(store, spell, before)
    if not {record.pk for record in there} <= set(locked):
        raise Stale(Objection("changed_meanwhile", N_("Units were moved meanwhile. Send the readings again.")))
    excursion = _grow(change, before, spell) if before else _open(change, store, probe, spell)
    _hold(change, excursion, there)
    return excursion


def _open(change: Change, store: Store, probe: Probe, spell: Spell) -> StoreExcursion:
    excursion = StoreExcursion(record=store.record, store=store, probe=probe, low=store.low, high=store.high)
    for name, value in _columns(store, spell, None).items():
        setattr(excursion, name, value)
    excursion.event = _event(change, excursion)
    return change.create(excursion, action="store.excursion.opened")


def _grow(change: Change, excursion: StoreExcursion, spell: Spell) -> StoreExcursion:
    columns = _columns(excursion.store, spell, excursion)
    news = {name: value for name, value in columns.items() if value != getattr(excursion, name)}
    if news.get("rejects"):
        said = {**_facts(excursion), "worst": trimmed(spell.worst)}
        news["event"] = _report(change, excursion, Severity.CRITICAL, WENT_BEYOND, said)
    return change.update(excursion, action="store.excursion.grew", **news) if news else excursion


def _columns(store: Store, spell: Spell, before: StoreExcursion | None) -> dict[str, object]:
    """`rejects` is never taken back: what went beyond the rejection limit did so."""
    return {
        "rejects": bool(before and before.rejects) or is_beyond(spell, store.rejection),
        "began_at": spell.began_at,
        "last_at": spell.last_at,
        "ended_at": spell.ended_at,
        "worst": spell.worst,
        "mean": mean_of(spell),
        "readings": spell.readings,
        "unwatched": int(spell.unwatched.total_seconds()),
    }


def _event(change: Change, excursion: StoreExcursion) -> Event:
    severity, template = (Severity.CRITICAL, WENT_BEYOND) if excursion.rejects else (Severity.MAJOR, LEFT_RANGE)
    return _report(change, excursion, severity, template, _facts(excursion))


def _report(
    change: Change, excursion: StoreExcursion, severity: Severity, template: str, facts: dict[str, object]
) -> Event:
    return report_event(
        change,
        subject=excursion.store.record,
        kind=EventKind.EXCURSION,
        severity=severity,
        template=template,
        facts=facts,
        about=excursion.probe.record.address,
    )


def _hold(change: Change, excursion: StoreExcursion, there: dict[Record, Stay]) -> None:
    facts = _facts(excursion)
    place_holds(
        change,
        records={record: {**facts, "unit": stay.unit.number} for record, stay in there.items()},
        key=excursion.hold_key,
        blocks=[Blocks.ISSUE, Blocks.USE],
        code="excursion",
        template=WAS_THERE,
    )


def _facts(excursion: StoreExcursion) -> dict[str, object]:
    return {
        "store": excursion.store.number,
        "keeps": rules.warmth_text(excursion.warmth),
        "probe": excursion.probe.number,
        "worst": trimmed(excursion.worst),
        "began": f"{excursion.began_at:%Y-%m-%d %H:%M}",
    }
