"""Going on at risk: from whom a batch may begin that way, and what waits for QA."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from apps.batches.models import Batch, RiskDecision
from apps.donation.facts import Eligibility


def is_donor_undecided(batch: Batch) -> bool:
    """Whether the batch is made from a donation that is not found eligible, and so stays in quarantine."""
    return batch.donation is not None and batch.donation.eligibility != Eligibility.ELIGIBLE


def unratified_risks(at: datetime, sites: Collection[str] | None = None) -> QuerySet[RiskDecision]:
    """A duty of QA: decisions at risk that nobody ratified yet, the earliest due first; late when `due_at` is past."""
    waiting = RiskDecision.objects.filter(ratified=None, decided_at__lte=at)
    if sites is not None:
        waiting = waiting.filter(batch__site__code__in=sites)
    return waiting.select_related("batch__record", "batch__site", "signed").order_by("due_at", "pk")
