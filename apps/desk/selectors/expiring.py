"""What expires soon at one's sites, day by day: units that a patient could still get, lots of the store."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from apps.alerts.selectors import ENDED
from apps.desk.facts import DayOfExpiry
from apps.materials.selectors import lots_expiring
from apps.units.selectors import expiring_units

DAYS = 14


def expiring_days(sites: Collection[str], at: datetime, zone: ZoneInfo) -> list[DayOfExpiry]:
    """Today and the days after it on the clock of the site, each with what ends its life on it."""
    within = timedelta(days=DAYS)
    units = expiring_units(at, within, sites).exclude(disposition__in=ENDED)
    lots = lots_expiring(at, within).filter(site__code__in=sites)
    ending, lots_ending = dict(_by_day(units, at, zone)), dict(_by_day(lots, at, zone))
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(DAYS)]
    return [DayOfExpiry(day, ending.get(day, 0), lots_ending.get(day, 0)) for day in days]


def _by_day(things: QuerySet[Any], at: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    left = things.filter(expires_at__gt=at).order_by().annotate(ends_on=TruncDate("expires_at", tzinfo=zone))
    yield from left.values("ends_on").annotate(n=Count("pk")).values_list("ends_on", "n")
