"""What is due of complaints and adverse events: the triage, the judgement of a physician, the reports of the clocks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from apps.alerts.facts import AlertKind, Due
from apps.core.roles import Role
from apps.core.text import N_
from apps.vigilance.selectors import open_duties, unassessed_events, untriaged_complaints

REPORT_NOTICE = timedelta(days=2)
TOLD_OF_JUDGEMENTS = (Role.PHYSICIAN, Role.QA)


def of_vigilance(at: datetime) -> Iterator[Due]:
    """Complaints nobody triaged, events no physician judged, reports that are due soon or late."""
    yield from _complaints(at)
    yield from _judgements(at)
    yield from _reports(at)


def _complaints(at: datetime) -> Iterator[Due]:
    for one in untriaged_complaints(late_at=at):
        yield Due(
            AlertKind.COMPLAINT_OVERDUE,
            one.record_id,
            one.record.site,
            f"triage:{one.due_at.isoformat()}",
            Role.QA,
            N_("Complaint {number} is not triaged."),
            one.due_at,
            {"number": one.number},
        )


def _judgements(at: datetime) -> Iterator[Due]:
    for one in unassessed_events(late_at=at):
        for role in TOLD_OF_JUDGEMENTS:
            yield Due(
                AlertKind.ADVERSE_UNASSESSED,
                one.record_id,
                one.record.site,
                f"assess:{one.assess_by.isoformat()}:{role}",
                role,
                N_("Adverse event {number} waits for the judgement of a physician."),
                one.assess_by,
                {"number": one.number},
            )


def _reports(at: datetime) -> Iterator[Due]:
    """Told before they are due, and anew when they are late: a late report can't be made good."""
    for duty in open_duties(late_at=at + REPORT_NOTICE):
        late = duty.due_at <= at
        for role in TOLD_OF_JUDGEMENTS:
            yield Due(
                AlertKind.SAFETY_OVERDUE if late else AlertKind.SAFETY_REPORT_DUE,
                duty.record_id,
                duty.record.site,
                f"safety:{duty.pk}:{'late' if late else 'due'}:{role}",
                role,
                N_("The report of {number} is overdue.") if late else N_("The report of {number} is due soon."),
                duty.due_at,
                {"number": duty.event.number},
            )
