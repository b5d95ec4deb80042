"""What departs from the master record in one batch only: amendments, planned deviations, decisions at risk."""

from django.db import models

from apps.audit.models import Audited
from apps.batches.facts.words import AmendmentState
from apps.batches.models.batch import Batch
from apps.core.choices import choices_of
from apps.signatures.models import Signature


class Amendment(Audited):
    """A change of the master record for one batch: signed by its author, in force when QA has approved it.

    `changes` is a list of closed kinds (limit, parameter, skip_step, add_step), applied to the text of the version.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="amendments")
    number = models.CharField(max_length=60, unique=True)
    changes = models.JSONField()
    reason = models.CharField(max_length=1000)
    state = models.CharField(max_length=15, choices=choices_of(AmendmentState), default=AmendmentState.AUTHOR_SIGNED)
    text = models.TextField()  # the whole amended master record, canonical
    sha256 = models.CharField(max_length=64, db_index=True)
    authored = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    approved = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(AmendmentState)), name="known_amendment_state"),
        ]

    def __str__(self) -> str:
        return self.number


class PlannedDeviation(Audited):
    """A departure that QA agreed to before it was done, at one step of one batch."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="planned_deviations")
    place = models.CharField(max_length=120)
    what = models.CharField(max_length=1000)
    why = models.CharField(max_length=1000)
    agreed = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()

    append_only = True

    def __str__(self) -> str:
        return f"{self.place}: {self.what[:40]}"


class RiskDecision(Audited):
    """A signed decision to go on in spite of holds, for living cells can't wait; the named QA ratifies it."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="risks")
    holds = models.JSONField()  # the keys of the holds it passes
    reason = models.CharField(max_length=1000)
    named_qa = models.CharField(max_length=80)
    signed = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ratified = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    ratified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(ratified=None), name="risks_to_ratify")]

    def __str__(self) -> str:
        return f"{self.batch} at risk"
