"""One row in every audited table, made by introspection and written through the door: what the drill attacks."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, models

from apps.audit.models import Audited, Record, Seal
from apps.audit.selectors.rows import audited_models
from apps.audit.services import Change, audited, sequence_entries
from apps.core.actor import SYSTEM
from tests.cast import AT


class Filler:
    """Makes rows with a plain value in every column, and the rows they point at."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._numbers = count(1)
        self._within: list[type[Audited]] = []  # what is being made now, each for the one before it

    def row(self, model: type[Audited]) -> Audited:
        """A stored row of this model."""
        record = self._change.open_record("test", f"{model._meta.db_table}-{next(self._numbers)}", site="NANHU")
        row = model(record=record)
        self._within.append(model)
        for field in model._meta.concrete_fields:
            if field.name not in ("record", "last_entry") and not field.primary_key:
                setattr(row, field.attname, self._value(field))
        self._within.pop()
        if isinstance(row, Seal):
            return self._change.create_sealed(row, [], action="test.filled")
        return self._change.create(row, action="test.filled")

    def _value(self, field: models.Field) -> Any:
        if isinstance(field, models.ForeignKey):
            return self._target(field)
        number = next(self._numbers)
        if field.choices:
            return field.choices[0][0]
        return plain_value(field, number)

    def _target(self, field: models.ForeignKey) -> Any:
        target = field.remote_field.model
        if target is field.model or (field.null and target in self._within):
            return None  # or a line of a plan of an investigation of a line would have no end
        if target is Record:
            return self._change.open_record("test", f"target-{next(self._numbers)}", site="NANHU").pk
        if issubclass(target, Audited):
            return self.row(target).pk
        return target._base_manager.values_list("pk", flat=True)[0]  # a checkpoint that a document states


PLAIN: dict[str, Callable[[int], Any]] = {
    "BooleanField": lambda number: False,
    "DecimalField": lambda number: Decimal(number % 7) + Decimal("0.5"),
    "DateTimeField": lambda number: AT + timedelta(seconds=number),
    "DateField": lambda number: date(2026, 11, 5) + timedelta(days=number),
    "TimeField": lambda number: time(6, number % 60),
    "UUIDField": lambda number: uuid.uuid4(),
    "JSONField": lambda number: {"number": str(number)},
    "GenericIPAddressField": lambda number: "192.0.2.1",
}
FORGED: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: not value,
    str: lambda value: ("y" if value[:1] != "y" else "z") + value[1:],
    uuid.UUID: lambda value: uuid.uuid4(),
    Decimal: lambda value: value + 1,
    int: lambda value: value + 1,
    datetime: lambda value: value + timedelta(microseconds=1),
    date: lambda value: value + timedelta(days=1),
    time: lambda value: value.replace(second=1),
    dict: lambda value: {"forged": "yes"},
    list: lambda value: ["forged"],
}


def plain_value(field: models.Field, number: int) -> Any:
    """A value of the column's type, unlike most others."""
    kind = field.get_internal_type()
    if kind in PLAIN:
        return PLAIN[kind](number)
    if "Integer" in kind:
        return number % 30
    text = f"x{number}"
    return text[-field.max_length :] if field.max_length else text


def another(field: models.Field, value: Any) -> Any:
    """What a forger could write in its place."""
    if value is None:
        return 1 if isinstance(field, models.ForeignKey) else plain_value(field, 1)
    if isinstance(field, models.ForeignKey) and isinstance(value, int):
        return value + 1000  # a row that no column which is unique names already
    return FORGED[type(value)](value)


def fill_everything() -> dict[type[Audited], Audited]:
    """Two entries at least in the chain of one row of every audited table."""
    switch_off_check_constraints()
    with audited(actor=SYSTEM, action="test.begun", at=AT) as change:
        change.note(change.open_record("test", "begun", site="NANHU"), "test.begun")
    sequence_entries(at=AT)
    with audited(actor=SYSTEM, action="test.filled", at=AT) as change:
        filler = Filler(change)
        rows = {model: filler.row(model) for model in audited_models()}
        for row in rows.values():
            change.note(row.record, "test.noted", said="so")
    return rows


def switch_off_check_constraints() -> None:
    """Plain values need make no sense; the drill is about the trail."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints=ON")
            return
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE contype = 'c' AND connamespace = current_schema()::regnamespace AND conrelid <> 0"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def switch_on_check_constraints() -> None:
    """On PostgreSQL the end of the test's transaction brings them back."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints=OFF")
