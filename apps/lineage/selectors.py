"""Ancestors and descendants, by one recursive statement each."""

from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL

from apps.audit.models import Record
from apps.lineage.models import Edge

_WALK = """
WITH RECURSIVE walk(id) AS (
    SELECT e.{far} FROM {edge} e WHERE e.{near} IN ({start})
    UNION
    SELECT e.{far} FROM {edge} e JOIN walk w ON e.{near} = w.id
)
SELECT id FROM walk
"""


def ancestor_ids(records: Iterable[Record]) -> set[int]:
    """The ids of everything these records were made from, directly or not."""
    return _walk([record.pk for record in records], near="record_id", far="parent_id")


def descendant_ids(records: Iterable[Record]) -> set[int]:
    """The ids of everything that was made from these records, directly or not."""
    return _walk([record.pk for record in records], near="parent_id", far="record_id")


def ancestors_of(record_id: int) -> RawSQL:
    """The ids of everything a record was made from, as a part of another statement."""
    statement = _WALK.format(near="record_id", far="parent_id", start="%s", edge=_edges())
    return RawSQL(statement, [record_id])  # noqa: S611  names of our own tables and columns only


def ancestors(records: Iterable[Record]) -> list[Record]:
    """The records these were made from, for relying on them in the door."""
    return list(Record.objects.filter(pk__in=ancestor_ids(records)))


def _walk(ids: list[int], *, near: str, far: str) -> set[int]:
    if not ids:
        return set()
    start = ", ".join(["%s"] * len(ids))
    statement = _WALK.format(near=near, far=far, start=start, edge=_edges())
    with connection.cursor() as cursor:
        cursor.execute(statement, ids)
        return {row[0] for row in cursor.fetchall()}


def _edges() -> str:
    return connection.ops.quote_name(Edge._meta.db_table)
