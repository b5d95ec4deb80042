"""How filled rows reach the database: COPY on PostgreSQL, one prepared statement per table on SQLite."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

Packed = dict[str, Any]  # by table: COPY's text on PostgreSQL, tuples on SQLite
AS_THEY_ARE = ("BigAutoField", "BigIntegerField", "PositiveBigIntegerField", "CharField", "TextField", "BooleanField")


class Rows:
    """Rows of several tables, taken as the database will be given them."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[Any]] = {}
        self._take: dict[type[models.Model], Callable[[models.Model], Any]] = {}

    def add(self, rows: Sequence[models.Model]) -> None:
        """Take rows of one table."""
        if not rows:
            return
        model = type(rows[0])
        if model not in self._take:
            self._take[model], self._rows[model] = _taker(model), []
        self._rows[model] += map(self._take[model], rows)

    def packed(self) -> Packed:
        """Everything by table, in the order in which the tables were first used."""
        if connection.vendor == "sqlite":
            return {model._meta.db_table: rows for model, rows in self._rows.items()}
        return {model._meta.db_table: "".join(rows).encode() for model, rows in self._rows.items()}


def _taker(model: type[models.Model]) -> Callable[[models.Model], Any]:
    fields = model._meta.concrete_fields
    columns = itemgetter(*(field.attname for field in fields))
    if connection.vendor == "postgresql":
        return lambda row: "\t".join([_for_copy(value) for value in columns(row.__dict__)]) + "\n"
    others = [(i, field) for i, field in enumerate(fields) if field.get_internal_type() not in AS_THEY_ARE]

    def take(row: models.Model) -> tuple[Any, ...]:
        values = list(columns(row.__dict__))
        for i, field in others:
            if values[i] is not None:
                values[i] = field.get_db_prep_save(values[i], connection)
        return tuple(values)

    return take


def _for_copy(value: Any) -> str:
    if isinstance(value, str):
        return _escaped(value)
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | Decimal | UUID | datetime | date):
        return str(value)
    return _escaped(json.dumps(value))


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


def store(made: Packed) -> None:
    """Store packed rows in one transaction. Foreign keys are not asked: `verify_audit` is, afterwards."""
    columns = {model._meta.db_table: [f.column for f in model._meta.concrete_fields] for model in _models(made)}
    if connection.vendor == "sqlite":
        _fast_sqlite()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in made.items():
            names = ", ".join(connection.ops.quote_name(name) for name in columns[table])
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    copy.write(rows)
            else:
                marks = ", ".join("?" * len(columns[table]))
                cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _fast_sqlite() -> None:
    with connection.cursor() as cursor:
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-500000"):
            cursor.execute(f"PRAGMA {pragma}")


def _models(made: Packed) -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.db_table in made]


def wake_sequences(filled: Iterable[type[models.Model]]) -> None:
    """PostgreSQL counts on after the keys that were given here; statistics are taken as its own sweep would."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(filled)):
                cursor.execute(statement)
            cursor.execute("VACUUM ANALYZE")
    connection.close()
