"""Lots of reagents, media and consumables, bought or prepared here; their stock, and the containers that are open."""

from datetime import timedelta

from django.db import models

from apps.audit.models import Audited, Record
from apps.core.choices import choices_of
from apps.materials.facts import LotFacts, LotState, MovementKind, Stock
from apps.organisation.models import Site


class MaterialLot(Audited):
    """One lot of one material at one site. Its record is `lot/...`; what it was prepared from are its ancestors."""

    number = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    material = models.CharField(max_length=40)
    supplier = models.CharField(max_length=120, blank=True)
    supplier_lot = models.CharField(max_length=60, blank=True)
    certificate = models.CharField(max_length=120, blank=True)
    amount = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, choices=choices_of(LotState), default=LotState.QUARANTINED)
    expires_text = models.CharField(max_length=40)
    expires_at = models.DateTimeField()
    is_prepared = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    minutes_after_opening = models.PositiveIntegerField(null=True, blank=True)
    quantity = models.DecimalField(max_digits=15, decimal_places=6, null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(LotState)), name="known_lot_state"),
        ]
        indexes = [
            models.Index(fields=["site", "material", "expires_at"], name="lots_first_expired_first"),
            models.Index(fields=["expires_at"], condition=models.Q(state="RELEASED"), name="lots_about_to_expire"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_dated_by_day(self) -> bool:
        """Whether its label gives a month or a day, not an instant."""
        return "T" not in self.expires_text

    @property
    def facts(self) -> LotFacts:
        """The lot as a rule sees it."""
        state = LotState(self.state)
        return LotFacts(self.number, self.material, state, self.expires_at, self.opened_at, self.life_after_opening)

    @property
    def life_after_opening(self) -> timedelta | None:
        """How long an opened container lives, as its label says."""
        minutes = self.minutes_after_opening
        return None if minutes is None else timedelta(minutes=minutes)

    @property
    def stock(self) -> Stock:
        """What is left of it, as a rule sees it."""
        return Stock(self.number, self.quantity, self.unit)


class Movement(Audited):
    """One change of the stock of a lot: how much came or went, what was left by the book, for what."""

    lot = models.ForeignKey(MaterialLot, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=choices_of(MovementKind))
    change = models.DecimalField(max_digits=15, decimal_places=6)
    left = models.DecimalField(max_digits=15, decimal_places=6)
    used_in = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=200, blank=True)  # the step of the batch: expansion[2].feed[3]
    reason = models.CharField(max_length=500, blank=True)
    overridden = models.JSONField(default=list)
    moved_at = models.DateTimeField()
    moved_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=list(MovementKind)), name="known_kind_of_movement"),
        ]

    def __str__(self) -> str:
        return f"{self.change} of {self.lot_id}"


class Container(Audited):
    """A container of a lot that was opened: from then on its own clock runs. One of a lot is in use at a time."""

    lot = models.ForeignKey(MaterialLot, models.PROTECT, related_name="containers")
    n = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    usable_until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "n"], name="one_number_per_container"),
            models.UniqueConstraint(fields=["lot"], condition=models.Q(closed_at=None), name="one_container_in_use"),
        ]
        indexes = [
            models.Index(fields=["usable_until"], condition=models.Q(closed_at=None), name="containers_about_to_end"),
        ]

    def __str__(self) -> str:
        return f"{self.lot} #{self.n}"
