"""Limits on their edges: ends, alert and action levels, rounding, censored results, time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from apps.products.definition.limits import Limit, SpanEnds
from apps.products.facts import Comparator, Verdict, gravest
from apps.products.rules.limits import elapsed_text, judge_choice, judge_elapsed, judge_number, judge_span, limit_text

READ = TypeAdapter(Limit)
BASE = {"compare": "raw", "decimals": 1, "source": "site STD"}
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def limit(**words):
    return READ.validate_python(words if words["kind"] in ("equals", "one_of", "within_time_of") else BASE | words)


def verdict(given, number, comparator="="):
    value = None if number is None else Decimal(number)
    return judge_number(given, value, Comparator(comparator)).verdict.value


VIABILITY = {"kind": "at_least", "low": "90.0", "alert": {"low": "92.0"}}


@pytest.mark.parametrize(
    ("words", "number", "expected"),
    [
        (VIABILITY, "92.0", "PASS"),
        (VIABILITY, "91.9", "ALERT"),
        (VIABILITY, "90.0", "ALERT"),
        (VIABILITY, "89.9", "ACTION"),
        ({"kind": "at_most", "high": "0.5", "high_open": True}, "0.5", "ACTION"),
        ({"kind": "at_most", "high": "0.5", "high_open": True}, "0.499999999", "PASS"),
        ({"kind": "at_most", "high": "0.5"}, "0.5", "PASS"),
        ({"kind": "range", "low": "8", "high": "48", "low_open": True, "high_open": True}, "8", "ACTION"),
        ({"kind": "range", "low": "8", "high": "48", "low_open": True, "high_open": True}, "8.000000001", "PASS"),
        ({"kind": "range", "low": "36.0", "high": "38.0", "alert": {"low": "36.5", "high": "37.5"}}, "35.2", "ACTION"),
        ({"kind": "range", "low": "36.0", "high": "38.0", "alert": {"low": "36.5", "high": "37.5"}}, "36.4", "ALERT"),
        ({"kind": "at_most", "high": "-135", "action": {"high": "-150"}, "outside": "fail"}, "-150", "PASS"),
        ({"kind": "at_most", "high": "-135", "action": {"high": "-150"}, "outside": "fail"}, "-149.9", "ACTION"),
        ({"kind": "at_most", "high": "-135", "action": {"high": "-150"}, "outside": "fail"}, "-134.9", "FAIL"),
        ({"kind": "at_most", "alert": {"high": "15.0"}}, "15.0", "PASS"),
        ({"kind": "at_most", "alert": {"high": "15.0"}}, "15.1", "ALERT"),
        ({"kind": "at_least", "low": "95.0", "outside": "fail"}, "94.9", "FAIL"),
    ],
)
def test_a_number_is_judged_on_its_edges(words, number, expected):
    assert verdict(limit(**words), number) == expected


def test_a_quarter_against_two_tenths_fails_when_rounded_half_up():
    assert verdict(limit(kind="at_most", high="0.2", compare="rounded", decimals=1), "0.25") == "ACTION"


@pytest.mark.parametrize(("compare", "expected"), [("rounded", "PASS"), ("raw", "ACTION")])
def test_9_95_against_at_least_10_passes_rounded_and_fails_raw(compare, expected):
    assert verdict(limit(kind="at_least", low="10.0", compare=compare, decimals=1), "9.95") == expected


@pytest.mark.parametrize(
    ("words", "number", "comparator", "expected"),
    [
        ({"kind": "at_most", "high": "0.5", "high_open": True}, "0.05", "<", "PASS"),
        ({"kind": "at_most", "high": "0.5", "high_open": True}, "0.5", "<", "PASS"),
        ({"kind": "at_most", "high": "0.5", "high_open": True}, "0.6", "<", "NOT_EVALUABLE"),
        ({"kind": "at_most", "high": "0.5"}, "1000", ">", "ACTION"),
        ({"kind": "at_most", "high": "0.5"}, "0.1", ">", "NOT_EVALUABLE"),
        ({"kind": "at_least", "low": "95.0"}, "99", ">", "PASS"),
        ({"kind": "at_least", "low": "95.0"}, "90", ">", "NOT_EVALUABLE"),
        ({"kind": "at_least", "low": "95.0"}, "95", "<", "ACTION"),
        ({"kind": "at_most", "high": "2.0", "alert": {"high": "0.01"}}, "0.05", "<", "ALERT"),
        ({"kind": "at_most", "high": "0.5"}, None, "ND", "NOT_EVALUABLE"),
    ],
)
def test_a_censored_result_passes_fails_or_is_not_evaluable(words, number, comparator, expected):
    assert verdict(limit(**words), number, comparator) == expected


def test_not_detected_stands_below_the_detection_limit():
    endotoxin = limit(kind="at_most", high="0.5", high_open=True)

    assert judge_number(endotoxin, None, Comparator.NOT_DETECTED, Decimal("0.05")).verdict is Verdict.PASS


@pytest.mark.parametrize(("number", "expected"), [("0", "PASS"), ("1", "ACTION"), ("-1", "ACTION")])
def test_a_number_equals_or_it_does_not(number, expected):
    assert verdict(limit(kind="equals", value="0", compare="raw", decimals=0), number) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"), [("accept", "PASS"), ("accept_under_deviation", "ALERT"), ("reject", "ACTION")]
)
def test_a_choice_is_one_of_some_and_some_of_them_alert(chosen, expected):
    given = limit(kind="one_of", values=["accept", "accept_under_deviation"], alert=["accept_under_deviation"])

    assert judge_choice(given, chosen).verdict == expected


@pytest.mark.parametrize(
    ("minutes", "seconds", "expected"),
    [(120, 0, "ALERT"), (120, 1, "ACTION"), (90, 0, "PASS"), (90, 1, "ALERT"), (0, 59, "ACTION")],
)
def test_a_time_is_judged_to_the_second(minutes, seconds, expected):
    held = limit(
        kind="within_time_of",
        of="pool.pooled_at",
        at_least="1 min",
        at_most="120 min",
        alert={"at_most": "90 min"},
        source="x PRAC",
    )

    assert judge_elapsed(held, NOON, NOON + timedelta(minutes=minutes, seconds=seconds)).verdict == expected


def test_a_time_without_its_start_is_not_evaluable():
    held = limit(kind="within_time_of", of="pool.pooled_at", at_most="120 min", source="x PRAC")

    assert judge_elapsed(held, None, NOON).verdict is Verdict.NOT_EVALUABLE


def test_fourteen_days_are_fourteen_times_twenty_four_hours():
    period = limit(kind="within_time_of", of="inoculated_at", at_least="14 d", source="x STD")

    assert judge_elapsed(period, NOON, NOON + timedelta(hours=14 * 24)).verdict is Verdict.PASS
    assert judge_elapsed(period, NOON, NOON + timedelta(hours=14 * 24, minutes=-1)).verdict is Verdict.ACTION


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (VIABILITY, "≥ 90.0"),
        ({"kind": "at_most", "high": "0.5", "high_open": True}, "< 0.5"),
        ({"kind": "range", "low": "36.0", "high": "38.0"}, "36.0 – 38.0"),
        ({"kind": "range", "low": "8", "high": "48", "low_open": True, "high_open": True}, "> 8, < 48"),
        ({"kind": "at_most", "alert": {"high": "15.0"}}, "≤ 15.0"),
        ({"kind": "equals", "value": "negative"}, "= negative"),
        ({"kind": "one_of", "values": ["none", "weak"]}, "none, weak"),
        ({"kind": "within_time_of", "of": "a", "at_most": "120 min", "source": "x CP"}, "≤ 120 min"),
        ({"kind": "within_time_of", "of": "a", "at_least": "7 d", "at_most": "18 d", "source": "x CP"}, "7 d – 18 d"),
    ],
)
def test_a_limit_is_written_with_signs_and_figures(words, text):
    assert limit_text(limit(**words)) == text


def test_the_sentence_of_an_alert_names_limit_and_level():
    assert (
        judge_number(limit(**VIABILITY), Decimal("91.5")).text
        == "Within the limit ≥ 90.0, beyond the alert level ≥ 92.0."
    )


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(minutes=95), "1 h 35 min"),
        (timedelta(minutes=45), "45 min"),
        (timedelta(seconds=90), "1 min 30 s"),
        (timedelta(0), "0 min"),
        (timedelta(days=13, hours=23, minutes=59), "13 d 23 h 59 min"),
        (timedelta(minutes=-5), "-5 min"),
    ],
)
def test_an_elapsed_time_is_written_as_people_say_it(elapsed, text):
    assert elapsed_text(elapsed) == text


def test_the_gravest_verdict_decides():
    assert gravest([Verdict.PASS, Verdict.ALERT, Verdict.FAIL]) is Verdict.FAIL
    assert gravest([Verdict.ALERT, Verdict.NOT_EVALUABLE]) is Verdict.NOT_EVALUABLE
    assert gravest([]) is Verdict.RECORDED


NUMBERS = st.decimals(min_value=0, max_value=1000, places=3)


@given(low=NUMBERS, width=NUMBERS, inner=st.integers(0, 100), number=NUMBERS)
@settings(max_examples=300, derandomize=True)
def test_a_worse_value_never_gets_a_better_verdict(low, width, inner, number):
    """Moving away from the middle of a range can only go PASS, ALERT, ACTION."""
    high, step = low + width, width * inner / 250
    given = limit(
        kind="range", low=str(low), high=str(high), alert={"low": str(low + step), "high": str(high - step)}, decimals=3
    )
    order = [Verdict.PASS, Verdict.ALERT, Verdict.ACTION]
    middle = (low + high) / 2
    further = number + (number - middle) / 2

    assert order.index(judge_number(given, number).verdict) <= order.index(judge_number(given, further).verdict)


@given(bound=st.decimals(min_value="0.001", max_value=10, places=3), high=NUMBERS, inside=st.integers(0, 999))
@settings(max_examples=300, derandomize=True)
def test_a_censored_verdict_holds_for_every_value_it_may_stand_for(bound, high, inside):
    given = limit(kind="at_most", high=str(high), decimals=3)
    verdict_of_all = judge_number(given, bound, Comparator.BELOW).verdict
    one = judge_number(given, bound * inside / 1000).verdict

    assert verdict_of_all in (one, Verdict.NOT_EVALUABLE)


def test_a_span_is_elapsed_time_also_in_the_night_the_clocks_change():
    berlin, hour = ZoneInfo("Europe/Berlin"), SpanEnds.model_validate({"at_most": "60 min"})
    since, until = datetime(2026, 10, 25, 1, 30, tzinfo=berlin), datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=berlin)

    judged = judge_span(hour, None, Verdict.FAIL, since, until)

    assert (judged.verdict, judged.facts["elapsed"]) == (Verdict.FAIL, "2 h")
