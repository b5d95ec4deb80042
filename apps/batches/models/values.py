"""Recorded values and attached files."""

from django.db import models

from apps.audit.models import Audited
from apps.batches.facts.words import Origin
from apps.batches.models.batch import Batch, Step
from apps.batches.models.vessels import Vessel
from apps.core.choices import choices_of
from apps.facility.models import Instrument
from apps.materials.models import MaterialLot
from apps.products.facts import Comparator, ParameterKind, Verdict
from apps.signatures.models import Signature


class Attachment(Audited):
    """A file of a batch, stored once by its SHA-256. A photographed paper counts when a second person certified it."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="attachments")
    place = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    is_paper = models.BooleanField(default=False)
    attached_by = models.CharField(max_length=80)
    attached_at = models.DateTimeField()
    certified = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="attachments_by_content")]

    def __str__(self) -> str:
        return self.name


class RecordedValue(Audited):
    """One value, entered once. A correction is a new row that supersedes the old one; nothing is overwritten.

    `text` is as entered ("1.10" stays "1.10"), `number` is in `unit`. `performed_at` is the event, `recorded_at` the
    server's clock. `overridden` holds the objections of an act that had already happened when it was recorded.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="values")
    step = models.ForeignKey(Step, models.PROTECT, related_name="values")
    place = models.CharField(max_length=200)
    field = models.CharField(max_length=130)  # stage.step.parameter, without occurrences and rows
    kind = models.CharField(max_length=12, choices=choices_of(ParameterKind))
    text = models.CharField(max_length=2000, blank=True)
    number = models.DecimalField(max_digits=26, decimal_places=9, null=True)
    unit = models.CharField(max_length=20, blank=True)
    given_unit = models.CharField(max_length=20, blank=True)
    comparator = models.CharField(max_length=2, choices=choices_of(Comparator), default=Comparator.EXACT)
    rounded = models.DecimalField(max_digits=26, decimal_places=9, null=True)
    instant = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    verdict = models.CharField(max_length=16, choices=choices_of(Verdict))
    judgement = models.JSONField(default=dict)
    origin = models.CharField(max_length=10, choices=choices_of(Origin), default=Origin.TYPED)
    function = models.CharField(max_length=80, blank=True)
    performed_at = models.DateTimeField()
    performed_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    printed_name = models.CharField(max_length=120)
    is_late = models.BooleanField(default=False)
    reason = models.CharField(max_length=1000, blank=True)
    has_happened = models.BooleanField(default=False)
    overridden = models.JSONField(default=list)
    second = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    lot = models.ForeignKey(MaterialLot, models.PROTECT, null=True, blank=True, related_name="uses")
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, blank=True, related_name="uses")
    vessel = models.ForeignKey(Vessel, models.PROTECT, null=True, blank=True, related_name="uses")
    file = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="uses")
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "place"], condition=models.Q(supersedes=None), name="one_original_value_per_place"
            ),
            models.CheckConstraint(condition=models.Q(verdict__in=list(Verdict)), name="known_verdict_of_a_value"),
            models.CheckConstraint(
                condition=models.Q(performed_at__lte=models.F("recorded_at")), name="no_value_before_it_happened"
            ),
        ]
        indexes = [models.Index(fields=["batch", "field"], name="values_of_a_field")]

    def __str__(self) -> str:
        return f"{self.place} = {self.text}"
