"""What is done with complaints and adverse events. The only writers."""

from apps.vigilance.services.adverse import (
    add_follow_up,
    assess_adverse_event,
    close_adverse_event,
    record_adverse_event,
    reopen_adverse_event,
)
from apps.vigilance.services.complaints import WHO_MAY_COMPLAIN, name_concerned, receive_complaint
from apps.vigilance.services.deciding import answer_complaint, close_complaint, reopen_complaint, triage_complaint
from apps.vigilance.services.reporting import WHO_MAY_REPORT, send_safety_report

__all__ = [
    "WHO_MAY_COMPLAIN",
    "WHO_MAY_REPORT",
    "add_follow_up",
    "answer_complaint",
    "assess_adverse_event",
    "close_adverse_event",
    "close_complaint",
    "name_concerned",
    "receive_complaint",
    "record_adverse_event",
    "reopen_adverse_event",
    "reopen_complaint",
    "send_safety_report",
    "triage_complaint",
]
