"""In-process vessels: flasks, pools, bags that hold cells between steps."""

from django.db import models

from apps.audit.models import Audited
from apps.batches.facts.words import VesselState
from apps.batches.models.batch import Batch
from apps.core.choices import choices_of


class Vessel(Audited):
    """A labelled vessel of one batch. Its record is `vessel/...`, made from the batch and from the vessels before it.

    `row` is its key among the rows of a step (`flask[07]`); `section` the occurrence of the stage that opened it.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="vessels")
    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=40)
    row = models.CharField(max_length=20)
    section = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=choices_of(VesselState), default=VesselState.OPEN)
    opened_in = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    closed_in = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "kind", "section", "row"], name="one_vessel_per_row_of_a_section"),
            models.CheckConstraint(condition=models.Q(state__in=list(VesselState)), name="known_vessel_state"),
        ]

    def __str__(self) -> str:
        return self.number
