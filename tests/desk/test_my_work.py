"""My work: each role is asked for what it can do next, with the reason; nobody for what is done, or not theirs."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.roles import Role
from apps.desk.facts import Task
from apps.desk.selectors import desk_of, pipeline
from apps.desk.selectors.expiring import expiring_days
from apps.organisation.models import User
from apps.quality.content import open_deviation_content
from apps.quality.facts import EventKind, Severity
from apps.quality.models import Event
from apps.quality.services import open_deviation, report_event, report_observation, stop_record
from apps.testing.content import approve_coa_content
from apps.testing.services import approve_coa
from tests.cast import AT, PARTS, Cast, actor, give_role, sign_as
from tests.testing.story import (
    DAY,
    FILLED,
    HOUR,
    MINUTE,
    all_tested,
    as_if,
    entered,
    filled,
    received_sample,
    released_lot,
    reviewed,
    running_batch,
    signed,
)

pytestmark = pytest.mark.django_db
NANHU = ZoneInfo("Asia/Shanghai")
ENDED = AT + 40 * DAY


def tasks(person: User, at: datetime = AT) -> list[Task]:
    desk = desk_of(person, at, NANHU)
    return [*desk.overdue, *desk.today, *desk.later]


def asked(person: User, at: datetime = AT) -> list[tuple[str, str]]:
    """What a person is asked for, and of which record."""
    return sorted((task.ask, task.record) for task in tasks(person, at))


def happen(batch: Batch, at: datetime = AT, severity: Severity = Severity.MAJOR) -> Event:
    said: dict[str, Any] = {"kind": EventKind.EXCURSION, "severity": severity, "template": "Too warm: {value}."}
    with audited(actor=SYSTEM, action="test.happened", at=at, touching=[batch.record]) as change:
        return report_event(change, subject=batch.record, facts={"value": "35.2 °C"}, **said)


# --- each role ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(PARTS))
def test_in_a_running_batch_each_role_is_asked_for_its_own(cast: Cast, batch: Batch, name: str) -> None:
    released_lot(cast, "DM-1", "dmso", release=False)
    happen(batch)
    received_sample(cast, batch, tests=["endotoxin", "mycoplasma"])
    expected = {
        "olga": [("Go on with the batch record", "CT-0042")],
        "oscar": [("Go on with the batch record", "CT-0042")],
        "anna": [("Begin the tests", "CT-0042-S01")],
        "ada": [("Begin the tests", "CT-0042-S01")],
        "quinn": [("Release or reject lot", "DM-1"), ("Triage event", "CT-0042-E01")],
        "quentin": [("Release or reject lot", "DM-1"), ("Triage event", "CT-0042-E01")],
    }

    assert asked(getattr(cast, name), FILLED + HOUR) == expected.get(name, [])


@pytest.mark.parametrize(
    ("state", "who"),
    [
        (BatchState.PLANNED, {"olga": "Start batch"}),
        (BatchState.REVIEWED, {"cora": "Certify"}),
        (BatchState.CERTIFIED, {"cora": "Release for supply", "quinn": "Release for supply"}),
        (BatchState.RELEASED, {}),
        (BatchState.REJECTED, {}),
        (BatchState.TERMINATED, {}),
    ],
)
def test_each_state_waits_for_those_who_can_move_it(
    cast: Cast, batch: Batch, state: BatchState, who: dict[str, str]
) -> None:
    with audited(actor=SYSTEM, action="test.state", at=AT, touching=[batch.record]) as change:
        change.update(batch, state=state, reviewed_at=AT, certified_at=AT)

    for name in ("olga", "vera", "anna", "hugo", "quinn", "cora", "stella", "ines"):
        assert [ask for ask, _record in asked(getattr(cast, name))] == ([who[name]] if name in who else []), name


def test_the_operator_reads_which_step_comes_next(cast: Cast, batch: Batch) -> None:
    task = next(task for task in tasks(cast.olga))

    assert task.note == "Next: {step}"
    assert task.facts["step"].en  # the label of the master record, in both languages
    assert task.facts["step"].zh


def test_nobody_is_asked_to_review_their_own_results(cast: Cast, batch: Batch) -> None:
    sample = received_sample(cast, batch, tests=["endotoxin"])
    run, _results = entered(cast, batch, sample, "endotoxin")
    at = FILLED + 2 * HOUR
    assert ("Finish assay run", "AR-0007") in asked(cast.anna, at)
    signed(cast, run, at=at)

    assert asked(cast.anna, at) == []
    assert asked(cast.ada, at) == [("Review results", "AR-0007")]
    assert ("Review results", "AR-0007") in asked(cast.hugo, at)
    reviewed(cast, run, at=at)
    assert asked(cast.ada, at) == asked(cast.hugo, at) == []


def test_an_analysis_is_approved_once_and_says_what_it_waits_for(cast: Cast, batch: Batch) -> None:
    waiting = as_if(batch, BatchState.FINISHED)
    task = next(task for task in tasks(cast.hugo))
    assert (task.ask, task.note) == ("Approve certificate of analysis", "Waits for open holds: {n}")
    assert int(task.facts["n"]) == 14
    as_if(waiting, BatchState.RUNNING)

    tested = all_tested(cast, batch)
    assert [(task.ask, task.note) for task in tasks(cast.hugo, ENDED)] == [("Approve certificate of analysis", "")]
    signing = sign_as(cast.hugo, approve_coa_content(tested), at=ENDED)
    approve_coa(batch=tested, signing=signing, actor=actor(cast.hugo), at=ENDED)

    assert asked(cast.hugo, ENDED + MINUTE) == []


def test_quality_is_asked_for_stops_and_deviations_with_the_words_that_were_said(cast: Cast, batch: Batch) -> None:
    stop_record(record=batch.record, reason="Cloudy", actor=actor(cast.olga), at=AT)
    event = happen(batch)
    said: dict[str, Any] = {"classification": Severity.MAJOR, "rationale": "Outside the range"}
    signing = sign_as(cast.quinn, open_deviation_content(event=event, **said))
    open_deviation(event=event, signing=signing, actor=actor(cast.quinn), at=AT, **said)

    found = {task.ask: task for task in tasks(cast.quentin)}
    assert set(found) == {"Answer the stop", "Sign product impact"}
    assert found["Answer the stop"].facts["reason"] == "Cloudy"
    assert found["Sign product impact"].facts == {"value": "35.2 °C"}


def test_who_reported_an_event_is_not_asked_to_judge_it(cast: Cast, batch: Batch) -> None:
    said = {"what": "A cracked lid", "severity": Severity.MINOR}
    report_observation(subject=batch.record, actor=actor(cast.quinn), at=AT, **said)

    assert asked(cast.quinn) == []
    assert asked(cast.quentin) == [("Triage event", "CT-0042-E01")]


def test_urgency_is_overdue_today_later_and_within_it_by_time(cast: Cast, batch: Batch) -> None:
    """Thursday 14:00 at Nanhu: an event of yesterday noon is late, one of yesterday evening is due today."""
    late, soon = happen(batch, AT - DAY - HOUR), happen(batch, AT - DAY + HOUR)
    happen(batch, AT)

    desk = desk_of(cast.quinn, AT, NANHU)

    assert [task.record for task in desk.overdue] == [late.record.number]
    assert [task.record for task in desk.today] == [soon.record.number]
    assert [task.record for task in desk.later] == ["CT-0042-E03"]
    assert desk.count == 3


def test_the_other_site_is_asked_for_nothing_of_this_one(cast: Cast, batch: Batch) -> None:
    happen(batch)
    give_role(cast.rolf, Role.OPERATOR, "RHINE")

    assert asked(cast.rita) == asked(cast.rolf) == []
    assert dict(pipeline({"RHINE"})) == dict.fromkeys(dict(pipeline({"RHINE"})), 0)
    assert dict(pipeline({"NANHU"}))[BatchState.RUNNING] == 1


def test_one_person_with_two_roles_is_asked_for_both(cast: Cast, batch: Batch) -> None:
    give_role(cast.stella, Role.OPERATOR)
    give_role(cast.stella, Role.QA)
    happen(batch)

    assert asked(cast.stella) == [("Go on with the batch record", "CT-0042"), ("Triage event", "CT-0042-E01")]


# --- the page -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(name for name, part in PARTS.items() if part.role))
def test_everybody_finds_their_page_and_an_empty_one_says_what_was_looked_at(
    cast: Cast, batch: Batch, web_client: Any, name: str
) -> None:
    person = getattr(cast, name)
    with time_machine.travel(AT, tick=False):
        page = web_client(person).get("/").content.decode()

    assert ("Nothing waits for you." in page) is (asked(person) == [])
    assert ("Looked at every duty of your roles at your sites." in page) is (asked(person) == [])
    assert ("CT-0042" in page.split('id="detail"')[0]) is (name in ("olga", "oscar"))


def test_the_page_leads_back_to_where_one_stopped(cast: Cast, batch: Batch, web_client: Any) -> None:
    with time_machine.travel(AT, tick=False):
        olga, ines = (web_client(person).get("/").content.decode() for person in (cast.olga, cast.ines))

    beside = olga.partition("Where you stopped")[2]
    assert 'href="/batches/CT-0042/' in beside
    assert "Last signed" in beside
    assert "Where you stopped" not in ines


def test_the_page_says_ask_and_reason_in_the_readers_language(cast: Cast, batch: Batch, web_client: Any) -> None:
    happen(batch)
    with time_machine.travel(AT, tick=False):
        client = web_client(cast.olga)
        english = client.get("/").content.decode()
        session = client.session
        session["screen_language"] = "zh-hans"
        session.save()
        chinese = client.get("/").content.decode()
        told = web_client(cast.quinn).get("/").content.decode()

    label = next(task for task in tasks(cast.olga)).facts["step"]
    assert "Go on with the batch record" in english
    assert label.en in english
    assert "Go on with the batch record" not in chinese
    assert label.zh in chinese
    assert "Too warm: 35.2 °C." in told


def test_the_page_asks_a_constant_number_of_questions(cast: Cast, batch: Batch, web_client: Any) -> None:
    give_role(cast.quinn, Role.OPERATOR)
    give_role(cast.quinn, Role.QC_HEAD)
    give_role(cast.quinn, Role.CERTIFIER)
    happen(batch)
    stop_record(record=batch.record, reason="Cloudy", actor=actor(cast.olga), at=AT)
    with time_machine.travel(AT, tick=False):
        client = web_client(cast.quinn)
        client.get("/")
        with CaptureQueriesContext(connection) as few:
            client.get("/")
        for n in range(2, 6):
            other = running_batch(cast, f"CT-004{n + 1}", n)
            happen(other)
            stop_record(record=other.record, reason="Cloudy", actor=actor(cast.olga), at=AT)
        with CaptureQueriesContext(connection) as many:
            client.get("/")

    assert len(many) == len(few)


# --- search ---------------------------------------------------------------------------------------------------------
def test_a_scanned_number_opens_its_record_though_others_contain_it(cast: Cast, batch: Batch, web_client: Any) -> None:
    units = filled(cast, batch)
    with time_machine.travel(AT, tick=False):
        client = web_client(cast.olga)

        assert client.get("/search/", {"q": "ct-0042"}).headers["Location"] == "/batches/CT-0042/"
        assert client.get("/search/", {"q": units[0].number}).headers["Location"] == f"/units/{units[0].number}/"
        some = client.get("/search/", {"q": "0042-U0"}).content.decode()
        none = client.get("/search/", {"q": "CT-9999"}).content.decode()
        elsewhere = web_client(cast.rita).get("/search/", {"q": "CT-0042"}).content.decode()

    assert units[0].number in some
    assert "No record was found." in none
    assert "No record was found." in elsewhere


# --- what expires -----------------------------------------------------------------------------------------------------
def test_units_and_lots_stand_on_the_day_of_the_site_on_which_they_expire(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    lot = released_lot(cast, "DM-1", "dmso")
    released_lot(cast, "DM-2", "dmso")
    midnight = datetime(2026, 11, 9, 16, tzinfo=AT.tzinfo)  # the 10th begins at Nanhu
    touching = [lot.record, *(unit.record for unit in units)]
    with audited(actor=SYSTEM, action="test.aged", at=AT, touching=touching) as change:
        for unit, expires_at in zip(units, (midnight, midnight, midnight - MINUTE, AT - MINUTE), strict=False):
            change.update(unit, expires_at=expires_at)
        change.update(units[4], expires_at=midnight, disposition="REJECTED")
        change.update(lot, expires_at=midnight)

    days = {f"{one.day:%m-%d}": (one.units, one.lots) for one in expiring_days({"NANHU"}, AT, NANHU)}

    assert (days["11-09"], days["11-10"], days["11-11"]) == ((1, 0), (2, 1), (0, 0))
    assert not any(one.count for one in expiring_days({"RHINE"}, AT, NANHU))
