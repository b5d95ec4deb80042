"""Rooms and instruments: in service, in calibration, cleared for one batch at a time."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit.models import Entry, Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed
from apps.facility import rules
from apps.facility.content import clearance_content
from apps.facility.facts import Grade, InstrumentFacts, InstrumentStatus
from apps.facility.models import Instrument, LineClearance, Room
from apps.facility.rules.instruments import is_no_longer_clean
from apps.facility.services import (
    calibrate,
    clean,
    clear_line,
    extend_calibration,
    leave_room,
    open_room,
    put_in_service,
    take_out_of_service,
)
from tests.batches.refusals import codes
from tests.batches.story import instrument
from tests.cast import AT, Cast, actor, sign_as, site_of


def facts(**more: Any) -> InstrumentFacts:
    found = {"number": "INC-07", "kind": "incubator", "status": InstrumentStatus.IN_SERVICE, "calibration_due": AT}
    return InstrumentFacts(**{**found, **more})


def test_an_instrument_is_used_before_its_calibration_is_due_and_not_at_it() -> None:
    assert rules.is_past_calibration(facts(), AT - timedelta(microseconds=1)) is None
    assert rules.is_past_calibration(facts(), AT) is not None


def test_an_instrument_is_used_while_it_is_qualified() -> None:
    assert rules.is_past_qualification(facts(qualified_until=AT), AT - timedelta(microseconds=1)) is None
    assert rules.is_past_qualification(facts(qualified_until=AT), AT) is not None
    assert rules.is_past_qualification(facts(), AT) is None


def test_an_instrument_is_used_while_it_is_clean() -> None:
    assert is_no_longer_clean(facts(clean_until=AT), AT - timedelta(microseconds=1)) is None
    assert is_no_longer_clean(facts(clean_until=AT), AT) is not None
    assert is_no_longer_clean(facts(), AT) is None


def test_an_extension_ends_later_than_what_it_extends() -> None:
    assert rules.is_no_extension(facts(), AT + timedelta(microseconds=1)) is None
    assert rules.is_no_extension(facts(), AT) is not None
    assert rules.is_no_extension(facts(calibration_due=None), AT) is not None


def test_a_work_zone_is_free_or_its_own_batchs() -> None:
    held = {
        holder: rules.is_zone_of_another("BSC-1", holder, "batch/CT-0042")
        for holder in ("", "batch/CT-0042", "batch/CT-0099")
    }

    assert [holder for holder, objection in held.items() if objection] == ["batch/CT-0099"]


def test_what_needs_no_calibration_is_never_due() -> None:
    assert rules.is_past_calibration(facts(calibration_due=None), AT) is None


@pytest.mark.parametrize("status", list(InstrumentStatus))
def test_only_what_is_in_service_is_used(status: InstrumentStatus) -> None:
    assert (rules.is_out_of_service(facts(status=status)) is None) is (status is InstrumentStatus.IN_SERVICE)


def test_an_instrument_is_calibrated_taken_out_and_given_back(cast: Cast) -> None:
    found = instrument(cast, "INC-07", "incubator")
    due = AT + timedelta(days=365)
    calibrate(instrument=found, certificate="CAL-26-118", due=due, actor=actor(cast.quinn), at=AT)
    take_out_of_service(instrument=found, reason="Door seal is torn", actor=actor(cast.quinn), at=AT)
    assert Instrument.objects.get().status == InstrumentStatus.OUT_OF_SERVICE

    back = put_in_service(instrument=found, reason="Seal replaced", actor=actor(cast.stella), at=AT)
    assert (back.status, back.calibration_due, back.calibration_certificate) == ("IN_SERVICE", due, "CAL-26-118")


def test_a_change_of_status_says_why(cast: Cast) -> None:
    found = instrument(cast, "INC-07", "incubator")

    assert codes(lambda: take_out_of_service(instrument=found, reason=" ", actor=actor(cast.quinn), at=AT)) == [
        "reason_missing"
    ]


@pytest.mark.parametrize("name", ["olga", "adam", "ines"])
def test_operators_administrators_and_inspectors_keep_no_instruments(cast: Cast, name: str) -> None:
    found = instrument(cast, "INC-07", "incubator")

    with pytest.raises(NotAllowed):
        calibrate(instrument=found, certificate="X", due=AT, actor=actor(getattr(cast, name)), at=AT)


def test_a_retired_instrument_never_comes_back(cast: Cast) -> None:
    found = instrument(cast, "INC-07", "incubator", status=InstrumentStatus.RETIRED)

    quinn, later = {"actor": actor(cast.quinn), "at": AT}, AT + timedelta(days=900)
    olga = {"actor": actor(cast.olga), "at": AT}
    assert codes(lambda: put_in_service(instrument=found, reason="Needed again", **quinn)) == ["retired"]
    assert codes(lambda: extend_calibration(instrument=found, until=later, reason="In May", **quinn)) == ["retired"]
    assert codes(lambda: clean(instrument=found, agent="Ethanol", until=None, **olga)) == ["retired"]


@pytest.fixture
def clean_room(cast: Cast) -> Room:
    """A room of grade B."""
    return open_room(
        code="B-101",
        grade=Grade.B,
        label_en="Processing 1",
        label_zh="操作间1",
        site=site_of("NANHU"),
        actor=actor(cast.quinn),
        at=AT,
    )


@pytest.fixture
def batches(db: None) -> list[Record]:
    """Two batches as far as a room knows them."""
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        opened = [change.open_record("batch", number, site="NANHU") for number in ("CT-0042", "CT-0043")]
        for record in opened:
            change.note(record, "test.arranged")
        return opened


def clear(cast: Cast, room: Room, batch: Record) -> LineClearance:
    signing = sign_as(cast.olga, clearance_content(room, batch))
    return clear_line(room=room, cleared_for=batch, signing=signing, actor=actor(cast.olga), at=AT)


def test_a_room_is_cleared_for_one_batch_at_a_time(cast: Cast, clean_room: Room, batches: list[Record]) -> None:
    assert clear(cast, clean_room, batches[0]).cleared_by == "olga"
    assert codes(lambda: clear(cast, clean_room, batches[1])) == ["room_occupied"]

    leave_room(room=clean_room, actor=actor(cast.olga), at=AT)
    assert clear(cast, clean_room, batches[1]).cleared_for == batches[1]
    assert LineClearance.objects.count() == 2


def test_a_room_is_not_cleared_by_the_storekeeper(cast: Cast, clean_room: Room, batches: list[Record]) -> None:
    signing = sign_as(cast.stella, clearance_content(clean_room, batches[0]))

    with pytest.raises(NotAllowed):
        clear_line(room=clean_room, cleared_for=batches[0], signing=signing, actor=actor(cast.stella), at=AT)


def test_instruments_and_rooms_at_the_api(cast: Cast, api_client: Any, batches: list[Record]) -> None:
    quinn, olga = api_client(cast.quinn), api_client(cast.olga)
    body = {"number": "INC-07", "site": "NANHU", "kind": "incubator", "label": "Incubator 7"}
    assert olga.post("/api/v1/instruments/", body).status_code == 403
    installed = quinn.post("/api/v1/instruments/", body)
    assert installed.status_code == 201, installed.content
    assert quinn.post("/api/v1/instruments/", body).json()["code"] == "number_taken"
    due = {"certificate": "CAL-1", "due": "2027-11-05T00:00:00Z"}
    assert quinn.post("/api/v1/instruments/INC-07/calibrations/", due).json()["calibration_certificate"] == "CAL-1"
    held = {"report": "OQ-26-7", "until": "2027-11-05T00:00:00Z"}
    qualified = quinn.post("/api/v1/instruments/INC-07/qualifications/", held)
    assert qualified.json()["qualified_until"] == "2027-11-05T08:00:00+08:00"
    assert "OQ-26-7" in Entry.objects.get(action="equipment.qualified").text
    out = {"status": "OUT_OF_SERVICE", "reason": "Seal torn"}
    assert quinn.post("/api/v1/instruments/INC-07/status/", out).json()["status"] == "OUT_OF_SERVICE"
    listed = olga.get("/api/v1/instruments/?status=OUT_OF_SERVICE").json()["results"]
    assert [found["number"] for found in listed] == ["INC-07"]
    assert api_client(cast.rita).get("/api/v1/instruments/INC-07/").status_code == 404

    room = {"code": "B-101", "site": "NANHU", "label_en": "Processing", "label_zh": "操作间", "grade": "B"}
    opened = quinn.post("/api/v1/rooms/", room)
    assert opened.status_code == 201, opened.content
    clearance = {"cleared_for": "batch/CT-0042"}
    url = "/api/v1/rooms/B-101/clearances/"
    nothing = olga.sign(url, {"cleared_for": "batch/CT-9999"}, person=cast.olga, if_match=opened["ETag"])
    assert nothing.json()["code"] == "unknown_number"
    cleared = olga.sign(url, clearance, person=cast.olga, if_match=opened["ETag"])
    assert (cleared.status_code, cleared.json()["cleared_for"]) == (201, "batch/CT-0042"), cleared.content
    assert olga.post("/api/v1/rooms/B-101/leave/", {}).status_code == 200
