"""Recalls and mock recalls: what was traced, and what became of each unit."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited, Record
from apps.core.choices import choices_of
from apps.identity.models import Recipient
from apps.organisation.models import Site
from apps.recall.facts import LineFacts, Outcome, RecallState
from apps.units.facts import Custody
from apps.units.models import Unit


class Recall(Audited):
    """Everything made from one thing, or touched by it, is called back, or in an exercise only sought. `recall/...`."""

    number = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    source = models.ForeignKey(Record, models.PROTECT, related_name="recalls")
    place = models.CharField(max_length=120, blank=True)  # one position of a store
    is_mock = models.BooleanField()
    classification = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=1000)
    state = models.CharField(max_length=6, choices=choices_of(RecallState), default=RecallState.OPEN)
    batches = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    opened_name = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    conclusion = models.CharField(max_length=1000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True)
    closed_name = models.CharField(max_length=120, blank=True)

    settled_when = ("state", (RecallState.CLOSED,))
    settled_columns = ("state", "is_mock", "classification", "why", "conclusion", "opened_at", "closed_at", "closed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RecallState)), name="known_recall_state"),
            models.CheckConstraint(
                condition=Q(is_mock=True) | ~Q(classification=""), name="a_recall_in_earnest_has_its_class"
            ),
            models.CheckConstraint(
                condition=~Q(state=RecallState.CLOSED)
                | (Q(closed_at__isnull=False) & ~Q(closed_by="") & ~Q(conclusion="")),
                name="a_closed_recall_says_when_by_whom_and_what",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="OPEN"), name="open_recalls_by_time")]

    def __str__(self) -> str:
        return self.number

    @property
    def source_address(self) -> str:
        """What it was opened from: a record, or a position in a store."""
        return f"{self.source.address}/{self.place}" if self.place else self.source.address


class RecallLine(Audited):
    """One unit of a recall: where it was at the opening, whom to ask, who was reached, and where it was found."""

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="recall_lines")
    custody = models.CharField(max_length=12, choices=choices_of(Custody))
    whereabouts = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    shipment = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="+")
    recipient = models.ForeignKey(Recipient, models.PROTECT, null=True, blank=True, related_name="recall_lines")
    must_be_told = models.BooleanField()
    contacted_at = models.DateTimeField(null=True, blank=True)
    contacted_by = models.CharField(max_length=80, blank=True)
    contacted_name = models.CharField(max_length=120, blank=True)
    contact_note = models.CharField(max_length=1000, blank=True)
    outcome = models.CharField(max_length=12, choices=choices_of(Outcome), blank=True)
    found_at = models.DateTimeField(null=True, blank=True)
    found_by = models.CharField(max_length=80, blank=True)
    found_name = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recall", "unit"], name="a_unit_once_in_a_recall"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome]), name="known_recall_outcome"),
            models.CheckConstraint(
                condition=Q(outcome="") | (Q(found_at__isnull=False) & ~Q(found_by="") & ~Q(note="")),
                name="an_outcome_says_when_by_whom_and_how",
            ),
            models.CheckConstraint(
                condition=Q(contacted_at=None) | (~Q(contacted_by="") & ~Q(contact_note="")),
                name="a_contact_says_by_whom_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} of {self.recall_id}"

    @property
    def facts(self) -> LineFacts:
        """The line as a rule sees it; read with its unit and recipient."""
        return LineFacts(
            unit=self.unit.number,
            custody=self.custody,
            outcome=Outcome(self.outcome) if self.outcome else None,
            patient=self.recipient.number if self.recipient else "",
            must_be_told=self.must_be_told,
            contacted_at=self.contacted_at,
            found_at=self.found_at,
        )
