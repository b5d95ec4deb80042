"""Rules of the laboratory: pure. Ages, periods, runs, who may sign, and where a test of a batch stands."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Parameter, Test
from apps.products.facts import Duration, SampleSource, Verdict
from apps.products.rules.limits import elapsed, elapsed_text
from apps.testing.facts import GRAVITY, PASSING, ControlFacts, ResultFacts, RunState, SampleFacts, SampleState, Standing

LOCKED = frozenset({BatchState.CERTIFIED, BatchState.RELEASED, BatchState.REJECTED, BatchState.TERMINATED})
APPROVABLE = frozenset({BatchState.FINISHED, BatchState.REVIEWED, BatchState.CERTIFIED, BatchState.RELEASED})
UNSTARTED = frozenset({BatchState.PLANNED})


# --- samples --------------------------------------------------------------------------------------------------------
def is_too_old(test: Test, drawn_at: datetime, used_at: datetime) -> Objection | None:
    """A sample is tested within the age its method was validated for."""
    if test.sample_age is None or used_at <= _end(test.sample_age, drawn_at):
        return None
    template = N_("{test}: the sample is {age} old; at most {limit} is allowed.")
    age = elapsed_text(elapsed(drawn_at, used_at))
    return Objection("sample_too_old", template, _named(test) | {"age": age, "limit": test.sample_age.text})


def _named(test: Test) -> dict[str, object]:
    return {"test": test.label.en, "test_zh": test.label.zh}


def _end(age: Duration, drawn_at: datetime) -> datetime:
    return age.after(drawn_at.astimezone(UTC))


def is_not_drawn(state: SampleState, number: str) -> Objection | None:
    """A sample is received or refused once."""
    if state is SampleState.DRAWN:
        return None
    template = N_("Sample {sample} is already {state}.")
    return Objection("sample_settled", template, {"sample": number, "state": state})


def is_not_received(state: SampleState, number: str) -> Objection | None:
    """Only a received sample is tested."""
    if state is SampleState.RECEIVED:
        return None
    template = N_("Sample {sample} is {state}, not received.")
    return Objection("sample_not_received", template, {"sample": number, "state": state})


def is_not_for(sample: str, tests: Collection[str], test: str) -> Objection | None:
    """A sample is drawn for named tests."""
    if test in tests:
        return None
    return Objection("not_for_this_test", N_("Sample {sample} was not drawn for {test}."), _about(sample, test))


def is_of_other_method(sample: str, test: Test, other: Test | None) -> Objection | None:
    """Samples share a run when their masters name the same method in the same version."""
    if other and (other.method, other.method_version) == (test.method, test.method_version):
        return None
    template = N_("The master of sample {sample} does not test {test} by this method and version.")
    return Objection("other_method", template, _about(sample, test.label.en))


def is_tested_already(sample: str, test: str, runs: Sequence[str]) -> Objection | None:
    """No testing into compliance: a second run for the same test needs the first to be invalid, or a retest plan."""
    if not runs:
        return None
    template = N_("Sample {sample} is on run {runs} for {test}; a retest needs a written plan.")
    return Objection("already_on_a_run", template, {**_about(sample, test), "runs": ", ".join(runs)})


def is_unknown_test(keys: Iterable[str], known: Collection[str]) -> Objection | None:
    """Tests are those of the master."""
    unknown = [key for key in keys if key not in known]
    if not unknown:
        return None
    return Objection("unknown_test", N_("The master has no test {tests}."), {"tests": ", ".join(unknown)}, "tests")


def is_wrong_source(wanted: SampleSource, division: str | None, kind: str, source_division: str) -> Objection | None:
    """A sample comes from where the master takes it: a step of the batch, or a unit of the named division."""
    from_unit = kind == "unit"
    if wanted is SampleSource.STEP and not from_unit:
        return None
    if wanted is not SampleSource.STEP and from_unit and division in (None, source_division):
        return None
    template = N_("This sample is taken from {wanted}, not from {given}.")
    facts = {"wanted": division or wanted, "given": source_division or kind}
    return Objection("wrong_source", template, facts, "source")


def is_not_begun(state: BatchState) -> Objection | None:
    """Nothing is sampled before the batch runs."""
    if state not in UNSTARTED:
        return None
    return Objection("batch_not_running", N_("The batch is {state}, not running."), {"state": state})


# --- times ----------------------------------------------------------------------------------------------------------
def is_before(instant: datetime, earlier: datetime, field: str) -> Objection | None:
    """An act can't precede what it follows."""
    if instant >= earlier:
        return None
    template = N_("This time lies before {earlier:%Y-%m-%d %H:%M} UTC.")
    return Objection("too_early", template, {"earlier": earlier.astimezone(UTC)}, field)


