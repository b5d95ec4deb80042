"""Verification of the chains: each entry hashes onto the one before, its columns repeat its text, the last is the head.

Two loops look at every entry and know only right or suspect; what is suspect is read again and judged in plain words.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import takewhile
from typing import Any

from django.db import connection

from apps.audit.facts import Finding, Tally
from apps.audit.models import Entry, Head, Record
from apps.audit.selectors import judging
from apps.audit.selectors.snapshot import PIECE, in_pieces

_BYTES = {"postgresql": "{}", "sqlite": "CAST({} AS BLOB)"}
_AT = {
    "postgresql": """to_char(e."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "sqlite": """substr(e."at", 1, 10) || 'T' || substr(e."at", 12)
        || CASE WHEN length(e."at") = 19 THEN '.000000Z' ELSE 'Z' END""",
}
_ID = {
    "postgresql": "e.id::text",
    "sqlite": """substr(e.id, 1, 8) || '-' || substr(e.id, 9, 4) || '-' || substr(e.id, 13, 4) || '-'
        || substr(e.id, 17, 4) || '-' || substr(e.id, 21)""",
}
# How the text of an entry without reason and without before begins, and how it ends: compared byte by byte.
_START = """'{"action":"' || e.action || '","actor":{'"""
_PERSON = """',"username":"' || e.username || '"},"after":{'"""
_TAIL = """',"at":"' || (<at>) || '","before":null,"id":"' || (<id>) || '","n":' || CAST(e.n AS text)
    || ',"reason":"","record":"' || r.address || '","request":"' || e.request_id || '","row":"' || e."row"
    || '","schema":1,"table":"' || e."table" || '"}'"""
_END_OF_PERSON = b'"},"after":{'
LOWEST, HIGHEST = -(2**63), 2**63 - 1  # of all keys and numbers that the database can hold
PART = 10_000  # entries, about: what one process takes at a time
Part = tuple[int, int]  # the records from this key to that one, both included


def parts(size: int = PART) -> Iterator[Part]:
    """All records there can be, in parts of about so many entries; the heads are believed for their size only."""
    first, entries = LOWEST, 0
    for record, n in Head.objects.order_by("pk").values_list("pk", "n").iterator():
        entries += n
        if entries >= size and record < HIGHEST:
            yield first, record
            first, entries = record + 1, 0
    yield first, HIGHEST


def look_at_part(part: Part, *, columns: bool) -> tuple[list[Finding], Tally]:
    """One part, for whoever puts the parts together."""
    tally = Tally()
    return list(chain_findings(tally, columns=columns, within=part)), tally


def chain_findings(tally: Tally, *, columns: bool, within: Part = (LOWEST, HIGHEST)) -> Iterator[Finding]:
    """Every chain within; with `columns` also the columns that repeat the text."""
    walk = _Walk(tally)
    first, last = within
    for rows in in_pieces(_sql(columns), (last, first, LOWEST), keys=2):
        walk.load_records(first, rows[-1][0])
        first = rows[-1][0] + 1
        befores = walk.follow(rows)
        if columns:
            walk.compare(rows, befores)
        yield from walk.found()
    walk.load_records(first, last)
    walk.close_all()
    yield from walk.found()


def _sql(columns: bool) -> str:
    vendor = connection.vendor
    selected = ["e.record_id", "e.n", _BYTES[vendor].format("e.text"), "e.hash"]
    if columns:
        tail = _TAIL.replace("<at>", _AT[vendor]).replace("<id>", _ID[vendor])
        selected += ["e.previous", *(_BYTES[vendor].format(part) for part in (_START, _PERSON, tail))]
    return f"""
        SELECT {", ".join(selected)} FROM audit_entry e
        {"LEFT JOIN audit_record r ON r.id = e.record_id" if columns else ""}
        WHERE e.record_id <= %s AND (e.record_id, e.n) > (%s, %s)
        ORDER BY e.record_id, e.n LIMIT {PIECE}"""  # noqa: S608  a constant of ours


class _Walk:
    """Goes along the chains; knows the record at hand, its last hash and its last number."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._record, self._hash, self._n = LOWEST, "", 0
        self._open: dict[int, Record] = {}
        self._heads: dict[int, Head] = {}
        self._found: list[Finding] = []

    def load_records(self, first: int, last: int) -> None:
        """Know the records of the rows to come, and those without any row."""
        for record in Record.objects.filter(pk__gte=first, pk__lte=last).order_by("pk"):
            self._open[record.pk] = record
        for head in Head.objects.filter(pk__gte=first, pk__lte=last):
            self._heads[head.pk] = head

    def follow(self, rows: Sequence[tuple[Any, ...]]) -> list[str]:
        """Hash every text onto what went before; returns what went before each row."""
        record, last, n = self._record, self._hash, self._n
        befores = []
        for record_id, number, text, digest in rows if len(rows[0]) == 4 else [row[:4] for row in rows]:
            if record_id != record:
                self._record, self._hash, self._n = record, last, n
                record, last, n = record_id, self._begin(record_id), 0
            n += 1
            befores.append(last)
            last = sha256((last + sha256(text).hexdigest()).encode()).hexdigest()
            if last != digest or number != n:
                last, n = self._break(record_id, number, n, befores[-1])
        self._record, self._hash, self._n = record, last, n
        self._tally.entries += len(rows)
        return befores

    def compare(self, rows: Sequence[tuple[Any, ...]], befores: Sequence[str]) -> None:
        """Compare the columns with the text they repeat."""
        for (record_id, n, text, _, previous, start, person, tail), before in zip(rows, befores, strict=True):
            if previous == before and tail is not None:
                person_ends = text.find(_END_OF_PERSON) + len(_END_OF_PERSON)
                is_plain = text.endswith(tail) and text.startswith(start) and text.endswith(person, 0, person_ends)
                if is_plain or judging.repeats(text, start, person, tail):
                    continue
            self._found += judging.column_findings(Entry.objects.get(record=record_id, n=n), before)

    def found(self) -> Iterator[Finding]:
        """What was found since it was asked last."""
        findings, self._found = self._found, []
        yield from findings

    def close_all(self) -> None:
        """Every record that is still open has no further entry; a head that is left has no record."""
        self._close_until(HIGHEST + 1)
        self._found += [judging.left_behind(pk) for pk in sorted(self._heads)]

    def _begin(self, record_id: int) -> str:
        self._close_until(record_id)
        record = self._open.get(record_id)
        return record.genesis if record else ""

    def _break(self, record_id: int, number: int, expected: int, before: str) -> tuple[str, int]:
        entry = Entry.objects.get(record=record_id, n=number)
        findings, go_on_from = judging.broken_link(entry, expected, before)
        self._found += findings
        is_only_misplaced = any(finding.field == "n" for finding in findings)
        return go_on_from, expected if is_only_misplaced else number

    def _close_until(self, record_id: int) -> None:
        for pk in list(takewhile(record_id.__gt__, self._open)):  # they stand in the order of their keys
            is_at_hand = pk == self._record
            end = (self._n, self._hash) if is_at_hand else (0, self._open[pk].genesis)
            self._found += judging.end_of_chain(self._open.pop(pk), self._heads.pop(pk, None), end)
            self._tally.records += 1
