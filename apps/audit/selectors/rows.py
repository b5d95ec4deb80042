"""Verification of the rows: every audited row is what its newest entry says, and no row of the trail is gone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Context, Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Max, QuerySet

from apps.audit.facts import Finding, Tally
from apps.audit.images import salted_hash
from apps.audit.models import Audited, Entry, Record
from apps.core.canonical import canonical, instant_text

PIECE = 1000
RowPart = tuple[type[Audited], object, object]  # a table, and its rows after this key up to that one
LOSSLESS_ON_SQLITE = Context(prec=15)  # a decimal column of SQLite holds no more digits


def audited_models() -> list[type[Audited]]:
    """Every model whose rows are written through the door, by name of its table."""
    found = [model for model in apps.get_models() if issubclass(model, Audited)]
    return sorted(found, key=lambda model: model._meta.db_table)


def whole_tables() -> Iterator[RowPart]:
    """Every audited table as one part."""
    for model in audited_models():
        yield model, None, None


def row_parts(size: int) -> Iterator[RowPart]:
    """Every audited table, in parts of so many rows; the first and the last part of each have no end."""
    for model in audited_models():
        after, keys = None, model._base_manager.order_by("pk").values_list("pk", flat=True).iterator()
        for until in islice(keys, size - 1, None, size):
            yield model, after, until
            after = until
        yield model, after, None


def look_at_rows(part: RowPart, *, record: Record | None) -> tuple[list[Finding], Tally]:
    """One part, or what it has of one record, for whoever puts the parts together."""
    tally, (model, after, until) = Tally(), part
    return list(table_findings(model, tally, record=record, after=after, until=until)), tally


def table_findings(
    model: type[Audited], tally: Tally, *, record: Record | None = None, after: object = None, until: object = None
) -> Iterator[Finding]:
    """The rows of one audited table against the trail, both ways; what is gone is looked for with the last rows."""
    rows = model._base_manager.all() if record is None else model._base_manager.filter(record=record)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    if until is not None:
        rows = rows.filter(pk__lte=until)
    yield from _Table(model, tally).findings(rows)
    if until is None:
        yield from _gone(model, record)


class _Table:
    """One audited table: reads its rows piece by piece and compares each with the entry that wrote it last."""

    def __init__(self, model: type[Audited], tally: Tally) -> None:
        self._model, self._tally = model, tally
        self._table = model._meta.db_table
        self._fields = [field for field in model._meta.concrete_fields if field.name != "last_entry"]
        self._names = [field.attname for field in self._fields]

    def findings(self, rows: QuerySet[Any]) -> Iterator[Finding]:
        """Everything that differs, in order of the primary key."""
        columns, after = rows.order_by("pk").values_list("pk", "last_entry_id", *self._names), None
        while piece := list((columns if after is None else columns.filter(pk__gt=after))[:PIECE]):
            after = piece[-1][0]
            self._tally.rows += len(piece)
            written_by = _entries([last_entry for _, last_entry, *_ in piece])
            newest = _newest(self._table, [str(pk) for pk, *_ in piece])
            for pk, last_entry, *values in piece:
                row = dict(zip(self._names, values, strict=True))
                yield from self._judge(str(pk), row, written_by.get(last_entry), newest.get(str(pk), 0))

    def _judge(
        self, pk: str, row: Mapping[str, Any], entry: Mapping[str, Any] | None, newest: int
    ) -> Iterator[Finding]:
        if entry is None:
            yield self._finding(pk, "This row was written by no entry of the trail.", "last_entry_id")
        elif (entry["table"], entry["row"]) != (self._table, pk):
            sentence = f"The entry that this row names wrote {entry['table'] or 'no row'} {entry['row']}, not this row."
            yield self._finding(pk, sentence, "last_entry_id", entry)
        elif entry["n"] < newest:
            sentence = f"An earlier state was put back: the row names entry #{entry['n']}, its newest is #{newest}."
            yield self._finding(pk, sentence, "last_entry_id", entry)
        else:
            yield from self._differences(pk, row, entry)

    def _differences(self, pk: str, row: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[Finding]:
        try:
            after = json.loads(entry["text"])["after"]
        except (ValueError, KeyError, TypeError):
            yield self._finding(pk, "The entry that wrote this row can't be read.", "last_entry_id", entry)
            return
        for field in self._fields:
            value = row[field.attname]
            if field.attname not in after:
                if not _is_default(field, value):
                    sentence = f"The trail knows no {field.attname} of this row; the table says {value!r}."
                    yield self._finding(pk, sentence, field.attname, entry)
            elif not self._is_as_recorded(field, row, after[field.attname]):
                sentence = f"The table says {value!r}, the entry that wrote the row says {after[field.attname]!r}."
                yield self._finding(pk, sentence, field.attname, entry)

    def _is_as_recorded(self, field: models.Field, row: Mapping[str, Any], recorded: object) -> bool:
        value = row[field.attname]
        if field.name in self._model.personal:
            return recorded == {"sha256": salted_hash(row["salt"], value)}
        if value == recorded:
            return True
        if isinstance(value, datetime):
            return instant_text(value) == recorded
        if isinstance(value, Decimal | UUID) and str(value) == recorded:
            return True
        if isinstance(value, Decimal) and connection.vendor == "sqlite" and isinstance(recorded, str):
            return LOSSLESS_ON_SQLITE.create_decimal(recorded) == LOSSLESS_ON_SQLITE.plus(value)
        return json.loads(canonical(value)) == recorded

    def _finding(self, pk: str, sentence: str, field: str, entry: Mapping[str, Any] | None = None) -> Finding:
        address, n = (entry["record__address"], entry["n"]) if entry else (self._address(pk), None)
        return Finding("row", sentence, address, n, self._table, pk, field)

    def _address(self, pk: str) -> str:
        row = self._model._base_manager.filter(pk=pk).values_list("record__address", flat=True)
        return row.first() or "?"


def _entries(ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    written = Entry.objects.filter(pk__in=ids).values("pk", "table", "row", "n", "text", "record__address")
    return {entry["pk"]: dict(entry) for entry in written}


def _newest(table: str, rows: Sequence[str]) -> dict[str, int]:
    grouped = Entry.objects.filter(table=table, row__in=rows).order_by().values_list("row")
    return dict(grouped.annotate(newest=Max("n")))


def _is_default(field: models.Field, value: object) -> bool:
    """A column that came with a later version is not in older entries; then it holds what the migration gave it."""
    return value in (None, "") or value == field.get_default()


def _gone(model: type[Audited], record: Record | None) -> Iterator[Finding]:
    """Rows that the trail knows and the table does not."""
    table, after = model._meta.db_table, ""
    known = Entry.objects.filter(table=table) if record is None else Entry.objects.filter(table=table, record=record)
    rows = known.order_by("row").values_list("row", flat=True).distinct()
    while piece := list(rows.filter(row__gt=after)[:PIECE]):
        after = piece[-1]
        there = {str(pk) for pk in model._base_manager.filter(pk__in=_keys(model, piece)).values_list("pk", flat=True)}
        for row in piece:
            if row not in there:
                last = known.filter(row=row).order_by("-n").values_list("record__address", "n").first()
                address, n = last or ("?", None)
                yield Finding("row", "The trail knows this row; the table has lost it.", address, n, table, row)


def _keys(model: type[Audited], rows: Sequence[str]) -> list[Any]:
    """The keys as the table has them; what can't be a key of the table can't be in it."""
    return [key for row in rows if (key := _key(model, row)) is not None]


def _key(model: type[Audited], row: str) -> object:
    try:
        return model._meta.pk.to_python(row)
    except ValidationError:
        return None
