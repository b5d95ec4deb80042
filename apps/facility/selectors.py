"""Reads of rooms, instruments, probes and their readings."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery

from apps.audit.models import Record
from apps.core.prepared import Prepared
from apps.facility.facts import InstrumentStatus, KnownEquipment
from apps.facility.models import (
    Excursion,
    Instrument,
    LineClearance,
    MonitoringPoint,
    Plate,
    Probe,
    Reading,
    Room,
)
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Definition
from apps.products.selectors import definition_of, versions_known


def visible_instruments(user: User, at: datetime) -> QuerySet[Instrument]:
    """The instruments of the sites this person may see."""
    found = Instrument.objects.filter(site__code__in=visible_to(user, at))
    return found.select_related("record", "site", "room")


def lapsing_instruments(at: datetime, within: timedelta) -> list[tuple[Instrument, datetime]]:
    """A duty: calibration or qualification of what is in service ends soon, or has ended; the earlier of both."""
    soon = at + within
    ending = Q(calibration_due__lte=soon) | Q(qualified_until__lte=soon)
    found = (
        Instrument.objects.filter(ending, status=InstrumentStatus.IN_SERVICE).select_related("record").order_by("pk")
    )
    return [(one, min(_ends_of(one))) for one in found]


def lapsing_before(site: str, kinds: Collection[str], end: datetime) -> list[tuple[Instrument, datetime]]:
    """The instruments of some kinds in service at a site whose calibration or qualification ends before an instant."""
    ending = Q(calibration_due__lt=end) | Q(qualified_until__lt=end)
    found = Instrument.objects.filter(ending, site__code=site, kind__in=kinds, status=InstrumentStatus.IN_SERVICE)
    return [(one, min(_ends_of(one))) for one in found.order_by("number")]


def _ends_of(instrument: Instrument) -> list[datetime]:
    return [end for end in (instrument.calibration_due, instrument.qualified_until) if end]


def visible_rooms(user: User, at: datetime) -> QuerySet[Room]:
    """The rooms of the sites this person may see."""
    return Room.objects.filter(site__code__in=visible_to(user, at)).select_related("record", "site")


def instrument_named(number: str, site: str) -> Instrument | None:
    """The instrument with this number at the site."""
    return Instrument.objects.filter(number=number, site__code=site).select_related("record", "site").first()


def instrument_now(instrument: Instrument) -> Instrument:
    """The instrument as it is inside the door."""
    return Instrument.objects.select_related("record", "site").get(pk=instrument.pk)


def occupant_of(room: Room) -> LineClearance | None:
    """The batch that the room was last cleared for and has not left."""
    return LineClearance.objects.filter(room=room, left_at=None).select_related("cleared_for", "record").first()


def holder_of_the_room(room: int) -> str:
    """The address of the batch that stands in a room; empty when none does."""
    found = LineClearance.objects.filter(room=room, left_at=None).values_list("cleared_for__address", flat=True)
    return found.first() or ""


def excursions_of(instrument: Instrument) -> QuerySet[Excursion]:
    """What went wrong with an instrument, newest first."""
    return Excursion.objects.filter(instrument=instrument).order_by("-began_at")


def rooms_cleared_for(record: Record) -> QuerySet[LineClearance]:
    """The rooms that were cleared for a batch."""
    return LineClearance.objects.filter(cleared_for=record).select_related("room").order_by("cleared_at")


def occupants(rooms: QuerySet[Room]) -> dict[int, LineClearance]:
    """Which batch stands in which room now, by the id of the room."""
    found = LineClearance.objects.filter(room__in=rooms, left_at=None).select_related("cleared_for")
    return {clearance.room_id: clearance for clearance in found}


def known_equipment(user: User, at: datetime) -> dict[str, KnownEquipment]:
    """The kinds of equipment that the master records of one's sites use, by key; what makes a batch comes first."""
    return known_equipment_at(visible_to(user, at))


def known_equipment_at(sites: Collection[str]) -> dict[str, KnownEquipment]:
    """The kinds of equipment that the master records of some sites use, by key."""
    found: dict[str, KnownEquipment] = {}
    for version in versions_known(sites):
        for kind in _kinds_in(definition_of(version)):
            found.setdefault(kind.key, kind)
    return found


def _kinds_in(definition: Definition) -> Iterator[KnownEquipment]:
    for one in definition.preparation.equipment:
        yield KnownEquipment(one.key, one.label, one.conditions)
    for test in definition.testing.tests:
        for need in test.instruments:
            yield KnownEquipment(need.key, need.label)


