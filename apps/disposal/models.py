"""Disposals with their units and what proves them; and the nightly look at the balances of units."""

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited
from apps.batches.models import Batch
from apps.core.choices import choices_of
from apps.disposal.facts import DisposalState
from apps.disposal.lifecycle import DONE
from apps.products.facts import Verdict
from apps.transport.facts import Acknowledged
from apps.transport.models import OneTimeCode, taken_says_how, two_sides_sign
from apps.units.models import Unit


class Disposal(Audited):
    """The destruction of some units in one way, for one reason, that the frozen master of each of their batches names.

    `batch` is the first of them; it gives the disposal (`disposal/...`) its number and site.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="disposals")
    number = models.CharField(max_length=60, unique=True)
    reason = models.CharField(max_length=40)
    note = models.CharField(max_length=1000, blank=True)
    treatment = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=choices_of(DisposalState), default=DisposalState.REQUESTED)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=80, blank=True)
    refused_because = models.CharField(max_length=1000, blank=True)
    waste_number = models.CharField(max_length=60, blank=True)
    treated_at = models.DateTimeField(null=True, blank=True)
    treated_by = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    happened = models.BooleanField(default=False)
    overridden = models.JSONField(default=list)
    witnessed_at = models.DateTimeField(null=True, blank=True)
    witnessed_by = models.CharField(max_length=80, blank=True)
    carrier_due_at = models.DateTimeField(null=True, blank=True)  # until when its waste may lie here

    settled_when = ("state", (DisposalState.WITNESSED, DisposalState.REFUSED))
    settled_columns = ("state", "number", "reason", "treatment", "waste_number", "treated_at", "treated_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(DisposalState)), name="known_disposal_state"),
            models.CheckConstraint(
                condition=~Q(state__in=list(DONE)) | (Q(treated_at__isnull=False) & ~Q(treated_by="")),
                name="treated_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=list(DONE)) | ~Q(waste_number=""), name="waste_has_its_number"
            ),
            models.CheckConstraint(
                condition=~Q(state=DisposalState.WITNESSED)
                | (Q(witnessed_at__isnull=False) & ~Q(witnessed_by="") & ~Q(witnessed_by=F("treated_by"))),
                name="witnessed_by_another_person",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="disposals_by_state")]

    def __str__(self) -> str:
        return self.number


class DisposedUnit(Audited):
    """A unit of a disposal. It `stands` in one only; a refused disposal lets its units go."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="disposals")
    stands = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(stands=True), name="a_unit_is_destroyed_once"),
            models.UniqueConstraint(fields=["disposal", "unit"], name="one_line_for_each_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} in {self.disposal_id}"


class ProofFile(Audited):
    """A file that proves the treatment, such as the print-out of the cycle; known by its SHA-256."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="files")
    parameter = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    attached_at = models.DateTimeField()
    attached_by = models.CharField(max_length=80)

    append_only = True

    def __str__(self) -> str:
        return self.name


class ProofValue(Audited):
    """One reading of the treatment as the operator signed it."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="values")
    parameter = models.CharField(max_length=40)
    text = models.CharField(max_length=2000, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    verdict = models.CharField(max_length=14, choices=choices_of(Verdict))
    file = models.ForeignKey(ProofFile, models.PROTECT, null=True, blank=True, related_name="+")

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["disposal", "parameter"], name="one_reading_per_parameter")]

    def __str__(self) -> str:
        return f"{self.parameter} {self.text}"


class WasteHandOver(Audited):
    """Treated waste goes to its carrier: under which waste number, who gave it, who took it. Once for each disposal."""

    disposal = models.OneToOneField(Disposal, models.PROTECT, related_name="hand_over")
    waste_number = models.CharField(max_length=60)
    carrier = models.CharField(max_length=120)
    taker = models.CharField(max_length=120)
    paper = models.CharField(max_length=60, blank=True)
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    late = models.BooleanField(default=False)
    happened = models.BooleanField(default=False)
    overridden = models.JSONField(default=list)
    waste_number_taken = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=250, blank=True)
    acknowledged = models.CharField(max_length=10, choices=choices_of(Acknowledged), blank=True)

    class Meta:
        constraints = [
            taken_says_how("waste_taken_says_when_by_whom_and_how"),
            two_sides_sign("waste_is_taken_by_another_person"),
        ]

    def __str__(self) -> str:
        return f"{self.waste_number} to {self.carrier}"


class WasteCode(OneTimeCode):
    """For a carrier who takes treated waste."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="codes")


class BalanceCheck(Audited):
    """What the nightly look found where the units of a batch do not balance, or balance again.

    Its record is the site's own list of balances, so that looking never moves the version of a batch.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="balance_checks")
    checked_at = models.DateTimeField()
    made = models.PositiveIntegerField()
    accounted = models.JSONField(default=dict)
    unexplained = models.JSONField(default=list)
    closes = models.BooleanField()

    append_only = True

    class Meta:
        indexes = [models.Index(fields=["batch", "-id"], name="last_check_of_a_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} {'closes' if self.closes else 'is open'}"
