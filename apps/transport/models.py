"""Shipments with their units, hand-overs, codes, logger files and what was found at the receipt."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited, Record
from apps.batches.models import Batch
from apps.core.choices import choices_of
from apps.facility.models import Instrument
from apps.products.facts import Verdict
from apps.transport.facts import Acknowledged, LoggerFormat, ShipmentState
from apps.transport.lifecycle import OVER
from apps.units.models import Unit

CAME_IN = (ShipmentState.RECEIVED, ShipmentState.ACCEPTED, ShipmentState.QUARANTINED)


class Shipment(Audited):
    """Units on their way to one receiver, in a way that the frozen master of each batch among them allows.

    `batch` is the first of them; it gives the shipment (`shipment/...`) its number and site. `kept_for` is the order
    that keeps these units: they are its own on the way and at the bed. `in_quarantine`: their donor is not decided
    about; they go to the `establishment` named and are used by nobody there.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="shipments")
    number = models.CharField(max_length=60, unique=True)
    mode = models.CharField(max_length=40)
    receiver = models.CharField(max_length=200)
    contact = models.CharField(max_length=200)
    departs_at = models.DateTimeField()
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    note = models.CharField(max_length=1000, blank=True)
    ward = models.CharField(max_length=120, blank=True)
    ward_read = models.CharField(max_length=120, blank=True)
    in_quarantine = models.BooleanField(default=False)
    establishment = models.CharField(max_length=300, blank=True)
    kept_for = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=choices_of(ShipmentState), default=ShipmentState.REQUESTED)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=80)
    shipper = models.ForeignKey(Instrument, models.PROTECT, null=True, blank=True, related_name="+")
    logger = models.ForeignKey(Instrument, models.PROTECT, null=True, blank=True, related_name="+")
    hold_hours = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    seal = models.CharField(max_length=60, blank=True)
    layers = models.JSONField(default=list)
    documents = models.JSONField(default=list)
    packed_at = models.DateTimeField(null=True, blank=True)
    packed_by = models.CharField(max_length=80, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    seal_read = models.CharField(max_length=60, blank=True)
    received_by = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=80, blank=True)
    findings = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decision = models.CharField(max_length=1000, blank=True)
    happened = models.BooleanField(default=False)
    overridden = models.JSONField(default=list)

    packed: "list[ShippedUnit]"  # its lines, where `packed_lines` has read them

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ShipmentState)), name="known_shipment_state"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="a_way_takes_time"),
            models.CheckConstraint(
                condition=~Q(state__in=list(CAME_IN)) | (Q(arrived_at__isnull=False) & ~Q(received_by="")),
                name="what_came_in_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("received_by")), name="received_by_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=list(OVER)) | Q(decided_at__isnull=False), name="an_end_says_when"
            ),
            models.CheckConstraint(
                condition=Q(in_quarantine=False) | (~Q(establishment="") & Q(kept_for__isnull=True)),
                name="quarantine_goes_to_a_named_establishment",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="shipments_by_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def arrives_at(self) -> datetime:
        """The latest planned arrival."""
        return self.departs_at + timedelta(hours=float(self.hours))


class ShippedUnit(Audited):
    """A unit of a shipment. It `stands` in one only: a cancelled, returned or accepted shipment lets its units go.

    `mode` is the way of its own master record; empty where that is the one of the shipment.
    """

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="shipments")
    mode = models.CharField(max_length=40, blank=True)
    stands = models.BooleanField(default=True)
    scanned_out = models.BooleanField(default=False)
    scanned_in = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(stands=True), name="a_unit_travels_once"),
            models.UniqueConstraint(fields=["shipment", "unit"], name="one_line_for_each_unit_shipped"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} in {self.shipment_id}"


def taken_says_how(name: str) -> models.CheckConstraint:
    """What was taken over says when, by whom, and whether that was signed or acknowledged by a code."""
    untaken = Q(taken_at__isnull=True, taken_by="", acknowledged="")
    taken = Q(taken_at__isnull=False, acknowledged__in=list(Acknowledged)) & ~Q(taken_by="")
    return models.CheckConstraint(condition=untaken | taken, name=name)


def two_sides_sign(name: str) -> models.CheckConstraint:
    """Nobody takes over from themselves."""
    return models.CheckConstraint(
        condition=~Q(acknowledged=Acknowledged.SIGNATURE) | ~Q(taken_by=F("given_by")), name=name
    )


class HandOver(Audited):
    """Custody goes from one to another: who gave, who took, under which seal, at which temperature.

    `seal_taken` is the seal as the taker read it.
    """

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="hand_overs")
    n = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=80)
    taker = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120, blank=True)
    seal = models.CharField(max_length=60)
    temperature = models.CharField(max_length=20, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=120, blank=True)
    seal_taken = models.CharField(max_length=60, blank=True)
    acknowledged = models.CharField(max_length=10, choices=choices_of(Acknowledged), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "n"], name="one_hand_over_per_number"),
            taken_says_how("taken_says_when_by_whom_and_how"),
            two_sides_sign("a_hand_over_has_two_sides"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment} #{self.n}"


class OneTimeCode(Audited):
    """A one-time code for a person without an account. Only its Argon2 hash is kept."""

    name = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120)
    encoded = models.CharField(max_length=200)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)
    valid_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"code for {self.name}"


class HandOverCode(OneTimeCode):
    """For a courier who takes a shipment."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="codes")


class LoggerFile(Audited):
    """A file of the logger that travelled along, known by its SHA-256, with what a person declared to read it."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="logger_files")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=10, choices=choices_of(LoggerFormat))
    serial = models.CharField(max_length=80)
    zone = models.CharField(max_length=60)
    unit = models.CharField(max_length=20)
    declared = models.JSONField(default=dict)
    count = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    lowest = models.DecimalField(max_digits=12, decimal_places=6)
    highest = models.DecimalField(max_digits=12, decimal_places=6)
    attached_at = models.DateTimeField()
    attached_by = models.CharField(max_length=80)

    append_only = True

    def __str__(self) -> str:
        return self.name


class ReceiptValue(Audited):
    """One answer of the receipt as the first person signed it."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="values")
    parameter = models.CharField(max_length=40)
    text = models.CharField(max_length=2000)
    unit = models.CharField(max_length=20, blank=True)
    verdict = models.CharField(max_length=14, choices=choices_of(Verdict))

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shipment", "parameter"], name="one_answer_per_parameter")]

    def __str__(self) -> str:
        return f"{self.parameter} {self.text}"
