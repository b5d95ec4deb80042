"""The notation, what a store keeps, and time out of it: rules alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.errors import Objection
from apps.products.facts import Verdict
from apps.storage import rules
from apps.storage.facts import Grid, Place, StayFacts, Warmth
from tests.cast import AT
from tests.testing.story import definition

CODES = st.from_regex(r"[A-Z0-9_-]{1,20}", fullmatch=True)
PLACES = st.builds(Place, CODES, CODES, CODES, st.integers(1, 26), st.integers(1, 99))
MINUTE = timedelta(minutes=1)


@settings(deadline=None)
@given(PLACES)
def test_what_is_printed_of_a_position_is_read_back_as_the_same(place: Place) -> None:
    assert rules.read_place(str(place)) == place
    assert rules.read_place(f" {str(place).lower()}\n") == place


@settings(deadline=None)
@given(st.text(max_size=30))
def test_a_text_is_one_position_or_none(text: str) -> None:
    found = rules.read_place(text)
    assert isinstance(found, Objection) or str(found) == text.strip().upper()


@pytest.mark.parametrize(
    "text", ["", "LN-03", "LN-03/4/2", "LN-03/4/2/6E", "LN-03/4/2/E0", "LN-03/4/2/E06", "LN-03/4/2/E100", "LN.3/4/2/E6"]
)
def test_what_is_no_position_is_refused(text: str) -> None:
    found = rules.read_place(text)
    assert isinstance(found, Objection)
    assert (found.code, found.place) == ("no_position", "position")


def test_a_position_outside_its_box_does_not_exist() -> None:
    grid = Grid(8, 8)
    assert rules.lies_outside(Place("T", "1", "1", 8, 8), grid) is None
    assert rules.lies_outside(Place("T", "1", "1", 9, 1), grid) is not None
    assert rules.lies_outside(Place("T", "1", "1", 1, 9), grid) is not None


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.data())
def test_only_positions_with_room_are_proposed_each_once(
    rows: int, columns: int, capacity: int, data: st.DataObject
) -> None:
    grid = Grid(rows, columns, capacity)
    every = list(rules.spots(grid))
    taken = data.draw(st.dictionaries(st.sampled_from(every), st.integers(1, capacity)))
    free = rules.free_spots(grid, taken, len(every))
    assert free == [spot for spot in every if taken.get(spot, 0) < capacity]
    assert rules.free_spots(grid, taken, 2) == free[:2]


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (None, "-150", True),
        ("-196", "-150", True),
        (None, "-149.9", False),  # within the limit of -135, beyond the action level of -150
        (None, "-80", False),
        ("2", "8", False),
    ],
)
def test_a_frozen_unit_lies_where_the_action_level_of_its_state_is_kept(
    low: str | None, high: str | None, kept: bool
) -> None:
    frozen = definition().storage.state("frozen")
    assert frozen is not None
    warmth = Warmth(Decimal(low) if low else None, Decimal(high) if high else None)
    assert rules.keeps(warmth, rules.warmth_of(frozen)) is kept


def test_a_tank_is_no_place_for_what_must_not_freeze() -> None:
    fresh = definition().storage.state("filled")
    assert fresh is not None
    assert not rules.keeps(Warmth(None, Decimal("-150")), rules.warmth_of(fresh))
    assert rules.keeps(Warmth(Decimal("2"), Decimal("8")), rules.warmth_of(fresh))


# --- time out of the store ------------------------------------------------------------------------------------------
STEPS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=12)


def stays_of(steps: list[tuple[int, int]]) -> list[StayFacts]:
    """Stays from (minutes before it, minutes inside) pairs; the last has not ended."""
    found, clock = [], AT
    for before, inside in steps:
        came = clock + before * MINUTE
        clock = came + inside * MINUTE
        found.append(StayFacts("T/1/1/A1", came, clock))
    return [*found[:-1], StayFacts("T/1/1/A1", found[-1].in_at)]


@settings(deadline=None)
@given(STEPS)
def test_time_out_and_time_in_fill_the_time_from_the_first_way_in_to_the_last(steps: list[tuple[int, int]]) -> None:
    stays = stays_of(steps)
    inside = sum((stay.out_at - stay.in_at for stay in stays if stay.out_at), timedelta())
    assert inside + rules.time_out(stays) == stays[-1].in_at - stays[0].in_at


@settings(deadline=None)
@given(STEPS, st.randoms())
def test_the_order_in_which_stays_are_read_does_not_matter(steps: list[tuple[int, int]], dice: object) -> None:
    stays = [stay for stay in stays_of(steps) if stay.out_at is None or stay.out_at > stay.in_at]
    mixed = list(stays)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert rules.outings(mixed) == rules.outings(stays)


def test_a_move_from_place_to_place_is_no_time_out() -> None:
    stays = [StayFacts("T/1/1/A1", AT, AT + MINUTE), StayFacts("T/1/1/A2", AT + MINUTE)]
    assert rules.outings(stays) == ()


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0, Verdict.PASS), (120, Verdict.PASS), (122, Verdict.PASS), (123, Verdict.ACTION)]
)
def test_each_time_out_is_judged_by_the_minutes_of_the_master_record(seconds: int, verdict: Verdict) -> None:
    # 2.0 min, compared as rounded: 2.03 is 2.0, 2.05 is 2.1.
    limit = rules.handling_limit(definition())
    assert rules.judge_outing(limit, timedelta(seconds=seconds)).verdict is verdict
    assert rules.limit_words(limit) == "≤ 2.0 min"


def test_without_a_limit_the_time_is_only_recorded() -> None:
    assert rules.judge_outing(None, timedelta(days=3)).verdict is Verdict.RECORDED
    assert rules.limit_words(None) == ""
