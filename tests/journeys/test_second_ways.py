"""What already happened is recorded, and what was already recorded is shown: the second ways of a batch's first story.

The story is played by the services to the middle of the fill; what follows is done through the API.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.desk.story.playing import play
from apps.units.models import Unit
from tests.journeys.api_player import API, ApiRefused, ApiStage
from tests.journeys.conftest import founded, story_of, until

pytestmark = pytest.mark.django_db
BATCH = f"{API}/batches/CT-0042"
FILLED = "D26 11:39"  # twelve units are filled, the values of the step not entered yet


@pytest.fixture(scope="module")
def filled(installations: Callable[[], AbstractContextManager[None]]) -> Iterator[ApiStage]:
    """The batch right after its twelve units were filled."""
    with installations():
        story = story_of("ct_0042")
        stage = founded(story)
        play(until(story, FILLED, stage), stage)
        yield ApiStage(stage)


@pytest.fixture
def stage(filled: ApiStage) -> Iterator[ApiStage]:
    """The clock stands at the fill; sessions begin anew, for those of an earlier test were undone with it."""
    with time_machine.travel(filled.stage.instant(FILLED), tick=False):
        yield ApiStage(filled.stage)


def refused(act: Callable[[], Any]) -> ApiRefused:
    with pytest.raises(ApiRefused) as found:
        act()
    return found.value


def one_more(stage: ApiStage, **how: object) -> Any:
    body = {"filled_at": stage.instant("D26 11:38"), "counts": {"product": 1}, **how}
    return stage.post("operator", f"{BATCH}/fill/", body)


def test_a_thirteenth_unit_has_neither_container_nor_label(stage: ApiStage) -> None:
    refusal = refused(lambda: one_more(stage))

    assert refusal.status == 409
    assert {"no_container", "no_label"} <= refusal.codes
    assert Unit.objects.count() == 12


def test_a_thirteenth_unit_that_was_filled_is_recorded_with_what_stood_against_it_and_opens_an_event(
    stage: ApiStage,
) -> None:
    happened = {"at": stage.instant("D26 11:38"), "reason": "A spare bag lay in the cabinet and was filled"}
    (unit,) = one_more(stage, happened=happened)
    events = stage.all("qa", f"{API}/events/", subject="batch/CT-0042", state="OPEN")

    assert unit["number"] == "CT-0042-U13"
    assert (unit["kind"], unit["disposition"]) == ("PRODUCT", "QUARANTINED")
    assert events[-1]["severity"] in ("MAJOR", "CRITICAL")
    holds = stage.all("qa", f"{API}/holds/", record="batch/CT-0042", open="true", blocks="CERTIFY")
    assert [hold for hold in holds if events[-1]["number"] in hold["text"] or hold["key"].startswith("event:")]


def test_the_balance_does_not_close_over_a_unit_without_container(stage: ApiStage) -> None:
    one_more(stage, happened={"at": stage.instant("D26 11:38"), "reason": "A spare bag was filled"})

    refusal = refused(lambda: stage.post("operator2", f"{BATCH}/reconciliations/", {"counted": "CONTAINERS"}))

    assert refusal.status == 409


def enter(stage: ApiStage, who: str, text: str) -> Any:
    return stage.post(who, f"{BATCH}/values/", {"place": "fill.fill_units.mean_volume", "text": text})


def test_the_second_tablet_is_shown_both_values_with_persons_and_times(stage: ApiStage) -> None:
    first = enter(stage, "operator", "10.02")
    with time_machine.travel(stage.stage.instant(FILLED) + timedelta(seconds=40), tick=False):
        refusal = refused(lambda: enter(stage, "operator2", "10.05"))

    told = next(one for one in refusal.body["objections"] if one["code"] == "already_recorded")
    assert refusal.status == 409
    assert (told["facts"]["theirs"], told["facts"]["yours"]) == ("10.02 mL", "10.05")
    assert (told["facts"]["by"], told["facts"]["value_id"]) == ("Lin Wei", str(first["id"]))
    assert datetime.fromisoformat(told["facts"]["recorded_at"]) == stage.stage.instant(FILLED)


def test_the_second_tablet_corrects_with_a_reason_and_both_values_stay(stage: ApiStage) -> None:
    first = enter(stage, "operator", "10.02")
    url = f"{BATCH}/values/fill.fill_units.mean_volume/"
    body = {"supersedes": first["id"], "text": "10.05", "reason": "Read again with the second weighing"}

    stage.post("operator2", f"{url}corrections/", body)

    shown = stage.get("operator", url)["values"]
    assert [(row["text"], row["recorded_by"]) for row in shown] == [("10.02", "operator"), ("10.05", "operator2")]
