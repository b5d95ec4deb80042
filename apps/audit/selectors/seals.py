"""Verification of the masses of rows: each seal says how many there were and hashes them all."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.apps import apps

from apps.audit.facts import Finding, Tally
from apps.audit.models import Record, Seal, Sealed
from apps.audit.seals import line, sealed_columns, sealed_text

PIECE = 2000
Group = tuple[int, list[str]]


def sealed_models() -> list[type[Sealed]]:
    """Every model whose rows are covered by a seal, by name of its table."""
    found = [model for model in apps.get_models() if issubclass(model, Sealed)]
    return sorted(found, key=lambda model: model._meta.db_table)


def seal_findings(tally: Tally, *, record: Record | None = None) -> Iterator[Finding]:
    """The rows under every seal, or under those of one record, against what the seal says."""
    for model in sealed_models():
        groups = _groups(model, record)
        group = next(groups, None)
        for seal in _seals(model, record):
            while group and group[0] < seal.pk:
                group = next(groups, None)
            lines = group[1] if group and group[0] == seal.pk else []
            tally.rows += len(lines)
            yield from _judge(model, seal, lines)


def _seals(model: type[Sealed], record: Record | None) -> Iterator[Seal]:
    seals = model._meta.get_field(model.sealed_by).related_model._base_manager.select_related("record").order_by("pk")
    return iter((seals if record is None else seals.filter(record=record)).iterator(chunk_size=PIECE))


def _groups(model: type[Sealed], record: Record | None) -> Iterator[Group]:
    """The rows of each seal as lines, seal by seal."""
    columns, key = sealed_columns(model), model._meta.get_field(model.sealed_by).attname
    rows = model._base_manager.order_by(key) if record is None else model._base_manager.filter(
        **{f"{model.sealed_by}__record": record}
    ).order_by(key)  # fmt: skip
    read = rows.values_list(key, *(column.attname for column in columns)).iterator(chunk_size=PIECE)
    for seal, members in groupby(read, itemgetter(0)):
        yield seal, [line(columns, values[1:]) for values in members]


def _judge(model: type[Sealed], seal: Seal, lines: list[str]) -> Iterator[Finding]:
    table, where = model._meta.db_table, (seal.record.address, None)
    if len(lines) != seal.rows:
        sentence = f"Seal {seal.pk} of {seal._meta.db_table} covers {seal.rows} rows; there are {len(lines)}."
        yield Finding("seal", sentence, *where, table, str(seal.pk), model.sealed_by)
    elif sealed_text(lines) != seal.rows_sha256:
        sentence = f"A row under seal {seal.pk} of {seal._meta.db_table} is not as it was when it was sealed."
        yield Finding("seal", sentence, *where, table, str(seal.pk), model.sealed_by)
