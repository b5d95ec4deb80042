"""Reading a large database as it stood at one moment, in pieces, while others go on writing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.string import ByteaBinaryLoader

PIECE = 5000  # rows in memory at a time


@contextmanager
def one_moment(shared: str = "") -> Iterator[str]:
    """All reads within see the same state. On SQLite a plain BEGIN, for IMMEDIATE would keep writers out.

    Gives the name by which another process joins this moment; SQLite has none, there it is a moment of its own.
    """
    if connection.in_atomic_block:
        yield ""
        return
    with connection.cursor() as cursor:
        try:
            if connection.vendor != "postgresql":
                cursor.execute("BEGIN")
                yield ""
                return
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if shared:
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [shared])
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0]
        finally:
            cursor.execute("ROLLBACK")


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement. On PostgreSQL a `text` comes as its bytes; on SQLite a statement asks for a BLOB."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.adapters.register_loader("text", ByteaBinaryLoader)
            return cursor.execute(sql, params, binary=True).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def in_pieces(sql: str, after: tuple[object, ...], keys: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement that ends in LIMIT, piece by piece: it goes on after the first `keys` columns."""
    while rows := fetch(sql, after):
        yield rows
        after = (*after[: len(after) - keys], *rows[-1][:keys])
