"""Reads of in-process vessels: which are open, which label sheets were printed."""

from apps.batches.models import Batch, Vessel
from apps.documents.facts import DocumentKind
from apps.documents.models import Document
from apps.documents.selectors import documents_about

SHEET = "VL-{batch}-{n}"


def vessel_label_sheets(batch: Batch) -> list[Document]:
    """The sheets of vessel labels of a batch, in the order of their printing."""
    first_part = SHEET.format(batch=batch.number, n="")
    return list(documents_about(batch.record).filter(kind=DocumentKind.LABEL, number__startswith=first_part))


def vessels_of(batch: Batch) -> list[Vessel]:
    """All vessels of a batch, newest first."""
    return list(Vessel.objects.filter(batch=batch).order_by("-pk"))
