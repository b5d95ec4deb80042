"""What the clock of a device wrote, read in one way only: its zone, its dates, the hours that come twice. Pure."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from apps.facility.facts import DateOrder

OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{2}):?([0-5]\d)", re.ASCII)
FARTHEST = timedelta(hours=14)
STAMP = re.compile(
    r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:T|\s+)"
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?",
    re.ASCII,
)
PLAIN = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", re.ASCII)
PLACES = {DateOrder.YMD: (0, 1, 2), DateOrder.DMY: (2, 1, 0), DateOrder.MDY: (2, 0, 1)}


def fixed_zone(text: str) -> tzinfo | None:
    """A zone that is written as an offset: UTC, +08:00, GMT-0400."""
    if text in ("UTC", "GMT", "Z"):
        return UTC
    form = OFFSET.fullmatch(text)
    if form is None:
        return None
    span = timedelta(hours=int(form[2]), minutes=int(form[3]))
    return timezone(span if form[1] == "+" else -span) if span <= FARTHEST else None


def zone_named(text: str) -> tzinfo | None:
    """A zone by its offset, or by its name in the tz database."""
    if "/" not in text:  # three letters mean several zones: CST is China, Cuba and Chicago
        return fixed_zone(text)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return None


def wall_clock(text: str, order: DateOrder) -> datetime | None:
    """What a clock showed, read in this order; None where it can't be read so. Two digits of a year mean 20xx.

    UTC only stands in for the zone, which the caller knows.
    """
    if order is DateOrder.YMD and PLAIN.fullmatch(text):  # what nearly every file writes, read at once
        try:
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            return None
    form = STAMP.fullmatch(text)
    if form is None:
        return None
    parts = (form[1], form[3], form[4])
    year, month, day = (parts[place] for place in PLACES[order])
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    hour = _hour(int(form[5]), (form[9] or "").upper())
    clock = (hour, int(form[6]), int(form[7] or 0), int((form[8] or "").ljust(6, "0")))
    try:
        return datetime(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day), *clock, tzinfo=UTC)
    except ValueError:
        return None


def comes_once(local: datetime) -> bool:
    """Whether a clock of its zone shows this time exactly once; not in the hours at which clocks are changed."""
    return isinstance(local.tzinfo, timezone) or local.utcoffset() == local.replace(fold=1).utcoffset()


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return 24  # no such hour
    return hour % 12 + (12 if half == "P" else 0)
