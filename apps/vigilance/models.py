"""Complaints with the batches and units they concern; adverse events with their course and their reports."""

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited
from apps.batches.models import Batch
from apps.core.choices import choices_of
from apps.dosing.models import Reaction, TreatmentOrder
from apps.identity.models import Recipient
from apps.organisation.models import Site
from apps.quality.facts import Severity
from apps.quality.models import Event
from apps.units.models import Unit
from apps.vigilance.facts import (
    AdverseState,
    Category,
    Causality,
    ComplaintState,
    Expectedness,
    Outcome,
    Seriousness,
    Stage,
    Standing,
)

GRADED = Q(grade__gte=1, grade__lte=5)


class Complaint(Audited):
    """What somebody reports of a product that went out: quality, label, transport, identity (`complaint/...`)."""

    number = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=choices_of(ComplaintState), default=ComplaintState.RECEIVED)
    reporter = models.CharField(max_length=200)
    channel = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    category = models.CharField(max_length=16, choices=choices_of(Category))
    severity = models.CharField(max_length=10, choices=choices_of(Severity))
    what = models.CharField(max_length=2000)
    held = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    recorded_name = models.CharField(max_length=120)
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_by = models.CharField(max_length=80, blank=True)
    triaged_name = models.CharField(max_length=120, blank=True)
    rationale = models.CharField(max_length=1000, blank=True)
    answer = models.CharField(max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_name = models.CharField(max_length=120, blank=True)
    conclusion = models.CharField(max_length=2000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_name = models.CharField(max_length=120, blank=True)
    reopen_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ComplaintState)), name="known_complaint_state"),
            models.CheckConstraint(condition=Q(category__in=list(Category)), name="known_category"),
            models.CheckConstraint(
                condition=~Q(category=Category.IDENTITY) | Q(severity=Severity.CRITICAL, held=True),
                name="a_mistaken_identity_is_critical",
            ),
            models.CheckConstraint(condition=~Q(triaged_by=F("recorded_by")), name="another_person_triages"),
            models.CheckConstraint(
                condition=~Q(state=ComplaintState.CLOSED)
                | (Q(triaged_at__isnull=False, answered_at__isnull=False) & ~Q(conclusion="")),
                name="a_closed_complaint_was_answered",
            ),
        ]
        indexes = [models.Index(fields=["site", "state", "due_at"], name="complaints_of_a_site")]

    def __str__(self) -> str:
        return self.number


