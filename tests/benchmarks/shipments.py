"""A shipment-like change: fifty units, their chains and what they are made from, from eight processes at once."""

import random
import time
from collections.abc import Sequence
from copy import copy
from multiprocessing import get_context

from django.db import OperationalError, connection
from django.db.models.base import ModelState
from django.utils import timezone

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import Actor
from apps.units.facts import Custody
from apps.units.models import Unit
from tests.benchmarks.table import Line

PROCESSES = 8
UNITS = 2000
TOGETHER = 50
SECONDS = 8.0
BOUND = 60
COURIER = Actor(username="storekeeper", printed_name="Store", role="STOREKEEPER", device="benchmark")


def measure_shipments() -> list[Line]:
    """The line about shipments."""
    units = _units()
    pairs = [(unit.pk, unit.record_id) for unit in units]
    relied_on = units[0].batch.record_id
    connection.close()
    with get_context("fork").Pool(PROCESSES) as processes:
        tasks = [(seed, pairs, relied_on) for seed in range(PROCESSES)]
        done = processes.starmap(_ship, tasks, chunksize=1)
    rate, deadlocks = sum(shipped for shipped, _ in done) / SECONDS, sum(locked for _, locked in done)
    is_bound = connection.vendor == "postgresql"
    return [
        Line(
            f"change of {TOGETHER} records from {PROCESSES} processes",
            f"{rate:.0f}/s, {deadlocks} deadlocks",
            bound=f"≥ {BOUND}/s, 0 deadlocks" if is_bound else "",
            holds=rate >= BOUND and deadlocks == 0 if is_bound else None,
        )
    ]


def _units() -> list[Unit]:
    """Two thousand units in store, like one of the demo's."""
    pattern = Unit.objects.select_related("batch__record").order_by("pk")[0]
    with audited(actor=COURIER, action="unit.filled", at=timezone.now()) as change:
        rows = [_like(pattern, n, change.open_record("unit", f"BENCH-{n}", pattern.record.site)) for n in range(UNITS)]
        return change.create_many(rows)


def _like(pattern: Unit, n: int, record: Record) -> Unit:
    unit = copy(pattern)
    unit._state = ModelState()
    unit.__dict__ |= {"id": None, "last_entry_id": None, "record_id": record.pk, "number": f"BENCH-{n}"}
    unit.batch, unit.custody = pattern.batch, Custody.IN_STORE
    return unit


def _ship(seed: int, pairs: Sequence[tuple[int, int]], relied_on: int) -> tuple[int, int]:
    chosen, shipped, deadlocks = random.Random(seed), 0, 0
    records = Record.objects.in_bulk([relied_on, *(record for _, record in pairs)])
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        some = chosen.sample(pairs, TOGETHER)
        try:
            _ship_one([pk for pk, _ in some], [records[record] for _, record in some], records[relied_on])
            shipped += 1
        except OperationalError as error:
            if "deadlock" not in str(error):
                raise
            deadlocks += 1
    connection.close()
    return shipped, deadlocks


def _ship_one(units: Sequence[int], records: Sequence[Record], made_from: Record) -> None:
    at = timezone.now()
    with audited(actor=COURIER, action="unit.shipped", at=at, touching=records, relying_on=[made_from]) as change:
        change.update_many(list(Unit.objects.filter(pk__in=units)), custody=Custody.IN_TRANSIT, holder="courier")
