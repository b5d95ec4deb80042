"""What a person finds on their desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum

from apps.core.canonical import sha256_hex
from apps.core.roles import Role


class Risk(IntEnum):
    """How grave it is to let it lie: nothing yet in a person, held cells, cells or a patient waiting."""

    LOW = 1
    MIDDLE = 2
    HIGH = 3


@dataclass(frozen=True)
class Task:
    """One thing asked of a person: the verb, the record, since when it waits, by when it is due.

    `ask` and `note` are marked for translation, `note` with `facts` in it: why it is asked, or what it still waits for.
    `url_name` and `url_args` lead to the page where it is done.
    """

    ask: str
    record: str
    waiting_since: datetime
    url_name: str
    url_args: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)
    note: str = ""
    risk: Risk = Risk.LOW
    due_at: datetime | None = None
    band_word: str = ""
    band_hue: str = ""

    @property
    def key(self) -> str:
        """What names the task in an address."""
        return sha256_hex(f"{self.ask}|{self.record}|{self.url_name}")[:16]


@dataclass(frozen=True)
class Asked:
    """Whom a duty is asked for: the sites where they hold its role, the instant, the person."""

    sites: frozenset[str]
    at: datetime
    username: str


@dataclass(frozen=True)
class DayOfExpiry:
    """How many units and lots reach the end of their life on a day."""

    day: date
    units: int
    lots: int

    @property
    def count(self) -> int:
        """Both together."""
        return self.units + self.lots


@dataclass(frozen=True)
class Desk:
    """Everything asked of one person, in order of urgency, the same counted, and the roles it is asked of."""

    overdue: tuple[Task, ...]
    today: tuple[Task, ...]
    later: tuple[Task, ...]
    roles: frozenset[Role] = frozenset()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All of them, the most urgent first."""
        return (*self.overdue, *self.today, *self.later)

    def task(self, key: str) -> Task | None:
        """The task of that key."""
        return next((task for task in self.tasks if task.key == key), None)

    @property
    def count(self) -> int:
        """How many things are asked."""
        return len(self.overdue) + len(self.today) + len(self.later)
