"""What went into the pool of a batch."""

from django.db import models

from apps.audit.models import Audited
from apps.batches.models.batch import Batch
from apps.donation.models import Donation


class Pooled(Audited):
    """One line of the manifest of a pool: a donation and the mass of it. Taken out again, the line stays, with why."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="pooled")
    donation = models.ForeignKey(Donation, models.PROTECT, related_name="pooled")
    mass = models.DecimalField(max_digits=12, decimal_places=3)
    text = models.CharField(max_length=40)  # the mass as entered
    unit = models.CharField(max_length=20)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=80)
    taken_out_at = models.DateTimeField(null=True, blank=True)
    taken_out_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name_plural = "pooled donations"
        constraints = [
            models.UniqueConstraint(
                fields=["donation"], condition=models.Q(taken_out_at=None), name="no_donation_in_two_pools"
            ),
            models.CheckConstraint(condition=models.Q(mass__gt=0), name="a_pooled_donation_has_mass"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.donation}"
