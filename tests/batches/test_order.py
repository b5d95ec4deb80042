"""Order: what waits for what, side by side where the master says so, again until enough."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.batches.facts.words import StepState
from apps.batches.models import Step
from apps.batches.rules.order import is_out_of_order, occurrences_of, open_before
from apps.core.errors import Happened
from apps.products.facts import Place
from apps.quality.models import Event
from tests.batches.refusals import codes
from tests.batches.story import Room, small_record

DEFINITION = small_record().definition
STEPS = [found.place for found in DEFINITION.walk({"culture": 2, "culture[1].feed": 2})]


@given(st.randoms(use_true_random=False))
def test_whatever_is_tried_no_step_is_done_before_what_it_waits_for(chance: random.Random) -> None:
    states = dict.fromkeys(STEPS, StepState.OPEN)
    done: list[Place] = []
    for _ in range(3 * len(STEPS)):
        step = chance.choice(STEPS)
        if states[step] is StepState.OPEN and is_out_of_order(DEFINITION, step, states) is None:
            states[step] = StepState.DONE
            done.append(step)

    for i, step in enumerate(done):
        before = DEFINITION.predecessors(step, occurrences_of(states))
        assert set(before) <= set(done[:i])


@given(st.randoms(use_true_random=False))
def test_who_always_takes_a_step_that_waits_for_nothing_gets_through(chance: random.Random) -> None:
    states = dict.fromkeys(STEPS, StepState.OPEN)
    for _ in STEPS:
        free = [step for step in STEPS if states[step] is StepState.OPEN and not open_before(DEFINITION, step, states)]
        states[chance.choice(free)] = StepState.DONE

    assert set(states.values()) == {StepState.DONE}


def test_a_skipped_step_keeps_nobody_waiting() -> None:
    states = dict.fromkeys(STEPS, StepState.OPEN) | {Place("receipt", None, "arrive"): StepState.SKIPPED}

    assert is_out_of_order(DEFINITION, Place.parse("culture[1].clear"), states) is None


def test_parallel_branches_do_not_wait_for_each_other(room: Room) -> None:
    room.receipt()
    room.enter("culture[1].clear.clean", "yes")
    room.medium()
    room.witness("culture[1].clear")
    room.sign_step("culture[1].clear")

    assert room.flasks("culture[1].seed", 1)


def test_a_step_after_two_branches_waits_for_both(room: Room) -> None:
    room.receipt().medium()

    assert "out_of_order" in codes(lambda: room.flasks("culture[1].seed", 1))


@pytest.fixture
def fed(room: Room) -> Room:
    """Fed once, not confluent."""
    return room.receipt().clear_line().medium().seed().feed(confluent="no")


def test_what_follows_a_repeat_waits_for_its_criterion(fed: Room) -> None:
    fed.later(days=4)

    assert codes(lambda: fed.enter("culture[1].harvest.cells", "8.00")) == ["criterion_not_met"]


def test_the_next_occurrence_is_begun_then_filled(fed: Room) -> None:
    assert codes(lambda: fed.enter("culture[1].feed[2].confluent", "yes")) == ["not_begun"]
    fed.later(hours=30).again("culture[1].feed[2]")
    fed.feed(time=2)
    fed.later(days=3)

    assert fed.enter("culture[1].harvest.cells", "8.00").text == "8.00"


def test_an_occurrence_is_begun_when_the_one_before_is_done(room: Room) -> None:
    room.receipt().clear_line().medium().seed()

    assert codes(lambda: room.again("culture[1].feed[2]")) == ["out_of_order"]


def test_occurrences_are_not_skipped(fed: Room) -> None:
    assert codes(lambda: fed.again("culture[1].feed[3]")) == ["not_next"]


def test_an_occurrence_begun_twice_is_refused(fed: Room) -> None:
    fed.later(hours=30).again("culture[1].feed[2]")

    assert codes(lambda: fed.again("culture[1].feed[2]")) == ["not_next"]


def test_no_more_is_begun_once_it_is_enough(room: Room) -> None:
    room.receipt().clear_line().medium().seed().feed(confluent="yes")

    assert codes(lambda: room.again("culture[1].feed[2]")) == ["criterion_met"]


def test_what_does_not_repeat_is_not_begun_again(room: Room) -> None:
    assert codes(lambda: room.again("receipt.arrive")) == ["does_not_repeat"]
    assert codes(lambda: room.again("receipt")) == ["does_not_repeat"]


def test_at_most_so_often_as_the_master_says(fed: Room) -> None:
    for n in (2, 3):
        fed.later(hours=30).again(f"culture[1].feed[{n}]")
        fed.feed(time=n, confluent="no")

    assert codes(lambda: fed.again("culture[1].feed[4]")) == ["no_such_place"]


@pytest.mark.parametrize(("hours", "events"), [(30, []), (10, ["HOLD_TIME"]), (90, ["HOLD_TIME"])])
def test_a_repeat_that_comes_too_early_or_too_late_is_done_and_told(fed: Room, hours: int, events: list[str]) -> None:
    fed.later(hours=hours).again("culture[1].feed[2]")

    assert fed.events() == events


def test_a_stage_is_begun_again_with_all_its_steps(room: Room) -> None:
    room.receipt().passage(1, enough="no")
    begun = room.again("culture[2]")

    assert [row.place for row in begun][:3] == ["culture[2].clear", "culture[2].prepare", "culture[2].seed"]
    assert Step.objects.filter(batch=room.batch, section="culture[2]").count() == len(begun)


def test_the_stage_after_a_repeated_one_waits_for_its_criterion(room: Room) -> None:
    room.receipt().passage(1, enough="no")

    assert codes(lambda: room.flasks("closing.start_fill", 1, "pool")) == ["criterion_not_met"]


def test_cumulative_values_add_up_over_the_passages(room: Room) -> None:
    room.receipt().passage(1, enough="no").again("culture[2]")
    room.passage(2)

    row = room.batch.values.get(place="culture[2].growth.cumulative")
    assert row.text == "6"


def test_a_hold_time_is_judged_on_its_edges(room: Room) -> None:
    room.receipt().passage()
    harvested = room.batch.values.get(place="culture[1].harvest.harvested_at").instant
    room.now = harvested + timedelta(minutes=119)
    room.flasks("closing.start_fill", 1, "pool")
    row = room.enter("closing.start_fill.started_at", (harvested + timedelta(minutes=120)).isoformat())

    assert row.verdict == "ALERT"


def test_a_minute_over_the_hold_time_is_an_event(room: Room) -> None:
    room.receipt().passage()
    harvested = room.batch.values.get(place="culture[1].harvest.harvested_at").instant
    room.now = harvested + timedelta(minutes=121)
    room.flasks("closing.start_fill", 1, "pool")
    row = room.enter("closing.start_fill.started_at", (harvested + timedelta(minutes=121)).isoformat())

    assert row.verdict == "ACTION"
    assert Event.objects.get(subject=room.batch.record).kind == "HOLD_TIME"


def test_an_occurrence_that_was_begun_early_is_recorded_as_it_happened(room: Room) -> None:
    room.receipt().clear_line().medium().seed()
    begun = room.again("culture[1].feed[2]", happened=Happened(room.now, "Fed twice before the first was entered"))

    assert [row.place for row in begun] == ["culture[1].feed[2]"]
    assert room.events() == ["ACCEPTED_FACT"]