def is_not_inoculated(test: Test, inoculated_at: datetime | None) -> Objection | None:
    """A test with an observation period says when it was begun."""
    if test.period is None or inoculated_at is not None:
        return None
    template = N_("{test}: say when it was inoculated; its period counts from there.")
    return Objection("no_inoculation", template, _named(test), "inoculated_at")


def period_is_not_over(
    test: Test, parameter: Parameter, text: str, inoculated_at: datetime | None, read_at: datetime
) -> Objection | None:
    """Growth is final at any time; "no growth" waits for the whole period, in elapsed time from inoculation."""
    period = test.period
    if period is None or parameter.limit is None or text.strip() in period.final_at_any_time:
        return None
    if inoculated_at is None:
        return is_not_inoculated(test, inoculated_at)
    if elapsed(inoculated_at, read_at) >= period.at_least.timedelta:
        return None
    facts = _named(test) | {
        "period": period.at_least.text,
        "elapsed": elapsed_text(elapsed(inoculated_at, read_at)),
        "until": inoculated_at.astimezone(UTC) + period.at_least.timedelta,
    }
    template = N_("{test}: {elapsed} of {period} have passed. This result is final from {until:%Y-%m-%d %H:%M} UTC.")
    return Objection("period_not_over", template, facts, "tested_at")


# --- runs -----------------------------------------------------------------------------------------------------------
def run_state(controls: Iterable[ControlFacts], invalid_because: str = "") -> RunState:
    """A run is valid when every control lies in its limits and nobody has found a cause against it."""
    passing = all(control.verdict in PASSING for control in controls)
    return RunState.VALID if passing and not invalid_because.strip() else RunState.INVALID


def lacks_controls(controls: Iterable[ControlFacts]) -> Objection | None:
    """A run is judged by all of its controls."""
    missing = [control.label for control in controls if control.verdict in (None, Verdict.NOT_DONE)]
    if not missing:
        return None
    return Objection("controls_missing", N_("Controls not entered: {controls}."), {"controls": ", ".join(missing)})


def hides_a_failure(
    invalid_because: str, verdicts: Iterable[Verdict], controls: Iterable[ControlFacts]
) -> Objection | None:
    """A failing result does not vanish by calling its run invalid: with good controls that takes an investigation."""
    if not invalid_because.strip() or run_state(controls) is RunState.INVALID or PASSING.issuperset(verdicts):
        return None
    template = N_("A result out of specification stands until an investigation has found the cause.")
    return Objection("failure_stands", template, place="invalid_because")


def is_judged(state: RunState, number: str) -> Objection | None:
    """After the run was judged its controls and its list of samples stand."""
    if state is RunState.OPEN:
        return None
    return Objection("run_judged", N_("Run {run} is already judged {state}."), {"run": number, "state": state})


def is_invalid(state: RunState, number: str) -> Objection | None:
    """An invalid run takes no result."""
    if state is not RunState.INVALID:
        return None
    return Objection("run_invalid", N_("Run {run} is invalid: it gives no reportable result."), {"run": number})


def is_not_signed(state: RunState, number: str) -> Objection | None:
    """A second person reviews what the first has signed."""
    if state is not RunState.OPEN:
        return None
    return Objection("run_open", N_("Run {run} was not signed by its analyst yet."), {"run": number})


def lacks_needs(needed: Iterable[str], given: Collection[str], place: str) -> Objection | None:
    """A run names every instrument and reagent lot that the method asks for, and nothing else."""
    wanted = list(needed)
    missing = [key for key in wanted if key not in given]
    unknown = [key for key in given if key not in wanted]
    if not missing and not unknown:
        return None
    template = N_("The method asks for: {wanted}. Given: {given}.")
    facts = {"wanted": ", ".join(wanted) or "-", "given": ", ".join(sorted(given)) or "-"}
    return Objection("needs_differ", template, facts, place)


def has_nothing_to_sign(count: int, state: RunState) -> Objection | None:
    """There is something new under a signature."""
    if count or state is RunState.OPEN:
        return None
    return Objection("nothing_to_sign", N_("There is no new result to sign here."))


def has_nothing_to_review(count: int) -> Objection | None:
    """There is something new to review."""
    return None if count else Objection("nothing_to_review", N_("There is no signed result to review here."))


# --- people ---------------------------------------------------------------------------------------------------------
def is_own_review(username: str, tested_by: Collection[str]) -> Objection | None:
    """A second person reviews for accuracy, completeness and compliance (21 CFR 211.194(a)(8))."""
    if username not in tested_by:
        return None
    return Objection("own_review", N_("You took part in this test; a second person reviews it."))


def is_not_the_analyst(username: str, analysts: Collection[str]) -> Objection | None:
    """One signs as tested what one has tested oneself."""
    others = sorted(set(analysts) - {username})
    if not others:
        return None
    template = N_("{people} entered results of this run; each analyst signs their own run.")
    return Objection("not_your_test", template, {"people": ", ".join(others)})


