"""The sweep of what is older than the register: an edge with a clock."""

from celery import shared_task
from django.utils import timezone

from apps.supply.services import fill_register


@shared_task(ignore_result=True)
def sweep_register(**kwargs: object) -> None:
    """Enter decisions that were signed before there was a register. Safe to run twice or to miss."""
    fill_register(at=timezone.now())
