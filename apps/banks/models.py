"""What was drawn from cell banks, and the decisions to go below what is kept back."""

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited
from apps.batches.models import Batch
from apps.units.models import Unit


class Draw(Audited):
    """A unit of a bank that two people drew for one batch. It is part of the record of that batch."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="draws")
    bank = models.ForeignKey(Batch, models.PROTECT, related_name="drawn_from_it")
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="draw")
    left = models.PositiveIntegerField()  # in the bank, after all units of this draw
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=80)
    second_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    happened = models.BooleanField(default=False)
    reason = models.CharField(max_length=1000, blank=True)
    overridden = models.JSONField(default=list)

    append_only = True

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(second_by=F("drawn_by")), name="two_people_draw")]
        indexes = [models.Index(fields=["bank", "-id"], name="draws_from_a_bank")]

    def __str__(self) -> str:
        return f"{self.unit_id} for {self.batch_id}"


class BelowReserve(Audited):
    """A signed decision of quality: for one batch the stock of a bank may go down to `lowest`. In the bank's record."""

    bank = models.ForeignKey(Batch, models.PROTECT, related_name="decisions_below")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="decisions_below_for_it")
    lowest = models.PositiveIntegerField()
    reason = models.CharField(max_length=1000)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        verbose_name_plural = "decisions below the reserve"

    def __str__(self) -> str:
        return f"{self.bank_id} down to {self.lowest} for {self.batch_id}"
