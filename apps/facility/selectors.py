"""Reads of rooms and instruments."""

from datetime import datetime

from django.db.models import QuerySet

from apps.audit.models import Record
from apps.facility.models import Excursion, Instrument, LineClearance, Room
from apps.organisation.models import User
from apps.organisation.selectors import visible_to


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
