"""Times outside the range, as a pure rule; and who was there, judged at both ends."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.storage.facts import Known, Spell, Warmth
from apps.storage.rules.excursions import assigned, beyond, holds_again, joined, mean_of, overlap, spells, told

BEGIN = datetime(2026, 11, 6, 8, 0, tzinfo=UTC)
COLD = Warmth(None, Decimal("-150.0"))
FRIDGE = Warmth(Decimal("2.0"), Decimal("8.0"))
GAP = timedelta(minutes=15)


def at(minutes: int) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def readings(*pairs: tuple[int, str]) -> list[tuple[datetime, Decimal]]:
    return [(at(minutes), Decimal(value)) for minutes, value in pairs]


def times(found: list[Spell]) -> list[tuple[int, int | None]]:
    """From which minute to which."""
    minute = timedelta(minutes=1)
    return [
        ((one.began_at - BEGIN) // minute, (one.ended_at - BEGIN) // minute if one.ended_at else None) for one in found
    ]


def test_an_excursion_lasts_from_the_first_reading_outside_to_the_first_one_back() -> None:
    (found,) = spells(readings((0, "-151"), (5, "-149"), (10, "-140.5"), (15, "-145"), (20, "-150.0")), COLD, GAP)

    assert times([found]) == [(5, 20)]
    assert (found.worst, found.readings, found.last_at) == (Decimal("-140.5"), 3, at(15))
    assert mean_of(found) == Decimal("-144.833")
    assert (found.length, found.unwatched) == (timedelta(minutes=15), timedelta(0))


def test_the_ends_of_the_range_belong_to_it() -> None:
    assert spells(readings((0, "2.0"), (5, "8.0")), FRIDGE, GAP) == []
    assert [beyond(Decimal(value), FRIDGE) for value in ("1.9", "8.1", "5")] == [
        Decimal("0.1"),
        Decimal("0.1"),
        Decimal(0),
    ]


def test_too_warm_and_too_cold_in_a_row_is_one_time_outside_and_its_worst_lies_furthest_out() -> None:
    (found,) = spells(readings((0, "9"), (5, "-4"), (10, "10"), (15, "5")), FRIDGE, GAP)

    assert (times([found]), found.worst) == ([(0, 15)], Decimal(-4))


def test_one_that_has_not_ended_is_open_and_known_as_far_as_its_last_reading() -> None:
    (found,) = spells(readings((0, "5"), (5, "9"), (10, "9")), FRIDGE, GAP)

    assert (times([found]), found.until) == ([(5, None)], at(10))


def test_what_is_tolerated_counts_from_the_moment_it_lasts_too_long() -> None:
    five = timedelta(minutes=5)
    short, long = readings((0, "9"), (4, "5")), readings((0, "9"), (5, "5"))

    assert told(spells(short, FRIDGE, GAP), five) == []
    assert times(told(spells(long, FRIDGE, GAP), five)) == [(0, 5)]
    assert told(spells(readings((0, "9")), FRIDGE, GAP), five) == []
    assert times(told(spells(readings((0, "9")), FRIDGE, GAP), timedelta(0))) == [(0, None)]


def test_a_short_time_counts_where_it_belongs_to_an_excursion_that_was_told() -> None:
    found = spells(readings((10, "9"), (12, "5")), FRIDGE, GAP)

    assert times(told(found, GAP, [Known(7, at(0), None)])) == [(10, 12)]
    assert told(found, GAP, [Known(7, at(0), at(10))]) == []


def test_what_nobody_watched_beside_a_reading_outside_counts_as_outside() -> None:
    found = spells(readings((0, "5"), (30, "9"), (35, "9"), (65, "9"), (95, "5")), FRIDGE, GAP)

    assert times(found) == [(0, 95)]
    assert (found[0].unwatched, found[0].readings) == (timedelta(minutes=90), 3)


def test_a_silence_as_long_as_declared_is_no_gap() -> None:
    (found,) = spells(readings((0, "5"), (15, "9"), (30, "5")), FRIDGE, GAP)

    assert (times([found]), found.unwatched) == ([(15, 30)], timedelta(0))


def test_a_silence_between_good_readings_is_no_excursion() -> None:
    assert spells(readings((0, "5"), (300, "5")), FRIDGE, GAP) == []


@pytest.mark.parametrize(
    ("stay", "meets"),
    [
        ((0, 10), False),
        ((0, 11), True),
        ((10, 20), True),
        ((12, 15), True),
        ((19, None), True),
        ((20, None), False),
        ((0, None), True),
    ],
)
def test_the_overlap_is_judged_at_both_ends_of_half_open_times(stay: tuple[int, int | None], meets: bool) -> None:
    end = at(stay[1]) if stay[1] is not None else None

    assert overlap(at(10), at(20), at(stay[0]), end) is meets


def test_an_open_time_meets_whatever_has_not_ended_before_it() -> None:
    assert overlap(at(10), None, at(500), at(501))
    assert not overlap(at(10), None, at(0), at(10))


def test_a_late_reading_lengthens_what_was_told_and_doubles_nothing() -> None:
    found = spells(readings((0, "5"), (5, "9"), (10, "9"), (20, "9"), (25, "5")), FRIDGE, GAP)

    ((spell, key),) = assigned([Known(7, at(10), at(25))], found, FRIDGE)

    assert (times([spell]), key) == ([(5, 25)], 7)


def test_what_was_told_never_falls_apart_nor_gets_shorter() -> None:
    found = spells(readings((0, "9"), (5, "5"), (10, "5"), (15, "11"), (20, "5")), FRIDGE, GAP)

    ((spell, key),) = assigned([Known(7, at(0), at(30))], found, FRIDGE)

    assert (times([spell]), key) == ([(0, 30)], 7)
    assert (spell.worst, spell.readings, spell.total) == (Decimal(11), 2, Decimal(20))


def test_what_belongs_to_nothing_told_stands_for_itself() -> None:
    found = spells(readings((0, "9"), (5, "5"), (10, "9"), (15, "5")), FRIDGE, GAP)

    assert [key for _, key in assigned([Known(7, at(5), at(10))], found, FRIDGE)] == [None, None]


def test_a_unit_is_held_again_only_by_what_concerns_it() -> None:
    assert not holds_again(at(10), at(20), at(30), is_worse=False)  # it had left before the new part
    assert holds_again(at(25), at(20), at(30), is_worse=False)
    assert holds_again(None, at(20), at(30), is_worse=False)
    assert not holds_again(None, at(20), at(20), is_worse=False)
    assert holds_again(at(10), at(20), at(20), is_worse=True)


MINUTES = st.integers(0, 300)
VALUES = st.integers(-40, 140).map(lambda tenths: Decimal(tenths) / 10)
SERIES = st.dictionaries(MINUTES, VALUES, max_size=40).map(
    lambda series: sorted((at(minute), value) for minute, value in series.items())
)
INTERVAL = st.tuples(MINUTES, st.one_of(st.none(), st.integers(1, 200))).map(
    lambda pair: (at(pair[0]), None if pair[1] is None else at(pair[0] + pair[1]))
)


@given(SERIES)
def test_every_reading_outside_lies_in_one_time_and_every_one_inside_in_none(
    series: list[tuple[datetime, Decimal]],
) -> None:
    found = spells(series, FRIDGE, GAP)

    for moment, value in series:
        within = [one for one in found if one.began_at <= moment and (one.ended_at is None or moment < one.ended_at)]
        starts_there = [one for one in within if one.began_at == moment and one.unwatched]
        assert len(within) == 1 if beyond(value, FRIDGE) else within == starts_there
    assert sum(one.readings for one in found) == sum(bool(beyond(value, FRIDGE)) for _, value in series)
    assert all(one.ended_at is None or one.ended_at <= other.began_at for one, other in pairwise(found))


@given(SERIES, st.data())
def test_readings_in_any_order_of_arrival_tell_the_same_in_the_end(
    series: list[tuple[datetime, Decimal]], data: st.DataObject
) -> None:
    """Told piece by piece, what is known covers each time outside once, and nothing twice."""
    known: list[Known] = []
    arrived: list[tuple[datetime, Decimal]] = []
    for reading in data.draw(st.permutations(series)):
        arrived.append(reading)
        found = told(spells(sorted(arrived), FRIDGE, GAP), timedelta(0), known)
        assert all(len([one for one in known if _meets(one, spell)]) <= 1 for spell in found)
        pairs = assigned(known, found, FRIDGE)
        taken = [key for _, key in pairs if key is not None]
        assert len(taken) == len(set(taken))
        new = [
            Known(len(arrived) * 100 + n if key is None else key, one.began_at, one.ended_at)
            for n, (one, key) in enumerate(pairs)
        ]
        known = sorted([*(one for one in known if one.key not in taken), *new], key=lambda one: one.began_at)

    for moment, value in series:
        if beyond(value, FRIDGE):
            assert (
                len(
                    [one for one in known if overlap(one.began_at, one.ended_at, moment, moment + timedelta(seconds=1))]
                )
                == 1
            )


def _meets(known: Known, spell: Spell) -> bool:
    return overlap(known.began_at, known.ended_at, spell.began_at, spell.ended_at)


@given(INTERVAL, INTERVAL)
def test_overlap_is_the_same_from_both_sides_and_agrees_with_the_minutes(
    one: tuple[datetime, datetime | None], other: tuple[datetime, datetime | None]
) -> None:
    shared = max(one[0], other[0]) < min(one[1] or at(2000), other[1] or at(2000))

    assert overlap(*one, *other) == overlap(*other, *one) == shared


@given(SERIES, SERIES)
def test_joining_adds_up(first: list[tuple[datetime, Decimal]], second: list[tuple[datetime, Decimal]]) -> None:
    for one in spells(first, FRIDGE, GAP):
        for other in spells(second, FRIDGE, GAP):
            both = joined(one, other, FRIDGE)
            assert both.readings == one.readings + other.readings
            assert both.total == one.total + other.total
            assert beyond(both.worst, FRIDGE) == max(beyond(one.worst, FRIDGE), beyond(other.worst, FRIDGE))
