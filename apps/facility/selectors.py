"""Reads of rooms, instruments, probes and their readings."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery

from apps.audit.models import Record
from apps.facility.facts import KnownEquipment
from apps.facility.models import Excursion, Instrument, LineClearance, Probe, Reading, Room
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Definition
from apps.products.selectors import definition_of, versions_known


def visible_instruments(user: User, at: datetime) -> QuerySet[Instrument]:
    """The instruments of the sites this person may see."""
    found = Instrument.objects.filter(site__code__in=visible_to(user, at))
    return found.select_related("record", "site", "room")


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
