"""The stages around the batch: trace, free units, readings under their stays, a logger's file, the map of a freezer.

QCS_BENCH_UNITS, QCS_BENCH_READINGS and QCS_BENCH_LINES set the scale; these rows have no entries, so it comes last.
"""

import csv
import gc
import io
import os
import statistics
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from uuid import uuid4

from django.db import connection, models
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.facility.models import Probe, Reading, ReadingIntake, Room
from apps.facility.selectors import values_at
from apps.lineage.models import Edge
from apps.lineage.selectors import descendant_ids, earlier_generations
from apps.quality.facts import Blocks
from apps.quality.selectors import held_among
from apps.storage.facts import StoreKind
from apps.storage.models import Box, Stay, Store, StoreExcursion
from apps.storage.selectors import boxes_of, map_of, stays_meeting
from apps.transport.facts import Declared, LoggerSeries
from apps.transport.rules.loggers import read_logger
from apps.units.facts import Custody, Disposition, UnitKind
from apps.units.models import Unit
from tests.benchmarks.filling import PATTERN
from tests.benchmarks.storing import Rows, store, wake_sequences
from tests.benchmarks.table import Line, medians, ms, timed

UNITS = int(os.environ.get("QCS_BENCH_UNITS", "1000000"))
READINGS = int(os.environ.get("QCS_BENCH_READINGS", "10000000"))
LINES = int(os.environ.get("QCS_BENCH_LINES", "100000"))
OF_A_BATCH = 100
BATCHES_OF_A_LOT = 100  # the widest lot: about ten thousand records were made with it
FIRST_KEY = 100_000_000
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
ROUNDS, PIECE = 20, 20_000
WALK = """WITH RECURSIVE walk(id) AS (
    SELECT {far} FROM lineage_edge WHERE {near} = %s
    UNION SELECT e.{far} FROM lineage_edge e JOIN walk w ON e.{near} = w.id) SELECT id FROM walk"""
FREE = """WITH RECURSIVE free AS (
    SELECT record_id FROM units_unit WHERE kind = 'PRODUCT' AND custody = 'IN_STORE' AND disposition = 'RELEASED'
    AND expires_at > %s ORDER BY expires_at, number LIMIT 20),
walk(root, id) AS (SELECT record_id, record_id FROM free
    UNION SELECT w.root, e.parent_id FROM lineage_edge e JOIN walk w ON e.record_id = w.id)
SELECT u.*, EXISTS (SELECT 1 FROM walk w JOIN quality_hold h ON h.record_id = w.id
    WHERE w.root = f.record_id AND h.lifted_at IS NULL AND h.blocks_issue)
    FROM free f JOIN units_unit u ON u.record_id = f.record_id"""
JOINED = """SELECT s.unit_id, COUNT(*) FROM facility_reading r JOIN storage_stay s
    ON s.in_at <= r.at AND (s.out_at IS NULL OR r.at < s.out_at) JOIN storage_box b ON b.id = s.box_id
    WHERE r.probe_id = %s AND r.at >= %s AND r.at < %s AND b.store_id = %s GROUP BY s.unit_id"""


def measure_stages() -> list[Line]:
    """Fill and measure: every bound of the stages around the batch."""
    lot, unit = _fill_units()
    lines = [*_traces(lot, unit), _free_units()]
    tank, probe = _fill_store()
    return [*lines, _map(tank), _joined(tank, probe), _logger_file()]


def _traces(lot: int, unit: int) -> Iterator[Line]:
    up = medians(
        {"ours": lambda n: earlier_generations([unit], 401), "sql": _walk("parent_id", "record_id", unit)}, ROUNDS
    )
    yield _line(f"trace upwards, {UNITS:,} units stand", up, ratio=2, most=0.005)
    record = Record.objects.get(pk=lot)
    down = medians({"ours": lambda n: descendant_ids([record]), "sql": _walk("record_id", "parent_id", lot)}, ROUNDS)
    yield _line("trace from the widest lot", down, ratio=2, most=0.150)


def _walk(far: str, near: str, start: int) -> Callable[[int], object]:
    return lambda n: _asked(WALK.format(far=far, near=near), [start])


