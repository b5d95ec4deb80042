"""Readings of a store's probes are kept and judged; each excursion is told once and holds all that was there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, Stale
from apps.core.roles import Role
from apps.core.text import N_
from apps.documents.store import keep_file
from apps.facility.facts import JUDGED_IN, Point, Quantity
from apps.facility.models import Probe, ReadingIntake
from apps.facility.rules.readings import in_unit
from apps.facility.selectors import probe_now
from apps.facility.services import keep_readings
from apps.facility.services.probing import Came, is_misdeclared
from apps.organisation.services import require
from apps.products.loader import standard_tables
from apps.quality.facts import Blocks, Severity
from apps.quality.models import Event
from apps.quality.services import place_holds
from apps.storage.facts import Keeping, Spell
from apps.storage.models import Stay, Store, StoreExcursion
from apps.storage.rules.excursions import is_beyond, is_not_judged, mean_of
from apps.storage.selectors import (
    Planned,
    excursion_of,
    excursions_between,
    holds_of,
    planned,
    store_now,
    unheld,
    unheld_cultures,
)
from apps.storage.services.cultures import hold_cultures, report_on, told_of, worst_of

READERS = (Role.OPERATOR, Role.CHECKER, Role.STOREKEEPER, Role.QC_HEAD, Role.QA)
LEFT_RANGE = N_("{store} keeps {keeps}; {probe} read {worst}, from {began} UTC on.")
WENT_BEYOND = N_("{store} keeps {keeps}; {probe} went beyond the rejection limit: {worst}, from {began} UTC on.")
WAS_THERE = N_("{unit} was in {store} ({keeps}) when {probe} read {worst}, from {began} UTC on.")
ONCE_SAID = (  # what rows of before say, when probes read nothing but degrees: still read in Chinese
    N_("{store} keeps {keeps}; {probe} read {worst} °C, from {began} UTC on."),
    N_("{store} keeps {keeps}; {probe} went beyond the rejection limit: {worst} °C, from {began} UTC on."),
    N_("{unit} was in {store} ({keeps}) when {probe} read {worst} °C, from {began} UTC on."),
)


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

    `points` are in the unit in which they came. Units that were there while the store was outside its range are held,
    and batches that were in culture there; a batch is told by an event of its own.
    `file` is what they were read from; it is kept when nothing stood against them.
    """
    who = require(actor, READERS, store.site.code, at=at, about=store.record.address)
    likely = _likely(store, probe, points, came, at)
    with audited(
        actor=who, action="readings.taken", at=at, touching=[probe.record, store.record, *likely]
    ) as change:  # fmt: skip
        probe, store = probe_now(probe), store_now(store)
        intake = keep_readings(change, probe=probe, points=points, came=came)
        taken = Taken(intake, _judge(change, store, probe, intake, {record.pk for record in likely}))
        if file:
            keep_file(file)
        return taken


def hold_exposed(change: Change, *, stay: Stay, store: Store) -> None:
    """Hold a unit that is put, or is said to have been put, into a store that was outside its range at that time."""
    record = stay.unit.record
    for excursion in excursions_between(store, stay.in_at, stay.out_at):
        if record.pk not in holds_of(excursion.hold_key, [record.pk]):
            _hold(change, excursion, {record: stay})


def _likely(store: Store, probe: Probe, points: Sequence[Point], came: Came, at: datetime) -> list[Record]:
    """The records of what these readings will hold: locked before anything is judged."""
    units, judged_in = standard_tables().units, JUDGED_IN[Quantity(probe.quantity)]
    unfit = [*is_misdeclared(probe, came), is_not_judged(probe.number, probe.unit, judged_in)]
    if any(unfit):
        raise BadInput(*[one for one in unfit if one])
    more: dict[datetime, Decimal] = {
        point.at: in_unit(point.value, came.unit, probe.unit, units) for point in points
    }  # fmt: skip
    if not more:
        return []
    found: dict[int, Record] = {}
    for one in planned(store, probe, min(more), max(more), more):
        there, cultures = _meeting(store, one, at)
        found |= {record.pk: record for record in (*there, *cultures)}
    return list(found.values())


def _meeting(store: Store, one: Planned, at: datetime) -> tuple[dict[Record, Stay], dict[Record, Batch]]:
    """The units and the batches in culture that an excursion met and that need a hold."""
    spell, key, keeping = one
    before = excursion_of(key)
    return unheld(store, keeping, spell, before), unheld_cultures(store, keeping, spell, before, at)


def _judge(
    change: Change, store: Store, probe: Probe, intake: ReadingIntake, locked: Collection[int]
) -> tuple[StoreExcursion, ...]:
    if intake.first_at is None or intake.last_at is None:
        return ()
    plan = planned(store, probe, intake.first_at, intake.last_at)
    return tuple(_tell(change, store, probe, one, locked) for one in plan)


def _tell(change: Change, store: Store, probe: Probe, one: Planned, locked: Collection[int]) -> StoreExcursion:
    """An excursion is opened once, or grows by what is new; then what was there is held."""
    there, cultures = _meeting(store, one, change.at)
    if not {record.pk for record in (*there, *cultures)} <= set(locked):
        raise Stale(Objection("changed_meanwhile", N_("Units were moved meanwhile. Send the readings again.")))
    spell, key, keeping = one
    before = excursion_of(key)
    excursion = _grow(change, before, spell, keeping) if before else _open(change, store, probe, spell, keeping)
    _hold(change, excursion, there)
    hold_cultures(change, excursion, cultures)
    return excursion


def _open(change: Change, store: Store, probe: Probe, spell: Spell, keeping: Keeping) -> StoreExcursion:
    kept = keeping.range
    excursion = StoreExcursion(record=store.record, store=store, probe=probe, low=kept.low, high=kept.high)
    for name, value in _columns(keeping, spell, None).items():
        setattr(excursion, name, value)
    excursion.event = _event(change, excursion)
    return change.create(excursion, action="store.excursion.opened")


def _grow(change: Change, excursion: StoreExcursion, spell: Spell, keeping: Keeping) -> StoreExcursion:
    columns = _columns(keeping, spell, excursion)
    news = {name: value for name, value in columns.items() if value != getattr(excursion, name)}
    if news.get("rejects"):
        said = {**told_of(excursion), "worst": worst_of(excursion.probe, spell.worst)}
        record = excursion.store.record
        news["event"] = report_on(change, record, excursion, Severity.CRITICAL, WENT_BEYOND, said)
    return change.update(excursion, action="store.excursion.grew", **news) if news else excursion


def _columns(keeping: Keeping, spell: Spell, before: StoreExcursion | None) -> dict[str, object]:
    """`rejects` is never taken back: what went beyond the rejection limit did so."""
    return {
        "rejects": bool(before and before.rejects) or is_beyond(spell, keeping.rejection),
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
    return report_on(change, excursion.store.record, excursion, severity, template, told_of(excursion))


def _hold(change: Change, excursion: StoreExcursion, there: dict[Record, Stay]) -> None:
    facts = told_of(excursion)
    place_holds(
        change,
        records={record: {**facts, "unit": stay.unit.number} for record, stay in there.items()},
        key=excursion.hold_key,
        blocks=[Blocks.ISSUE, Blocks.USE],
        code="excursion",
        template=WAS_THERE,
    )
