"""What a reviewer is shown: everything that is not as the master says, and the proof that nothing was left out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FindingKind(StrEnum):
    """Why something wants the reviewer's eye; in this order of risk."""

    ACTION = "ACTION"
    RECORDED_AGAINST_RULE = "RECORDED_AGAINST_RULE"
    EVENT = "EVENT"
    TEST_FAILED = "TEST_FAILED"
    INVALID_RUN = "INVALID_RUN"
    REFUSED = "REFUSED"
    CORRECTED = "CORRECTED"
    LATE = "LATE"
    ALERT = "ALERT"
    AMENDMENT = "AMENDMENT"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the master says: what, where, when, by whom, why."""

    kind: FindingKind
    what: str
    place: str
    at: datetime
    who: str
    note: str = ""
    url_address: str = ""


@dataclass(frozen=True)
class Checked:
    """How many things of one kind were looked at, and how many of them are findings."""

    kind: str
    checked: int
    findings: int

    @property
    def as_the_master_says(self) -> int:
        """What is left: looked at and good."""
        return self.checked - self.findings


@dataclass(frozen=True)
class ReviewPage:
    """The whole of a review: findings by risk, and the counts that prove completeness."""

    findings: tuple[Finding, ...]
    counts: tuple[Checked, ...]

    @property
    def checked(self) -> int:
        """Everything that was looked at."""
        return sum(count.checked for count in self.counts)

    @property
    def good(self) -> int:
        """Everything that is as the master says."""
        return sum(count.as_the_master_says for count in self.counts)

    @property
    def to_look_at(self) -> int:
        """Everything that is not."""
        return sum(count.findings for count in self.counts)
