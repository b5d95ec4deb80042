"""The tables of the batch record."""

from apps.batches.models.batch import Batch, Comment, Step
from apps.batches.models.changes import Amendment, PlannedDeviation, RiskDecision
from apps.batches.models.pools import Pooled
from apps.batches.models.values import Attachment, RecordedValue
from apps.batches.models.vessels import Vessel

__all__ = [
    "Amendment",
    "Attachment",
    "Batch",
    "Comment",
    "PlannedDeviation",
    "Pooled",
    "RecordedValue",
    "RiskDecision",
    "Step",
    "Vessel",
]
