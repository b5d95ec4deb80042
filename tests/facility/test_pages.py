"""Rooms and instruments on pages: installed, calibrated, taken out, cleared, left, and out of range."""

from datetime import timedelta
from typing import Any

import pytest

from apps.facility.facts import Grade
from apps.facility.models import Excursion, Instrument, LineClearance, Room
from apps.facility.services import open_room
from apps.quality.models import Event
from tests.batches import story
from tests.batches.conftest import cast, planned_once, room, started_once
from tests.batches.story import approved, instrument, small_record
from tests.cast import AT, SECRET, Cast, actor, site_of

__all__ = ["cast", "planned_once", "room", "started_once"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(time_machine: Any) -> None:
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def clean_room(cast: Cast) -> Room:
    said = {"code": "CR-3", "grade": Grade.B, "label_en": "Culture 3", "label_zh": "培养间3"}
    return open_room(site=site_of("NANHU"), actor=actor(cast.quinn), at=AT, **said)


def errors_of(reply: Any) -> list[str]:
    return list(reply.context["form"].errors)


def test_an_instrument_is_installed_and_listed(cast: Cast, web_client: Any, clean_room: Room) -> None:
    approved(small_record())
    quinn = web_client(cast.quinn)
    said = {"site": "NANHU", "number": "INC-07", "kind": "incubator", "label": "Incubator 7", "room": clean_room.pk}

    assert quinn.post("/facility/install/", {**said, "calibration_due": "2027-05-01T08:00"}).status_code == 302

    found = Instrument.objects.get()
    assert (found.number, found.room, found.status) == ("INC-07", clean_room, "IN_SERVICE")
    page = web_client(cast.olga).get("/facility/").content.decode()
    assert all(word in page for word in ("INC-07", "Incubator 7", "CR-3", "2027-05-01", "In service"))


def test_a_number_that_is_taken_is_said_at_the_number(cast: Cast, web_client: Any) -> None:
    approved(small_record())
    instrument(cast, "INC-07", "incubator")
    said = {"site": "NANHU", "number": "INC-07", "kind": "incubator", "label": "Incubator 7"}

    reply = web_client(cast.quinn).post("/facility/install/", said)

    assert (reply.status_code, errors_of(reply)) == (409, ["number"])


def test_an_instrument_is_calibrated_taken_out_and_given_back(cast: Cast, web_client: Any) -> None:
    instrument(cast, "INC-07", "incubator", calibration_due=AT - timedelta(days=1))
    stella, url = web_client(cast.stella), "/facility/instruments/INC-07/"
    assert "Overdue" in stella.get(url).content.decode()

    assert stella.post(f"{url}calibrate/", {"certificate": "K-9", "due": "2027-11-05T08:00"}).status_code == 302
    assert "Overdue" not in stella.get(url).content.decode()

    assert errors_of(stella.post(f"{url}status/", {"reason": ""})) == ["reason"]
    assert stella.post(f"{url}status/", {"reason": "Door seal torn"}).status_code == 302
    assert Instrument.objects.get().status == "OUT_OF_SERVICE"
    assert "Put in service" in stella.get(url).content.decode()
    assert stella.post(f"{url}status/", {"reason": "Seal renewed"}).status_code == 302
    assert Instrument.objects.get().status == "IN_SERVICE"


def test_an_instrument_is_qualified_until_a_day_that_its_page_shows(cast: Cast, web_client: Any) -> None:
    instrument(cast, "INC-07", "incubator", qualified_until=AT - timedelta(days=1))
    stella, url = web_client(cast.stella), "/facility/instruments/INC-07/"
    assert "Overdue" in stella.get(url).content.decode()

    assert errors_of(stella.post(f"{url}qualify/", {"report": " ", "until": "2027-11-05T08:00"})) == ["report"]
    assert stella.post(f"{url}qualify/", {"report": "OQ-26-7", "until": "2027-11-05T08:00"}).status_code == 302
    assert "Overdue" not in stella.get(url).content.decode()


def test_operators_look_at_instruments_and_change_nothing(cast: Cast, web_client: Any) -> None:
    instrument(cast, "INC-07", "incubator")
    olga, url = web_client(cast.olga), "/facility/instruments/INC-07/"

    assert "Take out of service" not in olga.get(url).content.decode()
    assert olga.post(f"{url}status/", {"reason": "No"}).status_code == 403


@pytest.mark.usefixtures("room")
def test_a_room_is_cleared_for_a_batch_by_signature_and_left(cast: Cast, web_client: Any, clean_room: Room) -> None:
    olga, url = web_client(cast.olga), "/facility/clear/CT-0042/?step=culture%5B1%5D.clear"
    assert "CR-3 · Culture 3 · B" in olga.get(url).content.decode()

    signing = olga.post(url, {"room": "CR-3"}).context["signing"]
    answer = {"challenge": signing["challenge"], "secret": SECRET, "username": "olga"}
    done = olga.post(url, {**signing["hidden"], **answer})

    assert done["Location"] == "/batches/CT-0042/steps/culture%5B1%5D.clear/"
    assert LineClearance.objects.get().cleared_for.address == "batch/CT-0042"
    assert "CT-0042" in olga.get("/facility/rooms/").content.decode()
    assert olga.post("/facility/rooms/CR-3/leave/").status_code == 302
    assert LineClearance.objects.get().left_by == "olga"


@pytest.mark.usefixtures("room")
def test_an_occupied_room_is_not_cleared_again(cast: Cast, web_client: Any, clean_room: Room) -> None:
    olga, url = web_client(cast.olga), "/facility/clear/CT-0042/"

    def sign() -> Any:
        signing = olga.post(url, {"room": "CR-3"}).context["signing"]
        answer = {"challenge": signing["challenge"], "secret": SECRET, "username": "olga"}
        return olga.post(url, {**signing["hidden"], **answer})

    assert sign().status_code == 302
    refused = sign()

    assert refused.status_code == 409
    assert "still occupied by batch/CT-0042" in refused.content.decode()


def test_a_room_is_added_by_quality_assurance(cast: Cast, web_client: Any) -> None:
    said = {"site": "NANHU", "code": "CR-4", "grade": "C", "label_en": "Media", "label_zh": "配液间"}

    assert web_client(cast.olga).post("/facility/rooms/open/", said).status_code == 403
    assert web_client(cast.quinn).post("/facility/rooms/open/", said).status_code == 302

    assert Room.objects.get().grade == Grade.C


def test_an_excursion_is_told_on_the_page_to_the_batch_inside(
    cast: Cast, room: story.Room, web_client: Any, time_machine: Any
) -> None:
    room.receipt().clear_line().medium().seed()
    instrument(cast, "INC-07", "incubator")
    room.enter("culture[1].feed[1].incubator", "INC-07", scanned=True)
    time_machine.move_to(room.now + timedelta(hours=3), tick=False)
    olga, url = web_client(cast.olga), "/batches/excursions/INC-07/"
    assert url in olga.get("/facility/instruments/INC-07/").content.decode()
    began, ended = ((room.now + timedelta(minutes=n)).strftime("%Y-%m-%dT%H:%M") for n in (490, 585))
    said = {"condition": "temperature", "worst": "35.2", "unit": "Cel", "began_at": began, "ended_at": ended}

    backwards = olga.post(url, {**said, "began_at": ended, "ended_at": began})
    assert (backwards.status_code, errors_of(backwards)) == (409, ["ended_at"])
    for worst in ("NaN", "1e400", "35,2", "cold"):
        assert errors_of(olga.post(url, {**said, "worst": worst})) == ["worst"]
    assert olga.post(url, said).status_code == 302

    assert Excursion.objects.get().worst == "35.2"
    assert Event.objects.get(subject=room.batch.record, kind="EXCURSION").text.startswith("INC-07: temperature")
    assert "35.2" in olga.get("/facility/instruments/INC-07/").content.decode()


def test_rooms_and_instruments_of_another_site_are_not_seen(cast: Cast, web_client: Any, clean_room: Room) -> None:
    instrument(cast, "INC-07", "incubator")
    rita = web_client(cast.rita)

    assert "CR-3" not in rita.get("/facility/rooms/").content.decode()
    assert rita.get("/facility/instruments/INC-07/").status_code == 404
    assert rita.post("/facility/rooms/CR-3/leave/").status_code == 404
    assert rita.get("/batches/excursions/INC-07/").status_code == 404
