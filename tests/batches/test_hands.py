"""Hands: trained, gowned and qualified in date at the moment of use; what was done all the same is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.alerts.facts import AlertKind
from apps.alerts.selectors import due_things
from apps.audit.models import Entry
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import Happened, NotAllowed, RuleBroken
from apps.core.roles import Role
from apps.facility.content import clearance_content
from apps.facility.facts import Grade
from apps.facility.services import clear_line, leave_room, open_room
from apps.organisation.models import Training
from apps.organisation.services import acknowledge_training, record_training
from apps.organisation.trainings import lapsing_trainings, subjects_of
from apps.products.loader import standard_tables, validated
from apps.products.reading import Reading
from apps.quality.models import Event
from tests.batches.refusals import codes
from tests.batches.story import Room, approved, instrument, planned_room, small_data, start
from tests.cast import AT, Cast, actor, give_role, sign_as, site_of, train

TEMPERATURE = "receipt.arrive.temperature"
GOWNING = "qualification/gowning"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def demanding() -> Any:
    """The small record, whose receipt asks for gowned hands."""
    data = small_data()
    stages = [
        {**stage, "steps": [{**step, "environment": "a_in_b"} for step in stage["steps"]]}
        for stage in data["preparation"]["stages"]
    ]
    gowning = {
        "key": "gowning",
        "label": {"en": "Gowning", "zh": "更衣"},
        "environments": ["a_in_b"],
        "valid_for": "12 mo",
        "source": "site_practice CP",
    }
    preparation = {**data["preparation"], "stages": stages, "qualifications": [gowning]}
    return validated(Reading({**data, "preparation": preparation}), standard_tables())


@pytest.fixture
def gowned(cast: Cast) -> Room:
    """A running batch whose steps ask for gowning."""
    return start(planned_room(cast, version=approved(demanding())))


def test_gowning_is_judged_at_the_moment_of_use(gowned: Room) -> None:
    olga = gowned.cast.olga
    assert codes(lambda: gowned.enter(TEMPERATURE, "4.1")) == ["training_missing"]

    train(olga, GOWNING, at=AT - DAY, until=gowned.now)
    assert codes(lambda: gowned.enter(TEMPERATURE, "4.1")) == ["training_missing"]
    train(olga, GOWNING, at=AT - DAY, until=gowned.now + DAY)
    assert gowned.enter(TEMPERATURE, "4.1").text == "4.1"


def test_a_training_is_valid_from_its_record_until_its_end_to_the_second(cast: Cast) -> None:
    train(cast.olga, GOWNING, at=AT, until=AT + DAY)

    def held(at: Any) -> set[str]:
        return subjects_of("olga", [GOWNING, "qualification/media_fill"], at)

    assert held(AT - SECOND) == held(AT + DAY) == set()
    assert held(AT) == held(AT + DAY - SECOND) == {GOWNING}
    assert codes(lambda: train(cast.olga, GOWNING, at=AT, until=AT)) == ["no_length"]
    assert train(cast.olga, GOWNING, at=AT, until=AT + SECOND).valid_until == AT + SECOND


def test_one_batch_is_open_in_a_work_zone(gowned: Room) -> None:
    cast, quinn = gowned.cast, {"actor": actor(gowned.cast.quinn), "at": AT}
    train(cast.olga, GOWNING, at=AT - DAY)
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        other = change.open_record("batch", "CT-0099", site="NANHU")
    room = open_room(code="B2-101", grade=Grade.B, label_en="B2", label_zh="B2", site=site_of("NANHU"), **quinn)
    instrument(cast, "INC-07", "incubator", room=room)
    gowned.receipt().clear_line().medium().seed()
    clear_line(
        room=room, cleared_for=other, signing=sign_as(cast.olga, clearance_content(room, other)),
        actor=actor(cast.olga), at=AT,
    )  # fmt: skip

    place = "culture[1].feed[1].incubator"
    assert codes(lambda: gowned.enter(place, "INC-07")) == ["zone_of_another"]
    leave_room(room=room, actor=actor(cast.olga), at=gowned.now)
    assert gowned.enter(place, "INC-07").text == "INC-07"


def test_what_an_untrained_person_did_is_refused_and_can_be_recorded_with_an_event(room: Room) -> None:
    nora = room.cast.nora
    give_role(nora, Role.OPERATOR)
    with pytest.raises(RuleBroken) as refused:
        room.enter(TEMPERATURE, "4.1", who=nora)
    assert refused.value.code == "training_missing"
    assert Entry.objects.filter(record=room.batch.record, action="access.refused", username="nora").exists()

    row = room.enter(TEMPERATURE, "4.1", who=nora, happened=Happened(room.now, "She was alone with the box"))
    assert [one["code"] for one in row.overridden] == ["training_missing"]
    assert Event.objects.filter(kind="ACCEPTED_FACT").exists()


def test_quality_assurance_records_a_training_and_the_trainee_acknowledges_it(cast: Cast) -> None:
    said: dict[str, Any] = {"subject": GOWNING, "reference": "TR-9", "at": AT}
    trained = record_training(user=cast.olga, actor=actor(cast.quinn), until=AT + DAY, **said)

    assert codes(lambda: acknowledge_training(training=trained, actor=actor(cast.oscar), at=AT)) == ["not_the_trainee"]
    assert acknowledge_training(training=trained, actor=actor(cast.olga), at=AT).acknowledged_at == AT
    for person in (cast.oscar, cast.rolf):  # an operator, and QA of another site
        with pytest.raises(NotAllowed):
            record_training(user=cast.olga, actor=actor(person), **said)
    assert codes(lambda: record_training(user=cast.quinn, actor=actor(cast.quinn), **said)) == ["own_account"]


def test_a_training_that_lapses_is_told_until_a_later_one_is_recorded(cast: Cast) -> None:
    def told(at: Any) -> list[AlertKind]:
        return [due.kind for due in due_things(at)]

    train(cast.olga, GOWNING, at=AT, until=AT + 60 * DAY)
    assert told(AT) == []
    assert told(AT + 40 * DAY) == [AlertKind.TRAINING_LAPSING]
    assert told(AT + 60 * DAY) == [AlertKind.TRAINING_LAPSED]
    train(cast.olga, GOWNING, at=AT + 60 * DAY, until=AT + 61 * DAY)
    assert told(AT + 60 * DAY) == [AlertKind.TRAINING_LAPSING]  # of two the one recorded last
    train(cast.olga, GOWNING, at=AT + 60 * DAY, until=AT + 400 * DAY)
    assert told(AT + 60 * DAY) == []


def test_lapsing_trainings_are_told_at_every_site_of_their_people_in_two_queries(cast: Cast) -> None:
    give_role(cast.oscar, Role.OPERATOR, "RHINE")
    for person in (cast.olga, cast.oscar):
        train(person, GOWNING, at=AT, until=AT + DAY)

    with CaptureQueriesContext(connection) as asked:
        told = [(one.user.username, site) for one, site in lapsing_trainings(AT, DAY)]

    assert told == [("olga", "NANHU"), ("oscar", "NANHU"), ("oscar", "RHINE")]
    assert len(asked) == 2


def test_trainings_on_pages_as_at_the_api(cast: Cast, web_client: Any, api_client: Any, time_machine: Any) -> None:
    time_machine.move_to(AT, tick=False)
    quinn, olga = web_client(cast.quinn), web_client(cast.olga)
    said = {"subject": GOWNING, "reference": "TR-9", "until": "2027-11-05T08:00"}
    assert quinn.post("/people/olga/training/", said).status_code == 302
    body = {"subject": "qualification/media_fill", "reference": "TR-10"}
    assert api_client(cast.quinn).post("/api/v1/people/olga/trainings/", body).status_code == 201

    first, second = Training.objects.order_by("pk")
    assert "I was trained" in olga.get("/account/").content.decode()
    assert olga.post(f"/account/trainings/{first.pk}/").status_code == 302
    api = api_client(cast.olga)
    assert api.post(f"/api/v1/account/trainings/{second.pk}/acknowledgement/").json()["acknowledged_at"]
    assert len(api.get("/api/v1/account/trainings/").json()["results"]) == 2
    assert api_client(cast.oscar).post(f"/api/v1/account/trainings/{second.pk}/acknowledgement/").status_code == 404

    page = quinn.get("/trainings/", {"subject": GOWNING}).content.decode()
    assert all(words in page for words in ("Olga Orlova", "TR-9", "2027-11-05"))
    assert "TR-10" not in page
    rows = api_client(cast.ines).get("/api/v1/trainings/?subject=qualification/media_fill").json()["results"]
    assert [(row["username"], row["reference"]) for row in rows] == [("olga", "TR-10")]
