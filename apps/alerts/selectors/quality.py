"""What quality owes: events that nobody judged, actions not carried out or not judged, investigations that grow old."""

from collections.abc import Iterator
from datetime import datetime

from apps.alerts.facts import AlertKind, Due
from apps.core.roles import Role
from apps.core.text import N_
from apps.quality.facts import CapaState, Severity
from apps.quality.selectors import answer_due_of, overdue_capas, untriaged_events
from apps.testing.selectors import overdue_investigations

TOLD_OF_OOS = (Role.QA, Role.QC_HEAD)


def of_events(at: datetime) -> Iterator[Due]:
    """Minor events that nobody judged within one working day; a graver one holds, and is told by its hold."""
    for event in untriaged_events(at):
        if event.severity != Severity.MINOR:
            continue
        yield Due(
            AlertKind.EVENT_OVERDUE,
            event.record_id,
            event.record.site,
            "untriaged",
            Role.QA,
            N_("Event {number} waits for its triage."),
            answer_due_of(event),
            {"number": event.record.number},
        )


def of_capas(at: datetime) -> Iterator[Due]:
    """Actions that were not carried out in time, and those whose effect nobody judged in time."""
    for capa in overdue_capas(at):
        is_open = capa.state == CapaState.OPEN
        due_at = capa.due_at if is_open else capa.check_at
        yield Due(
            AlertKind.CAPA_OVERDUE,
            capa.record_id,
            capa.record.site,
            f"{capa.state}:{due_at.isoformat()}",
            Role.QA,
            N_("Action {number} is not carried out: {owner}.")
            if is_open
            else N_("The effect of action {number} is not judged; {owner} carried it out."),
            due_at,
            {"number": capa.record.number, "owner": capa.owner_name},
        )


def of_investigations(at: datetime) -> Iterator[Due]:
    """Investigations of results out of specification that were not concluded in time."""
    for one in overdue_investigations(at):
        for role in TOLD_OF_OOS:
            yield Due(
                AlertKind.OOS_OVERDUE,
                one.record_id,
                one.record.site,
                f"oos:{role}",
                role,
                N_("Investigation {number} is not concluded."),
                one.due_at,
                {"number": one.number},
            )
