"""What the rules of drawing look at."""

from dataclasses import dataclass

from apps.core.errors import Happened


@dataclass(frozen=True)
class DrawInput:
    """The units in the hand, as scanned or typed; without `happened` they are drawn now."""

    units: tuple[str, ...]
    happened: Happened | None = None
