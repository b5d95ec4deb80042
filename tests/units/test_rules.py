"""Expiry to the minute, containers and labels that must be there, balances that close at exactly 100 %."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.identity.facts import DataStructure
from apps.identity.rules.contents import write_moment
from apps.products.definition import Definition
from apps.products.facts import Duration
from apps.products.loader import SEEDS, load
from apps.units import rules
from apps.units.facts import (
    Balance,
    Condition,
    Counted,
    Custody,
    Disposition,
    LabelCode,
    LabelFate,
    UnitFacts,
    UnitKind,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
FILLED = datetime(2026, 11, 5, 6, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load(SEEDS / "products" / "msc_covid19" / "v1").definition


def unit(**changes: object) -> UnitFacts:
    facts = {
        "number": "CT-0042-U01",
        "kind": UnitKind.PRODUCT,
        "disposition": Disposition.QUARANTINED,
        "condition": Condition.FROZEN,
        "custody": Custody.IN_STORE,
        "expires_at": FILLED + timedelta(hours=1),
    }
    return UnitFacts(**{**facts, **changes})  # type: ignore[arg-type]


def code_of(objection: Objection | None) -> str:
    return objection.code if objection else ""


# --- expiry ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "code"),
    [
        (FILLED + timedelta(minutes=59), ""),
        (FILLED + timedelta(minutes=59, seconds=59), ""),
        (FILLED + timedelta(minutes=60), "expired"),
    ],
)
def test_a_unit_is_usable_to_the_minute_before_its_expiry(at: datetime, code: str) -> None:
    assert code_of(rules.is_expired(unit(), at)) == code


def test_the_refusal_of_an_expired_unit_names_unit_and_instant() -> None:
    objection = rules.is_expired(unit(), FILLED + timedelta(hours=2))

    assert objection is not None
    assert objection.text == "Unit CT-0042-U01 expired on 2026-11-05 07:06 UTC."


@pytest.mark.parametrize(
    ("life", "since", "zone", "until"),
    [
        ("60 min", "2026-11-05T06:06:59+00:00", SHANGHAI, "2026-11-05T07:06:00+00:00"),  # seconds are cut off
        ("12 mo", "2026-11-05T06:06:00+00:00", SHANGHAI, "2027-11-05T06:06:00+00:00"),
        ("1 mo", "2027-01-31T06:00:00+00:00", SHANGHAI, "2027-02-28T06:00:00+00:00"),  # the last day of a shorter month
        ("1 mo", "2028-01-31T06:00:00+00:00", SHANGHAI, "2028-02-29T06:00:00+00:00"),
        ("12 mo", "2028-02-29T06:00:00+00:00", SHANGHAI, "2029-02-28T06:00:00+00:00"),
        # Already the 31st in Shanghai, still the 30th in UTC: the calendar of the site counts.
        ("1 mo", "2027-01-30T17:00:00+00:00", SHANGHAI, "2027-02-27T17:00:00+00:00"),
        # Clocks go forward in the night: elapsed hours are hours.
        ("24 h", "2027-03-27T12:00:00+01:00", BERLIN, "2027-03-28T13:00:00+02:00"),
        # A month keeps the time of day of the site.
        ("1 mo", "2027-03-15T12:00:00+01:00", BERLIN, "2027-04-15T12:00:00+02:00"),
    ],
)
def test_a_shelf_life_ends(life: str, since: str, zone: ZoneInfo, until: str) -> None:
    ends = rules.expiry_of(Duration.parse(life), datetime.fromisoformat(since), zone)

    assert ends == datetime.fromisoformat(until)


def test_the_label_speaks_of_the_frozen_state_that_follows_the_fill(definition: Definition) -> None:
    assert rules.first_state(definition).key == "filled"
    assert rules.labelled_state(definition).key == "frozen"


@pytest.mark.parametrize(
    ("printed", "code"),
    [(FILLED, ""), (FILLED - timedelta(days=1), ""), (FILLED + timedelta(minutes=1), "label_outlives_unit")],
)
def test_a_label_promises_less_or_the_same_never_more(printed: datetime, code: str) -> None:
    assert code_of(rules.label_outlives_unit("CT-0042-U01", printed, FILLED)) == code


# --- the fill -------------------------------------------------------------------------------------------------------
def test_units_are_numbered_by_the_pattern_of_the_master(definition: Definition) -> None:
    numbers = rules.planned_numbers(definition, "CT-0042")

    assert (numbers[0], numbers[-1], len(numbers)) == ("CT-0042-U01", "CT-0042-U12", 12)


@pytest.mark.parametrize(("free", "code"), [(2, ""), (1, "no_container"), (0, "no_container"), (-1, "no_container")])
def test_each_unit_takes_a_free_container(free: int, code: str) -> None:
    assert code_of(rules.has_no_container(["U01", "U02"], free)) == code


def test_the_missing_container_is_named_by_the_unit_that_lacks_it() -> None:
    objection = rules.has_no_container(["U12", "U13"], 1)

    assert objection is not None
    assert objection.facts["units"] == "U13"


def test_each_unit_takes_the_label_printed_for_its_number() -> None:
    assert rules.has_no_label(["U12"], {"U12"}) is None
    assert code_of(rules.has_no_label(["U12", "U13"], {"U12"})) == "no_label"


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"product": 9, "retained": 2, "qc": 1}, ""),
        ({"product": 0, "qc": 0}, "nothing_filled"),
        ({}, "nothing_filled"),
        ({"product": -1, "qc": 2}, "nothing_filled"),
        ({"bags": 3}, "unknown_division"),
    ],
)
def test_a_fill_names_divisions_of_the_master(definition: Definition, counts: dict[str, int], code: str) -> None:
    assert code_of(rules.is_no_fill(counts, definition)) == code


def test_retained_and_quality_control_units_must_come_from_the_same_fill(definition: Definition) -> None:
    assert rules.falls_short({"product": 9, "retained": 2, "qc": 1}, definition) == ()

    short = rules.falls_short({"product": 12}, definition)
    assert [objection.facts["division"] for objection in short] == ["Retained", "Quality control"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [("9.5", ""), ("10.5", ""), ("9.499", "out_of_tolerance"), ("10.501", "out_of_tolerance")],
)
def test_the_fill_volume_lies_within_five_per_cent(definition: Definition, amount: str, code: str) -> None:
    assert code_of(rules.is_out_of_tolerance(Decimal(amount), definition.units.fill.volume, "volume")) == code


@pytest.mark.parametrize("text", ["", "0", "-1", "ten", "1e400", "9,5", "NaN", "<5"])
def test_an_amount_that_is_no_amount_is_refused(definition: Definition, text: str) -> None:
    read = rules.read_amount(text, definition.units.fill.volume, "volume")

    assert isinstance(read, Objection)
    assert read.place == "volume"


@pytest.mark.parametrize("state", BatchState)
def test_units_are_made_while_the_batch_runs_and_their_record_is_locked_by_certification(state: BatchState) -> None:
    assert (rules.is_not_running(state) is None) == (state is BatchState.RUNNING)
    assert (rules.is_locked(state) is not None) == (state in (BatchState.CERTIFIED, BatchState.RELEASED))


# --- labels and balances --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fate", "to", "code"),
    [
        (LabelFate.PRINTED, LabelFate.APPLIED, ""),
        (LabelFate.PRINTED, LabelFate.DESTROYED, ""),
        (LabelFate.PRINTED, LabelFate.SPECIMEN, ""),
        (LabelFate.APPLIED, LabelFate.DESTROYED, ""),  # taken off again, with a reason
        (LabelFate.APPLIED, LabelFate.SPECIMEN, "label_settled"),
        (LabelFate.APPLIED, LabelFate.APPLIED, "label_settled"),
        (LabelFate.DESTROYED, LabelFate.APPLIED, "label_settled"),
        (LabelFate.DESTROYED, LabelFate.SPECIMEN, "label_settled"),
        (LabelFate.SPECIMEN, LabelFate.DESTROYED, "label_settled"),
    ],
)
def test_what_became_of_a_label_is_said_once(fate: LabelFate, to: LabelFate, code: str) -> None:
    assert code_of(rules.is_settled(7, fate, to)) == code


@pytest.mark.parametrize(
    ("fates", "code"),
    [
        ({LabelFate.APPLIED: 12, LabelFate.SPECIMEN: 1, LabelFate.DESTROYED: 1}, ""),
        ({LabelFate.APPLIED: 12, LabelFate.SPECIMEN: 1, LabelFate.PRINTED: 1}, "balance_open"),
        ({LabelFate.APPLIED: 999, LabelFate.PRINTED: 1}, "balance_open"),  # 99.9 % is not closed
        ({}, "nothing_to_reconcile"),
    ],
)
def test_labels_close_at_exactly_one_hundred_per_cent(fates: dict[LabelFate, int], code: str) -> None:
    assert code_of(rules.does_not_close(rules.labels_balance(fates))) == code


@pytest.mark.parametrize(
    ("issued", "filled", "lost", "returned", "difference"),
    [(14, 12, 1, 1, 0), (14, 12, 1, 0, 1), (12, 13, 0, 0, -1), (12, 12, 0, 0, 0)],
)
def test_containers_close_at_exactly_one_hundred_per_cent(
    issued: int, filled: int, lost: int, returned: int, difference: int
) -> None:
    balance = rules.containers_balance(issued, filled, lost, returned)

    assert balance.difference == difference
    assert (rules.does_not_close(balance) is None) == (difference == 0)


counts = st.integers(min_value=0, max_value=5000)


@seed(2026)
@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(list(LabelFate)), counts))
def test_labels_close_exactly_when_none_is_left_without_a_fate(fates: dict[LabelFate, int]) -> None:
    balance = rules.labels_balance(fates)

    assert balance.made == sum(fates.values())
    assert balance.difference == fates.get(LabelFate.PRINTED, 0)
    assert balance.closes == (fates.get(LabelFate.PRINTED, 0) == 0)


@seed(2026)
@settings(max_examples=200, deadline=None)
@given(counts, counts, counts, counts)
def test_a_balance_closes_exactly_when_its_per_cent_is_one_hundred(
    issued: int, filled: int, lost: int, returned: int
) -> None:
    balance = rules.containers_balance(issued, filled, lost, returned)

    assert balance.closes == (issued == filled + lost + returned)
    if issued:
        assert (balance.percent == 100) == balance.closes
    assert (rules.does_not_close(balance) is None) == (issued > 0 and balance.closes)


def test_too_many_do_not_balance_too_few() -> None:
    assert Balance(Counted.CONTAINERS, 12, {"FILLED": 13}).percent == Decimal(100) * 13 / 12
    assert code_of(rules.does_not_close(Balance(Counted.CONTAINERS, 12, {"FILLED": 13}))) == "balance_open"


# --- the symbol -----------------------------------------------------------------------------------------------------
@seed(2026)
@settings(max_examples=100, deadline=None)
@given(
    st.from_regex(r"[A-Z]{2}-[0-9]{4}-U[0-9]{2}", fullmatch=True),
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2060, 1, 1)),  # noqa: DTZ001
)
def test_what_is_written_on_a_label_is_read_back(number: str, expires: datetime) -> None:
    code = LabelCode(f"unit/{number}", expires.replace(second=0, microsecond=0, tzinfo=UTC))

    assert rules.read_code(rules.code_text(code)) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unit/CT-0042-U01",
        "(91)unit/CT-0042-U01",
        "(91)lot/PL-121(92)20271105T0606Z",
        "(91)unit/CT-0042-U01(92)20271305T0606Z",
        "(91)unit/CT-0042-U01(92)20271105T0606Z ",
        "(91)unit/CT-0042-U01(92)20271105T0606Z\n(91)x",
    ],
)
def test_a_symbol_that_is_not_ours_is_refused(text: str) -> None:
    read = rules.read_code(text)

    assert isinstance(read, Objection)
    assert read.code == "no_label_code"


@pytest.mark.parametrize(
    ("expires", "zone", "text"),
    [
        ("2026-11-23T18:30:00+08:00", SHANGHAI, "&>0263271830"),  # the example of the standard
        ("2028-12-31T23:59:00+08:00", SHANGHAI, "&>0283662359"),  # day 366 of a leap year
        ("2027-12-31T23:59:00+08:00", SHANGHAI, "&>0273652359"),
        ("2026-11-23T10:30:00+00:00", SHANGHAI, "&>0263271830"),  # written in the site's time
        ("1999-01-01T00:00:00+01:00", BERLIN, "&>9990010000"),
    ],
)
def test_the_expiry_of_isbt_128(expires: str, zone: ZoneInfo, text: str) -> None:
    assert write_moment(DataStructure.EXPIRY_TIME, datetime.fromisoformat(expires), zone).text == text
