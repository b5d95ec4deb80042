"""What an alert is about: a fact that nobody has answered in time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from apps.core.roles import Role


class AlertKind(StrEnum):
    """What is told: what expires or expired, is due or overdue, does not add up, is silent; an account that locked."""

    UNIT_EXPIRING = "UNIT_EXPIRING"
    UNIT_EXPIRED = "UNIT_EXPIRED"
    LOT_EXPIRING = "LOT_EXPIRING"
    LOT_EXPIRED = "LOT_EXPIRED"
    CONTAINER_ENDING = "CONTAINER_ENDING"
    CONTAINER_ENDED = "CONTAINER_ENDED"
    TRAINING_LAPSING = "TRAINING_LAPSING"
    TRAINING_LAPSED = "TRAINING_LAPSED"
    CALIBRATION_LAPSING = "CALIBRATION_LAPSING"
    CALIBRATION_LAPSED = "CALIBRATION_LAPSED"
    TEST_OVERDUE = "TEST_OVERDUE"
    HOLD_OVERDUE = "HOLD_OVERDUE"
    ACCOUNT_LOCKED = "ACCOUNT_LOCKED"
    BALANCE_OPEN = "BALANCE_OPEN"
    PROBE_SILENT = "PROBE_SILENT"
    VITALS_DUE = "VITALS_DUE"
    OUTCOME_DUE = "OUTCOME_DUE"
    RECALL_OVERDUE = "RECALL_OVERDUE"
    OUTSTANDING_OVERDUE = "OUTSTANDING_OVERDUE"
    DONOR_OVERDUE = "DONOR_OVERDUE"
    NOTICE_OVERDUE = "NOTICE_OVERDUE"
    REPORT_OVERDUE = "REPORT_OVERDUE"
    LATE_FAILURE = "LATE_FAILURE"
    CODE_BROKEN = "CODE_BROKEN"
    EVENT_OVERDUE = "EVENT_OVERDUE"
    CAPA_OVERDUE = "CAPA_OVERDUE"
    OOS_OVERDUE = "OOS_OVERDUE"
    COMPLAINT_OVERDUE = "COMPLAINT_OVERDUE"
    ADVERSE_UNASSESSED = "ADVERSE_UNASSESSED"
    SAFETY_REPORT_DUE = "SAFETY_REPORT_DUE"
    SAFETY_OVERDUE = "SAFETY_OVERDUE"
    PULL_DUE = "PULL_DUE"
    PULL_OVERDUE = "PULL_OVERDUE"


@dataclass(frozen=True)
class Due:
    """One fact without its answer, found by a duty: on which record, of which fact, whom it concerns, since when."""

    kind: AlertKind
    subject_id: int
    site: str
    key: str
    role: Role
    template: str
    due_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
