"""Supply to one named patient without certification: the agreement, its units, the tests that are outstanding."""

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited, Record
from apps.batches.models import Batch
from apps.core.choices import choices_of
from apps.donation.facts import Eligibility
from apps.identity.models import Recipient
from apps.supply.facts import Route, SupplyState
from apps.units.models import Unit


class NamedSupply(Audited):
    """Units of a batch go to one patient before certification, or though it never comes. Its record: `supply/...`."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="supplies")
    number = models.CharField(max_length=60, unique=True)
    route = models.CharField(max_length=12, choices=choices_of(Route))
    state = models.CharField(max_length=10, choices=choices_of(SupplyState), default=SupplyState.AGREED)
    order = models.ForeignKey(Record, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="supplies")
    informed = models.CharField(max_length=1000)
    need = models.CharField(max_length=1000, blank=True)
    risk = models.CharField(max_length=1000, blank=True)
    failing = models.JSONField(default=list)  # the tests that failed when the physician asked
    donor_when_asked = models.CharField(max_length=12, choices=choices_of(Eligibility), blank=True)
    donor_told = models.CharField(max_length=12, choices=choices_of(Eligibility), blank=True)
    donor_told_at = models.DateTimeField(null=True, blank=True)
    donor_told_to = models.CharField(max_length=120, blank=True)
    agreed_at = models.DateTimeField()
    agreed_by = models.CharField(max_length=80)
    agreed_name = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_name = models.CharField(max_length=120, blank=True)
    supplied_at = models.DateTimeField(null=True, blank=True)
    supplied_by = models.CharField(max_length=80, blank=True)
    supplied_name = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "named supplies"
        constraints = [
            models.CheckConstraint(condition=Q(route__in=list(Route)), name="known_route"),
            models.CheckConstraint(condition=Q(state__in=list(SupplyState)), name="known_supply_state"),
            models.CheckConstraint(
                condition=~Q(state=SupplyState.SUPPLIED)
                | (Q(decided_at__isnull=False, supplied_at__isnull=False) & ~Q(decided_by="") & ~Q(supplied_by="")),
                name="two_people_let_it_go",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="")
                | (~Q(decided_by=F("agreed_by")) & ~Q(supplied_by=F("decided_by")) & ~Q(supplied_by=F("agreed_by"))),
                name="three_people_of_a_supply",
            ),
            models.CheckConstraint(
                condition=Q(donor_told="", donor_told_at__isnull=True, donor_told_to="")
                | (~Q(donor_told="") & Q(donor_told_at__isnull=False) & ~Q(donor_told_to="")),
                name="told_of_the_donor_says_what_when_and_to_whom",
            ),
            models.UniqueConstraint(
                fields=["order", "batch"],
                condition=Q(state__in=[SupplyState.AGREED, SupplyState.DECIDED]),
                name="one_open_supply_of_an_order",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SuppliedUnit(Audited):
    """One unit that the decision names for the patient."""

    supply = models.ForeignKey(NamedSupply, models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="supplies")

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supply", "unit"], name="a_unit_once_in_a_supply")]

    def __str__(self) -> str:
        return f"{self.unit_id} of {self.supply_id}"


class Outstanding(Audited):
    """A test that had not passed when the decision was taken; `due_at` is empty where it had failed."""

    supply = models.ForeignKey(NamedSupply, models.PROTECT, related_name="outstanding")
    test = models.CharField(max_length=40)
    due_at = models.DateTimeField(null=True, blank=True)

    append_only = True

    class Meta:
        verbose_name_plural = "outstanding"
        constraints = [models.UniqueConstraint(fields=["supply", "test"], name="a_test_once_in_a_supply")]
        indexes = [models.Index(fields=["due_at"], name="outstanding_by_date")]

    def __str__(self) -> str:
        return f"{self.test} of {self.supply_id}"
