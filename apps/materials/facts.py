"""The words of the material store, and what a rule needs to know of a lot."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from apps.products.definition.base import Bilingual


class LotState(StrEnum):
    """Quarantined on receipt, until QA releases or rejects it."""

    QUARANTINED = "QUARANTINED"
    RELEASED = "RELEASED"
    REJECTED = "REJECTED"


class LotVerb(StrEnum):
    """What QA decides about a lot."""

    RELEASE = "RELEASE"
    REJECT = "REJECT"


class MovementKind(StrEnum):
    """Why the stock of a lot changed. What was counted anew is adjusted, with the reason."""

    RECEIVED = "RECEIVED"
    PREPARED = "PREPARED"
    USED = "USED"
    ADJUSTED = "ADJUSTED"
    DESTROYED = "DESTROYED"


@dataclass(frozen=True)
class Stock:
    """What is left of a lot by the book; None: it was never counted."""

    lot: str
    left: Decimal | None
    unit: str


@dataclass(frozen=True)
class LotFacts:
    """A lot as a rule sees it. It may be used before `expires_at`, not at it; opening may shorten its life."""

    number: str
    material: str
    state: LotState
    expires_at: datetime
    opened_at: datetime | None = None
    life_after_opening: timedelta | None = None

    @property
    def usable_until(self) -> datetime:
        """The end of its life: its expiry, or earlier because it was opened."""
        if self.opened_at is None or self.life_after_opening is None:
            return self.expires_at
        return min(self.expires_at, self.opened_at + self.life_after_opening)

    @property
    def before_opening(self) -> "LotFacts":
        """The same lot with its container closed."""
        return replace(self, opened_at=None)

    @property
    def ends_by_opening(self) -> bool:
        """Whether it is the opened container that ends, not the lot."""
        return self.usable_until < self.expires_at

    def opened_for_at_most(self, life: timedelta | None) -> "LotFacts":
        """The same lot where a master record lets an opened container live shorter than its label does."""
        lives = [one for one in (self.life_after_opening, life) if one is not None]
        return replace(self, life_after_opening=min(lives, default=None))


@dataclass(frozen=True)
class Expiry:
    """An expiry as it was written, and the first instant at which the lot may no longer be used."""

    text: str
    at: datetime


@dataclass(frozen=True)
class KnownMaterial:
    """A material as master records name it: what it is called, whether it is prepared here, how long it then lives."""

    key: str
    label: Bilingual
    grade: Bilingual | None = None
    prepared_here: bool = False
    life: timedelta | None = None
    specification: Bilingual | None = None
    storage: Bilingual | None = None
