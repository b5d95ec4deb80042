"""Reading a large database as it stood at one moment, in pieces, while others go on writing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

PIECE = 5000  # rows in memory at a time


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads within see the same state. On SQLite a plain BEGIN, for IMMEDIATE would keep writers out."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else "BEGIN"
        )
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement; bytes come as bytes, in PostgreSQL's binary format."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with psycopg.Cursor(connection.connection) as cursor:
            return cursor.execute(sql, params, binary=True).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def in_pieces(sql: str, after: tuple[object, ...], keys: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement that ends in LIMIT, piece by piece: it goes on after the first `keys` columns."""
    while rows := fetch(sql, after):
        yield rows
        after = (*after[: len(after) - keys], *rows[-1][:keys])
