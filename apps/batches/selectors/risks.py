"""Stops, and decisions at risk that wait for QA."""

from datetime import datetime

from django.db.models import QuerySet

from apps.batches.models import Batch, RiskDecision
from apps.quality.models import Hold


def stops_of(batch: Batch) -> int:
    """How often this batch was stopped."""
    return Hold.objects.filter(record=batch.record, key__startswith="stop:").count()


def risks_to_ratify(sites: set[str]) -> QuerySet[RiskDecision]:
    """The duty of QA: decisions at risk that nobody ratified yet, the earliest due first."""
    waiting = RiskDecision.objects.filter(ratified=None, batch__site__code__in=sites)
    return waiting.select_related("batch__record", "signed").order_by("due_at")


def overdue_risks(at: datetime) -> QuerySet[RiskDecision]:
    """Decisions at risk that should have been ratified by now."""
    return RiskDecision.objects.filter(ratified=None, due_at__lt=at).select_related("batch__record", "batch__site")
