"""The environment of a session: planned points, samples read days later by the grade's levels, named in the release."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Record
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import BadInput, Objection
from apps.desk.facts import Asked
from apps.desk.selectors.desk import subject_of
from apps.desk.selectors.environment import to_count
from apps.facility.content import clearance_content
from apps.facility.facts import Grade, SampleKind
from apps.facility.levels import level_of, levels
from apps.facility.models import Plate, Room
from apps.facility.rules import monitoring as rules
from apps.facility.selectors import plates_of, points_not_sampled
from apps.facility.services import clear_line, leave_room, open_room, plan_point, read_plate, take_plate
from apps.products.facts import Verdict
from apps.quality.models import Event, Hold
from apps.release.facts import FindingKind
from apps.release.selectors.around import look_at_environment
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor, sign_as, site_of

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("grade", "kind", "count", "verdict"),
    [
        ("A", "SETTLE", 0, "PASS"), ("A", "SETTLE", 1, "ACTION"), ("A", "GLOVE", 1, "ACTION"),
        ("B", "SETTLE", 2, "PASS"), ("B", "SETTLE", 3, "ALERT"), ("B", "SETTLE", 5, "ALERT"),
        ("B", "SETTLE", 6, "ACTION"), ("B", "AIR", 10, "ALERT"), ("B", "AIR", 11, "ACTION"),
        ("A", "PARTICLES", 3520, "PASS"), ("A", "PARTICLES", 3521, "ACTION"), ("C", "CONTACT", 25, "ALERT"),
    ],
)  # fmt: skip
def test_a_count_is_held_to_the_level_of_its_grade(grade: str, kind: str, count: int, verdict: str) -> None:
    level = level_of(Grade(grade), SampleKind(kind))

    assert level is not None
    assert rules.judge(count, level) is Verdict(verdict)


def test_every_level_cites_a_source_that_is_named() -> None:
    cited = {source.cites for one in levels().limits for source in (one.source, one.alert_source) if source}

    assert cited == set(levels().sources)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "none", "12345678", "１"])
def test_what_is_no_count_is_refused(text: str) -> None:
    assert isinstance(rules.read_count(text), Objection)


def test_a_plate_is_read_when_it_was_taken_or_later() -> None:
    assert rules.is_read_too_early(AT, AT) is None
    assert rules.is_read_too_early(AT - timedelta(microseconds=1), AT) is not None


@pytest.fixture
def batch(cast: Cast) -> Record:
    """The record of a batch; what a batch is, is told elsewhere."""
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        return change.open_record("batch", "CT-0042", site="NANHU")


@pytest.fixture
def room(cast: Cast, batch: Record) -> Room:
    """A grade B room with two points, cleared for the batch."""
    quinn: dict[str, Any] = {"actor": actor(cast.quinn), "at": AT}
    names = {"label_en": "Processing", "label_zh": "操作间"}
    opened = open_room(code="B2-101", grade=Grade.B, site=site_of("NANHU"), **names, **quinn)
    plan_point(room=opened, code="S1", kind=SampleKind.SETTLE, grade=Grade.A, label="In the cabinet", **quinn)
    plan_point(room=opened, code="C1", kind=SampleKind.CONTACT, grade=Grade.B, **quinn)
    signing = sign_as(cast.olga, clearance_content(opened, batch))
    clear_line(room=opened, cleared_for=batch, signing=signing, actor=actor(cast.olga), at=AT)
    return opened


def take(cast: Cast, room: Room, code: str, number: str, at: datetime = AT) -> Plate:
    point, who = room.points.get(code=code), actor(cast.olga)
    return take_plate(room=room, point=point, number=number, taken_at=at, actor=who, at=at)


def read(cast: Cast, plate: Plate, count: str, **more: Any) -> Plate:
    return read_plate(plate=plate, count=count, read_at=AT + 3 * DAY, actor=actor(cast.anna), at=AT + 3 * DAY, **more)


def test_what_grew_in_grade_a_days_later_holds_the_batch_and_opens_an_event(
    cast: Cast, room: Room, batch: Record
) -> None:
    plate = take(cast, room, "S1", "P-001")
    assert Plate.objects.get().verdict == ""

    assert read(cast, plate, "1", organism="Micrococcus luteus").verdict == "ACTION"
    event = Event.objects.get()
    assert (event.subject_id, event.severity, event.about) == (batch.pk, "CRITICAL", "plate/P-001")
    hold = Hold.objects.get(key="environment:P-001")
    assert (hold.record_id, {block.value for block in hold.blocks}) == (batch.pk, {"CERTIFY", "ISSUE", "USE"})
    assert "Micrococcus luteus" in hold.text


def test_a_sample_waits_on_my_work_of_the_analyst_until_it_is_counted(cast: Cast, room: Room) -> None:
    whom = Asked(frozenset({"NANHU"}), AT, cast.anna.username)
    plate = take(cast, room, "S1", "P-001")

    (task,) = to_count(whom)
    assert (task.record, task.url_args, task.due_at) == ("P-001", ("P-001",), AT + 7 * DAY)
    assert task.facts == {"point": "B2-101 S1", "batch": "CT-0042"}
    assert subject_of(task, {"NANHU"}) == plate.record
    assert list(to_count(Asked(frozenset({"RHINE"}), AT, cast.anna.username))) == []
    read(cast, plate, "0")
    assert list(to_count(whom)) == []


def test_nothing_grown_holds_nothing_and_a_second_count_says_why(cast: Cast, room: Room) -> None:
    plate = read(cast, take(cast, room, "C1", "P-002"), "0")

    assert (plate.verdict, Hold.objects.exists()) == ("PASS", False)
    assert codes(lambda: read(cast, plate, "4")) == ["reason_missing"]
    assert read(cast, plate, "4", reason="Looked at the wrong plate").verdict == "ALERT"
    with pytest.raises(BadInput):
        read(cast, plate, "", reason="Empty")


def test_points_of_the_plan_without_a_sample_are_known_for_every_session(cast: Cast, room: Room, batch: Record) -> None:
    take(cast, room, "S1", "P-001")

    assert [point.code for _session, point in points_not_sampled(batch, plates_of(batch))] == ["C1"]
    assert [plate.number for plate in plates_of(batch)] == ["P-001"]


def test_the_release_names_what_is_above_a_level_awaited_or_never_sampled(
    cast: Cast, room: Room, batch: Record
) -> None:
    first = take(cast, room, "S1", "P-001")
    look = look_at_environment(Batch(record=batch))
    assert [(one.kind, one.what.partition(",")[0]) for one in look.findings] == [
        (FindingKind.AWAITED, "P-001"),
        (FindingKind.AWAITED, "B2-101 C1: CONTACT"),
    ]

    read(cast, first, "1")
    read(cast, take(cast, room, "C1", "P-002"), "0")
    look = look_at_environment(Batch(record=batch))
    assert [(one.kind, one.url_address) for one in look.findings] == [(FindingKind.ACTION, "plate/P-001")]
    assert look.checked == 2


def test_a_point_is_due_in_the_sessions_that_end_after_it_was_planned(cast: Cast, room: Room, batch: Record) -> None:
    quinn: dict[str, Any] = {"room": room, "kind": SampleKind.AIR, "grade": Grade.B, "actor": actor(cast.quinn)}
    plan_point(code="DURING", at=AT + DAY / 2, **quinn)
    leave_room(room=room, actor=actor(cast.olga), at=AT + DAY)
    plan_point(code="AFTER", at=AT + DAY, **quinn)
    assert [point.code for _session, point in points_not_sampled(batch, plates_of(batch))] == ["S1", "C1", "DURING"]

    signing = sign_as(cast.olga, clearance_content(room, batch), at=AT + DAY)
    clear_line(room=room, cleared_for=batch, signing=signing, actor=actor(cast.olga), at=AT + DAY)
    with CaptureQueriesContext(connection) as asked:
        due = [str(point) for _session, point in points_not_sampled(batch, plates_of(batch))]
    assert due == [f"B2-101 {code}" for code in ("S1", "C1", "DURING", "S1", "C1", "DURING", "AFTER")]
    assert len(asked) == 3  # sessions, samples, points, however many


def test_a_point_is_planned_once_where_its_grade_has_a_level(cast: Cast, room: Room) -> None:
    quinn: dict[str, Any] = {"room": room, "actor": actor(cast.quinn), "at": AT}

    assert codes(lambda: plan_point(code="S1", kind=SampleKind.SETTLE, grade=Grade.A, **quinn)) == ["number_taken"]
    assert codes(lambda: plan_point(code="G1", kind=SampleKind.GLOVE, grade=Grade.D, **quinn)) == ["no_level"]


def test_a_sample_is_of_its_room_and_of_no_later_time(cast: Cast, room: Room) -> None:
    quinn: dict[str, Any] = {"actor": actor(cast.quinn), "at": AT}
    other = open_room(code="C-1", grade=Grade.C, site=site_of("NANHU"), label_en="C", label_zh="C", **quinn)
    point = plan_point(room=other, code="S9", kind=SampleKind.SETTLE, grade=Grade.C, **quinn)
    said: dict[str, Any] = {"room": room, "number": "P-009", "actor": actor(cast.olga), "at": AT}
    assert codes(lambda: take_plate(point=point, taken_at=AT, **said)) == ["other_room"]
    soon = AT + timedelta(seconds=1)
    assert codes(lambda: take_plate(point=room.points.get(code="S1"), taken_at=soon, **said)) == ["in_the_future"]

    plate = take(cast, room, "S1", "P-001")
    late: dict[str, Any] = {"plate": plate, "count": "1", "actor": actor(cast.anna), "at": AT}
    assert codes(lambda: read_plate(read_at=soon, **late)) == ["in_the_future"]
    assert codes(lambda: read_plate(read_at=AT - DAY, **late)) == ["read_too_early"]
    assert (Plate.objects.get().count, Hold.objects.exists(), Event.objects.exists()) == (None, False, False)


def test_a_sample_belongs_to_a_session_and_its_number_is_given_once(cast: Cast, room: Room) -> None:
    take(cast, room, "S1", "P-001")
    assert codes(lambda: take(cast, room, "C1", "P-001")) == ["number_taken"]
    assert codes(lambda: take(cast, room, "C1", "P-002", AT - DAY)) == ["before_the_session"]
    leave_room(room=room, actor=actor(cast.olga), at=AT)
    assert codes(lambda: take(cast, room, "C1", "P-002")) == ["no_session"]


@pytest.fixture
def _that_day() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.mark.usefixtures("_that_day")
def test_the_environment_on_pages_as_at_the_api(cast: Cast, room: Room, web_client: Any, api_client: Any) -> None:
    olga, anna, api = web_client(cast.olga), web_client(cast.anna), api_client(cast.anna)
    said = {"point": "S1", "number": "P-001", "taken_at": "2026-11-05T14:00"}
    assert olga.post("/facility/rooms/B2-101/samples/", said).status_code == 302
    body = {"point": "C1", "number": "P-002", "taken_at": AT.isoformat()}
    assert api.post("/api/v1/rooms/B2-101/samples/", body).status_code == 201
    assert api.post("/api/v1/rooms/B2-101/samples/", {**body, "point": "X"}).status_code == 400

    counted = {"count": "0", "read_at": "2026-11-05T14:00"}
    assert anna.post("/facility/plates/P-001/count/", counted).status_code == 302
    body = {"count": "9", "organism": "Bacillus", "read_at": AT.isoformat()}
    assert api.post("/api/v1/plates/P-002/count/", body).json()["verdict"] == "ACTION"
    assert api_client(cast.olga).post("/api/v1/plates/P-002/count/", body).status_code == 403

    page = anna.get("/facility/rooms/B2-101/environment/").content.decode()
    assert all(words in page for words in ("P-001", "Bacillus", "In the cabinet", "action above 0", "<svg"))
    table = anna.get("/facility/rooms/B2-101/environment.csv").content.decode()
    assert "P-002,C1,CONTACT,B,CT-0042" in table
    point = {"code": "G1", "kind": "GLOVE", "grade": "A"}
    assert web_client(cast.quinn).post("/facility/rooms/B2-101/points/", point).status_code == 302
    assert api_client(cast.quinn).post("/api/v1/rooms/B2-101/points/", {**point, "code": "G2"}).status_code == 201
    assert [row["code"] for row in api.get("/api/v1/rooms/B2-101/points/").json()] == ["C1", "G1", "G2", "S1"]
