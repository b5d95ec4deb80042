"""What the data support, when a window is open, whose label is in the hand: the rules alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Objection
from apps.products.definition.base import Source
from apps.products.definition.stability import TimePoint
from apps.products.facts import Certainty, Duration
from apps.stability import rules
from apps.stability.facts import PointFacts, RelabelState, Support
from apps.testing.facts import Standing
from apps.units.facts import Condition, Custody, Disposition, LabelCode, UnitFacts, UnitKind
from apps.units.rules import read_code

S = Standing
SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 1, 31, 4, 0, tzinfo=UTC)
MONTHS = (0, 3, 6, 9, 12, 18, 24)
ENDS = datetime(2027, 1, 1, tzinfo=UTC)
STATES = (Disposition.RELEASED, Condition.FROZEN, Custody.IN_STORE)
UNIT = UnitFacts("CT-0042-U01", UnitKind.PRODUCT, *STATES, ENDS)


def code(found: Objection | None) -> str:
    return found.code if found else ""


def point(month: int, *standings: Standing) -> PointFacts:
    return PointFacts(month, {f"test_{n}": one for n, one in enumerate(standings)})


def of(month: int, window: str = "7 d") -> TimePoint:
    source = Source(cites="x", certainty=Certainty.CP)
    return TimePoint(month=month, window=Duration.parse(window), source=source)


# --- what the data support ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("points", "months", "failed_at"),
    [
        ([point(0, S.PASSED), point(3, S.PASSED), point(6, S.PASSED)], 6, None),
        ([point(0, S.PASSED), point(3, S.PASSED), point(6, S.PASSED, S.AWAITED)], 3, None),
        ([point(0, S.PASSED), point(3, S.MISSING), point(6, S.PASSED)], 6, None),
        ([point(0, S.PASSED), point(3, S.PASSED), point(6, S.FAILED), point(9, S.PASSED)], 3, 6),
        ([point(0, S.PASSED), point(3, S.PASSED), point(6, S.PASSED, S.INVESTIGATED)], 3, 6),
        ([point(0, S.PASSED), point(3, S.NOT_EVALUABLE), point(6, S.PASSED)], 6, None),
        ([point(0, S.PASSED), point(3, S.UNREVIEWED)], 0, None),
        ([point(0, S.FAILED), point(3, S.PASSED)], 0, 0),
        ([point(0, S.AWAITED), point(3, S.PASSED)], 0, None),
        ([point(6, S.PASSED), point(0, S.PASSED), point(3, S.FAILED)], 0, 3),
        ([point(0, S.PASSED), point(3)], 0, None),
    ],
)
def test_the_last_month_that_passed_whole_is_supported(
    points: list[PointFacts], months: int, failed_at: int | None
) -> None:
    found = rules.supported(points, 24)

    assert (found.months, found.failed_at) == (months, failed_at)


def test_the_cap_of_the_master_record_ends_the_support() -> None:
    found = rules.supported([point(month, S.PASSED) for month in MONTHS], 10)

    assert found == Support(10, capped_at=10)


STANDINGS = st.lists(st.lists(st.sampled_from(list(Standing)), min_size=1, max_size=3), min_size=1, max_size=7)


@given(standings=STANDINGS, at_most=st.integers(1, 24))
def test_nothing_is_ever_supported_beyond_what_passed(standings: list[list[Standing]], at_most: int) -> None:
    points = [point(month, *told) for month, told in zip(MONTHS, standings, strict=False)]

    found = rules.supported(points, at_most)

    passed = [one.month for one in points if set(one.standings.values()) == {S.PASSED}]
    failed = [one.month for one in points if {S.FAILED, S.INVESTIGATED} & set(one.standings.values())]
    assert 0 <= found.months <= min(at_most, max(passed, default=0))
    assert all(month > found.months or found.months == 0 for month in failed)
    assert found.months == 0 or found.capped_at or found.months in passed


@given(standings=STANDINGS, at=st.integers(0, 6))
def test_a_failure_never_lengthens_what_is_supported(standings: list[list[Standing]], at: int) -> None:
    points = [point(month, *told) for month, told in zip(MONTHS, standings, strict=False)]
    n = at % len(points)
    worse = [*points[:n], point(points[n].month, S.FAILED), *points[n + 1 :]]

    assert rules.supported(worse, 24).months <= rules.supported(points, 24).months


@pytest.mark.parametrize(
    ("support", "says"),
    [
        (Support(6), "The data support 6 months: every required test passed up to there."),
        (Support(3, failed_at=6), "The data support 3 months: month 6 failed, and nothing after it counts."),
        (Support(24, capped_at=24), "The data support 24 months, the most that the master record allows."),
        (Support(0), "The data support nothing yet: no time point has passed whole."),
        (Support(0, begun=False), "The data support nothing yet: the release tests have not all passed."),
    ],
)
def test_it_is_said_in_words(support: Support, says: str) -> None:
    assert rules.said(support).text == says


# --- windows --------------------------------------------------------------------------------------------------------
def test_a_month_ends_on_the_last_day_where_it_is_shorter() -> None:
    assert rules.window_of(of(1), START, SHANGHAI).due_at == datetime(2026, 2, 28, 4, 0, tzinfo=UTC)


def test_a_window_is_open_to_the_minute_on_both_sides() -> None:
    window, minute = rules.window_of(of(3), START, SHANGHAI), timedelta(minutes=1)

    assert window.ends_at - window.opens_at == timedelta(days=14)
    assert code(rules.is_too_early(window, window.opens_at - minute)) == "before_the_window"
    assert rules.is_too_early(window, window.opens_at) is None
    assert not rules.is_late(window, window.ends_at)
    assert rules.is_late(window, window.ends_at + minute)


# --- a later expiry -------------------------------------------------------------------------------------------------
def test_no_life_is_longer_than_the_data_support_or_the_master_allows() -> None:
    assert rules.is_beyond_the_data(18, Support(18)) is None
    assert code(rules.is_beyond_the_data(19, Support(18))) == "beyond_the_data"
    assert code(rules.is_beyond_the_data(0, Support(0))) == "beyond_the_data"
    assert rules.is_beyond_the_cap(24, 24) is None
    assert code(rules.is_beyond_the_cap(25, 24)) == "beyond_the_cap"


@pytest.mark.parametrize(
    "state",
    [
        {"custody": Custody.RESERVED},
        {"custody": Custody.SET_APART},
        {"custody": Custody.IN_TRANSIT},
        {"custody": Custody.AT_SITE},
        {"custody": Custody.DESTROYED},
        {"condition": Condition.THAWED},
        {"condition": Condition.SPENT},
        {"disposition": Disposition.REJECTED},
        {"disposition": Disposition.RECALLED},
    ],
)
def test_only_what_lies_unused_in_the_store_lives_longer(state: dict[str, object]) -> None:
    assert rules.is_not_in_stock(UNIT) is None
    assert code(rules.is_not_in_stock(replace(UNIT, **state))) == "not_in_stock"


def test_an_extension_is_later_by_a_minute_at_least() -> None:
    assert code(rules.is_no_later(UNIT, UNIT.expires_at)) == "no_later"
    assert rules.is_no_later(UNIT, UNIT.expires_at + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        (LabelCode("unit/CT-0042-U01", UNIT.expires_at), ""),
        (LabelCode("unit/CT-0042-U02", UNIT.expires_at), "wrong_label"),
        (LabelCode("unit/CT-0042-U01", UNIT.expires_at - timedelta(days=365)), "wrong_label"),
        (read_code("CT-0042-U01"), "no_label_code"),
    ],
)
def test_the_label_in_the_hand_is_the_new_one_of_this_unit(label: LabelCode | Objection, wrong: str) -> None:
    assert code(rules.is_another_label("CT-0042-U01", label, UNIT.expires_at)) == wrong


def test_a_unit_takes_each_step_of_its_relabelling_once() -> None:
    wanted = RelabelState.PRINTED

    assert rules.is_not_waiting("U", wanted, wanted) is None
    assert code(rules.is_not_waiting("U", RelabelState.APPLIED, wanted)) == "wrong_relabel_state"
    assert code(rules.is_not_waiting("U", None, wanted)) == "wrong_unit"
