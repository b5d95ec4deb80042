"""The sequencer's clock."""

from celery import shared_task
from django.utils import timezone

from apps.audit.services import sequence_entries


@shared_task(ignore_result=True)
def sequence_trail(**kwargs: object) -> None:
    """Give what was committed its place in the tree, under a signed head. Safe to run twice or to miss."""
    sequence_entries(at=timezone.now())
