"""The nightly look at the balances: an edge with a clock."""

from celery import shared_task
from django.utils import timezone

from apps.disposal.services import check_balances


@shared_task(ignore_result=True)
def sweep_balances(**kwargs: object) -> None:
    """Do the units of every batch balance? Safe to run twice or to miss."""
    check_balances(at=timezone.now())
