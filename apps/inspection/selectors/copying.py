"""A complete copy of one batch record to take away (21 CFR 11.10(b)): PDF and tables for people, JSON for programs."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import Http404
from django.template.loader import render_to_string

from apps.audit.models import Record
from apps.batches.models import Attachment, Batch, RecordedValue
from apps.batches.selectors.batches import batch_of
from apps.batches.selectors.files import attachments_of
from apps.batches.selectors.files import path_of as attachment_path
from apps.core.canonical import instant_text
from apps.core.tables import as_lines
from apps.documents.models import Document
from apps.documents.selectors import register
from apps.documents.store import path_of as document_path
from apps.inspection.packing import Member, packed
from apps.inspection.selectors.exporting import proved_chain_text
from apps.inspection.selectors.searching import visible_record, visible_records
from apps.organisation.models import User
from apps.quality.models import Deviation, Event
from apps.release.selectors.people import all_records_of
from apps.signatures.models import Signature
from apps.testing.models import Result

SCHEMA, BATCH = "batch-copy/1", "batch"
ZIP = "application/zip"
VALUES = (
    "place", "text", "unit", "given_unit", "comparator", "number", "instant", "verdict", "origin", "performed_at",
    "performed_by", "recorded_at", "recorded_by", "printed_name", "is_late", "reason", "has_happened", "lot__number",
    "instrument__number", "vessel__number", "file__sha256", "second__printed_name", "supersedes__pk", "pk",
)  # fmt: skip
RESULTS = (
    "test", "parameter", "replicate", "text", "unit", "comparator", "number", "verdict", "state", "tested_at",
    "analyst", "analyst_name", "late", "happened", "tested_signature__printed_name", "reviewed_signature__printed_name",
    "supersedes__pk", "pk",
)  # fmt: skip
SIGNATURES = (
    "record__address", "about", "verb", "meaning", "username", "printed_name", "printed_name_zh", "role", "title_en",
    "title_zh", "signed_at", "components", "content_hash", "content",
)  # fmt: skip
FILES = (
    "pk", "place", "name", "media_type", "size", "sha256", "is_paper", "attached_by", "attached_at",
    "certified__printed_name", "certified__signed_at",
)  # fmt: skip


def copied_batch(user: User, address: str, at: datetime) -> Batch:
    """The batch with this address, if this person may see its record; 404 otherwise."""
    record = visible_record(user, address, at)
    if record.kind != BATCH:
        raise Http404(address)
    return batch_of(record)


def copy_name(batch: Batch) -> str:
    """The name of the package when somebody keeps it."""
    return f"batch-{_plain(batch.number)}.zip"


def batch_copy(batch: Batch, user: User, at: datetime) -> Iterator[bytes]:
    """The package, piece by piece."""
    told = {"schema": SCHEMA, "record": batch.record.address, "site": batch.site.code, "copied_by": user.username}
    return packed(_members(batch, user, at), {**told, "copied_at": instant_text(at)}, at)


def _members(batch: Batch, user: User, at: datetime) -> Iterator[Member]:
    """Everything that belongs to the record of a batch, file by file."""
    records = _records(batch)
    ids = [record.pk for record in records]
    readme = render_to_string("inspection/copy_readme.txt", {"batch": batch, "at": at})
    yield Member("README.txt", [readme.encode()])
    yield from _documents([*ids, batch.product_version.record_id])
    yield from (_attached(file) for file in attachments_of(batch))
    yield _table("values.csv", VALUES, RecordedValue.objects.filter(batch=batch).order_by("pk"))
    yield _table("results.csv", RESULTS, Result.objects.filter(batch=batch).order_by("pk"))
    yield _table("signatures.csv", SIGNATURES, Signature.objects.filter(record__in=ids).order_by("signed_at", "pk"))
    yield _table("files.csv", FILES, attachments_of(batch))
    seen = set(visible_records(user, at).filter(pk__in=ids).values_list("pk", flat=True))
    yield from (_trail(record, record.pk in seen, at) for record in records)


def _trail(record: Record, is_seen: bool, at: datetime) -> Member:
    name = f"trail/{quote(record.address, safe='')}.json"
    if not is_seen:
        return Member(name, lost="the record of a site where the person who copied holds no role")
    return Member(name, (piece.encode() for piece in proved_chain_text(record, at)))


def _records(batch: Batch) -> list[Record]:
    """The batch with its vessels, samples, runs and units, its events and their deviations, in order of address."""
    about = [kind.objects.filter(subject=batch.record).values_list("record", flat=True) for kind in (Event, Deviation)]
    told = [record for ids in about for record in Record.objects.filter(pk__in=ids).order_by("pk")]
    return sorted({record.pk: record for record in [*all_records_of(batch), *told]}.values(), key=_by_address)


def _by_address(record: Record) -> str:
    return record.address


def _documents(subjects: Iterable[int]) -> Iterator[Member]:
    """Each version of each document as it was issued, replaced and withdrawn ones too; and the master record's."""
    for document in register().filter(subject__in=subjects).order_by("pk"):
        yield _issued(document)


def _issued(document: Document) -> Member:
    name = f"documents/{_plain(document.file_name)}"
    if not document.file_sha256:
        return Member(name, lost="requested, not issued yet")
    return _stored(name, document_path(document.file_sha256), document.file_sha256)


def _attached(file: Attachment) -> Member:
    return _stored(f"files/{file.pk}-{_plain(file.name)}", attachment_path(file.sha256), file.sha256)


def _stored(name: str, path: str, recorded: str) -> Member:
    if not default_storage.exists(path):
        return Member(name, lost=f"the kept file is missing, whose SHA-256 is {recorded}")
    return Member(name, _bytes_of(path), recorded=recorded)


def _bytes_of(path: str) -> Iterator[bytes]:
    with default_storage.open(path) as file:
        yield from file.chunks()


def _table(name: str, columns: tuple[str, ...], rows: object) -> Member:
    """A table that people open and programs read; instants in UTC."""
    found = rows.values_list(*columns).iterator(chunk_size=500)  # type: ignore[attr-defined]  # any query set
    heads = [column.removesuffix("__pk").replace("__", ".").replace("pk", "id") for column in columns]
    lines = as_lines(heads, ([_cell(value) for value in row] for row in found))
    return Member(name, (line.encode() for line in lines))


def _cell(value: object) -> object:
    if value is None:
        return ""
    return instant_text(value) if isinstance(value, datetime) else value


def _plain(name: str) -> str:
    """A name that every system takes as one file."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)[-100:]
