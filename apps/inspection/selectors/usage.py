"""The log of an instrument or a room: used for which batch, what was done to it, what went wrong; newest first."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet

from apps.audit.models import Entry, Record
from apps.batches.models import RecordedValue
from apps.core.tables import as_text
from apps.core.text import N_
from apps.facility.models import Excursion, Instrument, LineClearance, Room
from apps.inspection.facts import Use
from apps.storage.models import StoreExcursion
from apps.testing.models import RunNeed

SHOWN, EXPORTED = 500, 100_000
KEPT_UP = ("equipment.", "room.")  # what was done to the thing itself, as its own chain tells it


def use_log(record: Record, most: int = SHOWN) -> list[Use]:
    """What happened with an instrument, or in a room and with what stands there; of a batch, what was used for it."""
    if record.kind not in ("equipment", "room"):
        return list(_values(RecordedValue.objects.filter(record=record, instrument__isnull=False), most))
    room = Room.objects.filter(record=record).first()
    things = Instrument.objects.filter(room=room) if room else Instrument.objects.filter(record=record)
    values = RecordedValue.objects.filter(instrument__in=things)
    rows = [*_values(values, most), *_runs(things, most), *_excursions(things, most)]
    rows += [*_read_outside(things, most), *_care(record, most)]
    if room:
        rows += _clearances(room, most)
    return sorted(rows, key=lambda one: one.at, reverse=True)[:most]


def as_table(uses: Sequence[Use]) -> str:
    """The log as a table for export."""
    rows = ([one.at.isoformat(), one.thing, one.what, one.address, one.by, one.note] for one in uses)
    return as_text(["at", "instrument", "what", "address", "by", "note"], rows)


def _values(values: QuerySet[RecordedValue], most: int) -> Iterator[Use]:
    for value in values.select_related("instrument", "record").order_by("-performed_at")[:most]:
        number, address = value.instrument.number if value.instrument else "", f"{value.record.address}/{value.place}"
        yield Use(value.performed_at, number, N_("used"), address, value.printed_name)


def _runs(things: QuerySet[Instrument], most: int) -> Iterator[Use]:
    needs = RunNeed.objects.filter(instrument__in=things).select_related("instrument", "run__record")
    for need in needs.order_by("-run__started_at")[:most]:
        number = need.instrument.number if need.instrument else ""
        yield Use(need.run.started_at, number, N_("used"), need.run.record.address, need.run.analyst_name)


def _excursions(things: QuerySet[Instrument], most: int) -> Iterator[Use]:
    for one in (
        Excursion.objects.filter(instrument__in=things).select_related("instrument").order_by("-began_at")[:most]
    ):
        note = f"{one.condition} {one.worst} {one.unit}, {_minutes(one.began_at, one.ended_at)} min. {one.note}".strip()
        yield Use(one.began_at, one.instrument.number, N_("excursion"), "", "", note)


def _read_outside(things: QuerySet[Instrument], most: int) -> Iterator[Use]:
    """What the probes of a store read that is scanned as this instrument."""
    found = StoreExcursion.objects.filter(store__instrument__in=things).order_by("-began_at")
    for one in found.select_related("store__instrument", "probe", "event__record")[:most]:
        ended = f"{_minutes(one.began_at, one.ended_at)} min" if one.ended_at else "…"
        note = f"{one.probe.number} {one.worst.normalize():f} {one.probe.mark}, {ended}"
        number = one.store.instrument.number if one.store.instrument else ""
        yield Use(one.began_at, number, N_("excursion"), one.event.record.address, "", note)


def _care(record: Record, most: int) -> Iterator[Use]:
    kept = Entry.objects.filter(record=record, action__startswith=KEPT_UP[record.kind == "room"])
    for entry in kept.exclude(action="equipment.excursion.recorded").order_by("-n")[:most]:
        yield Use(entry.at, record.number, entry.action, f"{record.address}#{entry.n}", entry.username)


def _clearances(room: Room, most: int) -> Iterator[Use]:
    found = LineClearance.objects.filter(room=room).select_related("cleared_for").order_by("-cleared_at")[:most]
    for one in found:
        note = f"{one.cleared_at:%Y-%m-%d %H:%M} – {one.left_at:%Y-%m-%d %H:%M} UTC" if one.left_at else ""
        yield Use(one.cleared_at, room.code, N_("cleared for a batch"), one.cleared_for.address, one.cleared_by, note)


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)
