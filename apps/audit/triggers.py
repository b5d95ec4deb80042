"""Triggers that keep the trail and every audited row from being changed or deleted, in both databases.

They stop accidents and the application's own mistakes. Who owns the database can drop them: `verify_audit` shows it.
A table with `append_only` refuses UPDATE, DELETE and TRUNCATE; every other audited table and the heads of the chains
refuse DELETE and TRUNCATE. A model may name `settled_columns` and `settled_when = (column, values)`: while the column
has one of the values, those columns can't change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

HEADS = "audit_head"  # written by upsert
FUNCTION = "audit_refuse_change"
_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what was recorded stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_ENABLED_IN_POSTGRESQL = """
SELECT t.tgname FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND p.proname = %s AND pg_table_is_visible(c.oid)
"""


@dataclass(frozen=True)
class Trigger:
    """One trigger: its name in the catalogue, its table, and the statement that makes it."""

    name: str
    table: str
    sql: str


def install(connection: BaseDatabaseWrapper) -> None:
    """Make every trigger that is not there."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION_SQL)
        for trigger in _missing(connection, cursor):
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.name}"')
            cursor.execute(trigger.sql)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger: what only an owner of the database can do. Tests do it to empty the tables."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        for trigger in list(_expected(connection, cursor)):
            on_table = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.name}"{on_table}')


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that are not in the catalogue, are switched off, or say something else."""
    with connection.cursor() as cursor:
        return [trigger.name for trigger in _missing(connection, cursor)]


def append_only_models() -> list[type[models.Model]]:
    """Models whose rows are never changed."""
    return [model for model in apps.get_models() if getattr(model, "append_only", None) is True]


def kept_models() -> list[type[models.Model]]:
    """Models whose rows are changed through the door, and never deleted."""
    return [model for model in apps.get_models() if getattr(model, "append_only", None) is False]


def _missing(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> list[Trigger]:
    expected = list(_expected(connection, cursor))
    if connection.vendor == "postgresql":
        cursor.execute(_ENABLED_IN_POSTGRESQL, [FUNCTION])
        there = {name for (name,) in cursor.fetchall()}
        return [trigger for trigger in expected if trigger.name not in there]
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    made = dict(cursor.fetchall())
    return [trigger for trigger in expected if made.get(trigger.name) != trigger.sql]


def _expected(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> Iterator[Trigger]:
    """The triggers of all tables that exist by now."""
    existing = set(connection.introspection.table_names(cursor))
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    for model in append_only_models():
        if model._meta.db_table in existing:
            yield from make(cursor, model._meta.db_table, "UPDATE", "DELETE")
    for model in kept_models():
        if model._meta.db_table in existing:
            yield from make(cursor, model._meta.db_table, "DELETE")
            if hasattr(model, "settled_columns"):
                yield _settled(model, is_postgresql=connection.vendor == "postgresql")


def _settled(model: type[models.Model], *, is_postgresql: bool) -> Trigger:
    """Refuse changes of what is settled: the text of an approved master record, for instance."""
    table, (column, values) = model._meta.db_table, model.settled_when  # type: ignore[attr-defined]  # asked above
    columns = ", ".join(f'"{name}"' for name in model.settled_columns)  # type: ignore[attr-defined]  # as above
    held = ", ".join(f"'{value}'" for value in values)
    name, when = f"{table}_refuses_unsettling", f'OLD."{column}" IN ({held})'
    if is_postgresql:
        head = f'CREATE OR REPLACE TRIGGER "{name}" BEFORE UPDATE OF {columns} ON "{table}" FOR EACH ROW WHEN ({when})'
        return Trigger(name, table, f"{head} EXECUTE FUNCTION {FUNCTION}()")
    refusal = f"SELECT RAISE(ABORT, 'UPDATE of {table} is refused: what was settled stays')"
    head = f'CREATE TRIGGER "{name}" BEFORE UPDATE OF {columns} ON "{table}" WHEN {when}'
    return Trigger(name, table, f"{head} BEGIN {refusal}; END")


def _postgresql(cursor: CursorWrapper, table: str, *events: str) -> Iterator[Trigger]:
    for event, level in ((" OR ".join(events), "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{table}_refuses_{'truncate' if event == 'TRUNCATE' else 'change'}"
        sql = f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH {level} EXECUTE FUNCTION'
        yield Trigger(name, table, f"{sql} {FUNCTION}()")


def _sqlite(cursor: CursorWrapper, table: str, *events: str) -> Iterator[Trigger]:
    for event in events:
        refusal = f"SELECT RAISE(ABORT, '{event} of {table} is refused: what was recorded stays')"
        name = f"{table}_refuses_{event.lower()}"
        yield Trigger(name, table, f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" BEGIN {refusal}; END')
    if table == HEADS:
        return  # such a guard would refuse the upsert; and a replaced head is no more than an updated one
    # REPLACE deletes without a DELETE trigger where the connection did not set recursive_triggers.
    there = " OR ".join(f'EXISTS (SELECT 1 FROM "{table}" WHERE {key})' for key in _keys_of_new(cursor, table))  # noqa: S608  our own names
    refusal = f"SELECT RAISE(ABORT, '{table} refuses a second row of this key: what was recorded stays')"
    name = f"{table}_refuses_replace"
    yield Trigger(name, table, f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" WHEN {there} BEGIN {refusal}; END')


def _keys_of_new(cursor: CursorWrapper, table: str) -> Iterator[str]:
    """For each unique key of the table, the condition that a row has the key of the NEW one."""
    cursor.execute("SELECT name FROM pragma_table_info(%s) WHERE pk > 0", [table])
    yield _equal_columns([name for (name,) in cursor.fetchall()])
    cursor.execute('SELECT name, partial FROM pragma_index_list(%s) WHERE "unique" = 1 ORDER BY name', [table])
    for index, is_partial in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [index])
        columns = [name for (name,) in cursor.fetchall()]
        if None in columns:
            continue  # a key over an expression: recursive_triggers stands guard there
        yield _equal_columns(columns) + (_partial(cursor, index) if is_partial else "")


def _equal_columns(columns: list[str]) -> str:
    return " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)


def _partial(cursor: CursorWrapper, index: str) -> str:
    """The condition of a partial index, once for the row that is there and once for the NEW one."""
    cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [index])
    condition = cursor.fetchone()[0].partition(" WHERE ")[2]
    of_the_new_one = re.sub(r'"(\w+)"', r'NEW."\1"', condition)
    return f" AND ({condition}) AND ({of_the_new_one})"
