"""Ancestors and descendants, by one recursive statement each."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Func

from apps.audit.models import Record
from apps.core.prepared import ready_cursor
from apps.lineage.models import Edge

FEW = 1000
_WALK = """
WITH RECURSIVE walk(id) AS (
    SELECT e.{far} FROM {edge} e WHERE e.{near} IN ({start})
    UNION
    SELECT e.{far} FROM {edge} e JOIN walk w ON e.{near} = w.id
)
SELECT id FROM walk
"""
_GENERATIONS = """
WITH RECURSIVE walk(id, generation) AS (
    SELECT e.{far}, 1 FROM {edge} e WHERE e.{near} IN ({start})
    UNION
    SELECT e.{far}, w.generation + 1 FROM {edge} e JOIN walk w ON e.{near} = w.id
)
SELECT id, MIN(generation) FROM walk GROUP BY id ORDER BY 2, 1 LIMIT %s
"""
_ANCESTRY = """
WITH RECURSIVE walk(root, id) AS (
    SELECT r.id, r.id FROM {record} r WHERE r.id IN ({start})
    UNION
    SELECT w.root, e.parent_id FROM {edge} e JOIN walk w ON e.record_id = w.id
)
SELECT root, id FROM walk
"""


def ancestor_ids(records: Iterable[Record]) -> set[int]:
    """The ids of everything these records were made from, directly or not."""
    return _walk([record.pk for record in records], near="record_id", far="parent_id")


def descendant_ids(records: Iterable[Record]) -> set[int]:
    """The ids of everything that was made from these records, directly or not."""
    return _walk([record.pk for record in records], near="parent_id", far="record_id")


def ancestors_of(record_id: int) -> Func:
    """The ids of everything a record was made from, as a part of another statement."""
    return _walk_within(record_id, near="record_id", far="parent_id")


def descendants_of(record_id: int) -> Func:
    """The ids of everything that was made from a record, as a part of another statement."""
    return _walk_within(record_id, near="parent_id", far="record_id")


def descendants_within(record_ids: Collection[int]) -> Func:
    """The ids of everything that was made from any of these records, as a part of another statement."""
    return _walk_within(*record_ids, near="parent_id", far="record_id")


def earlier_generations(record_ids: Collection[int], most: int) -> dict[int, int]:
    """What these records were made from: id and generations back by the nearest way, the nearest `most` of them."""
    return _generations(record_ids, most, near="record_id", far="parent_id")


def later_generations(record_ids: Collection[int], most: int) -> dict[int, int]:
    """What was made from these records: id and generations on by the nearest way, the nearest `most` of them."""
    return _generations(record_ids, most, near="parent_id", far="record_id")


def edges_among(ids: Collection[int]) -> list[tuple[int, int]]:
    """Every edge whose two ends are both among these: (what was made, what it was made from)."""
    edges = Edge.objects.filter(record__in=ids, parent__in=ids).order_by("record", "parent")
    return list(edges.values_list("record", "parent"))


def ancestry_of(record_ids: Collection[int]) -> list[tuple[int, int]]:
    """Each of these records with itself and with everything it was made from, by one statement: (record, source)."""
    if not record_ids:
        return []
    record = connection.ops.quote_name(Record._meta.db_table)
    statement = _ANCESTRY.format(start=_marks(record_ids), edge=_edges(), record=record)
    return _asked(statement, [*record_ids])


def parents(record: Record) -> list[Record]:
    """What this was made from directly, by address."""
    made_from = Edge.objects.filter(record=record).values("parent")
    return list(Record.objects.filter(pk__in=made_from).order_by("address"))


def ancestors(records: Iterable[Record]) -> list[Record]:
    """The records these were made from, for relying on them in the door."""
    ids = ancestor_ids(records)
    return list(Record.objects.filter(pk__in=ids)) if ids else []


def _walk(ids: list[int], *, near: str, far: str) -> set[int]:
    if not ids:
        return set()
    statement = _WALK.format(near=near, far=far, start=_marks(ids), edge=_edges())
    return {row[0] for row in _asked(statement, ids)}


def _walk_within(*record_ids: int, near: str, far: str) -> Func:
    statement = _WALK.format(near=near, far=far, start="%(expressions)s", edge=_edges())
    return Func(*(record_ids or [None]), template=f"({statement})", output_field=BigIntegerField())


def _generations(record_ids: Collection[int], most: int, *, near: str, far: str) -> dict[int, int]:
    statement = _GENERATIONS.format(near=near, far=far, start=_marks(record_ids), edge=_edges())
    return dict(_asked(statement, [*record_ids, most]))


def _asked(statement: str, given: list[int]) -> list[Any]:
    """A few starts are bound apart and the plan is kept; many are written into the text, for marks are counted."""
    with ready_cursor() if len(given) <= FEW else connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _marks(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))


def _edges() -> str:
    return connection.ops.quote_name(Edge._meta.db_table)