class Concerned(Audited):
    """A batch, or one unit of it, that a complaint is about, and the event that tells quality of it."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="concerned")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="complaints")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="complaints")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    named_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        verbose_name_plural = "concerned"
        constraints = [
            models.UniqueConstraint(fields=["complaint", "unit"], name="a_unit_once_in_a_complaint"),
            models.UniqueConstraint(
                fields=["complaint", "batch"], condition=Q(unit=None), name="a_batch_once_in_a_complaint"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.batch} of {self.complaint_id}"


class AdverseEvent(Audited):
    """Something untoward that a patient had after a dose, graded by CTCAE. Its record: `adverse/...`.

    The row says how it stands now; what was seen first is in the trail, what was learned since in its follow-ups.
    """

    number = models.CharField(max_length=60, unique=True)
    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="adverse_events")
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="adverse_events")
    reaction = models.OneToOneField(Reaction, models.PROTECT, null=True, blank=True, related_name="adverse_event")
    state = models.CharField(max_length=10, choices=choices_of(AdverseState), default=AdverseState.UNASSESSED)
    term = models.CharField(max_length=200)
    narrative = models.CharField(max_length=4000, blank=True)
    grade = models.PositiveSmallIntegerField()
    onset_at = models.DateTimeField()
    known_at = models.DateTimeField()
    clock_from = models.DateTimeField()  # when what makes it serious became known
    seriousness = models.JSONField(default=list)
    is_serious = models.BooleanField(default=False)
    outcome = models.CharField(max_length=24, choices=choices_of(Outcome))
    held = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    recorded_name = models.CharField(max_length=120)
    causality = models.CharField(max_length=12, choices=choices_of(Causality), blank=True)
    expectedness = models.CharField(max_length=10, choices=choices_of(Expectedness), blank=True)
    reference = models.CharField(max_length=200, blank=True)
    rationale = models.CharField(max_length=2000, blank=True)
    assess_by = models.DateTimeField()
    assessed_at = models.DateTimeField(null=True, blank=True)
    assessed_by = models.CharField(max_length=80, blank=True)
    assessed_name = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_name = models.CharField(max_length=120, blank=True)
    conclusion = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(AdverseState)), name="known_adverse_state"),
            models.CheckConstraint(condition=GRADED, name="an_adverse_event_has_a_grade"),
            models.CheckConstraint(condition=Q(known_at__gte=F("onset_at")), name="known_after_its_onset"),
            models.CheckConstraint(
                condition=~Q(grade=5) | Q(outcome=Outcome.FATAL, is_serious=True), name="grade_5_is_death"
            ),
            models.CheckConstraint(
                condition=Q(state=AdverseState.UNASSESSED)
                | (Q(assessed_at__isnull=False) & ~Q(causality="") & ~Q(expectedness="") & ~Q(assessed_by="")),
                name="assessed_by_a_physician",
            ),
        ]
        indexes = [models.Index(fields=["state", "assess_by"], name="adverse_events_to_assess")]

    def __str__(self) -> str:
        return self.number

    @property
    def standing(self) -> Standing:
        """The event as a rule of reporting sees it; reopened or learned anew, it waits for its judgement again."""
        criteria = frozenset(Seriousness(one) for one in self.seriousness)
        if self.state == AdverseState.UNASSESSED:
            return Standing(criteria)
        return Standing(criteria, Causality(self.causality), Expectedness(self.expectedness))


class FollowUpReport(Audited):
    """What was learned of an adverse event later, and how it stood then."""

    event = models.ForeignKey(AdverseEvent, models.PROTECT, related_name="follow_ups")
    n = models.PositiveSmallIntegerField()
    learned_at = models.DateTimeField()
    what = models.CharField(max_length=4000)
    grade = models.PositiveSmallIntegerField()
    seriousness = models.JSONField(default=list)
    outcome = models.CharField(max_length=24, choices=choices_of(Outcome))
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    recorded_name = models.CharField(max_length=120)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=GRADED, name="a_follow_up_has_a_grade"),
            models.UniqueConstraint(fields=["event", "n"], name="one_follow_up_per_number"),
        ]

    def __str__(self) -> str:
        return f"follow-up {self.n} of {self.event_id}"


class SafetyReport(Audited):
    """One report about an adverse event that went out: to whom, when, under which reference."""

    event = models.ForeignKey(AdverseEvent, models.PROTECT, related_name="reports")
    sent_to = models.CharField(max_length=300)
    reference = models.CharField(max_length=120)
    sent_at = models.DateTimeField()
    what = models.CharField(max_length=1000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    recorded_name = models.CharField(max_length=120)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sent_to="") & ~Q(reference=""), name="a_report_names_whom_and_number"),
            models.UniqueConstraint(fields=["event", "sent_to", "reference"], name="one_report_per_reference"),
        ]

    def __str__(self) -> str:
        return self.reference


class ReportDuty(Audited):
    """A report that is due by a clock, until it is sent, or a judgement says that nothing is to be reported."""

    event = models.ForeignKey(AdverseEvent, models.PROTECT, related_name="duties")
    clock = models.CharField(max_length=60)
    stage = models.CharField(max_length=10, choices=choices_of(Stage))
    due_at = models.DateTimeField()
    report = models.ForeignKey(SafetyReport, models.PROTECT, null=True, blank=True, related_name="answers")
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=2000, blank=True)

    class Meta:
        verbose_name_plural = "report duties"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "clock", "stage"], condition=Q(withdrawn_at=None), name="one_duty_per_clock"
            ),
            models.CheckConstraint(
                condition=Q(report=None) | Q(withdrawn_at=None), name="what_was_sent_is_not_withdrawn"
            ),
            models.CheckConstraint(
                condition=Q(report=None, answered_at=None) | Q(report__isnull=False, answered_at__isnull=False),
                name="an_answered_duty_names_its_report",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(report=None, withdrawn_at=None), name="reports_due"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.event_id}"

    @property
    def is_open(self) -> bool:
        """Whether the report still has to be sent."""
        return self.report_id is None and self.withdrawn_at is None
