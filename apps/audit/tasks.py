"""The clock of the sequencer, and of what the database wants done from time to time."""

from celery import shared_task
from django.db import connection
from django.utils import timezone

from apps.audit import indexes
from apps.audit.services import sequence_entries


@shared_task(ignore_result=True)
def sequence_trail(**kwargs: object) -> None:
    """Give what was committed its place in the tree, under a signed head. Safe to run twice or to miss."""
    sequence_entries(at=timezone.now())


@shared_task(ignore_result=True)
def count_rows(**kwargs: object) -> None:
    """Keep the statistics by which SQLite chooses its indexes. Safe to run twice or to miss."""
    indexes.count_rows(connection)
