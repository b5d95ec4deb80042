"""Attached files, found by their content."""

import hashlib

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from apps.batches.models import Attachment, Batch


class ContentLost(Exception):
    """The stored bytes are not what the record says."""


def path_of(sha256: str) -> str:
    """Where content lies in the store: two levels, so that no folder grows without end."""
    return f"attachments/{sha256[:2]}/{sha256}"


def attachment_bytes(attachment: Attachment) -> bytes:
    """The content of an attachment. Raises ContentLost when it is not what was attached."""
    with default_storage.open(path_of(attachment.sha256)) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise ContentLost(attachment.sha256)
    return content


def attachments_of(batch: Batch) -> QuerySet[Attachment]:
    """The files of a batch, oldest first."""
    return Attachment.objects.filter(batch=batch).select_related("certified").order_by("pk")
