"""What the rules of drawing look at."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DrawInput:
    """The units in the hand, as scanned or typed; without `drawn_at` they are drawn now."""

    units: tuple[str, ...]
    drawn_at: datetime | None = None
