"""How the door's own tables are written: entries and heads, on every act, so their statements are not compiled anew."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from apps.audit.models import Entry, Head

ROWS = 80  # in one statement: below SQLite's least limit of bound variables
MOVED = "ON CONFLICT (record_id) DO UPDATE SET n = excluded.n, hash = excluded.hash"


def store_entries(entries: Sequence[Entry]) -> None:
    """Store entries, which are never changed again."""
    _insert(Entry, entries)


def move_heads(heads: Iterable[Head]) -> None:
    """Store the heads of new chains, move those of the others; how far they are sequenced is not the door's."""
    _insert(Head, list(heads), MOVED)


def _insert(model: type[Entry] | type[Head], rows: Sequence[models.Model], otherwise: str = "") -> None:
    fields, quoted = model._meta.local_concrete_fields, connection.ops.quote_name
    into = f"INSERT INTO {quoted(model._meta.db_table)} ({', '.join(quoted(str(field.column)) for field in fields)})"
    marks = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS):
            piece = rows[start : start + ROWS]
            cursor.execute(f"{into} VALUES {', '.join([marks] * len(piece))} {otherwise}", _values(fields, piece))


def _values(fields: Sequence[models.Field], rows: Iterable[models.Model]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
