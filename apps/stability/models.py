"""Stability studies with their units, time points and pulls; later expiries with the units they are for."""

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited
from apps.batches.models import Batch
from apps.core.choices import choices_of
from apps.stability.facts import ExtensionState, PointState, RelabelState, StudyState, Window
from apps.testing.models import Sample
from apps.units.models import Label, Unit


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


class Extension(Audited):
    """A later expiry of units, on the ground of a study: so many months of life. Its record: `extension/...`."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="extensions")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="extensions")  # of the same product, mostly younger
    number = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=10, choices=choices_of(ExtensionState), default=ExtensionState.PROPOSED)
    months = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=1000)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=80)
    proposed_name = models.CharField(max_length=120)
    endorsed_at = models.DateTimeField(null=True, blank=True)
    endorsed_by = models.CharField(max_length=80, blank=True)
    endorsed_name = models.CharField(max_length=120, blank=True)
    authorised_at = models.DateTimeField(null=True, blank=True)
    authorised_by = models.CharField(max_length=80, blank=True)
    authorised_name = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ExtensionState)), name="known_extension_state"),
            models.CheckConstraint(condition=Q(months__gt=0), name="an_extension_is_some_months"),
            models.CheckConstraint(
                condition=~Q(state__in=[ExtensionState.AUTHORISED, ExtensionState.COMPLETED])
                | (~Q(endorsed_by="") & ~Q(authorised_by="") & ~Q(authorised_by=F("endorsed_by"))),
                name="two_people_of_an_extension",
            ),
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(state__in=[ExtensionState.PROPOSED, ExtensionState.ENDORSED, ExtensionState.AUTHORISED]),
                name="one_standing_extension_of_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ExtendedUnit(Audited):
    """One unit of an extension: its date before and after, its new label, who applied it and who saw it."""

    extension = models.ForeignKey(Extension, models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="extensions")
    state = models.CharField(max_length=10, choices=choices_of(RelabelState), default=RelabelState.NAMED)
    old_expires_at = models.DateTimeField()
    new_expires_at = models.DateTimeField()
    label = models.OneToOneField(Label, models.PROTECT, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.CharField(max_length=80, blank=True)
    applied_name = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=80, blank=True)
    confirmed_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RelabelState)), name="known_relabel_state"),
            models.UniqueConstraint(fields=["extension", "unit"], name="a_unit_once_in_an_extension"),
            models.CheckConstraint(condition=Q(new_expires_at__gt=F("old_expires_at")), name="an_extension_is_later"),
            models.CheckConstraint(
                condition=~Q(state=RelabelState.RELABELLED)
                | (Q(label__isnull=False) & ~Q(applied_by="") & ~Q(confirmed_by="") & ~Q(confirmed_by=F("applied_by"))),
                name="two_people_relabel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} of {self.extension_id}"
