"""Ages, periods, controls, second persons, and where a test of a batch stands: every limit on its edge."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.products.definition import Definition, Test
from apps.products.facts import SampleSource, Verdict
from apps.products.loader import SEEDS, load
from apps.products.rules.limits import elapsed
from apps.products.rules.numbers import read_entry
from apps.testing import rules
from apps.testing.facts import (
    GRAVITY,
    PASSING,
    ControlFacts,
    ResultFacts,
    ResultState,
    RunState,
    SampleFacts,
    SampleState,
    Standing,
)

BERLIN = ZoneInfo("Europe/Berlin")
INOCULATED = datetime(2026, 11, 5, 6, 6, tzinfo=UTC)
FORTNIGHT = timedelta(days=14)
MINUTE = timedelta(minutes=1)


@cache
def master() -> Definition:
    return load(SEEDS / "products" / "msc_covid19" / "v1").definition


@pytest.fixture(scope="module")
def definition() -> Definition:
    return master()


def specified(definition: Definition, key: str) -> Test:
    test = definition.test(key)
    assert test is not None
    return test


def code_of(objection: Objection | None) -> str:
    return objection.code if objection else ""


# --- limits of the master, on their edges ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("test", "parameter", "text", "verdict"),
    [
        ("identity_positive", "cd73", "95.0", "PASS"),
        ("identity_positive", "cd73", "94.9", "FAIL"),
        ("identity_positive", "cd73", "94.95", "PASS"),  # rounds half up to 95.0
        ("identity_positive", "cd73", "94.94", "FAIL"),
        ("identity_positive", "cd73", ">94.9", "NOT_EVALUABLE"),
        ("identity_positive", "cd73", ">99.0", "PASS"),
        ("identity_negative", "cd45", "2.0", "PASS"),
        ("identity_negative", "cd45", "2.04", "PASS"),
        ("identity_negative", "cd45", "2.05", "FAIL"),
        ("identity_negative", "cd45", "<0.1", "PASS"),
        ("identity_negative", "cd45", "0", "PASS"),
        ("viability_prefreeze", "viability", "90.0", "ALERT"),
        ("viability_prefreeze", "viability", "89.95", "ALERT"),
        ("viability_prefreeze", "viability", "89.94", "FAIL"),
        ("viability_prefreeze", "viability", "91.5", "ALERT"),
        ("viability_prefreeze", "viability", "92.0", "PASS"),
        ("endotoxin", "endotoxin", "<0.05", "PASS"),
        ("endotoxin", "endotoxin", "0.49", "PASS"),
        ("endotoxin", "endotoxin", "0.499", "PASS"),  # compared as found
        ("endotoxin", "endotoxin", "0.5", "FAIL"),  # the limit is "< 0.5"
        ("endotoxin", "endotoxin", "<0.5", "PASS"),
        ("endotoxin", "endotoxin", "<0.51", "NOT_EVALUABLE"),
        ("endotoxin", "endotoxin", ">1000", "FAIL"),
        ("endotoxin", "endotoxin", "ND", "PASS"),
        ("potency", "inhibition", "20.0", "PASS"),
        ("potency", "inhibition", "19.9", "FAIL"),
        ("sterility", "growth", "no_growth", "PASS"),
        ("sterility", "growth", "growth", "FAIL"),
    ],
)
def test_a_result_is_judged_by_the_master(
    definition: Definition, test: str, parameter: str, text: str, verdict: str
) -> None:
    asked = specified(definition, test).result(parameter)
    assert asked is not None

    entered = read_entry(asked, text)

    assert not isinstance(entered, Objection)
    assert entered.verdict == verdict


def test_rounding_is_half_up_not_half_even(definition: Definition) -> None:
    asked = specified(definition, "identity_positive").result("cd73")
    assert asked is not None

    entered = read_entry(asked, "95.25")

    assert not isinstance(entered, Objection)
    assert entered.rounded == Decimal("95.3")


# --- samples --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("age", "code"),
    [
        (timedelta(hours=4), ""),
        (timedelta(hours=4, seconds=1), "sample_too_old"),
        (timedelta(hours=3, minutes=59), ""),
    ],
)
def test_a_sample_is_tested_within_its_age(definition: Definition, age: timedelta, code: str) -> None:
    viability = specified(definition, "viability_prefreeze")

    assert code_of(rules.is_too_old(viability, INOCULATED, INOCULATED + age)) == code


def test_a_test_without_a_sample_age_asks_for_none(definition: Definition) -> None:
    assert rules.is_too_old(specified(definition, "appearance"), INOCULATED, INOCULATED + timedelta(days=900)) is None


@pytest.mark.parametrize(
    ("wanted", "division", "kind", "given", "code"),
    [
        (SampleSource.STEP, None, "batch", "", ""),
        (SampleSource.STEP, None, "vessel", "", ""),
        (SampleSource.STEP, None, "unit", "qc", "wrong_source"),
        (SampleSource.UNIT, "qc", "unit", "qc", ""),
        (SampleSource.UNIT, "qc", "unit", "product", "wrong_source"),
        (SampleSource.UNIT, "qc", "batch", "", "wrong_source"),
        (SampleSource.UNIT, None, "unit", "retained", ""),
        (SampleSource.DOSE, None, "unit", "product", ""),
        (SampleSource.DOSE, None, "batch", "", "wrong_source"),
    ],
)
def test_a_sample_comes_from_where_the_master_takes_it(
    wanted: SampleSource, division: str | None, kind: str, given: str, code: str
) -> None:
    assert code_of(rules.is_wrong_source(wanted, division, kind, given)) == code


@pytest.mark.parametrize("state", SampleState)
def test_a_sample_is_received_once_and_tested_only_then(state: SampleState) -> None:
    assert (rules.is_not_drawn(state, "S01") is None) == (state is SampleState.DRAWN)
    assert (rules.is_not_received(state, "S01") is None) == (state is SampleState.RECEIVED)


def test_no_second_run_without_a_plan() -> None:
    assert rules.is_tested_already("S01", "potency", []) is None
    assert code_of(rules.is_tested_already("S01", "potency", ["AR-0007"])) == "already_on_a_run"


# --- the period of a culture ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("read_after", "text", "code"),
    [
        (FORTNIGHT, "no_growth", ""),
        (FORTNIGHT - MINUTE, "no_growth", "period_not_over"),
        (FORTNIGHT - timedelta(microseconds=1), "no_growth", "period_not_over"),
        (timedelta(days=12), "no_growth", "period_not_over"),
        (FORTNIGHT + MINUTE, "no_growth", ""),
        (timedelta(hours=30), "growth", ""),
        (timedelta(0), "growth", ""),
    ],
)
def test_growth_is_final_at_any_time_and_no_growth_after_fourteen_days(
    definition: Definition, read_after: timedelta, text: str, code: str
) -> None:
    sterility = specified(definition, "sterility")
    growth = sterility.result("growth")
    assert growth is not None

    objection = rules.period_is_not_over(sterility, growth, text, INOCULATED, INOCULATED + read_after)

    assert code_of(objection) == code


def test_the_refusal_says_how_long_it_has_been_and_from_when_it_is_final(definition: Definition) -> None:
    sterility = specified(definition, "sterility")
    growth = sterility.result("growth")
    assert growth is not None

    objection = rules.period_is_not_over(sterility, growth, "no_growth", INOCULATED, INOCULATED + FORTNIGHT - MINUTE)

    assert objection is not None
    assert "13 d 23 h 59 min of 14 d have passed" in objection.text
    assert "2026-11-19 06:06 UTC" in objection.text


def test_fourteen_days_are_elapsed_hours_also_when_the_clocks_change(definition: Definition) -> None:
    sterility = specified(definition, "sterility")
    growth = sterility.result("growth")
    assert growth is not None
    inoculated = datetime(2026, 10, 20, 12, 0, tzinfo=BERLIN)  # summer time ends on 25 October
    same_wall_clock = datetime(2026, 11, 3, 12, 0, tzinfo=BERLIN)  # one hour more has passed
    an_hour_before = datetime(2026, 11, 3, 11, 0, tzinfo=BERLIN)

    assert elapsed(inoculated, same_wall_clock) == FORTNIGHT + timedelta(hours=1)
    assert rules.period_is_not_over(sterility, growth, "no_growth", inoculated, an_hour_before) is None
    before = rules.period_is_not_over(sterility, growth, "no_growth", inoculated, an_hour_before - MINUTE)
    assert code_of(before) == "period_not_over"


def test_a_culture_says_when_it_was_inoculated(definition: Definition) -> None:
    assert code_of(rules.is_not_inoculated(specified(definition, "sterility"), None)) == "no_inoculation"
    assert rules.is_not_inoculated(specified(definition, "endotoxin"), None) is None


# --- runs -----------------------------------------------------------------------------------------------------------
def controls(*verdicts: Verdict | None) -> tuple[ControlFacts, ...]:
    return tuple(ControlFacts(f"c{n}", f"Control {n}", verdict) for n, verdict in enumerate(verdicts))


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ((), RunState.VALID),
        ((Verdict.PASS, Verdict.PASS), RunState.VALID),
        ((Verdict.PASS, Verdict.ALERT), RunState.VALID),
        ((Verdict.PASS, Verdict.ACTION), RunState.INVALID),
        ((Verdict.FAIL,), RunState.INVALID),
        ((Verdict.NOT_EVALUABLE,), RunState.INVALID),
        ((None,), RunState.INVALID),
    ],
)
def test_a_run_is_valid_when_every_control_is(verdicts: tuple[Verdict | None, ...], state: RunState) -> None:
    assert rules.run_state(controls(*verdicts)) is state


def test_a_cause_beside_the_controls_makes_a_run_invalid() -> None:
    assert rules.run_state(controls(Verdict.PASS), "Power failed during the run.") is RunState.INVALID
    assert rules.run_state(controls(Verdict.PASS), "   ") is RunState.VALID


def test_a_missing_control_is_named() -> None:
    objection = rules.lacks_controls(controls(Verdict.PASS, None, Verdict.NOT_DONE))

    assert objection is not None
    assert objection.facts["controls"] == "Control 1, Control 2"


@pytest.mark.parametrize(
    ("because", "result", "control", "code"),
    [
        ("The plate fell.", Verdict.FAIL, Verdict.PASS, "failure_stands"),
        ("The plate fell.", Verdict.NOT_EVALUABLE, Verdict.PASS, "failure_stands"),
        ("The plate fell.", Verdict.PASS, Verdict.PASS, ""),
        ("The plate fell.", Verdict.FAIL, Verdict.ACTION, ""),  # the controls say so themselves
        ("", Verdict.FAIL, Verdict.PASS, ""),
    ],
)
def test_calling_a_run_invalid_does_not_hide_a_failure(
    because: str, result: Verdict, control: Verdict, code: str
) -> None:
    assert code_of(rules.hides_a_failure(because, [result], controls(control))) == code


@pytest.mark.parametrize(
    ("given_needs", "code"), [({"reader"}, ""), (set(), "needs_differ"), ({"reader", "pen"}, "needs_differ")]
)
def test_a_run_names_every_instrument_and_no_other(given_needs: set[str], code: str) -> None:
    assert code_of(rules.lacks_needs(["reader"], given_needs, "instruments")) == code


# --- people ---------------------------------------------------------------------------------------------------------
def test_nobody_reviews_their_own_test_or_signs_another_ones() -> None:
    assert code_of(rules.is_own_review("anna", {"anna", "ada"})) == "own_review"
    assert rules.is_own_review("hugo", {"anna", "ada"}) is None
    assert code_of(rules.is_not_the_analyst("anna", {"ada"})) == "not_your_test"
    assert rules.is_not_the_analyst("anna", {"anna"}) is None
    assert code_of(rules.has_tested("hugo", {"hugo"})) == "approver_tested"
    assert rules.has_tested("hugo", {"anna"}) is None


@pytest.mark.parametrize("state", BatchState)
def test_results_stand_from_certification_on(state: BatchState) -> None:
    closed = {BatchState.CERTIFIED, BatchState.RELEASED, BatchState.REJECTED, BatchState.TERMINATED}

    assert (code_of(rules.is_locked(state)) == "result_locked") == (state in closed)
    assert (rules.is_not_certified(state) is None) == (state in closed)


# --- where a test stands --------------------------------------------------------------------------------------------
def result(
    verdict: Verdict = Verdict.PASS,
    state: ResultState = ResultState.REVIEWED,
    run_state: RunState = RunState.VALID,
    parameter: str = "viability",
) -> ResultFacts:
    return ResultFacts(parameter, 1, verdict, state, run_state)


@pytest.mark.parametrize(
    ("results", "standing"),
    [
        ([], Standing.AWAITED),
        ([result(state=ResultState.DRAFT)], Standing.UNREVIEWED),
        ([result(state=ResultState.TESTED)], Standing.UNREVIEWED),
        ([result(run_state=RunState.OPEN)], Standing.UNREVIEWED),
        ([result()], Standing.PASSED),
        ([result(Verdict.ALERT)], Standing.PASSED),
        ([result(Verdict.RECORDED)], Standing.PASSED),
        ([result(Verdict.FAIL)], Standing.FAILED),
        ([result(Verdict.ACTION)], Standing.FAILED),
        ([result(Verdict.NOT_EVALUABLE)], Standing.NOT_EVALUABLE),
        ([result(Verdict.FAIL, state=ResultState.TESTED)], Standing.UNREVIEWED),
        ([result(), result(Verdict.FAIL, parameter="another")], Standing.FAILED),
        ([result(), result(state=ResultState.DRAFT, parameter="another")], Standing.UNREVIEWED),
        ([result(parameter="another")], Standing.AWAITED),
    ],
)
def test_a_sample_stands_where_its_results_put_it(
    definition: Definition, results: list[ResultFacts], standing: Standing
) -> None:
    viability = specified(definition, "viability_prefreeze")

    assert rules.standing_of_sample(viability, SampleFacts("S01", results)) is standing


def test_a_test_without_a_sample_is_missing(definition: Definition) -> None:
    assert rules.standing_of(specified(definition, "potency"), []) is Standing.MISSING


samples = st.lists(
    st.builds(
        SampleFacts,
        st.just("S01"),
        st.lists(
            st.builds(
                ResultFacts,
                st.just("viability"),
                st.just(1),
                st.sampled_from(list(Verdict)),
                st.sampled_from(list(ResultState)),
                st.sampled_from([RunState.OPEN, RunState.VALID]),
            ),
            max_size=1,
        ),
    ),
    max_size=4,
)


@seed(2026)
@settings(max_examples=300, deadline=None)
@given(samples)
def test_a_test_passes_only_when_every_sample_has_a_reviewed_passing_result(samples: list[SampleFacts]) -> None:
    viability = specified(master(), "viability_prefreeze")
    standing = rules.standing_of(viability, samples)

    good = [bool(s.results) and all(r.is_reportable and r.verdict in PASSING for r in s.results) for s in samples]
    assert (standing is Standing.PASSED) == (bool(samples) and all(good))
    ones = [rules.standing_of_sample(viability, sample) for sample in samples]
    assert standing == min(ones, key=GRAVITY.index, default=Standing.MISSING)


@pytest.mark.parametrize("standing", Standing)
def test_whatever_has_not_passed_stands_against_the_certificate(standing: Standing) -> None:
    objection = rules.has_not_passed("potency", "Potency", standing)

    assert (objection is None) == (standing is Standing.PASSED)
    if objection:
        assert objection.text.startswith("Potency: ")
