"""A value that stands at a place, as the rules need it: light, for many are looked at to judge one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


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
