"""What is wrong with one suspect entry, chain end or row, in plain words."""

import json
from typing import Any

from apps.audit.facts import Finding
from apps.audit.models import Entry, Head, Record
from apps.core.canonical import instant_text, sha256_hex

ENTRIES, HEADS, RECORDS = "audit_entry", "audit_head", "audit_record"


def link(previous: str, text: str) -> str:
    """The hash of an entry."""
    return sha256_hex(previous + sha256_hex(text))


def broken_link(entry: Entry, expected: int, before: str) -> tuple[list[Finding], str]:
    """Why this entry does not hash onto the one before, and from which hash the chain goes on."""
    is_in_itself_whole = entry.hash == link(entry.previous, entry.text)
    misplaced = [finding for finding in column_findings(entry, before) if finding.field in ("record_id", "n")]
    if is_in_itself_whole and misplaced:
        return misplaced, entry.hash
    if entry.n != expected:
        return [_missing(entry, expected)], entry.hash
    if is_in_itself_whole:
        return [_other_predecessor(entry)], entry.hash
    computed, goes_on_from = link(before, entry.text), _previous_of_next(entry)
    if goes_on_from == computed:
        return [_found(entry, "hash", "its hash was changed")], computed
    if goes_on_from == entry.hash:
        return [_found(entry, "text", "its text was changed after it was written")], entry.hash
    return [
        _found(entry, "text, hash", "text and hash do not belong together, nor does the next entry fit")
    ], entry.hash


def repeats(text: bytes, start: bytes, person: bytes, tail: bytes) -> bool:
    """Whether the columns, joined as the database joined them, say what the text says."""
    body = _body(text)
    try:
        said_tail = (
            f',"at":"{body["at"]}","before":null,"id":"{body["id"]}","n":{body["n"]},"reason":"",'
            f'"record":"{body["record"]}","request":"{body["request"]}","row":"{body["row"]}",'
            f'"schema":1,"table":"{body["table"]}"}}'
        )
        said_person = f',"username":"{body["actor"]["username"]}"}},"after":{{'
    except (KeyError, TypeError):
        return False
    said_start = f'{{"action":"{body["action"]}","actor":{{'
    return (said_start.encode(), said_person.encode(), said_tail.encode()) == (start, person, tail)


def column_findings(entry: Entry, previous: str) -> list[Finding]:
    """Which columns of this entry differ from its text, or from what went before."""
    body = _body(entry.text)
    if not body:
        return [_found(entry, "text", "its text can't be read", "column")]
    columns = {
        "id": (str(entry.pk), body.get("id")),
        "record_id": (_address_in_chain(entry), body.get("record")),
        "n": (entry.n, body.get("n")),
        # When its hash was made with what the column says, it is what went before that has changed.
        "previous": (entry.previous, previous if entry.hash == link(previous, entry.text) else entry.previous),
        "action": (entry.action, body.get("action")),
        "table": (entry.table, body.get("table")),
        "row": (entry.row, body.get("row")),
        "username": (entry.username, body.get("actor", {}).get("username")),
        "at": (instant_text(entry.at), body.get("at")),
        "request_id": (entry.request_id, body.get("request")),
    }
    return [
        _found(entry, name, f"its column says {column!r}, its text {said!r}", "column")
        for name, (column, said) in columns.items()
        if column != said
    ]


def end_of_chain(record: Record, head: Head | None, end: tuple[int, str]) -> list[Finding]:
    """Whether the chain ends where its head says."""
    n, digest = end
    if head is None:
        sentence = f"The head of the chain is gone; it has {n} entries." if n else "The record has no entry at all."
        return [Finding("head", sentence, record.address, None, HEADS, str(record.pk))]
    if head.n > n:
        missing = f"#{n + 1}" if head.n == n + 1 else f"#{n + 1} to #{head.n}"
        return [
            Finding("chain", f"At the end of the chain {missing} are missing.", record.address, n + 1, ENTRIES, "", "")
        ]
    if head.n < n:
        sentence = f"The head says that #{head.n} is the newest entry; there are {n}."
        return [Finding("head", sentence, record.address, head.n, HEADS, str(record.pk), "n")]
    if head.hash != digest:
        sentence = "The hash in the head is not that of the newest entry."
        return [Finding("head", sentence, record.address, n, HEADS, str(record.pk), "hash")]
    if head.sequenced > head.n:
        sentence = f"The head says that {head.sequenced} entries are in the tree; there are only {n}."
        return [Finding("head", sentence, record.address, n, HEADS, str(record.pk), "sequenced")]
    return []


def left_behind(head: int) -> Finding:
    """A head whose record is not there."""
    return Finding("head", "The record of this head is gone.", table=HEADS, row=str(head))


def _missing(entry: Entry, expected: int) -> Finding:
    which = f"#{expected} is" if entry.n == expected + 1 else f"#{expected} to #{entry.n - 1} are"
    return Finding("chain", f"Entry {which} missing.", _address(entry), expected, ENTRIES)


def _other_predecessor(entry: Entry) -> Finding:
    """Text, previous and hash agree with each other, but not with what comes before."""
    if entry.n > 1:
        return _found(entry, "previous", "it was written after another entry than the one that now stands before it")
    record = Record.objects.get(pk=entry.record_id)
    field = _changed_field(record, entry)
    sentence = f"The row of the record was changed: {field} is not what it was when its chain began."
    return Finding("row", sentence, record.address, None, RECORDS, str(record.pk), field)


def _changed_field(record: Record, first: Entry) -> str:
    """Which column of a record no longer gives its genesis. The first entry tells all but the site."""
    body = _body(first.text)
    if record.address != body.get("record"):
        return "address"
    if record.kind != record.address.partition("/")[0]:
        return "kind"
    return "opened_at" if instant_text(record.opened_at) != body.get("at") else "site"


def _previous_of_next(entry: Entry) -> str | None:
    """What the following entry, or the head, calls the hash of this one."""
    following = Entry.objects.filter(record=entry.record_id, n=entry.n + 1).values_list("previous", flat=True).first()
    return following or Head.objects.filter(pk=entry.record_id, n=entry.n).values_list("hash", flat=True).first()


def _found(entry: Entry, field: str, what: str, check: str = "chain") -> Finding:
    sentence = f"This entry is not as it was written: {what}."
    return Finding(check, sentence, _address(entry), entry.n, ENTRIES, str(entry.pk), field)


def _address(entry: Entry) -> str:
    return Record.objects.filter(pk=entry.record_id).values_list("address", flat=True).first() or "?"


def _address_in_chain(entry: Entry) -> str | None:
    """The address that the chain began with: a changed row of the record is found once, and not at each entry."""
    if not Record.objects.filter(pk=entry.record_id).exists():
        return None
    first = Entry.objects.filter(record=entry.record_id).order_by("n").values_list("text", flat=True)[0]
    address = _body(first).get("record")
    return str(address) if address is not None else None


def _body(text: str | bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
