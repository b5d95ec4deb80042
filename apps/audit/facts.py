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


@dataclass(frozen=True)
class InclusionProof:
    """That an entry is the leaf `index` of the tree whose signed head is given: sibling hashes, nearest first."""

    index: int
    leaf: str
    path: tuple[str, ...]
    head: TreeHead
    key_id: str
    signature: str


@dataclass(frozen=True)
class ConsistencyProof:
    """That the tree of `new` leaves continues the tree of `old` leaves (RFC 9162 §2.1.4)."""

    old: TreeHead
    new: TreeHead
    path: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """One place where what is stored is not what was written: which check, where, which column, in plain words.

    `address` and `n` name a place in a chain (`batch/CT-0042#3`); `table` and `row` a row of the database.
    """

    check: str
    sentence: str
    address: str = ""
    n: int | None = None
    table: str = ""
    row: str = ""
    field: str = ""

    @property
    def place(self) -> str:
        """Where to look: the place in a chain, or the table and row."""
        chain = f"{self.address}#{self.n}" if self.n is not None else self.address
        row = f"{self.table} {self.row}".strip() + (f", column {self.field}" if self.field else "")
        return "; ".join(part for part in (chain, row) if part)


@dataclass
class Tally:
    """What a verification has looked at."""

    records: int = 0
    entries: int = 0
    rows: int = 0
    leaves: int = 0
    checkpoints: int = 0
