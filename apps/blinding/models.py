"""The code of a lot of blinded kits: who holds it, the sealed list, whose each kit is, and when it was opened."""

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited
from apps.batches.models import Batch
from apps.identity.models import Recipient
from apps.organisation.models import User
from apps.quality.models import Event


class CodeHolder(Audited):
    """A person whom quality named to hold the code of a lot, until it is taken back."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="code_holders")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    named_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "person"], condition=Q(ended_at=None), name="a_holder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} of {self.batch_id}"


class SealedBag(Audited):
    """One line of the sealed list. What would tell the arm is kept as personal data is: the trail has a salted hash.

    `arm` and `source` are read in `selectors/code.py` only, by those who may know.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="sealed_bags")
    number = models.CharField(max_length=60, unique=True)  # of the bag, as its label bears it
    kit = models.CharField(max_length=60, db_index=True)
    arm = models.CharField(max_length=40)
    source = models.CharField(max_length=60)  # the unit that lies in the sleeve
    salt = models.CharField(max_length=64)

    personal = ("arm", "source", "salt")
    append_only = True

    def __str__(self) -> str:
        return self.number


class KitAllocation(Audited):
    """A kit that became one patient's with the first bag that was kept for them. It is part of the patient's record."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="allocations")
    kit = models.CharField(max_length=60, unique=True)
    product = models.CharField(max_length=60)  # the key of the master record of the kits, whatever its version
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="kits")
    allocated_at = models.DateTimeField()
    allocated_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "product"], name="one_kit_per_patient")]

    def __str__(self) -> str:
        return self.kit


class CodeBreak(Audited):
    """A physician opened the code of one patient in an emergency: why, when, and the event by which quality is told."""

    allocation = models.ForeignKey(KitAllocation, models.PROTECT, related_name="breaks")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000)
    broken_at = models.DateTimeField()
    broken_by = models.CharField(max_length=80)
    broken_name = models.CharField(max_length=120)

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["allocation", "broken_by"], name="a_code_is_told_once")]

    def __str__(self) -> str:
        return f"{self.allocation_id} to {self.broken_by}"


class CodeOpening(Audited):
    """The code of a lot, opened by two people when the trial has ended: from then on it is no secret."""

    batch = models.OneToOneField(Batch, models.PROTECT, related_name="code_opening")
    reason = models.CharField(max_length=1000)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    second_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(second_by=F("opened_by")), name="two_people_open_a_code")]

    def __str__(self) -> str:
        return str(self.batch_id)
