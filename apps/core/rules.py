"""Rules that every stage shares. Pure."""

from datetime import UTC, datetime

from apps.core.errors import Objection
from apps.core.text import N_

# A day within the calendar's ends: what is kept must be shown on the clock of every site.
EARLIEST, TOO_LATE = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC. ValueError within a day of the ends of the calendar, where some clock can't show it."""
    if not EARLIEST <= instant < TOO_LATE:
        raise ValueError(instant)
    return instant.astimezone(UTC)


def is_future(instant: datetime, at: datetime, place: str = "performed_at") -> Objection | None:
    """Nothing is recorded before it happens."""
    return Objection("in_the_future", N_("This time has not come yet."), place=place) if instant > at else None


def reason_is_missing(reason: str, place: str = "reason") -> Objection | None:
    """A decision says why."""
    return None if reason.strip() else Objection("reason_missing", N_("Say why."), place=place)


def is_taken(number: str, taken: bool, place: str = "number") -> Objection | None:
    """A number is given once."""
    if not taken:
        return None
    return Objection("number_taken", N_("The number {number} is taken."), {"number": number}, place=place)


def unknown(number: str, place: str) -> Objection:
    """Nothing that the reader may see bears this number."""
    template = N_("Nothing here has the number {number}.")
    return Objection("unknown_number", template, {"number": number[:120]}, place=place)
