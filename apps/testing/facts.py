"""The words of testing, and what its rules are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from apps.products.facts import Verdict


class SampleState(StrEnum):
    """Drawn, then received by the laboratory, or refused there."""

    DRAWN = "DRAWN"
    RECEIVED = "RECEIVED"
    REFUSED = "REFUSED"


class RunState(StrEnum):
    """A run is open until its controls judge it. An invalid run gives no reportable result, and is counted."""

    OPEN = "OPEN"
    VALID = "VALID"
    INVALID = "INVALID"


class ResultState(StrEnum):
    """Entered, signed by the analyst who tested, reviewed and signed by a second person (21 CFR 211.194(a)(7), (8))."""

    DRAFT = "DRAFT"
    TESTED = "TESTED"
    REVIEWED = "REVIEWED"


class Standing(StrEnum):
    """Where a test of a batch stands; the gravest of its samples decides."""

    FAILED = "FAILED"
    NOT_EVALUABLE = "NOT_EVALUABLE"
    MISSING = "MISSING"
    AWAITED = "AWAITED"
    UNREVIEWED = "UNREVIEWED"
    PASSED = "PASSED"


class NeedKind(StrEnum):
    """What a run was done with."""

    INSTRUMENT = "INSTRUMENT"
    REAGENT = "REAGENT"


GRAVITY = tuple(Standing)
PASSING = frozenset({Verdict.PASS, Verdict.ALERT, Verdict.RECORDED})


@dataclass(frozen=True)
class ResultFacts:
    """One current result as the rules see it."""

    parameter: str
    replicate: int
    verdict: Verdict
    state: ResultState
    run_state: RunState

    @property
    def is_reportable(self) -> bool:
        """Reviewed, on a valid run."""
        return self.state is ResultState.REVIEWED and self.run_state is RunState.VALID


@dataclass(frozen=True)
class SampleFacts:
    """One sample's current results of one test, invalid runs left out."""

    number: str
    results: Sequence[ResultFacts] = ()


@dataclass(frozen=True)
class ControlFacts:
    """One control of a run: what was found, None while nothing was entered."""

    key: str
    label: str
    verdict: Verdict | None
