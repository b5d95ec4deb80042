"""Looking back from a donor, and the recall of each unit that was out."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited, Record
from apps.core.choices import choices_of
from apps.identity.models import Donor, Recipient
from apps.lookback.facts import Answer, DutyFacts
from apps.signatures.models import Signature
from apps.units.facts import Custody
from apps.units.models import Unit


class LookBack(Audited):
    """A donor was found reactive after donating: what was made of the donations is held. Its record: `lookback/...`."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="look_backs")
    number = models.CharField(max_length=60, unique=True)
    what = models.CharField(max_length=300)
    laboratory = models.CharField(max_length=120)
    since = models.DateField(null=True, blank=True)
    donations = models.JSONField(default=list)
    in_stock = models.JSONField(default=list)
    batches = models.JSONField(default=list)  # empty where it was opened before this was kept
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
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
