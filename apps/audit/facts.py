"""What the trail's proof speaks of: signed heads, proofs, findings. Plain data."""

from dataclasses import dataclass
from datetime import datetime

from apps.core.canonical import canonical


@dataclass(frozen=True)
class TreeHead:
    """What a checkpoint signs: how many leaves, their root, when, and the size of the checkpoint before it."""

    size: int
    previous_size: int
    root: str
    made_at: datetime

    @property
    def text(self) -> str:
        """The canonical text that is signed."""
        head = {"made_at": self.made_at, "previous_size": self.previous_size, "root": self.root, "size": self.size}
        return canonical({"schema": 1, **head})