def _asked(statement: str, given: Sequence[object]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _line(what: str, took: dict[str, float], *, ratio: float, most: float | None = None) -> Line:
    quotient = took["ours"] / took["sql"]
    bound = f"≤ {ratio:g}" + (f" and ≤ {most * 1000:.0f} ms" if most else "")
    holds = quotient <= ratio and (most is None or took["ours"] <= most)
    return Line(what, ms(took["ours"]), ms(took["sql"]), quotient, bound, holds)


def _free_units() -> Line:
    def ours(n: int) -> object:
        found = Unit.objects.filter(
            kind=UnitKind.PRODUCT, custody=Custody.IN_STORE, disposition=Disposition.RELEASED, expires_at__gt=BEGAN
        )
        units = list(found.order_by("expires_at", "number")[:20])
        return held_among([unit.record_id for unit in units], Blocks.ISSUE)

    took = medians({"ours": ours, "sql": lambda n: _asked(FREE, [BEGAN])}, ROUNDS)
    return _line("20 free units with their hold test", took, ratio=1.5, most=0.040)


def _joined(tank: Store, probe: Probe) -> Line:
    """What was read while each unit lay there, of one day: the stays of that time, and the readings under each."""
    start = BEGAN + timedelta(minutes=READINGS // 2)
    end = start + timedelta(days=1)

    def ours(n: int) -> object:
        stays = list(stays_meeting(tank, start, end).values_list("unit_id", "in_at", "out_at"))
        read = sorted(values_at(probe, start, end - timedelta(microseconds=1)))
        return {unit: bisect_left(read, out or end) - bisect_left(read, went) for unit, went, out in stays}

    given = [probe.pk, start, end, tank.pk]
    took = medians({"ours": ours, "sql": lambda n: _asked(JOINED, given)}, 4)
    return _line(f"a day of {READINGS:,} readings joined with stays", took, ratio=2)


def _map(tank: Store) -> Line:
    """The map of one box and the list of all boxes: as many statements as for a box of the demo's store."""
    small = Stay.objects.exclude(box__store=tank).filter(out_at=None).select_related("box__store").first()
    assert small is not None
    box = Box.objects.select_related("store").filter(store=tank)[0]
    of_one, of_all = _mapped(small.box), _mapped(box)
    took = statistics.median(timed(lambda: (map_of(box), boxes_of(tank))) for _ in range(ROUNDS))
    positions = sum(one.grid.positions for one in Box.objects.filter(store=tank))
    what = f"freezer map of {positions:,} positions, statements"
    return Line(what, f"{of_all} ({ms(took)})", str(of_one), bound="the same", holds=of_all == of_one)


def _mapped(box: Box) -> int:
    with CaptureQueriesContext(connection) as asked:
        map_of(box)
        boxes_of(box.store)
    return len(asked)


def _logger_file() -> Line:
    rows = (f"{BEGAN + timedelta(minutes=n):%Y-%m-%d %H:%M:%S},{-170 + n % 7 / 10:.1f}\n" for n in range(LINES))
    content = ("time,temperature\n" + "".join(rows)).encode()
    said = {"format": "TABLE", "unit": "Cel", "zone": "UTC+00:00", "decimal_sign": "POINT", "serial": "L-1"}
    declared = Declared(**said, time_column="time", value_column="temperature")
    assert isinstance(read_logger(content, declared), LoggerSeries)
    gc.collect()
    gc.freeze()  # else both pay for walking through what the bench holds
    acts: dict[str, Callable[[int], object]] = {
        "ours": lambda n: read_logger(content, declared),
        "sql": lambda n: list(csv.reader(io.StringIO(content.decode()))),
    }
    return _line(f"a logger's file of {LINES:,} lines", medians(acts, 4), ratio=3)


# --- filling ---------------------------------------------------------------------------------------------------------
def _fill_units() -> tuple[int, int]:
    """Units of the filled batches, and one lot of which many of these batches were made. The keys of lot and a unit."""
    batches = list(Batch.objects.filter(number__startswith="FB-").order_by("pk")[: max(UNITS // OF_A_BATCH, 1)])
    pattern = Unit.objects.filter(batch__number=PATTERN, kind=UnitKind.PRODUCT).order_by("pk").first()
    assert pattern is not None
    lot = _record(FIRST_KEY, "lot", "BENCH-LOT")
    keys = iter(range(FIRST_KEY + 1, 2 * FIRST_KEY))
    _stored(
        [lot],
        [
            Edge(pk=next(keys), record_id=one.record_id, parent=lot, last_entry_id=uuid4())
            for one in batches[:BATCHES_OF_A_LOT]
        ],
    )
    wanted = ((n, batch) for batch in batches for n in range(OF_A_BATCH))
    last = 0
    while piece := list(islice(wanted, PIECE)):
        records = [_record(next(keys), "unit", f"{batch.number}-U{n:03}") for n, batch in piece]
        units = [_unit(pattern, record, batch, next(keys)) for record, (_n, batch) in zip(records, piece, strict=True)]
        edges = [
            Edge(pk=next(keys), record=one.record, parent_id=one.batch.record_id, last_entry_id=uuid4())
            for one in units
        ]
        _stored(records, units, edges)
        last = records[-1].pk
    wake_sequences([Record, Unit, Edge])
    return lot.pk, last


def _record(pk: int, kind: str, number: str) -> Record:
    return Record(pk=pk, address=f"{kind}/{number}", kind=kind, site="NANHU", opened_at=BEGAN)


def _unit(pattern: Unit, record: Record, batch: Batch, pk: int) -> Unit:
    names = {field.attname for field in Unit._meta.concrete_fields} - {"id", "record_id", "batch_id", "number"}
    unit = Unit(pk=pk, record=record, batch=batch, number=record.number)
    for name in names:
        setattr(unit, name, getattr(pattern, name))
    unit.custody, unit.disposition = Custody.IN_STORE, Disposition.RELEASED
    unit.expires_at = BEGAN + timedelta(days=3650, minutes=pk % 1_000_003)
    return unit


def _stored(*together: Sequence[models.Model]) -> None:
    rows = Rows()
    for one in together:
        rows.add(one)
    store(rows.packed())


def _fill_store() -> tuple[Store, Probe]:
    """A tank of 100 boxes of 100 positions, all taken, and a probe that read it every minute for years."""
    room = Room.objects.first()
    assert room is not None
    keys = iter(range(FIRST_KEY // 2, FIRST_KEY))
    records = [_record(next(keys), "store", "BENCH-LN"), _record(next(keys), "probe", "BENCH-TP")]
    tank = Store(
        pk=next(keys), record=records[0], number="BENCH-LN", site_id=room.site_id, room=room, kind=StoreKind.TANK
    )
    tank.label, tank.high, tank.last_entry_id = "Bench", Decimal(-150), uuid4()
    probe = Probe(
        pk=next(keys), record=records[1], number="BENCH-TP", site_id=room.site_id, watches=records[0], unit="Cel"
    )
    probe.silent_after, probe.installed_at, probe.last_entry_id = 15, BEGAN, uuid4()
    boxes = [_box(tank, next(keys), n) for n in range(100)]
    units = Unit.objects.filter(number__startswith="FB-").order_by("pk").values_list("pk", flat=True)[:10_000]
    stays = [_stay(boxes[n // 100], pk, next(keys), n % 100) for n, pk in enumerate(units)]
    _stored(records, [tank], [probe], boxes, stays)
    _fill_readings(probe, tank)
    wake_sequences([Store, Probe, Box, Stay, Reading, StoreExcursion])
    return Store.objects.select_related("record", "site").get(number="BENCH-LN"), Probe.objects.get(number="BENCH-TP")


def _box(tank: Store, pk: int, n: int) -> Box:
    return Box(
        pk=pk,
        record=tank.record,
        store=tank,
        rack=str(n // 10),
        code=str(n % 10),
        rows=10,
        columns=10,
        last_entry_id=uuid4(),
    )


def _stay(box: Box, unit: int, pk: int, n: int) -> Stay:
    stay = Stay(
        pk=pk, record=box.record, unit_id=unit, box=box, row=n // 10 + 1, column=n % 10 + 1, last_entry_id=uuid4()
    )
    stay.in_at, stay.in_by = BEGAN + timedelta(minutes=n), "bench"
    return stay


def _fill_readings(probe: Probe, tank: Store) -> None:
    intake = ReadingIntake(
        pk=FIRST_KEY, record=probe.record, probe=probe, source="bench", unit="Cel", last_entry_id=uuid4()
    )
    intake.taken_at, intake.taken_by = BEGAN, "bench"
    for field in ReadingIntake._meta.concrete_fields:
        if getattr(intake, field.attname) is None and not field.null:
            setattr(intake, field.attname, 0 if "Integer" in field.get_internal_type() else "")
    _stored([intake])
    first = (Reading.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    value = Decimal("-170.0")
    for start in range(0, READINGS, PIECE):
        many = range(start, min(start + PIECE, READINGS))
        _stored(
            [
                Reading(
                    pk=first + n,
                    probe=probe,
                    at=BEGAN + timedelta(minutes=n),
                    value=value,
                    given="-170.0",
                    intake=intake,
                )
                for n in many
            ]
        )
