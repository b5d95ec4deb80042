"""Rules of samples: their age, what they are for, and when a period is over. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Parameter, Test
from apps.products.facts import Duration, SampleSource
from apps.products.rules.limits import elapsed, elapsed_text
from apps.testing.facts import SampleState

UNSTARTED = frozenset({BatchState.PLANNED})


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


def is_refused(state: SampleState, number: str) -> Objection | None:
    """A sample that the laboratory refused gets no label that lets it look usable."""
    if state is not SampleState.REFUSED:
        return None
    return Objection(
        "sample_refused", N_("Sample {sample} was refused; no label is printed for it."), {"sample": number}
    )


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


def _about(sample: str, test: str) -> dict[str, object]:
    return {"sample": sample, "test": test}
