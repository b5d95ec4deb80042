"""What a coverage counts and says; what may be answered of a unit."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.recall import rules
from apps.recall.content import CUSTODY
from apps.recall.facts import Begun, LineFacts, Outcome, percent
from apps.recall.table import class_keys, clock_for, recall_table
from apps.units.facts import Custody

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
LINE = LineFacts("U1", "IN_STORE")


@pytest.mark.parametrize("custody", Custody)
def test_only_what_left_the_house_can_have_been_given_or_have_come_back(custody: Custody) -> None:
    left = {Custody.IN_TRANSIT, Custody.AT_SITE}
    offered = set(rules.outcomes_for(custody, is_mock=False))

    assert (Outcome.CAME_BACK in offered) == (custody in left)
    assert (Outcome.ADMINISTERED in offered) == (custody in left | {Custody.ADMINISTERED})
    assert (Outcome.NOT_FOUND in offered) == (custody not in {Custody.ADMINISTERED, Custody.DRAWN, Custody.DESTROYED})
    assert custody in CUSTODY  # and the report has a word for it


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(0, 3, "0"), (1, 3, "33.3"), (2, 3, "66.6"), (2999, 3000, "99.9"), (3000, 3000, "100"), (0, 0, "100")],
)
def test_a_share_is_cut_off_so_that_only_the_whole_is_a_hundred(part: int, whole: int, share: str) -> None:
    assert percent(part, whole) == Decimal(share)


def test_units_without_an_answer_and_units_not_found_are_both_missing_from_the_coverage() -> None:
    lines = [replace(LINE, unit=f"U{n}", outcome=outcome) for n, outcome in enumerate([None, *Outcome])]

    found = rules.coverage(lines)

    assert (found.units, found.found, found.unanswered, found.missing) == (7, 5, 1, ("U6",))
    assert found.units_percent == Decimal("71.4")
    assert not found.is_whole


def test_a_patient_is_reached_when_nobody_waits_for_any_of_their_units() -> None:
    one = LineFacts("U1", "AT_SITE", Outcome.CAME_BACK, "R-1", must_be_told=True, contacted_at=NOON)
    other = replace(one, unit="U2", contacted_at=None)
    third = replace(other, unit="U3", patient="R-2", contacted_at=NOON)

    found = rules.coverage([one, other, third])

    assert (found.patients, found.reached, found.to_tell, found.told) == (2, 1, 3, 2)
    assert not found.is_whole
    assert rules.coverage([one, third]).is_whole


def test_the_stopwatch_stands_at_the_last_answer() -> None:
    early, late = replace(LINE, found_at=NOON), replace(LINE, contacted_at=NOON.replace(hour=15))

    assert rules.coverage([early, late]).last_at == NOON.replace(hour=15)
    assert rules.coverage([LINE]).last_at is None


@pytest.mark.parametrize(
    ("custody", "outcome", "in_earnest", "in_exercise"),
    [
        ("IN_STORE", Outcome.LOCATED, True, True),
        ("IN_STORE", Outcome.CAME_BACK, False, False),
        ("AT_SITE", Outcome.LOCATED, False, True),
        ("AT_SITE", Outcome.CAME_BACK, True, False),
        ("IN_TRANSIT", Outcome.NOT_FOUND, True, True),
        ("ADMINISTERED", Outcome.ADMINISTERED, True, True),
        ("ADMINISTERED", Outcome.CAME_BACK, False, False),
        ("DESTROYED", Outcome.NOT_FOUND, False, False),
        ("DRAWN", Outcome.DRAWN, True, True),
    ],
)
def test_what_is_out_comes_back_in_earnest_and_is_seen_there_in_an_exercise(
    custody: str, outcome: Outcome, in_earnest: bool, in_exercise: bool
) -> None:
    line = replace(LINE, custody=custody)
    fits = [rules.does_not_fit(line, outcome, is_mock=is_mock) is None for is_mock in (False, True)]

    assert fits == [in_earnest, in_exercise]


def test_only_what_was_not_found_is_answered_for_again() -> None:
    assert rules.is_accounted_for(LINE) is None
    assert rules.is_accounted_for(replace(LINE, outcome=Outcome.NOT_FOUND)) is None
    assert rules.is_accounted_for(replace(LINE, outcome=Outcome.LOCATED)) is not None


def test_a_recall_in_earnest_has_a_class_and_each_has_a_reason() -> None:
    def codes(said: Begun) -> list[str]:
        return [one.code for one in rules.says_too_little(said, class_keys()) if one]

    assert codes(Begun(is_mock=False, classification="class_1", why="Glass")) == []
    assert codes(Begun(is_mock=True, classification="", why="Yearly")) == []
    assert codes(Begun(is_mock=False, classification="", why=" ")) == ["reason_missing", "class_missing"]
    assert codes(Begun(is_mock=True, classification="class_9", why="Yearly")) == ["class_missing"]


def test_each_class_has_its_clock_the_gravest_the_shortest_and_says_where_it_comes_from() -> None:
    hours = [clock_for(Begun(is_mock=False, classification=key, why=""))[0] for key in class_keys()]

    assert hours == sorted(hours)
    assert clock_for(Begun(is_mock=True, classification="class_3", why=""))[0] == recall_table().mock.hours
    cited = {one.source.cites for one in (*recall_table().classes, recall_table().mock)}
    assert cited <= set(recall_table().sources)
    assert all(one.source.site_to_confirm for one in recall_table().classes)
