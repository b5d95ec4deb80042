"""Reading entries: what was typed stays as typed, and what can't be read is refused with its field."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from apps.core.errors import Objection
from apps.products.definition import Parameter
from apps.products.definition.parameters import MaterialNeed
from apps.products.facts import Comparator, Entered, Verdict
from apps.products.loader import units
from apps.products.rules.numbers import read_entry
from apps.products.rules.rounding import round_half_up

READ = TypeAdapter(Parameter)
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def parameter(kind, **words):
    return READ.validate_python({"key": "field", "kind": kind, "label": {"en": "Field", "zh": "字段"}} | words)


ENDOTOXIN = parameter(
    "number",
    unit="[IU]/mL",
    decimals=2,
    censored=True,
    detection_limit="0.01",
    limit={
        "kind": "at_most",
        "high": "0.5",
        "high_open": True,
        "compare": "raw",
        "decimals": 2,
        "outside": "fail",
        "source": "x STD",
    },
)
TEMPERATURE = parameter("number", unit="Cel", decimals=1)
SHARE = parameter("number", unit="%", decimals=1, possible={"low": "0", "high": "100"})


def test_the_text_stays_as_entered():
    entered = read_entry(TEMPERATURE, "1.10")

    assert (entered.text, entered.number, str(entered.number)) == ("1.10", Decimal("1.1"), "1.10")


def test_empty_is_not_done_and_zero_is_a_result():
    assert (read_entry(TEMPERATURE, "").done, read_entry(TEMPERATURE, "  ").verdict) == (False, Verdict.NOT_DONE)
    assert (read_entry(TEMPERATURE, "0").done, read_entry(TEMPERATURE, "0").number) == (True, Decimal(0))


@pytest.mark.parametrize(
    ("text", "number", "comparator", "verdict"),
    [
        ("<0.05", "0.05", Comparator.BELOW, Verdict.PASS),
        ("< 0.05", "0.05", Comparator.BELOW, Verdict.PASS),
        (">1000", "1000", Comparator.ABOVE, Verdict.FAIL),
        ("0.5", "0.5", Comparator.EXACT, Verdict.FAIL),
    ],
)
def test_a_censored_result_is_typed(text, number, comparator, verdict):
    entered = read_entry(ENDOTOXIN, text)

    assert (entered.text, entered.number, entered.comparator, entered.verdict) == (
        text,
        Decimal(number),
        comparator,
        verdict,
    )
    assert (entered.rounded is None) is (comparator is not Comparator.EXACT)


def test_not_detected_has_no_number():
    entered = read_entry(ENDOTOXIN, "ND")

    assert (entered.number, entered.comparator, entered.verdict) == (None, Comparator.NOT_DETECTED, Verdict.PASS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "no_number"),
        ("nan", "no_number"),
        ("Infinity", "no_number"),
        ("-inf", "no_number"),
        ("1e400", "no_number"),
        ("1e99", "too_large"),
        ("1000000000000000", "too_large"),
        ("1,5", "comma"),
        ("1,204.5", "comma"),
        ("１２", "not_plain_digits"),
        ("−5", "not_plain_digits"),
        ("1.", "no_number"),
        (".5", "no_number"),
        ("1_000", "no_number"),
        ("0x10", "no_number"),
        ("1 000", "no_number"),
        ("about 5", "no_number"),
        ("0.0000000001", "too_fine"),
        ("<0", "censored_at_zero"),
        ("<-1", "censored_at_zero"),
    ],
)
def test_what_is_no_number_is_refused_with_its_field(text, code):
    refused = read_entry(ENDOTOXIN, text)

    assert isinstance(refused, Objection)
    assert (refused.code, refused.place) == (code, "field")
    assert refused.text.startswith("Field: ")


def test_a_censored_result_is_refused_where_an_exact_one_is_asked_for():
    assert read_entry(TEMPERATURE, "<5").code == "not_censored"
    assert read_entry(TEMPERATURE, "ND").code == "not_censored"


def test_an_impossible_value_is_a_slip_and_refused():
    assert read_entry(SHARE, "915").text == "Field: 915 is not possible; 0 – 100 %."
    assert read_entry(SHARE, "100").number == 100


def test_the_reportable_value_is_rounded_half_up_once():
    assert read_entry(TEMPERATURE, "36.45").rounded == Decimal("36.5")
    assert read_entry(TEMPERATURE, "-0.25").rounded == Decimal("-0.3")


def test_a_value_in_another_unit_is_converted_and_both_units_are_kept():
    grams = parameter("number", unit="g", decimals=1)
    entered = read_entry(grams, "17500", unit="mg", units=units())

    assert (entered.text, entered.number, entered.unit, entered.given_unit) == ("17500", Decimal("17.5"), "g", "mg")


def test_a_value_in_a_unit_of_another_kind_is_refused():
    refused = read_entry(ENDOTOXIN, "0.1", unit="ng/mL", units=units())

    assert (refused.code, refused.text) == (
        "incompatible_unit",
        "Field: a value in ng/mL can't be converted to [IU]/mL.",
    )


@pytest.mark.parametrize(("text", "verdict"), [("yes", "PASS"), ("no", "ACTION")])
def test_yes_and_no_are_judged(text, verdict):
    clear = parameter("yes_no", limit={"kind": "equals", "value": "yes"})

    assert read_entry(clear, text).verdict == verdict
    assert read_entry(clear, "maybe").code == "no_yes_no"


def test_a_choice_may_stand_for_a_number():
    flask = parameter(
        "choice",
        options=[
            {"key": "t175", "label": {"en": "175", "zh": "175"}, "value": "175", "unit": "cm2"},
            {"key": "other", "label": {"en": "Other", "zh": "其他"}},
        ],
    )

    assert (read_entry(flask, "t175").number, read_entry(flask, "t175").unit) == (Decimal(175), "cm2")
    assert read_entry(flask, "t900").code == "no_choice"


@pytest.mark.parametrize(
    "text", ["2026-11-05T14:06", "2026-11-05 14:06", "2026-11-05T14:06+08:00", "2026-11-05T06:06:00Z"]
)
def test_an_instant_is_read_in_the_zone_of_the_site_and_kept_in_utc(text):
    entered = read_entry(parameter("instant"), text, zone=SHANGHAI)

    assert entered.instant == datetime(2026, 11, 5, 6, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-05", "14:06", "yesterday", "2026-13-01 10:00", "20261105"),
        *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00+23:59", "0001-01-01T00:00"),
    ],
)
def test_what_is_no_instant_is_refused(text):
    assert read_entry(parameter("instant"), text, zone=SHANGHAI).code == "no_instant"


def test_an_instant_without_zone_is_refused_where_none_is_known():
    assert read_entry(parameter("instant"), "2026-11-05 14:06").code == "no_instant"


@pytest.mark.parametrize("text", ["2026-10-25 02:30", "2026-03-29 02:30"])
def test_an_hour_that_the_clock_change_repeats_or_skips_is_refused(text):
    assert read_entry(parameter("instant"), text, zone=ZoneInfo("Europe/Berlin")).code == "no_instant"


def test_the_future_is_refused():
    refused = read_entry(parameter("instant"), "2026-11-05T12:01+00:00", now=NOON)

    assert refused.code == "future"
    assert isinstance(read_entry(parameter("instant"), "2026-11-05T12:00+00:00", now=NOON), Entered)


def test_a_time_limit_counts_from_its_start():
    harvest = parameter("instant", limit={"kind": "within_time_of", "of": "x", "at_most": "48 h", "source": "x CP"})

    assert read_entry(harvest, "2026-11-05T12:00Z", since=NOON - timedelta(hours=49)).verdict is Verdict.ACTION
    assert read_entry(harvest, "2026-11-05T12:00Z").verdict is Verdict.NOT_EVALUABLE


def test_dates_texts_files_and_codes_are_read_in_their_form():
    need = MaterialNeed.model_validate(
        {"key": "medium", "material": "medium", "label": {"en": "Medium", "zh": "培养基"}}
    )

    assert read_entry(parameter("date"), "2026-11-05").day.isoformat() == "2026-11-05"
    assert read_entry(parameter("date"), "5.11.2026").code == "no_date"
    assert read_entry(parameter("text", longest=5), "123456").code == "too_long"
    assert read_entry(parameter("text"), "a\x00b").code == "control_characters"
    assert read_entry(parameter("file", accepts=["pdf"]), "a" * 64).done
    assert read_entry(parameter("file", accepts=["pdf"]), "report.pdf").code == "no_file"
    assert read_entry(need, "PL-121").text == "PL-121"
    assert read_entry(need, "PL/121").code == "no_code"


@given(number=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
@settings(max_examples=200, derandomize=True)
def test_every_plain_decimal_is_read_as_itself(number):
    entered = read_entry(TEMPERATURE, f"{number:f}")

    assert entered.number == number
    assert abs(entered.rounded - number) <= Decimal("0.05")


@given(text=st.text(max_size=20))
@settings(max_examples=300, derandomize=True)
def test_no_text_breaks_the_reader(text):
    for field in (ENDOTOXIN, parameter("instant"), parameter("date"), parameter("yes_no"), parameter("text")):
        assert isinstance(read_entry(field, text, zone=SHANGHAI), Entered | Objection)


@given(
    number=st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=5),
    decimals=st.integers(0, 4),
)
@settings(max_examples=300, derandomize=True)
def test_rounding_twice_is_rounding_once(number, decimals):
    once = round_half_up(number, decimals)

    assert round_half_up(once, decimals) == once
    assert round_half_up(-number, decimals) == -once


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [("0.25", 1, "0.3"), ("9.95", 1, "10.0"), ("2.5", 0, "3"), ("79.6", 0, "80"), ("0.05", 1, "0.1")],
)
def test_a_half_goes_up(value, decimals, rounded):
    assert str(round_half_up(Decimal(value), decimals)) == rounded
