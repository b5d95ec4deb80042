"""The words of dosing, and what its rules look at and say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from apps.products.facts import Fit


class OrderState(StrEnum):
    """Where a treatment order stands."""

    ORDERED = "ORDERED"
    CHECKED = "CHECKED"
    RESERVED = "RESERVED"
    THAWED = "THAWED"
    PREPARED = "PREPARED"
    READY = "READY"
    INFUSING = "INFUSING"
    GIVEN = "GIVEN"
    CANCELLED = "CANCELLED"


class MomentKind(StrEnum):
    """What happens to an infusion while it runs."""

    STARTED = "STARTED"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    RATE = "RATE"
    ENDED = "ENDED"


class OrderVerb(StrEnum):
    """What is done with a treatment order."""

    CHECK = "CHECK"
    RESERVE = "RESERVE"
    FREE = "FREE"
    THAW = "THAW"
    PREPARE = "PREPARE"
    CONFIRM = "CONFIRM"
    START = "START"
    END = "END"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Working:
    """One line of a computation as pages and papers print it: what, how, the exact result, the reportable one.

    `what` is marked text. `rounding` names what made `shown` of `exact`; empty where nothing was rounded.
    """

    what: str
    how: str
    exact: Decimal
    shown: Decimal
    unit: str
    rounding: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, object]:
        """The line as a record keeps it."""
        said = {"what": self.what, "how": self.how, "exact": str(self.exact), "shown": str(self.shown)}
        facts = {name: str(value) for name, value in self.facts.items()}
        return {**said, "unit": self.unit, "rounding": self.rounding, "facts": facts}


@dataclass(frozen=True)
class Ordered:
    """What a patient may be ordered: from `low` to `high` (the same where the arm leaves no choice)."""

    low: Decimal
    high: Decimal
    unit: str
    workings: tuple[Working, ...]


@dataclass(frozen=True)
class DoseVolume:
    """The dose as a volume: what is drawn up, what it holds, what is left to be destroyed."""

    volume: Decimal
    amount: Decimal
    remainder: Decimal
    workings: tuple[Working, ...]


@dataclass(frozen=True)
class OrderInput:
    """What a physician orders. `answers` are the fields the master record asks for, by their keys, as entered.

    `intensive`: the patient lies in intensive care. `ward`: where the dose is received; empty where none is named.
    """

    arm: str
    indication: str
    planned_start: datetime
    planned_end: datetime
    answers: Mapping[str, str]
    exclusions: tuple[str, ...] = ()
    amount: str = ""
    conditioned_at: datetime | None = None
    intensive: bool = False
    ward: str = ""


@dataclass(frozen=True)
class Course:
    """What the patient was ordered before: the doses of this arm and the day of the first, all doses, the last of them.

    What was begun counts from when it was begun, what was not from its plan.
    """

    doses: int = 0
    first: date | None = None
    of_all_arms: int = 0
    last: datetime | None = None


@dataclass(frozen=True)
class Use:
    """Where, on which day and for what a unit is used."""

    site: str
    day: date
    indication: str


@dataclass(frozen=True)
class Candidate:
    """A unit that might be taken for a dose, with what stands against it."""

    number: str
    expires_at: datetime
    free: bool
    held: bool
    for_another: bool = False
    fit: Fit = Fit.SAME
    lot: str = ""


@dataclass(frozen=True)
class DoseInput:
    """What was found when the units were ready: the count per mL, the strengths that its caps need, the readings.

    `answers` are the fields the master record asks for after thawing, by their keys, as entered.
    """

    counted: str = ""
    endotoxin: str = ""
    dmso: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """What the thawed units hold together: their volume, what the labels promise, what was counted in a millilitre."""

    volume: Decimal
    labelled: Decimal
    concentration: Decimal
    unit: str
    workings: tuple[Working, ...]


@dataclass(frozen=True)
class Bedside:
    """What two people scan at the bed: two identifiers of the wristband, every unit; and what the master asks besides.

    The identifiers are compared and never kept. They stay out of `repr`, so that no log learns them either. `chain` is
    the chain of identity, scanned beside units whose number was typed.
    """

    first: str = field(default="", repr=False)
    second: str = field(default="", repr=False)
    units: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    chain: str = ""


@dataclass(frozen=True)
class Said:
    """What somebody said of a dose, and of which instant."""

    by: str
    at: datetime
    what: object


@dataclass(frozen=True)
class Slot:
    """A time at which vital signs are due, and whether they were taken."""

    due_at: datetime
    taken: bool = False


@dataclass(frozen=True)
class OutcomeDue:
    """An outcome of the master record on one of its days: by when, and what was found.

    `after` is the span from the start by which it is due; empty where it has until the end of its day.
    """

    key: str
    day: int
    due_at: datetime
    found: str = ""
    after: str = ""

    @property
    def due_on(self) -> date:
        """The day on which it is due."""
        return self.due_at.date() if self.after else self.due_at.date() - timedelta(days=1)


@dataclass(frozen=True)
class WindowDue:
    """An early safety window of one dose: when it has passed, what was seen in it, whether somebody has answered it."""

    key: str
    due_at: datetime
    seen: tuple[str, ...] = ()
    answered: bool = False
