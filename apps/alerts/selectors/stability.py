"""What is due of stability: pulls whose window is open, and those whose window went by."""

from collections.abc import Iterator
from datetime import datetime

from apps.alerts.facts import AlertKind, Due
from apps.core.roles import Role
from apps.core.text import N_
from apps.stability.selectors import due_points, late_points

TOLD_OF_LATE_PULLS = (Role.ANALYST, Role.QA)


def of_pulls(at: datetime) -> Iterator[Due]:
    """A pull is told when its window opens, and anew when that is over: until a unit is pulled or the study closed."""
    for point in due_points(at):
        yield Due(
            AlertKind.PULL_DUE,
            point.study.record_id,
            point.record.site,
            f"pull:{point.key}:due",
            Role.ANALYST,
            N_("{study}: a unit is to be pulled for month {month}."),
            point.ends_at,
            {"study": point.study.number, "month": str(point.month)},
        )
    for point in late_points(at):
        for role in TOLD_OF_LATE_PULLS:
            yield Due(
                AlertKind.PULL_OVERDUE,
                point.study.record_id,
                point.record.site,
                f"pull:{point.key}:late:{role}",
                role,
                N_("{study}: the window of month {month} went by without its pull."),
                point.ends_at,
                {"study": point.study.number, "month": str(point.month)},
            )
