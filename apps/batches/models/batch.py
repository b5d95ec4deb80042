"""The batch, the occurrences of its steps, and what people say about it."""

from django.db import models

from apps.audit.models import Audited
from apps.batches.facts.words import IN_HAND, BatchState, StepState
from apps.core.choices import choices_of
from apps.donation.models import Donation
from apps.organisation.models import Site
from apps.products.models import ProductVersion
from apps.signatures.models import Signature


class Batch(Audited):
    """One execution of an approved master record at one site, from one donation, from a pool of them (then there
    is none here), or from units of a bank, whose donation it then has. Its record is `batch/...`."""

    number = models.CharField(max_length=40, unique=True)
    product_version = models.ForeignKey(ProductVersion, models.PROTECT, related_name="batches")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    donation = models.ForeignKey(Donation, models.PROTECT, null=True, blank=True, related_name="batches")
    bank = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="made_from_it")
    state = models.CharField(max_length=12, choices=choices_of(BatchState))
    definition_sha256 = models.CharField(max_length=64)  # of the master record in force, amendments included
    planned_start = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    certified_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(BatchState)), name="known_batch_state"),
        ]
        indexes = [
            models.Index(fields=["site", "-id"], name="batches_of_a_site"),
            models.Index(fields=["site", "state", "-id"], name="batches_of_a_site_in_a_state"),
            # An archive grows, what is in hand does not: its newest are found without walking through the rest.
            models.Index(fields=["site", "-id"], condition=models.Q(state__in=IN_HAND), name="batches_in_hand"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def din(self) -> str:
        """The number of the donation it is made from; empty where it is made from a pool."""
        return self.donation.din if self.donation else ""

    @property
    def donor_code(self) -> str:
        """The donor it is made from; empty where it is made from a pool."""
        return self.donation.donor.number if self.donation else ""


class Step(Audited):
    """One occurrence of a step in one batch: whether it is done, and which signatures cover what it holds now.

    `performed_hash` and `second_hash` are fingerprints of the values that the signature covers; a later correction
    changes the fingerprint of the step, and the signature is then shown as not covering the present version.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="steps")
    place = models.CharField(max_length=120)
    section = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=choices_of(StepState), default=StepState.OPEN)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.CharField(max_length=80, blank=True)
    performed = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    performed_hash = models.CharField(max_length=64, blank=True)
    second = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    second_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "place"], name="one_row_per_occurrence_of_a_step"),
            models.CheckConstraint(condition=models.Q(state__in=list(StepState)), name="known_step_state"),
            models.CheckConstraint(
                condition=~models.Q(state=StepState.DONE) | models.Q(completed_at__isnull=False),
                name="a_done_step_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.place


class Comment(Audited):
    """Words of a person about a batch or a place in it; possible in every state, never a value."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="comments")
    place = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=2000)
    printed_name = models.CharField(max_length=120)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    append_only = True

    def __str__(self) -> str:
        return self.text[:40]
