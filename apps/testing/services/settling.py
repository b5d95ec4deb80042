"""Holds follow results: a test that passes loses its hold; a failure opens an event."""

from collections.abc import Collection, Sequence

from apps.audit.services import Change
from apps.batches.models import Batch
from apps.core.text import N_
from apps.products.facts import Verdict
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.services import lift_hold_for, place_hold, report_event
from apps.testing.facts import PASSING, RunState, Standing
from apps.testing.models import Result
from apps.testing.rules import LOCKED, SENTENCES
from apps.testing.selectors import TestOutcome, outcomes_of
from apps.units.lifecycle import ISSUABLE
from apps.units.models import Unit

FAILED_LATE = {True: N_("{test} failed after certification."), False: N_("{test} failed after units had left.")}

HOLDING = (Standing.FAILED, Standing.NOT_EVALUABLE, Standing.INVESTIGATED)  # at a time point: awaited holds nothing
ANSWERED = (Standing.PASSED, Standing.FAILED, Standing.NOT_EVALUABLE)


def settle_tests(change: Change, *, batch: Batch) -> None:
    """Lift the holds of all tests of a batch that pass, inside the door of the caller, who touches the batch."""
    for outcome in outcomes_of(batch):
        if outcome.standing is Standing.PASSED:
            _lift(change, batch, outcome)


def settle_reviewed(
    change: Change, *, batch: Batch, tests: Collection[str], reviewed: Sequence[Result] = (), point: str = ""
) -> None:
    """Let holds and events follow the results of these tests, for the batch or at a time point of its stability."""
    for outcome in outcomes_of(batch, point=point):
        if outcome.test.key not in tests:
            continue
        if outcome.standing in ANSWERED:
            lift_hold_for(change, record=batch.record, key=_unreviewed(outcome), reason=outcome.standing)
        if outcome.standing is Standing.PASSED:
            _lift(change, batch, outcome)
        failing = [result for result in reviewed if _is_of(result, batch, point) and _fails(result)]
        if outcome.standing is not Standing.PASSED and outcome.required and (not point or outcome.standing in HOLDING):
            _hold(change, batch, outcome, anew=bool(failing))
        for result in failing:
            _report(change, batch, outcome, result)


def _is_of(result: Result, batch: Batch, point: str) -> bool:
    return result.batch_id == batch.pk and result.line.sample.point == point


def stop_until_reviewed(change: Change, *, batch: Batch, test: str, point: str = "") -> None:
    """A signed result that fails stops what was let go, or may be now, until a second person has looked at it."""
    for outcome in outcomes_of(batch, point=point):
        fails = outcome.test.key == test and outcome.required and any(map(_may_fail, outcome.results))
        if fails and (batch.state in LOCKED or _went_out(batch)):
            place_hold(
                change,
                record=batch.record,
                key=_unreviewed(outcome),
                blocks=[Blocks.ISSUE, Blocks.USE],
                code="test_unreviewed",
                template=SENTENCES[Standing.UNREVIEWED],
                facts={"test": outcome.test.label.en, "test_zh": outcome.test.label.zh},
                liftable_by="QC",
            )


def _unreviewed(outcome: TestOutcome) -> str:
    return f"test:{outcome.key}:unreviewed"


def _fails(result: Result) -> bool:
    return result.verdict not in PASSING and result.line.run.state == RunState.VALID and not result.invalidated_at


def _may_fail(result: Result) -> bool:
    """A failure counts from its signature on, though the controls of its run are not judged yet."""
    return result.verdict not in PASSING and result.line.run.state != RunState.INVALID


def _lift(change: Change, batch: Batch, outcome: TestOutcome) -> None:
    runs = ", ".join(run.number for run in outcome.runs)
    reason = f"{outcome.test.label.en}: {outcome.verdict}, reviewed ({runs})"
    lift_hold_for(change, record=batch.record, key=f"test:{outcome.key}", reason=reason)


def _hold(change: Change, batch: Batch, outcome: TestOutcome, *, anew: bool) -> None:
    """A failure that was known when units went to a named patient stops them no more by being confirmed."""
    if outcome.standing is Standing.NOT_EVALUABLE and _went_out(batch):
        # What was let go while the test ran waited for an answer; one that says nothing forbids issue again.
        lift_hold_for(change, record=batch.record, key=f"test:{outcome.key}", reason=outcome.standing)
    place_hold(
        change,
        record=batch.record,
        key=f"test:{outcome.key}",
        blocks=[Blocks.CERTIFY, Blocks.ISSUE],
        code=f"test_{outcome.standing.lower()}",
        template=SENTENCES[outcome.standing],
        facts={"test": outcome.test.label.en, "test_zh": outcome.test.label.zh},
        liftable_by="QC",
    )
    if outcome.standing is Standing.FAILED and (batch.state in LOCKED or (anew and _went_out(batch))):
        _stop_use(change, batch, outcome)


def _went_out(batch: Batch) -> bool:
    """Whether units were let go: to a named patient while tests ran, or in part."""
    return Unit.objects.filter(batch=batch, disposition__in=list(ISSUABLE)).exists()


def _stop_use(change: Change, batch: Batch, outcome: TestOutcome) -> None:
    """A late positive: units that are still there go nowhere and into nobody."""
    place_hold(
        change,
        record=batch.record,
        key=f"failed:{outcome.key}",
        blocks=[Blocks.ISSUE, Blocks.USE],
        code="late_failure",
        template=FAILED_LATE[batch.state in LOCKED],
        facts={"test": outcome.test.label.en, "test_zh": outcome.test.label.zh},
    )


def _report(change: Change, batch: Batch, outcome: TestOutcome, result: Result) -> None:
    evaluable = result.verdict != Verdict.NOT_EVALUABLE
    sentence = N_("{test}: {parameter} of sample {sample} is {value} and fails its limit.")
    unknown = N_("{test}: {parameter} of sample {sample} is {value} and can't be held against its limit.")
    parameter = outcome.test.result(result.parameter)
    report_event(
        change,
        subject=batch.record,
        kind=EventKind.TEST_FAILED,
        severity=_severity(outcome, evaluable),
        template=sentence if evaluable else unknown,
        facts={
            "test": outcome.test.label.en,
            "test_zh": outcome.test.label.zh,
            "parameter": parameter.label.en if parameter else result.parameter,
            "parameter_zh": parameter.label.zh if parameter else result.parameter,
            "sample": result.line.sample.number,
            "value": f"{result.text} {result.unit}".strip(),
        },
        about=result.address,
    )


def _severity(outcome: TestOutcome, evaluable: bool) -> Severity:
    return Severity.CRITICAL if outcome.required and evaluable else Severity.MAJOR
