"""Stores, their boxes, the stays of units in them, and the times when a store lay outside its range."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.facility.facts import Quantity
from apps.facility.models import Instrument, Probe, Room
from apps.organisation.models import Site
from apps.quality.models import Event
from apps.storage.facts import Grid, Keeping, Known, Place, Rejection, StayFacts, StoreKind, Warmth, Zone

IN_PERCENT = (Quantity.CO2, Quantity.HUMIDITY)


class Store(Audited):
    """A tank, freezer, fridge or incubator for units, and the temperatures it keeps. Its record is `store/…`.

    It may lie outside that range for less than `tolerated_minutes`, as when its door is opened. `instrument` is the
    number under which the steps of a batch scan it: what it read reaches the batches that were in culture there.
    """

    number = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, related_name="stores")
    kind = models.CharField(max_length=10, choices=choices_of(StoreKind))
    label = models.CharField(max_length=120)
    low = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    high = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    tolerated_minutes = models.PositiveIntegerField(default=0)
    reject_low = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    reject_high = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    reject_minutes = models.PositiveIntegerField(null=True, blank=True)
    instrument = models.OneToOneField(Instrument, models.PROTECT, null=True, blank=True, related_name="store")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(StoreKind)), name="known_store_kind"),
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False), name="a_store_keeps_some_temperature"
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="store_range_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def warmth(self) -> Warmth:
        """The temperatures it keeps."""
        return Warmth(self.low, self.high)

    @property
    def rejection(self) -> Rejection:
        """Its second limit: beyond it nothing is simply found fit."""
        return rejection_of(self)

    @property
    def keeping(self) -> Keeping:
        """How its temperature is judged."""
        return Keeping(self.warmth, timedelta(minutes=self.tolerated_minutes), self.rejection)


class StoreLimit(Audited):
    """What a store keeps of a quantity other than its temperature, in percent, from one instant to another.

    Another limit is another row; what was read before is judged by the row that was in force then.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="limits")
    quantity = models.CharField(max_length=12, choices=[one for one in choices_of(Quantity) if one[0] in IN_PERCENT])
    low = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    high = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    tolerated_minutes = models.PositiveIntegerField(default=0)
    reject_low = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    reject_high = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    reject_minutes = models.PositiveIntegerField(null=True, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__in=IN_PERCENT), name="a_limit_is_of_a_gas_or_of_humidity"),
            models.CheckConstraint(condition=Q(low__isnull=False) | Q(high__isnull=False), name="a_limit_has_some_end"),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")), name="limit_in_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="limit_ends_after"
            ),
            models.UniqueConstraint(
                fields=["store", "quantity"], condition=Q(ended_at=None), name="one_limit_of_a_quantity_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.quantity}"

    @property
    def keeping(self) -> Keeping:
        """How what was read in its time is judged."""
        tolerated = timedelta(minutes=self.tolerated_minutes)
        return Keeping(Warmth(self.low, self.high), tolerated, rejection_of(self), self.began_at, self.ended_at)


def rejection_of(row: Store | StoreLimit) -> Rejection:
    """The second limit as a row says it."""
    after = None if row.reject_minutes is None else timedelta(minutes=row.reject_minutes)
    return Rejection(row.reject_low, row.reject_high, after)


class Box(Audited):
    """A box in a rack of a store: a grid of positions, each of which takes `capacity` units."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="boxes")
    rack = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    rows = models.PositiveSmallIntegerField()
    columns = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField(default=1)
    zone = models.CharField(max_length=10, choices=choices_of(Zone), default=Zone.ANY)

    class Meta:
        verbose_name_plural = "boxes"
        constraints = [
            models.UniqueConstraint(fields=["store", "rack", "code"], name="one_box_of_a_code_in_a_rack"),
            models.CheckConstraint(
                condition=Q(rows__gte=1, rows__lte=26, columns__gte=1, columns__lte=99, capacity__gte=1),
                name="a_box_has_positions",
            ),
            models.CheckConstraint(condition=Q(zone__in=list(Zone)), name="known_zone"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id}/{self.rack}/{self.code}"

    @property
    def grid(self) -> Grid:
        """Its positions."""
        return Grid(self.rows, self.columns, self.capacity)

    def place(self, row: int, column: int) -> Place:
        """One of its positions."""
        return Place(self.store.number, self.rack, self.code, row, column)


class Stay(Audited):
    """One unit in one position, from its way in to its way out. `slot`: which of the position's places."""

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="stays")
    box = models.ForeignKey(Box, models.PROTECT, related_name="stays")
    row = models.PositiveSmallIntegerField()
    column = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField(default=1)
    in_at = models.DateTimeField()
    in_by = models.CharField(max_length=80)
    in_reason = models.CharField(max_length=1000, blank=True)
    overridden = models.JSONField(default=list)
    out_at = models.DateTimeField(null=True, blank=True)
    out_by = models.CharField(max_length=80, blank=True)
    out_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["box", "row", "column", "slot"], condition=Q(out_at=None), name="one_unit_in_a_slot"
            ),
            models.UniqueConstraint(fields=["unit"], condition=Q(out_at=None), name="a_unit_lies_in_one_place"),
            models.CheckConstraint(condition=Q(out_at=None) | Q(out_at__gte=F("in_at")), name="out_after_in"),
        ]
        indexes = [models.Index(fields=["box", "in_at"], name="stays_in_a_box")]

    def __str__(self) -> str:
        return f"{self.unit_id} in {self.box_id}"

    @property
    def place(self) -> Place:
        """Where it is or was."""
        return self.box.place(self.row, self.column)

    @property
    def facts(self) -> StayFacts:
        """What the rules are told."""
        return StayFacts(str(self.place), self.in_at, self.out_at)


class StoreExcursion(Audited):
    """A time in which a probe of a store read outside the range: [`began_at`, `ended_at`), or open to this day.

    It is told once: a late reading that lengthens it lengthens this row. `unwatched` counts the seconds in it without
    a reading, which nobody can call good.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="excursions")
    probe = models.ForeignKey(Probe, models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    worst = models.DecimalField(max_digits=9, decimal_places=3)
    mean = models.DecimalField(max_digits=9, decimal_places=3)
    readings = models.PositiveIntegerField()
    unwatched = models.PositiveIntegerField(default=0)
    rejects = models.BooleanField(default=False)
    low = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    high = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("last_at")),
                name="excursion_ends_after_its_readings",
            ),
            models.CheckConstraint(condition=Q(last_at__gte=F("began_at")), name="excursion_in_order"),
            models.UniqueConstraint(fields=["probe"], condition=Q(ended_at=None), name="one_open_excursion_of_a_probe"),
        ]
        indexes = [models.Index(fields=["store", "began_at"], name="excursions_of_a_store")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.worst}"

    @property
    def warmth(self) -> Warmth:
        """The range that the store kept at that time."""
        return Warmth(self.low, self.high)

    @property
    def known(self) -> Known:
        """What the rules are told of what was told already."""
        return Known(self.pk, self.began_at, self.ended_at)

    @property
    def hold_key(self) -> str:
        """The key of its hold on every unit that was there."""
        return f"excursion:{self.pk}"


class NotFit(Audited):
    """Quality found a unit not fit after an excursion, and why. Rejected or recalled, it goes to its disposal."""

    excursion = models.ForeignKey(StoreExcursion, models.PROTECT, related_name="not_fit")
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="found_not_fit")
    reason = models.CharField(max_length=500)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        verbose_name_plural = "not fit"

    def __str__(self) -> str:
        return f"{self.unit_id} after {self.excursion_id}"
