"""What waits of complaints and adverse events is asked in My work, told by alerts, found by search and by the trace."""

from datetime import datetime
from typing import Any

from apps.alerts.selectors import alerts_for
from apps.alerts.services import raise_due_alerts
from apps.desk.selectors import desk_of
from apps.desk.selectors.scanning import records_found
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import kept_units
from apps.inspection.selectors.touching import met_by, touched_by
from apps.organisation.models import User
from tests.cast import Cast
from tests.desk.test_my_work import NANHU
from tests.dosing.story import started_order
from tests.vigilance.story import (
    CHILLS,
    DAY,
    GRAVE,
    LATER,
    NOTHING,
    answered,
    assessed,
    closed,
    complained,
    ended,
    recorded,
    told_authority,
    triaged,
)

begins_with = started_order


def asked(person: User, number: str, at: datetime = LATER) -> list[str]:
    desk = desk_of(person, at, NANHU)
    return [task.ask for task in (*desk.overdue, *desk.today, *desk.later) if task.record == number]


def told(person: User, kind: str, at: datetime) -> int:
    raise_due_alerts(at=at)
    return sum(alert.kind == kind for alert in alerts_for(person, at))


def test_my_work_asks_for_each_step_of_a_complaint_until_it_is_closed(cast: Cast, order: TreatmentOrder) -> None:
    complaint = complained(cast, order)
    assert asked(cast.quinn, complaint.number) == ["Triage the complaint"]
    assert asked(cast.nils, complaint.number) == []
    triaged(cast, complaint, NOTHING)
    assert asked(cast.quinn, complaint.number) == ["Answer and close the complaint"]
    answered(cast, complaint)
    closed(cast, complaint)
    assert asked(cast.quinn, complaint.number) == []


def test_my_work_asks_for_each_step_of_an_adverse_event_until_it_is_closed(cast: Cast, order: TreatmentOrder) -> None:
    event = recorded(cast, order, CHILLS)
    assert asked(cast.paula, event.number) == ["Assess the adverse event"]
    assert asked(cast.quinn, event.number) == []
    assessed(cast, event)
    assert asked(cast.paula, event.number) == []
    assert asked(cast.quinn, event.number) == ["Close the adverse event"]
    ended(cast, event)
    assert asked(cast.quinn, event.number) == []


def test_my_work_asks_for_the_reports_that_are_due(cast: Cast, order: TreatmentOrder) -> None:
    event = assessed(cast, recorded(cast, order))
    assert asked(cast.quinn, event.number) == ["Report the adverse event"] * 2
    told_authority(cast, event, answers="fatal_or_life_threatening:FIRST")
    assert asked(cast.quinn, event.number) == ["Report the adverse event"]


def test_a_complaint_that_nobody_triaged_in_time_is_told_to_quality(cast: Cast, order: TreatmentOrder) -> None:
    complaint = complained(cast, order)

    assert told(cast.quinn, "COMPLAINT_OVERDUE", complaint.due_at - DAY / 24) == 0
    assert told(cast.quinn, "COMPLAINT_OVERDUE", complaint.due_at) == 1
    assert told(cast.olga, "COMPLAINT_OVERDUE", complaint.due_at) == 0
    triaged(cast, complaint, NOTHING, at=complaint.due_at)
    assert told(cast.quinn, "COMPLAINT_OVERDUE", complaint.due_at) == 0


def test_a_report_is_told_before_it_is_due_and_anew_when_it_is_late(cast: Cast, order: TreatmentOrder) -> None:
    event, due = recorded(cast, order), GRAVE.known_at + 7 * DAY
    people = (cast.quinn, cast.paula)
    assert [told(one, "SAFETY_REPORT_DUE", due - 2 * DAY - DAY / 24) for one in people] == [0, 0]
    assert [told(one, "SAFETY_REPORT_DUE", due - 2 * DAY) for one in people] == [1, 1]
    assert told(cast.quinn, "SAFETY_OVERDUE", due - DAY / 24) == 0
    assert told(cast.quinn, "SAFETY_OVERDUE", due) == 1
    assert told(cast.quinn, "SAFETY_REPORT_DUE", due) == 0
    told_authority(cast, event, answers="fatal_or_life_threatening:FIRST", at=due)
    assert told(cast.quinn, "SAFETY_OVERDUE", due) == 0


def test_an_event_that_no_physician_judged_is_told_to_them_and_to_quality(cast: Cast, order: TreatmentOrder) -> None:
    event = recorded(cast, order, CHILLS)

    for person in (cast.paula, cast.quinn):
        assert told(person, "ADVERSE_UNASSESSED", event.assess_by) == 1
    assessed(cast, event, at=event.assess_by)
    assert told(cast.paula, "ADVERSE_UNASSESSED", event.assess_by) == 0


def test_both_are_found_by_number_and_traced_from_the_unit(cast: Cast, order: TreatmentOrder) -> None:
    complaint, event = complained(cast, order), recorded(cast, order)
    unit = kept_units(order)[0]

    for found in (complaint, event):
        assert [one.address for one in records_found(found.number, {"NANHU"}).records] == [found.record.address]
    met: Any = {meeting.thing for meeting in met_by([unit.record_id])}
    assert {complaint.record_id, event.record_id} <= met
    assert {one.touched for one in touched_by(complaint.record)} == {unit.record_id}
    assert unit.record_id in {one.touched for one in touched_by(event.record)}
