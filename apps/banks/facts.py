"""What the rules of drawing look at."""

from dataclasses import dataclass
from datetime import datetime

from apps.products.facts import BankTier


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
class DrawInput:
    """The units in the hand, as scanned or typed; without `drawn_at` they are drawn now."""

    units: tuple[str, ...]
    drawn_at: datetime | None = None
