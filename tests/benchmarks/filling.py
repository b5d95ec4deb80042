"""Fills a database with batches that have valid chains, fast: the door does its work, COPY stores its rows.

Canonical text, hashes, numbers and heads come from the door's own code (`apps.audit.services.door.Change`); only the
storing is replaced. What is filled is one pattern many times: a running batch of CT-0042's master record, one hundred
values in. Two processes make the rows, a third stores them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from multiprocessing import get_context
from operator import attrgetter
from typing import TypeVar

from django.db import connection, models
from django.db.models import Max
from django.db.models.base import ModelState

from apps.audit.models import Audited, Entry, Head, Record
from apps.audit.services.door import Change
from apps.batches.facts.words import BatchState, StepState
from apps.batches.models import Batch, RecordedValue, Step
from apps.core.actor import Actor
from tests.benchmarks.storing import Rows, store, wake_sequences

PATTERN = "CT-0042"
LEFT_OPEN = "expansion[1].incubate.temperature"  # what the benchmark records
VALUES = 100
RUNNING = 400  # the oldest, whatever follows: an archive grows, what is being made does not
FIRST_KEY = 10_000_000  # below it is room for rows that a benchmark numbers itself
PIECE = 100  # batches made at once
Row = TypeVar("Row", bound=Audited)
FILLED = (Record, Head, Entry, Batch, Step, RecordedValue)


@dataclass(frozen=True)
class Pattern:
    """What every filled batch looks like: the rows of a batch of the demo, up to its hundredth value."""

    batch: Batch
    record: Record
    steps: tuple[Step, ...]
    values: tuple[RecordedValue, ...]
    actor: Actor


@dataclass(frozen=True)
class Order:
    """Some batches to be made: their place among all, and the first free primary key of each table."""

    first: int
    many: int
    keys: Mapping[str, int]
    is_full: bool = True


def pattern_from_demo() -> Pattern:
    """The pattern, cut from the batch that the demo played."""
    batch = Batch.objects.select_related("record").get(number=PATTERN)
    recorded = RecordedValue.objects.filter(batch=batch, supersedes=None).exclude(place=LEFT_OPEN)
    values = tuple(recorded.select_related("step").order_by("pk")[:VALUES])
    sections = {value.step.section for value in values}
    every = Step.objects.filter(batch=batch).order_by("pk")
    steps = tuple(step for step in every if step.section in sections or "[" not in step.section)
    actor = Actor(username="operator", printed_name=values[0].printed_name, role="OPERATOR", device="benchmark")
    return Pattern(batch, batch.record, steps, values, actor)


class FillingChange(Change):
    """The door, with rows numbered here and handed on instead of stored one statement at a time."""

    def __init__(self, pattern: Pattern, at: datetime, keys: Mapping[str, Iterator[int]], rows: Rows) -> None:
        super().__init__(pattern.actor, "batch.planned", at, "", [])
        self._keys, self._rows = keys, rows
        self._kept: dict[int, Head] = {}

    def _store(self, rows: Sequence[models.Model]) -> None:
        for row in rows:
            row.pk = next(self._keys[row._meta.db_table])
        self._rows.add(rows)

    def _heads(self, record_ids: set[int]) -> dict[int, Head]:
        if not self._kept:
            self._kept = super()._heads(record_ids)
        return self._kept

    def _close(self, entries: Sequence[Entry], heads: Iterable[Head]) -> None:
        self._rows.add(entries)  # heads are stored once, at the end of the batch

    def close(self) -> None:
        """Everything of this batch is written."""
        self._rows.add(list(self._kept.values()))


def write_batch(change: FillingChange, pattern: Pattern, n: int, order: Order) -> None:
    """One batch: planned with its steps, then each step's values in one pass of the door."""
    number = f"FB-{n:06d}"
    record = change.open_record("batch", number, pattern.record.site)
    batch = change.create(_copy(pattern.batch, record.pk, number=number, **_standing(pattern.batch, n < RUNNING)))
    if order.is_full:
        steps = [_copy(step, record.pk, batch_id=batch.pk, **_state(step, pattern)) for step in pattern.steps]
        change.create_many(steps, action="batch.step.opened")
        keys = {step.pk: new.pk for step, new in zip(pattern.steps, steps, strict=True)}
        _write_values(change, pattern, batch, keys)
    else:
        change.flush()
    change.close()


