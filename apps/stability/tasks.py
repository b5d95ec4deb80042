"""The nightly look at time points: an edge with a clock."""

from celery import shared_task
from django.utils import timezone

from apps.stability.services import report_missed_pulls


@shared_task(ignore_result=True)
def sweep_pulls(**kwargs: object) -> None:
    """Did the window of a pull go by? Safe to run twice or to miss."""
    report_missed_pulls(at=timezone.now())