def points_of(room: Room) -> QuerySet[MonitoringPoint]:
    """The plan of a room: the points that are in force."""
    return MonitoringPoint.objects.filter(room=room, retired_at=None).select_related("room").order_by("code")


def visible_plates(user: User, at: datetime) -> QuerySet[Plate]:
    """The samples of the environment of the sites this person may see."""
    return plates().filter(point__room__site__code__in=visible_to(user, at))


def plates() -> QuerySet[Plate]:
    """Samples of the environment with all that is said of them, newest first."""
    related = ("record", "point__room__site", "point__room__record", "session__cleared_for")
    return Plate.objects.select_related(*related).order_by("-pk")


def plate_now(plate: Plate) -> Plate:
    """The sample as it is inside the door."""
    return plates().get(pk=plate.pk)


_SAMPLED = Prepared(lambda record: plates().filter(session__cleared_for=record).order_by("pk"))
_SESSIONS = Prepared(
    lambda record: LineClearance.objects.filter(cleared_for=record).select_related("room__record").order_by("pk")
)
_POINTS = Prepared(lambda rooms: MonitoringPoint.objects.filter(room__in=rooms).select_related("room").order_by("pk"))


def plates_of(record: Record) -> list[Plate]:
    """What was sampled while a batch stood in a room, oldest first."""
    return _SAMPLED(record.pk)


def uncounted(sites: Collection[str]) -> QuerySet[Plate]:
    """A duty of the laboratory: samples that nobody has counted, the oldest first."""
    return plates().filter(count=None, point__room__site__code__in=sites).order_by("taken_at", "pk")


def points_not_sampled(record: Record, plates: Iterable[Plate]) -> list[tuple[LineClearance, MonitoringPoint]]:
    """The points of the plan that were due in a session of a batch and are not among what was sampled in it."""
    sessions = _SESSIONS(record.pk)
    done = {(plate.session_id, plate.point_id) for plate in plates}
    planned: dict[int, list[MonitoringPoint]] = {}
    for point in _POINTS([session.room_id for session in sessions]) if sessions else []:
        planned.setdefault(point.room_id, []).append(point)
    return [
        (session, point)
        for session in sessions
        for point in planned.get(session.room_id, ())
        if (session.pk, point.pk) not in done and _is_due(point, session)
    ]


def _is_due(point: MonitoringPoint, session: LineClearance) -> bool:
    """Whether a point was in force in a session: planned before the batch left, not retired before it came."""
    is_later = point.planned_at and session.left_at and point.planned_at >= session.left_at
    return not is_later and not (point.retired_at and point.retired_at <= session.cleared_at)


def visible_probes(user: User, at: datetime) -> QuerySet[Probe]:
    """The probes of the sites this person may see."""
    seen = Probe.objects.filter(site__code__in=visible_to(user, at))
    return seen.select_related("record", "site", "watches").order_by("number")


def probe_now(probe: Probe) -> Probe:
    """The probe as it is inside the door."""
    return Probe.objects.select_related("record", "site", "watches").get(pk=probe.pk)


def probes_at(record: Record) -> QuerySet[Probe]:
    """The probes that watch a thing, with the instant of their last reading."""
    return _with_last(Probe.objects.filter(watches=record)).select_related("record", "site").order_by("number")


def readings_between(probe: Probe, start: datetime, end: datetime) -> QuerySet[Reading]:
    """The readings of a probe from one instant to another, both included."""
    return Reading.objects.filter(probe=probe, at__gte=start, at__lte=end).order_by("at")


def values_at(probe: Probe, start: datetime, end: datetime) -> dict[datetime, Decimal]:
    """What a probe is known to have read within a time, by instant."""
    return dict(readings_between(probe, start, end).values_list("at", "value"))


def silent_probes(at: datetime) -> list[tuple[Probe, datetime]]:
    """A duty: probes that gave no reading for their interval, each with the instant it was last heard of."""
    working = _with_last(Probe.objects.filter(retired_at=None)).select_related("record", "watches").order_by("pk")
    heard = [(probe, probe.last_at or probe.installed_at) for probe in working]
    return [(probe, since) for probe, since in heard if at - since > timedelta(minutes=probe.silent_after)]


def _with_last(probes: QuerySet[Probe]) -> QuerySet[Probe]:
    newest = Reading.objects.filter(probe=OuterRef("pk")).order_by("-at").values("at")[:1]
    return probes.annotate(last_at=Subquery(newest))
