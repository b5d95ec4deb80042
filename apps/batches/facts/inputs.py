"""What a person or machine hands in, and how the act was done."""

from dataclasses import dataclass
from datetime import datetime

from apps.core.actor import Actor
from apps.core.errors import Happened
from apps.products.facts import Place


@dataclass(frozen=True)
class ValueInput:
    """One value as it was typed, scanned or sent. Without `performed_at` it was done now."""

    place: Place
    text: str
    unit: str = ""
    performed_at: datetime | None = None
    scanned: bool = False


@dataclass(frozen=True)
class PoolInput:
    """One line of a manifest as it was scanned, typed or sent: the donation number and the mass of it."""

    din: str
    mass: str


@dataclass(frozen=True)
class Act:
    """By whom and when something is recorded, why so, and whether it had already been done."""

    actor: Actor
    at: datetime
    reason: str = ""
    happened: Happened | None = None

    @property
    def why(self) -> str:
        """The reason that goes with every entry of the trail."""
        return self.reason or (self.happened.reason if self.happened else "")

    def performed_at(self, given: datetime | None) -> datetime:
        """When it was done: as stated, or now."""
        return self.happened.at if self.happened else given or self.at
