"""Investigations of results out of specification: phases, the answers to their checklists, plans of retests."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.testing.facts import Conclusion, InvestigationState, LaboratoryCause, Phase, PlanKind, PlanState, Reply


class Investigation(Audited):
    """Why results of one sample failed: first the laboratory, then production, then QA concludes. Its record: `oos/…`.

    `earlier` counts the investigations of the same test of the same batch that were opened before it.
    """

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="investigations")
    number = models.CharField(max_length=60, unique=True)
    test = models.CharField(max_length=40)
    line = models.ForeignKey("testing.Line", models.PROTECT, related_name="investigations")
    state = models.CharField(
        max_length=12, choices=choices_of(InvestigationState), default=InvestigationState.LABORATORY, db_index=True
    )
    earlier = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    opened_name = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    finding = models.CharField(max_length=2000, blank=True)
    cause = models.CharField(max_length=16, choices=choices_of(LaboratoryCause), blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    assessed_by = models.CharField(max_length=80, blank=True)
    assessed_name = models.CharField(max_length=120, blank=True)
    returned_because = models.CharField(max_length=1000, blank=True)
    decision = models.CharField(max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_name = models.CharField(max_length=120, blank=True)
    resampled = models.BooleanField(default=False)  # an approved new sample takes the place of the first
    production_finding = models.CharField(max_length=2000, blank=True)
    conclusion = models.CharField(max_length=12, choices=choices_of(Conclusion), blank=True)
    rationale = models.CharField(max_length=2000, blank=True)
    other_batches = models.CharField(max_length=2000, blank=True)
    concluded_at = models.DateTimeField(null=True, blank=True)
    concluded_by = models.CharField(max_length=80, blank=True)
    concluded_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(InvestigationState)), name="known_investigation_state"),
            models.CheckConstraint(
                condition=~Q(state=InvestigationState.INVALIDATED)
                | (~Q(cause="") & Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="invalidated_with_cause",
            ),
            models.CheckConstraint(
                condition=Q(state=InvestigationState.CONCLUDED, concluded_at__isnull=False)
                & Q(conclusion__in=list(Conclusion))
                | ~Q(state=InvestigationState.CONCLUDED) & Q(conclusion=""),
                name="a_conclusion_when_concluded",
            ),
        ]
        indexes = [models.Index(fields=["batch", "test"], name="investigations_of_a_batch")]

    def __str__(self) -> str:
        return self.number


class InvestigationAnswer(Audited):
    """One question of a checklist, answered when the phase was signed; returned, it is answered in a new round."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="answers")
    phase = models.CharField(max_length=10, choices=choices_of(Phase))
    round = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=40)
    reply = models.CharField(max_length=3, choices=choices_of(Reply))
    remark = models.CharField(max_length=1000, blank=True)

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["investigation", "phase", "round", "item"], name="an_item_once_in_a_round"),
            models.CheckConstraint(condition=Q(reply__in=list(Reply)), name="known_reply"),
            models.CheckConstraint(condition=Q(reply=Reply.YES) | ~Q(remark=""), name="not_in_order_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.reply}"


class RetestPlan(Audited):
    """What is tested again: of which sample, how often, by whom, by which method. Approved by QA before it is done."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="plans")
    kind = models.CharField(max_length=8, choices=choices_of(PlanKind))
    state = models.CharField(max_length=8, choices=choices_of(PlanState), default=PlanState.PROPOSED)
    analyst = models.CharField(max_length=80)
    analyst_name = models.CharField(max_length=120)
    retests = models.PositiveSmallIntegerField()
    amount_left = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    amount_each = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    method = models.CharField(max_length=40)
    method_version = models.CharField(max_length=40)
    rationale = models.CharField(max_length=1000)
    not_representative = models.CharField(max_length=1000, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=80)
    proposed_name = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_name = models.CharField(max_length=120, blank=True)
    refuse_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PlanState)), name="known_plan_state"),
            models.CheckConstraint(condition=Q(retests__gt=0), name="a_plan_has_a_number"),
            models.CheckConstraint(
                condition=Q(state=PlanState.PROPOSED) | (Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="a_plan_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=models.F("proposed_by")), name="nobody_approves_own_plan"
            ),
            models.UniqueConstraint(
                fields=["investigation"],
                condition=Q(state__in=[PlanState.PROPOSED, PlanState.APPROVED]),
                name="one_plan_of_an_investigation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.investigation_id}"
