"""What is found about a file that is handed in: its seal, and where the register has it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.core.errors import Objection


class Standing(StrEnum):
    """What the register says of a file that was handed in."""

    CURRENT = "CURRENT"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class SealVerdict:
    """What the strict rule found in a file: good only when there is no objection at all."""

    objections: tuple[Objection, ...]
    signer: str = ""
    fingerprint: str = ""
    sealed_at: datetime | None = None
    content_hash: str = ""
    content: str = ""

    @property
    def good(self) -> bool:
        """Sealed by us, unchanged to the last byte."""
        return not self.objections


@dataclass(frozen=True)
class Judgement:
    """The strict rule and the register together. `code` names the register's document when it is that very file."""

    verdict: SealVerdict
    standing: Standing
    file_sha256: str
    code: str = ""

    @property
    def valid(self) -> bool:
        """Unchanged, ours, and in force."""
        return self.verdict.good and self.standing is Standing.CURRENT
