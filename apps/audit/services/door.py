"""The one audited door: no row is written, and none is changed, without an entry in its record's chain."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NoReturn, TypeVar

from django.db import models, transaction

from apps.audit.images import Image, columns_of, image_of, value_in_trail
from apps.audit.locks import lock_records
from apps.audit.models import Audited, Entry, Head, Record, Seal, Sealed
from apps.audit.seals import seal_of
from apps.audit.services.storing import move_heads, overwrite_rows, store_entries, store_rows
from apps.core.actor import Actor
from apps.core.canonical import canonical, instant_text, sha256_hex
from apps.core.errors import Objection, Refused, Stale
from apps.core.prepared import Prepared
from apps.core.text import N_

Row = TypeVar("Row", bound=Audited)
SealRow = TypeVar("SealRow", bound=Seal)
_HEADS = Prepared(lambda ids: Head.objects.filter(pk__in=ids).values_list("record_id", "n", "hash", "sequenced"))
_RECORD = Prepared(lambda address: Record.objects.filter(address=address))
_inside_the_door = ContextVar("inside_the_door", default=False)


class Change:
    """What is being written in one pass through the door. Entries are numbered, hashed and stored once, at its end."""

    def __init__(self, actor: Actor, action: str, at: datetime, reason: str, touching: Iterable[Record]) -> None:
        self.actor, self.action, self.at, self.reason = actor, action, at, reason
        self._records = {record.pk: record for record in touching}
        self._new: set[int] = set()
        self._pending: list[tuple[Entry, Image, Image | None]] = []

    def open_record(self, kind: str, number: str, site: str) -> Record:
        """Open the chain of a new thing; its address is `kind/number`."""
        record = Record(address=f"{kind}/{number}", kind=kind, site=site, opened_at=self.at)
        self._store([record])
        self._records[record.pk] = record
        self._new.add(record.pk)
        return record

    def create(self, row: Row, action: str | None = None) -> Row:
        """Store a new row."""
        return self.create_many([row], action)[0]

    def create_many(self, rows: Sequence[Row], action: str | None = None) -> list[Row]:
        """Store new rows of one table, in one statement."""
        entries = [self._entry(row.record_id, action) for row in rows]
        for row, entry in zip(rows, entries, strict=True):
            row.last_entry_id = entry.id
        self._store(rows)
        for row, entry in zip(rows, entries, strict=True):
            self._write_down(entry, row, None)
        return list(rows)

    def create_sealed(self, seal: SealRow, rows: Sequence[Sealed], action: str | None = None) -> SealRow:
        """Store a mass of rows with the one row that stands for them in the trail: one entry, however many they are."""
        seal.rows, seal.rows_sha256 = len(rows), seal_of(rows)
        self.create(seal, action)
        for row in rows:
            setattr(row, row.sealed_by, seal)
        self._store(rows)
        return seal

    def update(self, row: Row, action: str | None = None, **fields: object) -> Row:
        """Change the named fields of a row. Raises Stale when the row is no longer as it was read."""
        return self.update_many([row], action, **fields)[0]

    def update_many(self, rows: Sequence[Row], action: str | None = None, **fields: object) -> list[Row]:
        """Change the same fields of rows of one table, in one statement. Raises Stale like `update`."""
        rows = list(rows)
        befores = [_columns(row, fields) for row in rows]
        read = [row.last_entry_id for row in rows]
        entries = [self._entry(row.record_id, action) for row in rows]
        for row, entry in zip(rows, entries, strict=True):
            for name, value in fields.items():
                setattr(row, name, value)
            row.last_entry_id = entry.id
        if overwrite_rows(rows, fields, read) != len(rows):
            raise Stale(
                Objection("changed_meanwhile", N_("This was changed by someone else meanwhile. Look at it again."))
            )
        for row, entry, before in zip(rows, entries, befores, strict=True):
            self._write_down(entry, row, before)
        return rows

    def note(self, record: Record, action: str, **facts: object) -> None:
        """Write down a thing that changes no row: a near miss, a print, a refused attempt."""
        self._pending.append((self._entry(record.pk, action), dict(facts), None))

    def _entry(self, record_id: int, action: str | None) -> Entry:
        if record_id not in self._records:
            raise LookupError(f"record {record_id} is written to but was not named in touching")
        return Entry(id=uuid.uuid4(), record_id=record_id, action=action or self.action)

    def _write_down(self, entry: Entry, row: Audited, before: Image | None) -> None:
        entry.table, entry.row = row._meta.db_table, str(row.pk)
        self._pending.append((entry, image_of(row), before))

    def flush(self) -> None:
        """Number, hash and store the entries, then move the heads."""
        for pk in self._new - {entry.record_id for entry, _, _ in self._pending}:
            self.note(self._records[pk], "record.opened")  # no chain begins without an entry
        if not self._pending:
            return
        heads = self._heads({entry.record_id for entry, _, _ in self._pending})
        for entry, after, before in self._pending:
            head = heads[entry.record_id]
            head.n += 1
            self._seal(entry, head, after, before)
            head.hash = entry.hash
        self._close([entry for entry, _, _ in self._pending], heads.values())
        self._pending.clear()

    def _store(self, rows: Sequence[models.Model]) -> None:
        store_rows(rows)

    def _close(self, entries: Sequence[Entry], heads: Iterable[Head]) -> None:
        store_entries(entries)
        move_heads(heads)

    def _heads(self, record_ids: set[int]) -> dict[int, Head]:
        known = sorted(record_ids - self._new)
        heads = (
            {pk: Head(record_id=pk, n=n, hash=head, sequenced=done) for pk, n, head, done in _HEADS(known)}
            if known
            else {}
        )
        for pk in record_ids - heads.keys():
            heads[pk] = Head(record_id=pk, n=0, hash=self._records[pk].genesis)
        return dict(sorted(heads.items()))

    def _seal(self, entry: Entry, head: Head, after: Image, before: Image | None) -> None:
        entry.n, entry.previous = head.n, head.hash
        entry.username, entry.at, entry.request_id = self.actor.username, self.at, self.actor.request_id
        entry.text = canonical(self._body(entry, after, before))
        entry.hash = sha256_hex(entry.previous + sha256_hex(entry.text))

    def _body(self, entry: Entry, after: Image, before: Image | None) -> Image:
        actor = self.actor
        return {
            "schema": 1,
            "id": entry.id,
            "record": self._records[entry.record_id].address,
            "n": entry.n,
            "actor": {
                "username": actor.username,
                "printed_name": actor.printed_name,
                "kind": actor.kind,
                "role": actor.role,
                "authenticated": actor.authenticated,
                "device": actor.device,
            },
            "action": entry.action,
            "table": entry.table,
            "row": entry.row,
            "before": before,
            "after": after,
            "reason": self.reason,
            "at": instant_text(entry.at),
            "request": entry.request_id,
        }


@contextmanager
def audited(
    *,
    actor: Actor,
    action: str,
    at: datetime,
    reason: str = "",
    touching: Iterable[Record] = (),
    relying_on: Iterable[Record] = (),
) -> Iterator[Change]:
    """Open the door: lock every record changed or relied on before anything is judged, then write all or nothing.

    Doors do not nest. A refusal marked `keep` outlives the roll-back: it is written in a second transaction.
    """
    touching = list(touching)
    inside = _inside_the_door.set(True)
    try:
        with transaction.atomic(durable=True):
            lock_records(touching, relying_on)
            change = Change(actor, action, at, reason, touching)
            yield change
            change.flush()
    except Refused as refusal:
        _inside_the_door.reset(inside)
        keep_refusal(refusal, actor=actor, at=at)
        raise
    except BaseException:
        _inside_the_door.reset(inside)
        raise
    _inside_the_door.reset(inside)


def refuse(refusal: Refused, *, actor: Actor, at: datetime) -> NoReturn:
    """Raise a refusal; one that must be kept is kept even when no door is open yet."""
    if not _inside_the_door.get():
        keep_refusal(refusal, actor=actor, at=at)
    raise refusal


def keep_refusal(refusal: Refused, *, actor: Actor, at: datetime) -> None:
    """Write a refused act (near miss, wrong secret, no right) to the record it was meant for, opened if need be."""
    keep, refusal.keep = refusal.keep, None
    if keep is None:
        return
    record = next(iter(_RECORD(keep.address)), None)
    objections = [{"code": objection.code, "facts": objection.told} for objection in refusal.objections]
    with audited(actor=actor, action=keep.action, at=at, touching=[record] if record else []) as change:
        kind, _, number = keep.address.partition("/")
        change.note(
            record or change.open_record(kind, number, site=""), keep.action, objections=objections, **keep.facts
        )


def _columns(row: Audited, names: Iterable[str]) -> Image:
    wanted = set(names)
    changed = [column for column in columns_of(type(row)) if {column.name, column.attname} & wanted]
    return {column.attname: value_in_trail(row, column) for column in changed}
