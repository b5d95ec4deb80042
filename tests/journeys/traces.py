"""What a played story leaves behind, in a form that two players can be compared by."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from apps.audit.models import Audited, Entry, Record
from apps.audit.selectors.rows import audited_models
from apps.signatures.models import Signature

# Made anew each time (ids, secrets, codes, sealed bytes), or the traces of a session at an edge.
UNLIKE = {
    *("id", "last_entry", "salt", "request_id", "session", "device", "authenticated"),
    *("password", "last_login", "code", "code_key", "file_sha256", "file_size", "checkpoint", "trail"),
    "release.Judgement.key",  # the row of what was judged; `what` and `note` name it in words
}
# Who came and went, and what somebody without the role was refused: an edge refuses that before the service is asked.
OF_EDGES = ("session.", "access.refused")


@dataclass(frozen=True)
class Traces:
    """Entries chain by chain, rows table by table, and signatures in the order they were given."""

    entries: dict[str, list[tuple[str, ...]]]
    rows: dict[str, list[str]]
    signatures: list[tuple[str, ...]]


def traces_left() -> Traces:
    """Everything that was recorded in this installation."""
    return Traces(dict(_entries()), {model._meta.label: _rows(model) for model in audited_models()}, _signatures())


def _entries() -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    for record in Record.objects.order_by("address"):
        chain = Entry.objects.filter(record=record).order_by("n")
        said = [_said(entry) for entry in chain if not entry.action.startswith(OF_EDGES)]
        if said:
            yield record.address, said


def _said(entry: Entry) -> tuple[str, ...]:
    actor = json.loads(entry.text)["actor"]
    return (
        entry.action,
        entry.table,
        actor["username"],
        actor["role"],
        str(entry.at),
        json.loads(entry.text)["reason"],
    )


def _rows(model: type[Audited]) -> list[str]:
    fields = [field for field in model._meta.concrete_fields if not {field.name, str(field)} & UNLIKE]
    points = [field.name for field in fields if isinstance(field, models.ForeignKey)]
    rows = model._base_manager.select_related("record", *points)
    return sorted(repr({field.name: _value(row, field) for field in fields}) for row in rows)


def _value(row: Audited, field: models.Field) -> Any:
    if not isinstance(field, models.ForeignKey):
        return getattr(row, field.attname)
    target = getattr(row, field.name)
    return _name_of(target) if target is not None else None


def _name_of(target: Any) -> str:
    """What a row is known by, whatever its id: the address of its record, and its own words."""
    if isinstance(target, Record):
        return target.address
    return f"{target.record.address if isinstance(target, Audited) else ''} {target}"


def _signatures() -> list[tuple[str, ...]]:
    return sorted(
        (str(row.signed_at), row.about, row.verb, row.username, row.role, row.meaning, row.content_hash)
        for row in Signature.objects.all()
    )
