"""The words of testing, and what its rules are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
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
    INVESTIGATED = "INVESTIGATED"
    MISSING = "MISSING"
    AWAITED = "AWAITED"
    UNREVIEWED = "UNREVIEWED"
    PASSED = "PASSED"


class InvestigationState(StrEnum):
    """In the laboratory; assessed there, QA decides; its results invalidated; or in production; extended; concluded."""

    LABORATORY = "LABORATORY"
    PHASE_I_DONE = "PHASE_I_DONE"
    INVALIDATED = "INVALIDATED"
    PRODUCTION = "PRODUCTION"
    EXTENDED = "EXTENDED"
    CONCLUDED = "CONCLUDED"


class InvestigationVerb(StrEnum):
    """What is done to an investigation and to its plan."""

    ASSESS = "ASSESS"
    RETURN = "RETURN"
    INVALIDATE = "INVALIDATE"
    EXTEND = "EXTEND"
    REVIEW_PRODUCTION = "REVIEW_PRODUCTION"
    PROPOSE_PLAN = "PROPOSE_PLAN"
    APPROVE_PLAN = "APPROVE_PLAN"
    REFUSE_PLAN = "REFUSE_PLAN"
    CONCLUDE = "CONCLUDE"


class Phase(StrEnum):
    """Where it is looked: in the laboratory (phase I), in production (phase II)."""

    LABORATORY = "LABORATORY"
    PRODUCTION = "PRODUCTION"


class Reply(StrEnum):
    """An answer to a question of a checklist: in order, not in order, not applicable."""

    YES = "YES"
    NO = "NO"
    NA = "NA"


class LaboratoryCause(StrEnum):
    """An assignable cause in the laboratory. Only the first shows that the sample does not stand for its batch."""

    SAMPLE = "SAMPLE"
    PREPARATION = "PREPARATION"
    METHOD = "METHOD"
    INSTRUMENT = "INSTRUMENT"
    REAGENT = "REAGENT"
    CALCULATION = "CALCULATION"
    ANALYST = "ANALYST"


class Conclusion(StrEnum):
    """What QA concludes. Inconclusive: the result stands, and the batch is judged by it."""

    CONFIRMED = "CONFIRMED"
    INVALIDATED = "INVALIDATED"
    INCONCLUSIVE = "INCONCLUSIVE"


class PlanKind(StrEnum):
    """The same sample again, or a new one."""

    RETEST = "RETEST"
    RESAMPLE = "RESAMPLE"


class PlanState(StrEnum):
    """Proposed, then approved or refused by QA."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class NeedKind(StrEnum):
    """What a run was done with."""

    INSTRUMENT = "INSTRUMENT"
    REAGENT = "REAGENT"


GRAVITY = tuple(Standing)
UNPLANNED = frozenset({"already_on_a_run", "no_plan"})  # what a line overrides that was tested again all the same
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


@dataclass(frozen=True)
class Replied:
    """One answer to a question of a checklist."""

    item: str
    reply: Reply
    remark: str = ""


@dataclass(frozen=True)
class Planned:
    """A plan as it is proposed: what, by whom, how often, how much of the sample is left and how much each time."""

    kind: PlanKind
    analyst: str
    retests: int
    rationale: str
    amount_left: Decimal | None = None
    amount_each: Decimal | None = None
    not_representative: str = ""


@dataclass(frozen=True)
class Concluded:
    """How an investigation ends, why, and which other batches were considered."""

    conclusion: Conclusion
    rationale: str
    other_batches: str
