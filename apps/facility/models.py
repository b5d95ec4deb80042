"""Rooms, instruments, what went wrong with them, which batch a room was cleared for; probes and their readings."""

from django.db import models

from apps.audit.models import Audited, Record, Seal, Sealed
from apps.core.choices import choices_of
from apps.facility.facts import MARKS, Grade, InstrumentFacts, InstrumentStatus, Quantity, SampleKind
from apps.organisation.models import Site
from apps.products.facts import Verdict


class Room(Audited):
    """A room of a cleanliness grade. Its record is `room/...`."""

    code = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    label_en = models.CharField(max_length=120)
    label_zh = models.CharField(max_length=120)
    grade = models.CharField(max_length=12, choices=choices_of(Grade))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(grade__in=list(Grade)), name="known_room_grade")]

    def __str__(self) -> str:
        return self.code


class Instrument(Audited):
    """One item of equipment that a record names: incubator, counter, balance. Its record is `equipment/...`."""

    number = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="instruments")
    kind = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    serial_number = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=15, choices=choices_of(InstrumentStatus), default=InstrumentStatus.IN_SERVICE)
    calibration_due = models.DateTimeField(null=True, blank=True)
    calibration_certificate = models.CharField(max_length=120, blank=True)
    qualified_until = models.DateTimeField(null=True, blank=True)
    clean_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=list(InstrumentStatus)), name="known_instrument_status"
            ),
        ]
        indexes = [models.Index(fields=["site", "kind"], name="instruments_of_a_kind")]

    def __str__(self) -> str:
        return self.number

    @property
    def facts(self) -> InstrumentFacts:
        """The instrument as a rule sees it."""
        status = InstrumentStatus(self.status)
        ends = self.calibration_due, self.qualified_until, self.clean_until
        return InstrumentFacts(self.number, self.kind, status, *ends)


class Excursion(Audited):
    """A condition of an instrument that lay outside its range, from when to when, with the worst value."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="excursions")
    condition = models.CharField(max_length=40)
    worst = models.CharField(max_length=40)
    unit = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ended_at__gt=models.F("began_at")), name="excursion_has_a_length")
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.worst} {self.unit}"


class LineClearance(Audited):
    """A room was found clear of everything of the batch before and given to the next one, signed."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="clearances")
    cleared_for = models.ForeignKey(Record, models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField()
    cleared_by = models.CharField(max_length=80)
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room"], condition=models.Q(left_at=None), name="one_batch_in_a_room")
        ]

    def __str__(self) -> str:
        return f"{self.room} for {self.cleared_for}"


class MonitoringPoint(Audited):
    """A point of the plan: what is sampled where in a room whenever a batch stands in it, and to which grade."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="points")
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=choices_of(SampleKind))
    grade = models.CharField(max_length=12, choices=choices_of(Grade))
    label = models.CharField(max_length=120, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)  # empty where it was planned before this was kept
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "code"], name="one_point_of_a_code_in_a_room")]

    def __str__(self) -> str:
        return f"{self.room} {self.code}"


class Plate(Audited):
    """A sample of the environment, taken while a batch stood in the room; read days later. Its record is `plate/...`.

    `level` is what its grade was held to when it was read, in words, with the version of the levels.
    """

    number = models.CharField(max_length=40, unique=True)
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="plates")
    session = models.ForeignKey(LineClearance, models.PROTECT, related_name="plates")
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80)
    count = models.PositiveIntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=16, choices=choices_of(Verdict), blank=True)
    level = models.CharField(max_length=80, blank=True)
    organism = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.number


class Probe(Audited):
    """What measures one quantity all the time in a store, a room or an instrument (`watches`): record `probe/...`.

    Without a reading for `silent_after` minutes it is silent: that is an alarm, and a hole in what is known.
    """

    number = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    watches = models.ForeignKey(Record, models.PROTECT, related_name="probes")
    label = models.CharField(max_length=120, blank=True)
    quantity = models.CharField(max_length=12, choices=choices_of(Quantity), default=Quantity.TEMPERATURE)
    unit = models.CharField(max_length=20)
    silent_after = models.PositiveIntegerField()
    installed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retire_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(silent_after__gte=1), name="a_probe_has_an_interval"),
            models.CheckConstraint(condition=models.Q(quantity__in=list(Quantity)), name="known_quantity_of_a_probe"),
        ]
        indexes = [models.Index(fields=["watches"], name="probes_of_a_thing")]

    def __str__(self) -> str:
        return self.number

    @property
    def mark(self) -> str:
        """What stands after its readings, once they are judged: °C, % CO₂, % RH."""
        return MARKS[Quantity(self.quantity)]


class ReadingIntake(Seal):
    """Readings of a probe that came together: from where, the file as it came, and the seal over them."""

    probe = models.ForeignKey(Probe, models.PROTECT, related_name="intakes")
    source = models.CharField(max_length=80)
    unit = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    declared = models.JSONField(default=dict)
    repeated = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["probe", "taken_at"], name="intakes_of_a_probe")]

    def __str__(self) -> str:
        return f"{self.rows} readings of {self.probe_id}"


class Reading(Sealed):
    """What a probe read at one instant, in the probe's unit; `given` is the text as it came, in its intake's unit."""

    probe = models.ForeignKey(Probe, models.PROTECT, related_name="readings", db_index=False)
    at = models.DateTimeField()
    value = models.DecimalField(max_digits=9, decimal_places=3)
    given = models.CharField(max_length=24)
    intake = models.ForeignKey(ReadingIntake, models.PROTECT, related_name="readings")

    sealed_by = "intake"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["probe", "at"], name="one_reading_at_an_instant")]

    def __str__(self) -> str:
        return f"{self.value} at {self.at}"
