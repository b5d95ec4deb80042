"""The sweep: an edge with a clock."""

from celery import shared_task
from django.utils import timezone

from apps.alerts.services import raise_due_alerts


@shared_task(ignore_result=True)
def sweep_alerts(**kwargs: object) -> None:
    """Compare what is recorded with the clock. Safe to run twice or to miss."""
    raise_due_alerts(at=timezone.now())
