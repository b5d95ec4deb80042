"""The words of units: what they are for, their three states, the fate of labels; and what rules are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from apps.products.facts import BankTier


class UnitKind(StrEnum):
    """What a unit of the fill is for: a patient, the retained samples, or quality control."""

    PRODUCT = "PRODUCT"
    RETAINED = "RETAINED"
    QC = "QC"


class Disposition(StrEnum):
    """What quality has decided about a unit; it changes with release, rejection and recall, never at certification."""

    QUARANTINED = "QUARANTINED"
    CONDITIONAL = "CONDITIONAL"
    RELEASED = "RELEASED"
    REJECTED = "REJECTED"
    RECALLED = "RECALLED"


class Condition(StrEnum):
    """How the cells are. It only moves forward: nothing thawed is frozen again."""

    FRESH = "FRESH"
    FROZEN = "FROZEN"
    THAWED = "THAWED"
    SPENT = "SPENT"


class Custody(StrEnum):
    """Who has the unit. Set apart: kept for a study, and for nothing else."""

    IN_STORE = "IN_STORE"
    RESERVED = "RESERVED"
    SET_APART = "SET_APART"
    IN_TRANSIT = "IN_TRANSIT"
    AT_SITE = "AT_SITE"
    ADMINISTERED = "ADMINISTERED"
    DRAWN = "DRAWN"
    DESTROYED = "DESTROYED"


class UnitVerb(StrEnum):
    """Everything that changes a state of a unit."""

    RELEASE_CONDITIONALLY = "RELEASE_CONDITIONALLY"
    RELEASE = "RELEASE"
    REJECT = "REJECT"
    RECALL = "RECALL"
    FREEZE = "FREEZE"
    THAW = "THAW"
    USE_UP = "USE_UP"
    RESERVE = "RESERVE"
    RESERVE_IN_QUARANTINE = "RESERVE_IN_QUARANTINE"
    SET_APART = "SET_APART"
    TAKE_UP = "TAKE_UP"
    FREE = "FREE"
    KEEP_AT_SITE = "KEEP_AT_SITE"
    SHIP = "SHIP"
    SHIP_IN_QUARANTINE = "SHIP_IN_QUARANTINE"
    ARRIVE = "ARRIVE"
    TAKE_BACK = "TAKE_BACK"
    ADMINISTER = "ADMINISTER"
    DRAW = "DRAW"
    DESTROY = "DESTROY"


class LabelFate(StrEnum):
    """What became of a printed label. PRINTED: nothing yet."""

    PRINTED = "PRINTED"
    APPLIED = "APPLIED"
    DESTROYED = "DESTROYED"
    SPECIMEN = "SPECIMEN"


class Counted(StrEnum):
    """What must close at exactly 100 %. Cells and volume are yields and never stand here."""

    LABELS = "LABELS"
    CONTAINERS = "CONTAINERS"


class Fate(StrEnum):
    """Where a unit that was made is now, for the balance of the batch."""

    ADMINISTERED = "ADMINISTERED"
    DRAWN = "DRAWN"
    STORED = "STORED"
    TESTED = "TESTED"
    RETAINED = "RETAINED"
    SHIPPED = "SHIPPED"
    DESTROYED = "DESTROYED"


@dataclass(frozen=True)
class UnitFacts:
    """What the rules are told about one unit."""

    number: str
    kind: UnitKind
    disposition: Disposition
    condition: Condition
    custody: Custody
    expires_at: datetime


@dataclass(frozen=True)
class Moments:
    """The instants of a unit from which clocks count; those that have not come are None."""

    collected_at: datetime | None
    filled_at: datetime | None = None
    frozen_at: datetime | None = None
    thawed_at: datetime | None = None


@dataclass(frozen=True)
class Balance:
    """What was made or issued, and what is known of each: `made` = the sum of `accounted`, or the balance is open."""

    counted: Counted
    made: int
    accounted: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All that is accounted for."""
        return sum(self.accounted.values())

    @property
    def difference(self) -> int:
        """What is missing (above 0) or too many (below 0)."""
        return self.made - self.total

    @property
    def closes(self) -> bool:
        """Exactly 100 %."""
        return self.difference == 0

    @property
    def percent(self) -> Decimal | None:
        """Accounted for, per cent of what was made; None while nothing was made."""
        return Decimal(100) * self.total / self.made if self.made else None


@dataclass(frozen=True)
class UnitsBalance:
    """Made = administered + drawn + stored + tested + retained + shipped + destroyed, and nobody can place the others.

    `unexplained` are those; `made` is counted in the lineage, they in the units' own states: a unit missing in one of
    them opens it.
    """

    made: int
    accounted: Mapping[Fate, int]
    unexplained: tuple[str, ...] = ()

    @property
    def difference(self) -> int:
        """What is missing (above 0) or too many (below 0)."""
        return self.made - sum(self.accounted.values())

    @property
    def closes(self) -> bool:
        """Every unit that was made is in exactly one place."""
        return self.difference == 0 and not self.unexplained


@dataclass(frozen=True)
class Stock:
    """A bank as it stands: how many units can still be drawn, how many of them are kept back, how many are gone."""

    bank: str
    tier: BankTier
    reserved: int
    left: int
    drawn: int

    @property
    def free(self) -> int:
        """How many may be drawn without a decision."""
        return max(self.left - self.reserved, 0)


@dataclass(frozen=True)
class TradeItem:
    """What a unit that is traded bears beside our own numbers: trade item, last day, lot and serial number."""

    gtin: str
    last_day: date
    lot: str
    serial: str


@dataclass(frozen=True)
class LabelCode:
    """What the symbol on a label says: whose label it is, until when the unit may be used, and for which patient."""

    address: str
    expires_at: datetime
    chain: str = ""
    item: TradeItem | None = None
