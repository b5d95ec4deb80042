"""A task goes to a colleague who may do it, with a note that the trail keeps; nobody's rights move."""

import json
from typing import Any

import pytest
import time_machine

from apps.alerts.models import HandOver
from apps.audit.models import Entry
from apps.batches.models import Batch
from apps.desk.facts import Task
from apps.desk.selectors import desk_of
from apps.desk.services import hand_over_task, take_task_back
from apps.organisation.models import User
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor
from tests.desk.test_my_work import NANHU, happen

pytestmark = pytest.mark.django_db


def first_task(person: User) -> Task:
    return desk_of(person, AT, NANHU).tasks[0]


def given(giver: User, taker: User, note: str = "I am off at six") -> HandOver:
    key = first_task(giver).key
    return hand_over_task(person=giver, key=key, taker=taker, note=note, actor=actor(giver), at=AT)


def test_a_task_goes_to_a_colleague_with_a_note_that_the_trail_keeps(cast: Cast, batch: Batch) -> None:
    happen(batch)

    row = given(cast.quinn, cast.quentin)

    entry = Entry.objects.get(action="task.handed_over")
    assert (row.subject.number, row.ask) == ("CT-0042-E01", "Triage event")
    assert (entry.username, json.loads(entry.text)["reason"]) == ("quinn", "I am off at six")
    assert entry.record.address == "alerts/NANHU"
    assert first_task(cast.quinn) == first_task(cast.quentin)  # both may do it, as before


def test_a_task_goes_to_nobody_of_whom_it_is_not_asked(cast: Cast, batch: Batch) -> None:
    happen(batch)

    assert codes(lambda: given(cast.quinn, cast.olga)) == ["not_asked_of_them"]
    assert codes(lambda: given(cast.quinn, cast.quinn)) == ["to_oneself"]
    assert codes(lambda: given(cast.quinn, cast.quentin, note=" ")) == ["reason_missing"]
    key = first_task(cast.quinn).key
    words: dict[str, Any] = {"key": key, "taker": cast.oscar, "note": "x", "actor": actor(cast.olga), "at": AT}
    assert codes(lambda: hand_over_task(person=cast.olga, **words)) == ["not_asked"]
    assert not HandOver.objects.exists()


def test_a_task_is_in_one_hand_and_comes_back_by_who_gave_or_has_it(cast: Cast, batch: Batch) -> None:
    happen(batch)
    first = given(cast.quinn, cast.quentin)
    second = given(cast.quentin, cast.quinn, note="Yours after all")
    key = first_task(cast.quinn).key

    assert list(HandOver.objects.filter(ended_at=None)) == [second]
    assert HandOver.objects.get(pk=first.pk).ended_at == AT
    take_task_back(person=cast.quinn, key=key, actor=actor(cast.quinn), at=AT)
    assert not HandOver.objects.filter(ended_at=None).exists()
    assert codes(lambda: take_task_back(person=cast.quinn, key=key, actor=actor(cast.quinn), at=AT)) == ["not_given"]


def test_the_page_hands_over_and_both_desks_say_who_has_it(cast: Cast, batch: Batch, web_client: Any) -> None:
    happen(batch)
    url = f"/hand-over/?task={first_task(cast.quinn).key}"
    with time_machine.travel(AT, tick=False):
        quinn, quentin = web_client(cast.quinn), web_client(cast.quentin)
        asked = quinn.get(url).content.decode()
        refused = quinn.post(url, {"taker": "quentin", "note": ""})
        reply = quinn.post(url, {"taker": "quentin", "note": "Ask Olga first"})
        giver, mine = quinn.get("/").content.decode(), quinn.get("/?whose=mine").content.decode()
        taker = quentin.get("/?whose=mine").content.decode()
        back = quentin.post(url, {"back": "1"})

    assert cast.quentin.printed_name in asked
    assert cast.olga.printed_name not in asked
    assert (refused.status_code, reply.status_code, back.status_code) == (400, 302, 302)
    assert f"{cast.quentin.printed_name} has it in hand: Ask Olga first" in giver
    assert "Triage event" not in mine
    assert f"{cast.quinn.printed_name} gave it to you: Ask Olga first" in taker
    assert not HandOver.objects.filter(ended_at=None).exists()


def test_the_api_lists_ones_work_and_hands_it_over(cast: Cast, batch: Batch, api_client: Any) -> None:
    happen(batch)
    assert cast.quentin.is_active  # a colleague
    with time_machine.travel(AT, tick=False):
        client = api_client(cast.quinn)
        task = client.get("/api/v1/my-work/").json()[0]
        said = {"task": task["task"], "note": "Ask Olga first"}
        stranger = client.post("/api/v1/my-work/hand-over/", {**said, "taker": "rita"})
        reply = client.post("/api/v1/my-work/hand-over/", {**said, "taker": "quentin"})
        back = client.post("/api/v1/my-work/take-back/", {"task": task["task"]})

    assert (task["ask"], task["record"], task["risk"]) == ("Triage event", "CT-0042-E01", "MIDDLE")
    assert (stranger.status_code, stranger.json()["code"]) == (400, "unknown_colleague")
    assert reply.status_code == 201, reply.content
    assert reply.json()["taker"] == "quentin"
    assert back.json()["ended_at"] is not None


@pytest.mark.parametrize(
    ("query", "shown"), [("?q=e01", True), ("?q=lot", False), ("?risk=high", False), ("?risk=middle", True)]
)
def test_the_filter_of_the_address_chooses_among_what_is_asked(
    cast: Cast, batch: Batch, web_client: Any, query: str, shown: bool
) -> None:
    happen(batch)
    with time_machine.travel(AT, tick=False):
        page = web_client(cast.quinn).get(f"/{query}").content.decode()

    assert ("Triage event" in page) is shown
    assert ("Nothing of this kind waits for you." in page) is not shown
