"""The sweep of what was in culture outside the range of its store: an edge with a clock."""

from celery import shared_task
from django.utils import timezone

from apps.storage.services import hold_late_cultures


@shared_task(ignore_result=True)
def sweep_cultures(**kwargs: object) -> None:
    """Hold what late entries say was in culture during an excursion. Safe to run twice or to miss."""
    hold_late_cultures(at=timezone.now())
