"""Issuing what was requested: a sweep, and the same on demand right after a commit. Safe to run twice or to miss."""

import logging

from celery import shared_task
from django.utils import timezone

from apps.audit.services import sequence_entries
from apps.core.errors import Refused
from apps.documents.selectors import due_documents
from apps.documents.services import issue_document

logger = logging.getLogger(__name__)


@shared_task
def issue_due_documents(**kwargs: object) -> None:
    """Give what was committed its checkpoint, then issue every document that waits for one."""
    sequence_entries(at=timezone.now())
    for document in due_documents():
        try:
            issue_document(document=document, at=timezone.now())
        except Refused as refusal:
            logger.warning("%s was not issued: %s", document.name, refusal)
        except Exception:
            logger.exception("%s could not be issued; the next sweep tries again", document.name)
