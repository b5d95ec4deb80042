"""What a reviewer says of a finding."""

from django.db import models

from apps.audit.models import Audited
from apps.batches.models import Batch


class Judgement(Audited):
    """A finding of the review, accepted by quality assurance with a note; said once. Its key names check and row."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="judgements")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    what = models.CharField(max_length=1000)
    note = models.CharField(max_length=1000)
    judged_by = models.CharField(max_length=80)
    judged_name = models.CharField(max_length=120)
    judged_at = models.DateTimeField()

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="one_judgement_per_finding")]

    def __str__(self) -> str:
        return f"{self.key}: {self.note}"
