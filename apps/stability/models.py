"""Stability studies: their units, time points and pulls."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited
from apps.batches.models import Batch
from apps.core.choices import choices_of
from apps.stability.facts import PointState, StudyState, Window
from apps.testing.models import Sample
from apps.units.models import Unit


class Study(Audited):
    """Units of a batch are kept and tested at the months of its master record. Its record: `study/...`."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="studies")
    n = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=6, choices=choices_of(StudyState), default=StudyState.OPEN)
    started_at = models.DateTimeField()  # when the clock of the storage state began: month 0
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    opened_name = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True)
    closed_name = models.CharField(max_length=120, blank=True)
    close_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(StudyState)), name="known_study_state"),
            models.CheckConstraint(
                condition=Q(state=StudyState.OPEN) | (Q(closed_at__isnull=False) & ~Q(close_reason="")),
                name="a_closed_study_says_why",
            ),
            models.UniqueConstraint(fields=["batch", "n"], name="one_study_per_number"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(state=StudyState.OPEN), name="one_open_study_of_a_batch"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StudyUnit(Audited):
    """A unit that is set apart for a study."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="studies")

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "unit"], name="a_unit_once_in_a_study")]

    def __str__(self) -> str:
        return f"{self.unit_id} of {self.study_id}"


class StudyPoint(Audited):
    """A month of the protocol as a duty: when it is due, from when until when a unit is pulled for it."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="points")
    month = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=12)  # what its samples are named by
    state = models.CharField(max_length=7, choices=choices_of(PointState), default=PointState.WAITING)
    due_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PointState)), name="known_point_state"),
            models.UniqueConstraint(fields=["study", "month"], name="one_point_per_month"),
        ]
        indexes = [models.Index(fields=["state", "ends_at"], name="points_by_their_end")]

    def __str__(self) -> str:
        return self.key

    @property
    def window(self) -> Window:
        """What the rules are told."""
        return Window(self.due_at, self.opens_at, self.ends_at)


class Pull(Audited):
    """A unit taken for a time point: it became this sample. `late`: after its window, with the reason."""

    point = models.ForeignKey(StudyPoint, models.PROTECT, related_name="pulls")
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="pull")
    sample = models.OneToOneField(Sample, models.PROTECT, related_name="pull")
    pulled_at = models.DateTimeField()
    pulled_by = models.CharField(max_length=80)
    pulled_name = models.CharField(max_length=120)
    late = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(late=False) | ~Q(reason=""), name="a_late_pull_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} for {self.point_id}"
