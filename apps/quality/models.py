"""Holds, events, deviations, corrective and preventive actions."""

from django.db import models

from apps.audit.models import Audited, Record
from apps.core.choices import choices_of
from apps.quality.facts import (
    Blocks,
    CapaKind,
    CapaState,
    DeviationState,
    EventKind,
    EventState,
    RootCause,
    Severity,
)


class Hold(Audited):
    """Why a record can't go on: what it blocks, the sentence, who placed it, and the decision that lifted it.

    `key` names the fact behind it (`test:sterility`, `event:CT-0042-E01`), so that the stage that answers can find it.
    """

    key = models.CharField(max_length=120)
    blocks_process = models.BooleanField(default=False)
    blocks_certify = models.BooleanField(default=False)
    blocks_issue = models.BooleanField(default=False)
    blocks_use = models.BooleanField(default=False)
    code = models.CharField(max_length=60)
    template = models.CharField(max_length=240)
    facts = models.JSONField(default=dict)
    liftable_by = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=80)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=80, blank=True)
    lift_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "key"], condition=models.Q(lifted_at=None), name="one_open_hold_per_fact"
            )
        ]
        indexes = [models.Index(fields=["record"], condition=models.Q(lifted_at=None), name="open_holds")]

    def __str__(self) -> str:
        return self.key

    @property
    def blocks(self) -> frozenset[Blocks]:
        """What this hold forbids."""
        return frozenset(block for block in Blocks if getattr(self, f"blocks_{block.lower()}"))

    @property
    def blocks_in_order(self) -> list[Blocks]:
        """What this hold forbids, in the order of the process."""
        return [block for block in Blocks if block in self.blocks]

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.template.format(**self.facts)


class Event(Audited):
    """Something that was not as the master says, opened by the system or a person, triaged by QA (`event/...`)."""

    subject = models.ForeignKey(Record, models.PROTECT, related_name="events")
    about = models.CharField(max_length=240)
    kind = models.CharField(max_length=20, choices=choices_of(EventKind))
    severity = models.CharField(max_length=10, choices=choices_of(Severity))
    template = models.CharField(max_length=240)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=choices_of(EventState), default=EventState.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True)
    close_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(EventState)), name="known_event_state"),
        ]
        indexes = [models.Index(fields=["subject", "state"], name="events_of_a_subject")]

    def __str__(self) -> str:
        return self.record.number

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.template.format(**self.facts)


class Deviation(Audited):
    """An event that QA judged a departure from the approved way: classified, investigated, its impact signed."""

    event = models.OneToOneField(Event, models.PROTECT, related_name="deviation")
    subject = models.ForeignKey(Record, models.PROTECT, related_name="deviations")
    classification = models.CharField(max_length=10, choices=choices_of(Severity))
    rationale = models.CharField(max_length=1000)
    state = models.CharField(max_length=15, choices=choices_of(DeviationState), default=DeviationState.OPEN)
    impact = models.TextField(blank=True)
    other_batches = models.TextField(blank=True)
    root_cause = models.TextField(blank=True)
    root_cause_category = models.CharField(max_length=20, choices=choices_of(RootCause), blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    reopen_reason = models.CharField(max_length=1000, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    impact_signed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(DeviationState)), name="known_deviation_state"),
        ]

    def __str__(self) -> str:
        return self.record.number


class Capa(Audited):
    """A corrective or preventive action out of a deviation or an investigation. Its record: `capa/...`.

    Who carried it out does not judge its effect. One that is not effective is opened again.
    """

    source = models.ForeignKey(Record, models.PROTECT, related_name="capas")
    subject = models.ForeignKey(Record, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=choices_of(CapaKind))
    state = models.CharField(max_length=10, choices=choices_of(CapaState), default=CapaState.OPEN, db_index=True)
    what = models.CharField(max_length=2000)
    owner = models.CharField(max_length=80)
    owner_name = models.CharField(max_length=120)
    due_at = models.DateTimeField(db_index=True)
    criterion = models.CharField(max_length=1000)
    check_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=80)
    planned_name = models.CharField(max_length=120)
    evidence = models.CharField(max_length=2000, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=80, blank=True)
    done_name = models.CharField(max_length=120, blank=True)
    finding = models.CharField(max_length=2000, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.CharField(max_length=80, blank=True)
    checked_name = models.CharField(max_length=120, blank=True)
    postponed = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(CapaState)), name="known_capa_state"),
            models.CheckConstraint(
                condition=~models.Q(state__in=[CapaState.DONE, CapaState.EFFECTIVE])
                | (models.Q(done_at__isnull=False) & ~models.Q(evidence="")),
                name="done_with_evidence",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=CapaState.EFFECTIVE)
                | (models.Q(checked_at__isnull=False) & ~models.Q(checked_by=models.F("done_by"))),
                name="effect_judged_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.record.number
