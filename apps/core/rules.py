"""Rules that every stage shares. Pure."""

from datetime import UTC, datetime

from apps.core.errors import Objection
from apps.core.text import N_


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC. ValueError where no year from 1 to 9999 holds it there."""
    try:
        return instant.astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError(instant) from beyond


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