def _write_values(change: FillingChange, pattern: Pattern, batch: Batch, steps: Mapping[int, int]) -> None:
    for at, together in groupby(pattern.values, attrgetter("recorded_at")):
        change.flush()
        change.at = at
        change.create_many([_value(value, batch, steps) for value in together], action="batch.value.recorded")
    change.flush()


def _value(value: RecordedValue, batch: Batch, steps: Mapping[int, int]) -> RecordedValue:
    text = value.text.replace(PATTERN, batch.number)
    own = {"batch_id": batch.pk, "step_id": steps[value.step_id], "text": text}
    return _copy(value, batch.record_id, **own, vessel_id=None, file_id=None, second_id=None)


def _standing(batch: Batch, is_running: bool) -> dict[str, object]:
    if not is_running:
        return {"state": BatchState.RELEASED}
    later = ("finished_at", "reviewed_at", "certified_at", "released_at", "ended_at")
    return {"state": BatchState.RUNNING, **dict.fromkeys(later)}


def _state(step: Step, pattern: Pattern) -> dict[str, object]:
    last = pattern.values[-1].step_id
    is_open = step.pk >= last or LEFT_OPEN.startswith(f"{step.place}.")
    unsigned = {"performed_id": None, "performed_hash": "", "second_id": None, "second_hash": ""}
    return unsigned | ({"state": StepState.OPEN, "completed_at": None, "completed_by": ""} if is_open else {})


def _copy(row: Row, record: int, **other: object) -> Row:
    copied = copy(row)
    copied._state = ModelState()
    copied.__dict__ |= {"id": None, "last_entry_id": None, "record_id": record, **other}
    return copied


# --- many at once ---------------------------------------------------------------------------------------------------


def fill(until: int, *, full_until: int) -> Iterator[int]:
    """Fill up to `until` batches; those after `full_until` are headers only. Yields how many stand."""
    pattern = pattern_from_demo()
    stand = Batch.objects.filter(number__startswith="FB-").count()
    orders = list(_orders(pattern, stand, until, full_until))
    connection.close()
    with get_context("fork").Pool(int(os.environ.get("QCS_BENCH_MAKERS", "2")), _remember, [pattern]) as makers:
        for made in makers.imap(_make, orders):
            store(made)
            stand += PIECE
            yield min(stand, until)
    wake_sequences(FILLED)


def _orders(pattern: Pattern, stand: int, until: int, full_until: int) -> Iterator[Order]:
    last = {model._meta.db_table: model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in _numbered()}
    keys = {table: max(pk, FIRST_KEY) for table, pk in last.items()}
    for first in range(stand, until, PIECE):
        many, is_full = min(PIECE, until - first), first < full_until
        yield Order(first, many, dict(keys), is_full)
        for table, rows in _rows_of_one(pattern, is_full).items():
            keys[table] += rows * many


def _numbered() -> list[type[models.Model]]:
    return [Record, Batch, Step, RecordedValue]


def _rows_of_one(pattern: Pattern, is_full: bool) -> dict[str, int]:
    rows = {Record: 1, Batch: 1, Step: len(pattern.steps) * is_full, RecordedValue: len(pattern.values) * is_full}
    return {model._meta.db_table: n for model, n in rows.items()}


_pattern: list[Pattern] = []


def _remember(pattern: Pattern) -> None:
    _pattern.append(pattern)


def _make(order: Order) -> dict[str, object]:
    """In a process of its own: the rows of some batches, ready to be stored."""
    rows = Rows()
    keys = {table: count(last + 1) for table, last in order.keys.items()}
    began = datetime(2020, 1, 1, tzinfo=UTC)
    for n in range(order.first, order.first + order.many):
        write_batch(FillingChange(_pattern[0], began + timedelta(minutes=10 * n), keys, rows), _pattern[0], n, order)
    return rows.packed()
