"""Where the tests of a batch stand, judged by its frozen master."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.canonical import canonical, sha256_hex
from apps.core.errors import Objection
from apps.core.prepared import Prepared
from apps.products.definition import Test
from apps.products.facts import Mark, TestLevel, Verdict, gravest
from apps.quality.models import Hold
from apps.testing import rules
from apps.testing.facts import (
    PASSING,
    Conclusion,
    InvestigationState,
    ResultFacts,
    ResultState,
    RunState,
    SampleFacts,
    SampleState,
    Standing,
)
from apps.testing.models import Approval, AssayRun, Investigation, Line, Result, Sample
from apps.testing.selectors.investigations import investigations_of
from apps.testing.selectors.reported import Mean, means_of
from apps.testing.selectors.samples import results_of, samples_of

STANDS = (Conclusion.CONFIRMED, Conclusion.INCONCLUSIVE)
UNDER_WAY = (BatchState.RUNNING, BatchState.FINISHED, BatchState.REVIEWED)


@dataclass(frozen=True)
class TestOutcome:
    """Where one test of a batch stands, with everything behind it. A corrected result is not among `results`.

    One that was invalidated is, but counts for nothing; `found` is where the test would stand, were no investigation
    open.
    """

    __test__ = False  # not a test class, whatever its name

    test: Test
    required: bool
    standing: Standing
    verdict: Verdict
    samples: tuple[Sample, ...]
    results: tuple[Result, ...]
    runs: tuple[AssayRun, ...]
    due_at: datetime | None
    found: Standing = Standing.MISSING
    investigations: tuple[Investigation, ...] = ()
    means: tuple[Mean, ...] = ()
    point: str = ""

    @property
    def key(self) -> str:
        """What holds on its test are named by: of a time point of stability apart from the release."""
        return f"{self.test.key}:{self.point}" if self.point else self.test.key

    @property
    def open_investigations(self) -> list[str]:
        """The investigations that are not concluded."""
        return [one.number for one in self.investigations if one.state != InvestigationState.CONCLUDED]

    @property
    def invalidated(self) -> list[Result]:
        """What was found and invalidated with its cause: shown for ever."""
        return [result for result in self.results if result.invalidated_at]

    @property
    def retests(self) -> int:
        """How many retests were done by plan."""
        return len({result.line_id for result in self.results if result.line.retest})

    @property
    def invalid_runs(self) -> int:
        """How many runs gave no reportable result."""
        return sum(run.state == RunState.INVALID for run in self.runs)

    @property
    def sample_numbers(self) -> list[str]:
        """The samples drawn for it."""
        return [sample.number for sample in self.samples]

    @property
    def run_numbers(self) -> list[str]:
        """The runs it was tested on."""
        return [run.number for run in self.runs]

    @property
    def objection(self) -> Objection | None:
        """What it says against the certificate of analysis."""
        label = self.test.label
        if not self.required:
            return rules.is_investigated(self.test.key, label.en, label.zh, self.open_investigations)
        return rules.has_not_passed(self.test.key, label.en, self.standing, label.zh)


@dataclass(frozen=True)
class Duty:
    """A result that is owed: which test of which batch, since when it is due."""

    batch: Batch
    test: Test
    standing: Standing
    due_at: datetime


@dataclass(frozen=True)
class Tested:
    """Everything the laboratory has of one batch: samples, their lines on worksheets, the results that stand, and what
    was investigated."""

    samples: tuple[Sample, ...]
    lines: tuple[Line, ...]
    results: tuple[Result, ...]
    investigations: tuple[Investigation, ...] = ()

    @property
    def runs(self) -> list[AssayRun]:
        """The runs on which anything of the batch was, each once."""
        return list({line.run_id: line.run for line in self.lines}.values())


_LINES = Prepared(
    lambda batch: Line.objects.filter(sample__batch=batch).select_related("run__record").order_by("run", "pk")
)

_APPROVALS = Prepared(
    lambda batch: (
        Approval.objects.filter(batch=batch)
        .select_related("signature", "record")
        .defer("signature__content")
        .order_by("-version")
    )
)


def tested(batch: Batch) -> Tested:
    """What a page reads once, and hands to all that look at it."""
    rows = tuple(samples_of(batch)), tuple(_LINES(batch.pk)), tuple(results_of(batch))
    return Tested(*rows, tuple(investigations_of(batch)))


def outcomes_of(
    batch: Batch, level: TestLevel = TestLevel.LOT, *, known: Tested | None = None, point: str = ""
) -> tuple[TestOutcome, ...]:
    """Every test of the master at a level, in its order, with where it stands in this batch.

    With the time point of a stability study: the tests that its samples were drawn for, by these samples alone.
    """
    definition = definition_of_batch(batch)
    known = known or tested(batch)
    samples = [one for one in known.samples if one.state != SampleState.REFUSED and one.point == point]
    if point:
        asked = {key for sample in samples for key in sample.tests}
        return tuple(
            _outcome(test, None, samples, known, point) for test in definition.testing.tests if test.key in asked
        )
    return tuple(_outcome(test, level, samples, known) for test in definition.testing.at_level(level))


def _outcome(
    test: Test, level: TestLevel | None, samples: Iterable[Sample], known: Tested, point: str = ""
) -> TestOutcome:
    looked_into = [one for one in known.investigations if one.test == test.key and one.line.sample.point == point]
    own = [sample for sample in samples if test.key in sample.tests]
    ids = {sample.pk for sample in own}
    found = [result for result in known.results if result.test == test.key and result.line.sample_id in ids]
    runs = {line.run_id: line.run for line in known.lines if line.sample_id in ids and line.run.test == test.key}
    replaced = {one.line.sample_id for one in looked_into if one.resampled}
    facts = [_facts(sample, found) for sample in own if sample.pk not in replaced]
    is_open = any(one.state != InvestigationState.CONCLUDED for one in looked_into)
    confirmed = any(one.conclusion in STANDS for one in looked_into)
    standing = rules.standing_of(test, facts, investigated=is_open, confirmed=confirmed)
    counted = [result for result in found if counts(result) and _fact(result).is_reportable]
    reported = [Verdict(result.verdict) for result in counted]
    entry = test.at(level) if level else None
    return TestOutcome(
        test=test,
        required=bool(point) or (entry is not None and entry.mark is Mark.REQUIRED),
        standing=standing,
        verdict=gravest(reported) if reported else Verdict.NOT_DONE,
        samples=tuple(own),
        results=tuple(found),
        runs=tuple(runs.values()),
        due_at=None if standing is Standing.PASSED else _due_at(test, own),
        found=rules.standing_of(test, facts),
        investigations=tuple(looked_into),
        means=tuple(means_of(test, counted)),
        point=point,
    )


def counts(result: Result) -> bool:
    """Whether a result counts: not invalidated; and what was tested again without a plan only where it fails."""
    return not result.invalidated_at and not (result.is_unplanned and result.verdict in PASSING)


def _facts(sample: Sample, results: Iterable[Result]) -> SampleFacts:
    stand = (one for one in results if one.line.sample_id == sample.pk and counts(one))
    own = [_fact(result) for result in stand]
    return SampleFacts(sample.number, [fact for fact in own if fact.run_state is not RunState.INVALID])


def _fact(result: Result) -> ResultFacts:
    state, run_state = ResultState(result.state), RunState(result.line.run.state)
    return ResultFacts(result.parameter, result.replicate, Verdict(result.verdict), state, run_state)


def _due_at(test: Test, samples: Collection[Sample]) -> datetime | None:
    drawn = [test.turn_round.after(sample.drawn_at) for sample in samples]
    return max(drawn, default=None)


def outcome_of(batch: Batch, key: str, point: str = "") -> TestOutcome:
    """Where one test of a batch stands, or at a time point of its stability."""
    return next(outcome for outcome in outcomes_of(batch, point=point) if outcome.test.key == key)


def invalid_runs(batch: Batch) -> int:
    """How many runs of a batch gave no reportable result."""
    own = {"lines__sample__batch": batch, "lines__sample__point": ""}
    return AssayRun.objects.filter(**own, state=RunState.INVALID).distinct().count()


def overdue_results(at: datetime, sites: Collection[str] | None = None) -> list[Duty]:
    """Required tests whose results are due and not there: what the laboratory is reminded of, oldest first."""
    held = Hold.objects.filter(lifted_at=None, key__startswith="test:").values("record")
    batches = Batch.objects.filter(record__in=held, state__in=UNDER_WAY).select_related(
        "record", "site", "product_version"
    )
    if sites is not None:
        batches = batches.filter(site__code__in=sites)
    duties = [duty for batch in batches for duty in _duties(batch, outcomes_of(batch), at)]
    return sorted(duties, key=_due)


def _duties(batch: Batch, outcomes: Iterable[TestOutcome], at: datetime) -> list[Duty]:
    return [
        Duty(batch, outcome.test, outcome.standing, outcome.due_at)
        for outcome in outcomes
        if outcome.required and outcome.due_at is not None and outcome.due_at <= at
    ]


def _due(duty: Duty) -> datetime:
    return duty.due_at


# --- the certificate of analysis ------------------------------------------------------------------------------------
def last_approval(batch: Batch) -> Approval | None:
    """The newest approval of the analysis, whether or not it still covers the results."""
    return next(iter(_APPROVALS(batch.pk)), None)


def results_hash(outcomes: Iterable[TestOutcome]) -> str:
    """The fingerprint of everything an approval covers: it changes with every result, correction, review and run."""
    told = [
        [
            outcome.test.key,
            outcome.standing,
            result.address,
            result.recorded_at,
            result.text,
            result.verdict,
            result.state,
            result.line.run.state,
            *([result.invalidated_at] if result.invalidated_at else []),
        ]
        for outcome in outcomes
        for result in outcome.results
    ]
    return sha256_hex(canonical(told))


def _run_state(result: Result) -> str:
    return result.line.run.state


def approved_coa(batch: Batch, known: Tested | None = None) -> Approval | None:
    """The approval of the certificate of analysis, while it covers the results as they stand now."""
    approval = last_approval(batch)
    if approval is None or approval.results_hash != results_hash(outcomes_of(batch, known=known)):
        return None
    return approval


def why_not_certifiable(batch: Batch) -> tuple[Objection, ...]:
    """What the laboratory says against certification: tests that have not passed, an analysis not approved."""
    outcomes = outcomes_of(batch)
    approval = last_approval(batch)
    covered = approval is not None and approval.results_hash == results_hash(outcomes)
    found = [*(outcome.objection for outcome in outcomes), rules.lacks_approval(covered)]
    return tuple(objection for objection in found if objection)
