"""Treatment orders, the units that are kept for them, their thawing, the dose, its infusion and what followed."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.dosing.facts import MomentKind, OrderState
from apps.identity.models import Recipient
from apps.organisation.models import Site
from apps.products.facts import Verdict
from apps.products.models import ProductVersion
from apps.units.models import Unit


class TreatmentOrder(Audited):
    """One dose ordered for one patient, with the computation of it line by line. Its record is `order/...`."""

    number = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="orders")
    product_version = models.ForeignKey(ProductVersion, models.PROTECT, related_name="orders")
    arm = models.CharField(max_length=40)
    n = models.PositiveSmallIntegerField()
    indication = models.CharField(max_length=300)
    weight = models.DecimalField(max_digits=24, decimal_places=9)
    amount = models.DecimalField(max_digits=24, decimal_places=9)
    amount_unit = models.CharField(max_length=20)
    asked_amount = models.CharField(max_length=40, blank=True)
    units_to_thaw = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    workings = models.JSONField(default=list)
    conditioned_at = models.DateTimeField(null=True, blank=True)
    intensive = models.BooleanField(default=False)
    ward = models.CharField(max_length=120, blank=True)
    planned_start = models.DateTimeField()
    planned_end = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices_of(OrderState), default=OrderState.ORDERED)
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=80)
    ordered_name = models.CharField(max_length=120)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.CharField(max_length=80, blank=True)
    checked_name = models.CharField(max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(OrderState)), name="known_order_state"),
            models.CheckConstraint(condition=Q(planned_end__gt=models.F("planned_start")), name="a_plan_ends_later"),
            models.CheckConstraint(condition=Q(amount__gt=0, weight__gt=0), name="an_order_is_of_something"),
            models.CheckConstraint(condition=~Q(checked_by=models.F("ordered_by")), name="a_second_person_checks"),
        ]
        indexes = [models.Index(fields=["site", "state"], name="orders_of_a_site")]

    def __str__(self) -> str:
        return self.number


class Reservation(Audited):
    """A unit kept for one order. While it stands, no other order can have the unit."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="reservations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reservations")
    reserved_at = models.DateTimeField()
    reserved_by = models.CharField(max_length=80)
    freed_at = models.DateTimeField(null=True, blank=True)
    freed_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(freed_at=None), name="one_order_per_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} for {self.order_id}"


class Thaw(Audited):
    """A unit of an order was thawed: the clock of its storage state runs from then on, and never twice."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="thaws")
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="thaw")
    thawed_at = models.DateTimeField()
    thawed_by = models.CharField(max_length=80)
    thawed_name = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    storage_state = models.CharField(max_length=40)
    expires_at = models.DateTimeField()
    happened = models.BooleanField(default=False)
    reason = models.CharField(max_length=1000, blank=True)
    overridden = models.JSONField(default=list)

    append_only = True

    def __str__(self) -> str:
        return f"{self.unit_id} for {self.order_id}"


class Dose(Audited):
    """The dose as a volume, worked out of what was counted. One stands for each order; a new count replaces it."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="doses")
    n = models.PositiveSmallIntegerField()
    counted = models.CharField(max_length=40, blank=True)
    endotoxin = models.CharField(max_length=40, blank=True)
    dmso = models.CharField(max_length=40, blank=True)
    answers = models.JSONField(default=dict)
    workings = models.JSONField(default=list)
    volume = models.DecimalField(max_digits=24, decimal_places=9)
    amount = models.DecimalField(max_digits=24, decimal_places=9)
    remainder = models.DecimalField(max_digits=24, decimal_places=9)
    expires_at = models.DateTimeField()
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=80)
    prepared_name = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=80, blank=True)
    confirmed_name = models.CharField(max_length=120, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(replaced_at=None), name="one_dose_per_order"),
            models.UniqueConstraint(fields=["order", "n"], name="one_dose_per_number"),
            models.CheckConstraint(condition=Q(volume__gt=0, remainder__gte=0), name="a_dose_is_of_something"),
            models.CheckConstraint(condition=~Q(confirmed_by=models.F("prepared_by")), name="a_second_person_confirms"),
        ]

    def __str__(self) -> str:
        return f"dose {self.n} of {self.order_id}"


class Infusion(Audited):
    """The dose is given: who compared what at the bed, when it began and ended, what was left."""

    order = models.OneToOneField(TreatmentOrder, models.PROTECT, related_name="infusion")
    units = models.JSONField(default=list)
    bedside = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    remainder = models.DecimalField(max_digits=24, decimal_places=9, null=True, blank=True)
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    started_name = models.CharField(max_length=120)
    second_by = models.CharField(max_length=80)
    second_name = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    happened = models.BooleanField(default=False)
    reason = models.CharField(max_length=1000, blank=True)
    overridden = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_name = models.CharField(max_length=120, blank=True)
    window_due_at = models.DateTimeField(null=True, blank=True)  # when the next unanswered safety window is over

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(second_by=models.F("started_by")), name="two_people_at_the_bed"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")), name="an_infusion_ends_later"
            ),
        ]
        indexes = [
            models.Index(fields=["window_due_at"], condition=Q(window_due_at__isnull=False), name="open_safety_windows")
        ]

    def __str__(self) -> str:
        return f"infusion of {self.order_id}"


class Moment(Audited):
    """Something that happened to an infusion: its start, a pause, another rate, its end."""

    infusion = models.ForeignKey(Infusion, models.PROTECT, related_name="moments")
    kind = models.CharField(max_length=8, choices=choices_of(MomentKind))
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    rate = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)

    append_only = True

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(MomentKind)), name="known_moment_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.infusion_id}"


class VitalSigns(Audited):
    """Vital signs as they were taken; `due_at` is the time of the master record that they answer."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="vitals")
    due_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    signs = models.JSONField(default=dict)

    append_only = True

    class Meta:
        verbose_name_plural = "vital signs"
        constraints = [
            models.UniqueConstraint(
                fields=["order", "due_at"], condition=Q(due_at__isnull=False), name="one_answer_per_due_time"
            ),
        ]

    def __str__(self) -> str:
        return f"vital signs of {self.order_id}"


class Reaction(Audited):
    """A reaction to a dose with its grade. From the grade of the master record on, it holds the sister units."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="reactions")
    n = models.PositiveSmallIntegerField()
    grade = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=1000)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    holds = models.BooleanField()

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=5), name="a_reaction_has_a_grade"),
            models.UniqueConstraint(fields=["order", "n"], name="one_reaction_per_number"),
        ]

    def __str__(self) -> str:
        return f"reaction {self.n} to {self.order_id}"


class SafetyCheck(Audited):
    """What was looked for in an early safety window of the master record, and what of it was seen; none: nothing."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="safety_checks")
    window = models.CharField(max_length=40)
    seen = models.JSONField(default=list)
    note = models.CharField(max_length=1000, blank=True)
    observed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    append_only = True

    def __str__(self) -> str:
        return f"{self.window} of {self.order_id}"


class OutcomeValue(Audited):
    """A structured outcome on one of the days of the master record. A correction replaces it, with its reason."""

    order = models.ForeignKey(TreatmentOrder, models.PROTECT, related_name="outcomes")
    key = models.CharField(max_length=40)
    day = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    unit = models.CharField(max_length=20, blank=True)
    number = models.DecimalField(max_digits=24, decimal_places=9, null=True, blank=True)
    verdict = models.CharField(max_length=14, choices=choices_of(Verdict))
    measured_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=500, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "key", "day"], condition=Q(replaced_at=None), name="one_outcome_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} on day {self.day}"
