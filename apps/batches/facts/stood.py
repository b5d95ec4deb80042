"""A value that stands at a place, as the rules and the pages need it: light, for many are looked at at once."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Stood:
    """The columns of a recorded value that later acts look at."""

    pk: int
    place: str
    kind: str
    text: str
    number: Decimal | None
    unit: str
    given_unit: str
    comparator: str
    rounded: Decimal | None
    instant: datetime | None
    day: date | None
    verdict: str
    performed_at: datetime
    performed_by: str
    is_late: bool
    printed_name: str
    recorded_at: datetime


class Recorded(NamedTuple):
    """The columns of a recorded value that are read of a whole record; not what is read one by one: its sentence.

    A record holds hundreds of them, so this is the row as the database gives it, not a model.
    """

    pk: int
    step_id: int
    place: str
    kind: str
    text: str
    number: Decimal | None
    unit: str
    given_unit: str
    comparator: str
    rounded: Decimal | None
    instant: datetime | None
    day: date | None
    verdict: str
    origin: str
    function: str
    performed_at: datetime
    performed_by: str
    recorded_at: datetime
    recorded_by: str
    printed_name: str
    is_late: bool
    reason: str
    has_happened: bool
    overridden: list[dict[str, Any]]
    lot_id: int | None
    instrument_id: int | None
    file_id: int | None
    supersedes_id: int | None
