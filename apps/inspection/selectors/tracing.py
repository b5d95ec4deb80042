"""The five hops of one value, on one screen: master record, form, row, trail, certificate."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from apps.audit.models import Entry, Record
from apps.audit.selectors import inclusion_proof
from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.batches import batch_of
from apps.core.text import N_
from apps.inspection.facts import DocumentHop, EntryHop, FormHop, MasterHop, RowHop, Trace
from apps.inspection.rules import Address, read_address, read_reported
from apps.inspection.selectors.master import master_of_place, master_of_result
from apps.inspection.selectors.papers import documents_stating
from apps.inspection.selectors.reading import entry_view
from apps.inspection.selectors.searching import visible_record
from apps.inspection.selectors.values import form_of_place, form_of_result, result_rows, rows_at
from apps.organisation.models import User
from apps.products.facts import BadPlace, Place
from apps.testing.models import Result, Sample

NO_MASTER = N_("The master record has no line for this place.")
FILE_MOVED_ON = N_("The file of seeds no longer says here what was approved; the stored text does.")
NO_FORM = N_("The master record in force makes no field of this place.")
NO_ROW = N_("Nothing was recorded here yet.")
NO_ENTRY = N_("Without a row there is no entry of the trail.")
NO_DOCUMENT = N_("No document about this record was asked for yet; a certificate is issued after certification.")
NOT_STATED = N_("No document states this value; the documents cover it by the checkpoint over its entry.")


@dataclass(frozen=True)
class Found:
    """What an address leads to before it is put together."""

    record: Record
    batch: Batch
    rows: Sequence[RecordedValue | Result]
    master: MasterHop
    form: FormHop | None
    row: RowHop | None


def trace(user: User, text: str, at: datetime) -> Trace:
    """The trace of one value. Raises Http404 for what is no value, and for what this person may not see."""
    address = read_address(text)
    if address is None or not address.place:
        raise Http404(text)
    record = visible_record(user, address.record, at)
    found = _found(record, address)
    documents = documents_stating(found.batch.record, text, address.place)
    entries = _entries_behind(found)
    return Trace(
        address=text,
        record=record.address,
        site=record.site,
        title=found.batch.number,
        master=found.master if found.master.path else None,
        form=found.form,
        row=found.row,
        entries=entries,
        documents=documents,
        missing=dict(_missing(found, entries, documents)),
    )


def _found(record: Record, address: Address) -> Found:
    if record.kind == "batch":
        return _recorded_value(record, address.place)
    if record.kind == "sample":
        return _reported_result(record, address.place)
    raise Http404(record.address)


def _recorded_value(record: Record, text: str) -> Found:
    try:
        place = Place.parse(text)
    except BadPlace as error:
        raise Http404(text) from error
    batch = batch_of(record)
    rows = list(RecordedValue.objects.filter(batch=batch, place=text).order_by("pk"))
    master, form = master_of_place(batch, place), form_of_place(batch, place)
    if not rows and form is None:
        raise Http404(text)
    return Found(record, batch, rows, master, form, rows_at(batch, place))


def _reported_result(record: Record, text: str) -> Found:
    place = read_reported(text)
    sample = Sample.objects.filter(record=record).select_related("batch__record").first()
    if place is None or sample is None:
        raise Http404(text)
    row, rows = result_rows(record, place)
    batch = batch_of(sample.batch.record)
    form = form_of_result(batch, place)
    if not rows and form is None:
        raise Http404(text)
    return Found(record, batch, rows, master_of_result(batch, place.test, place.parameter), form, row)


def _entries_behind(found: Found) -> tuple[EntryHop, ...]:
    """Every entry that wrote one of the rows, oldest first."""
    if not found.rows:
        return ()
    table = found.rows[0]._meta.db_table
    written = Entry.objects.filter(table=table, row__in=[str(row.pk) for row in found.rows])
    return tuple(entry_hop(entry) for entry in written.select_related("record").order_by("n"))


def entry_hop(entry: Entry) -> EntryHop:
    """One entry with what proves it: its hash computed now, and its place under the newest signed head."""
    text = hashlib.sha256(entry.text.encode()).hexdigest()
    is_whole = hashlib.sha256((entry.previous + text).encode()).hexdigest() == entry.hash
    return EntryHop(entry_view(entry), is_whole, inclusion_proof(entry))


def _missing(found: Found, entries: Sequence[EntryHop], documents: Sequence[DocumentHop]) -> Iterable[tuple[str, str]]:
    if not found.master.path:
        yield "master", NO_MASTER
    elif not found.master.lines:
        yield "file", FILE_MOVED_ON
    if found.form is None:
        yield "form", NO_FORM
    if found.row is None:
        yield "row", NO_ROW
    if not entries:
        yield "entries", NO_ENTRY
    if not documents:
        yield "documents", NO_DOCUMENT
    elif not any(document.lines for document in documents):
        yield "lines", NOT_STATED
