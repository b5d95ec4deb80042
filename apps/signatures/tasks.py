"""Keeping the working tables of signing small."""

from celery import shared_task
from django.utils import timezone

from apps.signatures.services import forget_old_challenges


@shared_task(ignore_result=True)
def sweep_challenges(**kwargs: object) -> None:
    """Forget challenges and series that nobody can answer or continue any more. Safe to run twice or to miss."""
    forget_old_challenges(at=timezone.now())
