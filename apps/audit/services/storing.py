"""How the door writes rows, entries and heads: on every act, so no statement is compiled anew."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.audit.models import Audited, Entry, Head
from apps.core.prepared import ready_cursor

MARKS = 30_000  # in one statement where the database sets no limit of its own
# What is of this very type goes to such a field as it is, in each database.
AS_IT_IS = {str: (models.CharField, models.TextField), int: (models.IntegerField, models.ForeignKey)}
MOVED = "ON CONFLICT (record_id) DO UPDATE SET n = excluded.n, hash = excluded.hash"


def store_rows(rows: Sequence[models.Model]) -> None:
    """Store new rows of one table; each learns the key that the database gives it."""
    if rows:
        key = rows[0]._meta.pk
        _insert(rows, [field for field in rows[0]._meta.local_concrete_fields if field is not key], returning=key)


def overwrite_rows(rows: Sequence[Audited], names: Iterable[str], read: Sequence[UUID]) -> int:
    """Write the named fields, the same on all of these rows of one table, and the entry of each. Returns how many were.

    The entry that was read is the guard: a row that was changed since then is not written, and the count tells.
    """
    if not rows:
        return 0
    database, columns = connections[DEFAULT_DB_ALIAS], _columns(type(rows[0]))
    fields, key, entry = [columns[name] for name in names], rows[0]._meta.pk, columns["last_entry"]
    new = [_value(field, getattr(rows[0], field.attname), database) for field in fields]
    given = (((key, row.pk), (entry, row.last_entry_id), (entry, was)) for row, was in zip(rows, read, strict=True))
    known = [[_value(field, value, database) for field, value in one] for one in given]
    at_once, written = ((connection.features.max_query_params or MARKS) - len(new)) // 3, 0
    with ready_cursor() as cursor:
        for start in range(0, len(known), at_once):
            piece = known[start : start + at_once]
            cursor.execute(_overwriting(fields, key, entry, len(piece)), [*new, *chain.from_iterable(piece)])
            written += cursor.rowcount
    return written


@cache
def _columns(model: type[Audited]) -> dict[str, models.Field]:
    """The fields that are columns, by their name and by that of the column's attribute."""
    fields = model._meta.local_concrete_fields
    return {field.name: field for field in fields} | {field.attname: field for field in fields}


def _overwriting(fields: Iterable[models.Field], key: models.Field, entry: models.Field, many: int) -> str:
    quoted = connection.ops.quote_name
    table, by, wrote = quoted(key.model._meta.db_table), quoted(str(key.column)), quoted(str(entry.column))
    columns = "".join(f"{quoted(str(field.column))} = %s, " for field in fields)
    marks = ", ".join(f"CAST(%s AS {field.rel_db_type(connection)})" for field in (key, entry, entry))
    known = f"(VALUES {', '.join([f'({marks})'] * many)}) AS known"
    unchanged = f"{table}.{by} = known.column1 AND {table}.{wrote} = known.column3"
    return " ".join(("UPDATE", table, f"SET {columns}{wrote} = known.column2", "FROM", known, "WHERE", unchanged))


def store_entries(entries: Sequence[Entry]) -> None:
    """Store entries, which are never changed again."""
    _insert(entries, Entry._meta.local_concrete_fields)


def move_heads(heads: Iterable[Head]) -> None:
    """Store the heads of new chains, move those of the others; how far they are sequenced is not the door's."""
    _insert(list(heads), Head._meta.local_concrete_fields, MOVED)


def _insert(
    rows: Sequence[models.Model],
    fields: Sequence[models.Field],
    otherwise: str = "",
    *,
    returning: models.Field | None = None,
) -> None:
    if not rows:
        return
    quoted = connection.ops.quote_name
    into = f"INSERT INTO {quoted(rows[0]._meta.db_table)} ({', '.join(quoted(str(field.column)) for field in fields)})"
    marks = f"({', '.join(['%s'] * len(fields))})"
    answer = f"RETURNING {quoted(str(returning.column))}" if returning else ""
    at_once = (connection.features.max_query_params or MARKS) // len(fields)
    with ready_cursor() as cursor:
        for start in range(0, len(rows), at_once):
            piece = rows[start : start + at_once]
            values = f"VALUES {', '.join([marks] * len(piece))}"
            cursor.execute(f"{into} {values} {otherwise} {answer}", _values(fields, piece))
            if returning:
                _learn(piece, cursor.fetchall())


def _learn(rows: Iterable[models.Model], keys: Iterable[tuple[Any, ...]]) -> None:
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


def _values(fields: Sequence[models.Field], rows: Iterable[models.Model]) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]
    return [_value(field, field.pre_save(row, True), database) for row in rows for field in fields]


def _value(field: models.Field, value: Any, database: BaseDatabaseWrapper) -> Any:
    if value is None or isinstance(field, AS_IT_IS.get(type(value), ())):
        return value
    return field.get_db_prep_save(value, database)
