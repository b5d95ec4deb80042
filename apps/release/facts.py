"""What a reviewer is shown: everything that is not as the master says, and the proof that nothing was left out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FindingKind(StrEnum):
    """Why something wants the reviewer's eye; in this order of risk."""

    ACTION = "ACTION"
    RECORDED_AGAINST_RULE = "RECORDED_AGAINST_RULE"
    TEST_FAILED = "TEST_FAILED"
    NOT_EVALUABLE = "NOT_EVALUABLE"
    INVESTIGATION = "INVESTIGATION"
    INVALIDATED = "INVALIDATED"
    DIFFERS = "DIFFERS"
    MATERIAL = "MATERIAL"
    DEVICE = "DEVICE"
    AWAITED = "AWAITED"
    EVENT = "EVENT"
    NOT_COVERED = "NOT_COVERED"
    RETEST = "RETEST"
    CAPA = "CAPA"
    INVALID_RUN = "INVALID_RUN"
    REFUSED = "REFUSED"
    CORRECTED = "CORRECTED"
    LATE = "LATE"
    ALERT = "ALERT"
    AMENDMENT = "AMENDMENT"


class Check(StrEnum):
    """What was looked at, one kind of question each; the kinds add up to everything that was checked."""

    VALUES = "values"
    ENTRIES = "entries"
    SIGNATURES = "signatures"
    MATERIALS = "materials"
    DEVICES = "devices"
    ENVIRONMENT = "environment"
    HOLD_TIMES = "hold_times"
    RECOMPUTED = "recomputed"
    RESULTS = "results"
    RUNS = "runs"
    INVESTIGATIONS = "investigations"
    EVENTS = "events"
    REFUSED_ATTEMPTS = "refused_attempts"
    AMENDMENTS = "amendments"
    CAPAS = "capas"


class Answer(StrEnum):
    """Where a finding stands: a person has to judge it, its own answer is awaited elsewhere, or it is answered."""

    TO_JUDGE = "TO_JUDGE"
    HOLDS = "HOLDS"
    ACCEPTED = "ACCEPTED"


@dataclass(frozen=True)
class Judged:
    """Who answered a finding, when, and in which words."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the master says: what, where, when, by whom, why, and its answer.

    `key` names it for good: check and row. A value that is corrected once more is another row, so another finding.
    """

    kind: FindingKind
    what: str
    place: str
    at: datetime
    who: str
    note: str = ""
    url_address: str = ""
    check: Check = Check.VALUES
    key: str = ""
    event: str = ""
    deviation: str = ""
    answer: Answer = Answer.TO_JUDGE
    judged: Judged | None = None

    @property
    def answer_text(self) -> str:
        """The answer in one line, as the reviewer signs it."""
        words = f"{self.judged.by}: {self.judged.note}" if self.judged else ""
        return " ".join(part for part in (self.answer.value, words) if part)


@dataclass(frozen=True)
class Checked:
    """How many things of one kind were looked at, and how many of them are findings."""

    kind: Check
    checked: int
    findings: int

    @property
    def as_the_master_says(self) -> int:
        """What is left: looked at and good."""
        return self.checked - self.findings


@dataclass(frozen=True)
class Looked:
    """One kind of question, asked of everything it concerns."""

    check: Check
    checked: int
    findings: tuple[Finding, ...] = ()

    @property
    def count(self) -> Checked:
        """The same in numbers."""
        return Checked(self.check, self.checked, len(self.findings))


@dataclass(frozen=True)
class Trail:
    """The audit trail that a review covers: how far the batch's own chain goes, and what else carries its traces."""

    place: str
    chains: int
    entries: int


@dataclass(frozen=True)
class ReviewPage:
    """The whole of a review: findings by risk, the counts that prove completeness, and the trail that was read."""

    findings: tuple[Finding, ...]
    counts: tuple[Checked, ...]
    trail: Trail
    places: int = 0
    empty_places: int = 0

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

    @property
    def accepted(self) -> int:
        """Findings that have their answer."""
        return sum(finding.answer is Answer.ACCEPTED for finding in self.findings)

    @property
    def left(self) -> int:
        """Findings that wait for one."""
        return len(self.findings) - self.accepted

    @property
    def left_in_the_record(self) -> int:
        """Findings without an answer, but for attempts by which nothing was recorded, and for investigations under way:
        what they say against certification is where their test stands."""
        apart = (FindingKind.REFUSED, FindingKind.INVESTIGATION)
        return sum(finding.answer is not Answer.ACCEPTED and finding.kind not in apart for finding in self.findings)

    def finding(self, key: str) -> Finding | None:
        """The finding of that key."""
        return next((finding for finding in self.findings if finding.key == key), None)
