"""Printing what is stuck on the bag or the vessel of a collection."""

from datetime import datetime

from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.documents.models import Document
from apps.documents.rules import is_no_count_of_labels, is_unexplained_reprint
from apps.documents.selectors import label_sheets_about
from apps.documents.services import request_document
from apps.donation.content import donation_labels
from apps.donation.models import Donation
from apps.donation.selectors import donation_now
from apps.donation.services.recording import COLLECTORS
from apps.organisation.services import require


def print_donation_labels(*, donation: Donation, copies: int, actor: Actor, at: datetime, reason: str = "") -> Document:
    """Print the labels of a collection, with what has to be said of its donor now; once more only with the reason."""
    record, reason = donation.record, reason.strip()
    who = require(actor, COLLECTORS, donation.site.code, at=at, about=record.address)
    with audited(actor=who, action="donation.labels.printed", at=at, reason=reason, touching=[record]) as change:
        now, sheets = donation_now(donation), len(label_sheets_about(record))
        stop_if(is_no_count_of_labels(copies), is_unexplained_reprint(sheets, reason))
        sheet = donation_labels(now, copies, sheets + 1)
        change.note(record, "donation.labels.printed", sheet=sheet.number, copies=copies)
        return request_document(change, content=sheet, subject=record, site=donation.site.code)
