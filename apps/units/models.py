"""Fills, units, containers and labels, and the balances that must close."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.units.facts import Condition, Counted, Custody, Disposition, LabelFate, UnitFacts, UnitKind


class ContainerIssue(Audited):
    """Empty containers handed to a batch for its fill, from one lot."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="container_issues")
    lot = models.ForeignKey("materials.MaterialLot", models.PROTECT, related_name="container_issues")
    count = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)
    overridden = models.JSONField(default=list)

    append_only = True

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(count__gt=0), name="containers_issued_are_some")]

    def __str__(self) -> str:
        return f"{self.count} of {self.lot_id}"


class ContainerLoss(Audited):
    """Issued containers that never became a unit: broken or rejected, or returned unused."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="container_losses")
    count = models.PositiveIntegerField()
    returned = models.BooleanField()
    reason = models.CharField(max_length=500)
    lost_at = models.DateTimeField()
    lost_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        verbose_name_plural = "container losses"
        constraints = [models.CheckConstraint(condition=Q(count__gt=0), name="containers_lost_are_some")]

    def __str__(self) -> str:
        return f"{self.count} {'returned' if self.returned else 'lost'}"


class Fill(Audited):
    """One filling of a batch into containers: product, retained and quality-control units alike."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="fills")
    n = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=120, blank=True)
    filled_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    filled_by = models.CharField(max_length=80)
    happened = models.BooleanField(default=False)
    reason = models.CharField(max_length=1000, blank=True)
    overridden = models.JSONField(default=list)

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "n"], name="one_fill_per_number")]

    def __str__(self) -> str:
        return f"fill {self.n}"


class Unit(Audited):
    """One container of the fill for the rest of its life; disposition, condition and custody are its three states."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="units")
    fill = models.ForeignKey(Fill, models.PROTECT, related_name="units")
    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=choices_of(UnitKind))
    division = models.CharField(max_length=40)
    volume = models.DecimalField(max_digits=24, decimal_places=9)
    volume_unit = models.CharField(max_length=20)
    viable_cells = models.DecimalField(max_digits=24, decimal_places=9, null=True, blank=True)
    cells_unit = models.CharField(max_length=20, blank=True)
    disposition = models.CharField(
        max_length=12, choices=choices_of(Disposition), default=Disposition.QUARANTINED, db_index=True
    )
    condition = models.CharField(max_length=8, choices=choices_of(Condition))
    custody = models.CharField(max_length=12, choices=choices_of(Custody), default=Custody.IN_STORE)
    storage_state = models.CharField(max_length=40)
    expires_at = models.DateTimeField(db_index=True)
    filled_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)
    thawed_at = models.DateTimeField(null=True, blank=True)
    spent_at = models.DateTimeField(null=True, blank=True)
    position = models.CharField(max_length=120, blank=True)
    holder = models.CharField(max_length=80, blank=True)

    settled_when = ("custody", (Custody.DESTROYED,))  # triggers in both databases: no path brings it back
    settled_columns = ("custody", "condition")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(UnitKind)), name="known_unit_kind"),
            models.CheckConstraint(condition=Q(disposition__in=list(Disposition)), name="known_disposition"),
            models.CheckConstraint(condition=Q(condition__in=list(Condition)), name="known_condition"),
            models.CheckConstraint(condition=Q(custody__in=list(Custody)), name="known_custody"),
            models.CheckConstraint(
                condition=Q(volume__gt=0) & (Q(viable_cells__gte=0) | Q(viable_cells=None, cells_unit="")),
                name="a_unit_holds_something",
            ),
            models.CheckConstraint(
                condition=~Q(condition=Condition.FRESH)
                | Q(frozen_at__isnull=True, thawed_at__isnull=True, spent_at__isnull=True),
                name="fresh_was_never_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(condition=Condition.FROZEN) | Q(thawed_at__isnull=True, spent_at__isnull=True),
                name="nothing_thawed_is_frozen_again",
            ),
            models.CheckConstraint(
                condition=~Q(condition=Condition.THAWED) | Q(thawed_at__isnull=False, spent_at__isnull=True),
                name="thawed_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(condition=Condition.SPENT) | Q(spent_at__isnull=False), name="spent_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(custody=Custody.ADMINISTERED) | Q(condition=Condition.SPENT),
                name="administered_is_spent",
            ),
            models.CheckConstraint(
                condition=~Q(kind=UnitKind.RETAINED) | ~Q(disposition__in=["CONDITIONAL", "RELEASED", "RECALLED"]),
                name="retained_is_never_released",
            ),
        ]
        indexes = [models.Index(fields=["batch", "kind"], name="units_of_a_batch")]

    def __str__(self) -> str:
        return self.number

    @property
    def facts(self) -> UnitFacts:
        """What the rules are told."""
        return UnitFacts(
            self.number,
            UnitKind(self.kind),
            Disposition(self.disposition),
            Condition(self.condition),
            Custody(self.custody),
            self.expires_at,
        )


class Label(Audited):
    """One printed label: printed for a unit number or as a specimen, then applied, destroyed, or kept in the record."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="labels")
    serial = models.PositiveIntegerField()
    unit_number = models.CharField(max_length=60, blank=True)
    copy = models.PositiveSmallIntegerField(default=1)
    printing = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()
    storage_state = models.CharField(max_length=40, blank=True)  # the state it speaks of
    printed_at = models.DateTimeField()
    printed_by = models.CharField(max_length=80)
    print_reason = models.CharField(max_length=500, blank=True)
    fate = models.CharField(max_length=10, choices=choices_of(LabelFate), default=LabelFate.PRINTED)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="labels")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settle_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "serial"], name="one_label_per_serial"),
            models.UniqueConstraint(
                fields=["unit_number", "copy"], condition=~Q(unit_number=""), name="one_label_per_copy"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(fate=LabelFate.APPLIED), name="one_applied_label_per_unit"
            ),
            models.CheckConstraint(condition=Q(fate__in=list(LabelFate)), name="known_label_fate"),
            models.CheckConstraint(
                condition=~Q(fate=LabelFate.APPLIED) | Q(unit__isnull=False), name="applied_to_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(fate=LabelFate.PRINTED) | Q(settled_at__isnull=False), name="a_fate_says_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_number or 'specimen'} copy {self.copy}"


class Reconciliation(Audited):
    """A count of labels or containers against what was printed or issued. It closes at exactly 100 %."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="reconciliations")
    counted = models.CharField(max_length=12, choices=choices_of(Counted))
    made = models.PositiveIntegerField()
    accounted = models.JSONField()
    difference = models.IntegerField()
    closed = models.BooleanField()
    reconciled_at = models.DateTimeField()
    reconciled_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=1000, blank=True)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(counted__in=list(Counted)), name="known_thing_counted"),
            models.CheckConstraint(condition=Q(closed=False) | Q(difference=0), name="closes_at_exactly_100_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.counted} {self.made}"
