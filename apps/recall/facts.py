"""The words of a recall: what became of each unit, how much of it all is accounted for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class RecallState(StrEnum):
    """Where a recall stands."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Outcome(StrEnum):
    """Where a unit was found, or what had become of it. All but the last account for it."""

    LOCATED = "LOCATED"
    CAME_BACK = "CAME_BACK"
    DESTROYED = "DESTROYED"
    ADMINISTERED = "ADMINISTERED"
    DRAWN = "DRAWN"
    NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True)
class Begun:
    """What a recall begins with: whether it is an exercise, its class (an exercise may leave it out), and why."""

    is_mock: bool
    classification: str
    why: str


@dataclass(frozen=True)
class LineFacts:
    """One unit of a recall as a rule sees it. `custody`: where it was when the recall was opened."""

    unit: str
    custody: str
    outcome: Outcome | None = None
    patient: str = ""
    must_be_told: bool = False
    contacted_at: datetime | None = None
    found_at: datetime | None = None


@dataclass(frozen=True)
class Coverage:
    """How much of a recall is accounted for, and when the last of it was."""

    units: int
    found: int
    unanswered: int
    missing: tuple[str, ...]
    patients: int
    reached: int
    to_tell: int
    told: int
    last_at: datetime | None

    @property
    def units_percent(self) -> Decimal:
        """Units found of units made."""
        return percent(self.found, self.units)

    @property
    def patients_percent(self) -> Decimal:
        """Patients whose physician was reached, of all patients."""
        return percent(self.reached, self.patients)

    @property
    def is_whole(self) -> bool:
        """Every unit is accounted for, and everybody was reached."""
        return self.found == self.units and self.told == self.to_tell


def percent(part: int, whole: int) -> Decimal:
    """A share with one decimal, cut off and never rounded up: 100.0 is said of the whole alone. Of nothing, all."""
    return Decimal(1000 * part // whole) / 10 if whole else Decimal(100)
