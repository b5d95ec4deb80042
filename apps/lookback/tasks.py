"""The sweep of what failed late: an edge with a clock."""

from celery import shared_task
from django.utils import timezone

from apps.lookback.services import open_late_failures


@shared_task(ignore_result=True)
def sweep_late_failures(**kwargs: object) -> None:
    """Look back from every batch of which a test failed after units had left. Safe to run twice or to miss."""
    open_late_failures(at=timezone.now())
