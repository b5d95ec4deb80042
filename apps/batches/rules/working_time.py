"""Working days. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


def one_working_day_after(at: datetime, timezone: str) -> datetime:
    """The same time on the next working day of the site; from a weekend on it is counted from Monday's first hour."""
    local = at.astimezone(ZoneInfo(timezone))
    if local.weekday() >= SATURDAY:
        local = (local + timedelta(days=7 - local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    following = local + timedelta(days=1)
    while following.weekday() >= SATURDAY:
        following += timedelta(days=1)
    return following.astimezone(at.tzinfo)
