"""Looking back from a donor or from a batch that failed late: the recall of each unit that was out, who was told."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited, Record
from apps.batches.models import Batch
from apps.core.choices import choices_of
from apps.identity.models import Donor, Recipient
from apps.lookback.facts import Answer, DutyFacts
from apps.quality.models import Hold
from apps.signatures.models import Signature
from apps.units.facts import Custody
from apps.units.models import Unit


class LookBack(Audited):
    """A donor was found reactive after donating, or a test of a batch failed after units had left: what was made is
    held. Its record: `lookback/...`. One from a batch is opened by the system, at once and unsigned."""

    donor = models.ForeignKey(Donor, models.PROTECT, null=True, blank=True, related_name="look_backs")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="look_backs")
    test = models.CharField(max_length=40, blank=True)
    hold = models.OneToOneField(Hold, models.PROTECT, null=True, blank=True, related_name="look_back")
    deviation = models.CharField(max_length=60, blank=True)
    number = models.CharField(max_length=60, unique=True)
    what = models.CharField(max_length=300)
    laboratory = models.CharField(max_length=120)
    since = models.DateField(null=True, blank=True)
    donations = models.JSONField(default=list)
    in_stock = models.JSONField(default=list)
    batches = models.JSONField(default=list)  # empty where it was opened before this was kept
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(donor__isnull=False, batch=None, signature__isnull=False)
                | (Q(donor=None, batch__isnull=False) & ~Q(test="")),
                name="a_look_back_begins_somewhere",
            ),
        ]
        indexes = [models.Index(fields=["donor", "opened_at"], name="look_backs_of_a_donor")]

    def __str__(self) -> str:
        return self.number


class RecallDuty(Audited):
    """One unit that was out when its donor was looked back upon: where, with whom, and what became of it."""

    look_back = models.ForeignKey(LookBack, models.PROTECT, related_name="duties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="recall_duties")
    custody = models.CharField(max_length=12, choices=choices_of(Custody))
    whereabouts = models.CharField(max_length=200, blank=True)
    shipment = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="+")
    recipient = models.ForeignKey(Recipient, models.PROTECT, null=True, blank=True, related_name="recall_duties")
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=16, choices=choices_of(Answer), blank=True)
    note = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name_plural = "recall duties"
        constraints = [
            models.UniqueConstraint(fields=["look_back", "unit"], name="one_recall_of_a_unit_in_a_look_back"),
            models.CheckConstraint(condition=Q(answer__in=["", *Answer]), name="known_recall_answer"),
            models.CheckConstraint(
                condition=Q(answer="") | (Q(answered_at__isnull=False) & ~Q(answered_by="") & ~Q(note="")),
                name="a_recall_answer_says_when_by_whom_and_how",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(answer=""), name="open_recalls")]

    def __str__(self) -> str:
        return f"{self.unit_id} of {self.look_back_id}"

    @property
    def facts(self) -> DutyFacts:
        """The duty as a rule sees it; read with its unit."""
        return DutyFacts(self.unit.number, self.custody == Custody.ADMINISTERED, bool(self.answer))


class PhysicianNotice(Audited):
    """The physician of an order for which a unit of the batch was kept or given has to read that it failed."""

    look_back = models.ForeignKey(LookBack, models.PROTECT, related_name="notices")
    order = models.ForeignKey(Record, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="notices")
    units = models.JSONField(default=list)
    due_at = models.DateTimeField()
    deputy = models.CharField(max_length=80, blank=True)
    deputy_name = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=80, blank=True)
    acknowledged_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["look_back", "order"], name="one_notice_of_an_order"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by="")
                | (Q(acknowledged_at__isnull=False) & ~Q(acknowledged_by="") & ~Q(note="")),
                name="an_acknowledgement_says_when_by_whom_and_what",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(acknowledged_at=None), name="open_notices")]

    def __str__(self) -> str:
        return f"{self.order_id} of {self.look_back_id}"


class FailureReport(Audited):
    """What failed after units had left is reported to sponsor and authority in time: organism, sensitivity, to whom."""

    look_back = models.OneToOneField(LookBack, models.PROTECT, related_name="report")
    due_at = models.DateTimeField()
    organism = models.CharField(max_length=300, blank=True)
    sensitivity = models.CharField(max_length=300, blank=True)
    sent_to = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.CharField(max_length=80, blank=True)
    sent_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by="")
                | (Q(sent_at__isnull=False) & ~Q(sent_by="") & ~Q(sent_to="") & ~Q(organism="")),
                name="a_report_says_when_by_whom_to_whom_and_of_what",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="unsent_reports")]

    def __str__(self) -> str:
        return f"report of {self.look_back_id}"
