"""The words of the store: places in one notation, what it keeps, stays, and times outside the range.

**The one notation of a position** is `store/rack/box/position`, for example `LN-03/4/2/E6`: the number of the store
(the tank, freezer, fridge or incubator), the rack in it, the box in the rack, and in the box the row as a letter and
the column as a number. It is printed, scanned, typed, stored and parsed in this form only (`rules.read_place`); small
letters are read as capitals, and spaces around it are ignored.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class StoreKind(StrEnum):
    """What a store is."""

    TANK = "TANK"
    FREEZER = "FREEZER"
    FRIDGE = "FRIDGE"
    INCUBATOR = "INCUBATOR"


class Zone(StrEnum):
    """What a box is kept for: anything, what is not released, what is released, what comes from a reactive donor."""

    ANY = "ANY"
    QUARANTINE = "QUARANTINE"
    RELEASED = "RELEASED"
    REACTIVE = "REACTIVE"


@dataclass(frozen=True, order=True)
class Place:
    """One position of a box. Rows and columns count from 1; the row is written as a letter."""

    store: str
    rack: str
    box: str
    row: int
    column: int

    @property
    def spot(self) -> str:
        """The position within its box: E6."""
        return f"{chr(64 + self.row)}{self.column}"

    def __str__(self) -> str:
        return f"{self.store}/{self.rack}/{self.box}/{self.spot}"


@dataclass(frozen=True)
class Grid:
    """A box: its rows and columns, and how many units one position takes."""

    rows: int
    columns: int
    capacity: int = 1

    @property
    def positions(self) -> int:
        """How many positions the box has."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Warmth:
    """A range of temperature in degrees Celsius, or of another quantity in percent; None is an open end."""

    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class Rejection:
    """The second limit of a store: how cold, how warm, how long outside its range is beyond accepting; None: open."""

    low: Decimal | None = None
    high: Decimal | None = None
    after: timedelta | None = None


@dataclass(frozen=True)
class Keeping:
    """What a store keeps of one quantity, [`since`, `until`): its range, what is tolerated, the second limit.

    `since` and `until` are None where it has been so from the first day, or still is.
    """

    range: Warmth
    tolerated: timedelta
    rejection: Rejection
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether it was in force at an instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True)
class StayFacts:
    """One stay of a unit: where, from when, until when; None: it is still there."""

    place: str
    in_at: datetime
    out_at: datetime | None = None


@dataclass(frozen=True)
class Outing:
    """A time between two stays: the unit left one place and came back into a store."""

    out_at: datetime
    in_at: datetime

    @property
    def length(self) -> timedelta:
        """How long the unit was out."""
        return self.in_at - self.out_at

    @property
    def seconds(self) -> int:
        """How long, in whole seconds."""
        return self.length // timedelta(seconds=1)


@dataclass(frozen=True)
class Spell:
    """A time outside the range, as readings tell it: [`began_at`, `ended_at`); None: it has not ended.

    `total` is the sum of its readings, so that spells add up to an exact mean. `unwatched`: the time in it, or before
    or after it, for which there is no reading. `coldest` and `warmest` are its readings furthest out on either side.
    """

    began_at: datetime
    last_at: datetime
    ended_at: datetime | None
    worst: Decimal
    total: Decimal
    readings: int
    coldest: Decimal
    warmest: Decimal
    unwatched: timedelta = timedelta(0)

    @property
    def until(self) -> datetime:
        """Until when it is known to last."""
        return self.ended_at or self.last_at

    @property
    def length(self) -> timedelta:
        """How long it is known to have lasted."""
        return self.until - self.began_at


@dataclass(frozen=True)
class Known:
    """An excursion that was told already, by its key."""

    key: int
    began_at: datetime
    ended_at: datetime | None
