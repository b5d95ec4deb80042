"""A batch at Nanhu whose certificate is requested, as the stage that certifies would do it."""

from datetime import datetime, timedelta

from apps.audit.models import Record
from apps.audit.services import audited, sequence_entries
from apps.core.actor import SYSTEM
from apps.documents.facts import DocumentContent
from apps.documents.models import Document
from apps.documents.services import issue_document, request_document
from tests.cast import AT
from tests.documents import demo

LATER = AT + timedelta(minutes=1)


def batch_record(number: str = "CT-0042", site: str = "NANHU") -> Record:
    found = Record.objects.filter(address=f"batch/{number}").first()
    if found:
        return found
    with audited(actor=SYSTEM, action="batch.planned", at=AT) as change:
        record = change.open_record("batch", number, site)
        change.note(record, "batch.planned")
    return record


def requested(content: DocumentContent | None = None, *, at: datetime = AT, site: str = "NANHU") -> Document:
    """A document whose content was stored inside the door of another verb."""
    subject = batch_record(site=site)
    with audited(actor=SYSTEM, action="batch.certified", at=at, touching=[subject]) as change:
        change.note(subject, "batch.certified")
        return request_document(change, content=content or demo.batch_certificate(), subject=subject, site=site)


def issued(content: DocumentContent | None = None, *, at: datetime = LATER, site: str = "NANHU") -> Document:
    """A document that went the whole way."""
    document = requested(content, at=at, site=site)
    sequence_entries(at=at)
    return issue_document(document=document, at=at)