def has_tested(username: str, analysts: Collection[str]) -> Objection | None:
    """Who approves the certificate of analysis tested nothing on it."""
    if username not in analysts:
        return None
    return Objection("approver_tested", N_("You tested in this batch; someone else approves its analysis."))


# --- results --------------------------------------------------------------------------------------------------------
def is_locked(state: BatchState) -> Objection | None:
    """After certification results stand; a late one joins as a signed addendum."""
    if state not in LOCKED:
        return None
    template = N_("The batch is {state}: its results stand. A result that comes late joins as a signed addendum.")
    return Objection("result_locked", template, {"state": state})


def is_not_certified(state: BatchState) -> Objection | None:
    """An addendum is for a batch whose record is closed; before that a result is entered as usual."""
    if state in LOCKED:
        return None
    return Objection("not_certified", N_("The batch is {state}: enter the result as usual."), {"state": state})


def is_recorded(theirs: str, by: str, recorded_at: datetime) -> Objection | None:
    """A result is entered once; the second of two people sees both values."""
    template = N_("{by} has recorded {theirs} here at {recorded_at:%Y-%m-%d %H:%M} UTC. Correct it with a reason.")
    facts = {"by": by, "theirs": theirs, "recorded_at": recorded_at.astimezone(UTC)}
    return Objection("already_recorded", template, facts, "text")


def is_superseded(superseded: bool) -> Objection | None:
    """Only the present value is corrected."""
    if not superseded:
        return None
    return Objection("superseded", N_("This result was corrected meanwhile. Look at the present one."))


def is_no_replicate(replicate: int, replicates: int) -> Objection | None:
    """The method says how many replicates there are."""
    if 1 <= replicate <= replicates:
        return None
    return Objection(
        "no_replicate", N_("The method has {replicates} replicates."), {"replicates": replicates}, "replicate"
    )


# --- where a test stands --------------------------------------------------------------------------------------------
def needed_results(test: Test) -> tuple[tuple[str, int], ...]:
    """Every parameter and replicate that the test must report."""
    replicates = test.run.replicates if test.run else 1
    required = [parameter.key for parameter in test.results if parameter.required]
    return tuple((key, replicate) for key in required for replicate in range(1, replicates + 1))


def standing_of_sample(test: Test, sample: SampleFacts) -> Standing:
    """Where one sample stands in one test."""
    found = {(result.parameter, result.replicate): result for result in sample.results}
    verdicts = {result.verdict for result in sample.results if result.is_reportable}
    if verdicts & {Verdict.FAIL, Verdict.ACTION}:
        return Standing.FAILED
    if verdicts - PASSING:
        return Standing.NOT_EVALUABLE
    if any(key not in found for key in needed_results(test)):
        return Standing.AWAITED
    return Standing.PASSED if all(map(_is_reportable, sample.results)) else Standing.UNREVIEWED


def _is_reportable(result: ResultFacts) -> bool:
    return result.is_reportable


def standing_of(test: Test, samples: Sequence[SampleFacts]) -> Standing:
    """Where a test of a batch stands: every sample drawn for it counts, the gravest decides, none at all is missing."""
    standings = [standing_of_sample(test, sample) for sample in samples]
    return min(standings, key=GRAVITY.index, default=Standing.MISSING)


SENTENCES = {
    Standing.FAILED: N_("{test}: the result fails its limit."),
    Standing.NOT_EVALUABLE: N_("{test}: the result can't be held against its limit."),
    Standing.MISSING: N_("{test}: no sample was drawn."),
    Standing.AWAITED: N_("{test}: the result is awaited."),
    Standing.UNREVIEWED: N_("{test}: the result was not reviewed yet."),
}


def has_not_passed(key: str, label: str, standing: Standing, label_zh: str = "") -> Objection | None:
    """What stands against the certificate of analysis, test by test."""
    if standing is Standing.PASSED:
        return None
    return Objection(
        f"test_{standing.lower()}",
        SENTENCES[standing],
        {"test": label, "test_zh": label_zh or label},
        place=f"test:{key}",
    )


def is_not_approvable(state: BatchState) -> Objection | None:
    """The analysis is approved when the batch record is finished; once certified only for what joined late."""
    if state in APPROVABLE:
        return None
    template = N_("The batch is {state}; its analysis is approved when it is finished.")
    return Objection("batch_not_finished", template, {"state": state})


def is_approved_already(covered: bool) -> Objection | None:
    """A certificate is approved again only when something new stands on it."""
    if not covered:
        return None
    return Objection("already_approved", N_("The certificate of analysis is approved as it stands."))


def lacks_approval(covered: bool) -> Objection | None:
    """Nothing is certified without the approved certificate of analysis."""
    if covered:
        return None
    return Objection("analysis_not_approved", N_("QC has not approved the certificate of analysis as it stands now."))


def _about(sample: str, test: str) -> dict[str, object]:
    return {"sample": sample, "test": test}
