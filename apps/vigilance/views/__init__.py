"""Pages of vigilance."""

from apps.vigilance.views.adverse import (
    adverse_event,
    adverse_events,
    adverse_table,
    assess,
    close_event,
    follow,
    record,
    reopen_event,
    report,
)
from apps.vigilance.views.complaints import (
    answer,
    close,
    complaint,
    complaints,
    complaints_table,
    name,
    receive,
    reopen,
    trend,
    triage,
)

__all__ = [
    "adverse_event",
    "adverse_events",
    "adverse_table",
    "answer",
    "assess",
    "close",
    "close_event",
    "complaint",
    "complaints",
    "complaints_table",
    "follow",
    "name",
    "receive",
    "record",
    "reopen",
    "reopen_event",
    "report",
    "trend",
    "triage",
]
