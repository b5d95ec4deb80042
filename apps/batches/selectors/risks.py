"""Decisions at risk that wait for QA."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from apps.batches.models import RiskDecision


def unratified_risks(at: datetime, sites: Collection[str] | None = None) -> QuerySet[RiskDecision]:
    """A duty of QA: decisions at risk that nobody ratified yet, the earliest due first; late when `due_at` is past."""
    waiting = RiskDecision.objects.filter(ratified=None, decided_at__lte=at)
    if sites is not None:
        waiting = waiting.filter(batch__site__code__in=sites)
    return waiting.select_related("batch__record", "batch__site", "signed").order_by("due_at", "pk")
