"""Looking back from a donor or a batch, and answering for each unit that was out. The only writers."""

from apps.lookback.services.failing import (
    WHO_MAY_ACKNOWLEDGE,
    WHO_MAY_NAME,
    WHO_MAY_REPORT,
    acknowledge_notice,
    name_deputy,
    open_late_failures,
    report_failure,
)
from apps.lookback.services.looking import WHO_MAY_ANSWER, WHO_MAY_LOOK_BACK, answer_recall, look_back

__all__ = [
    "WHO_MAY_ACKNOWLEDGE",
    "WHO_MAY_ANSWER",
    "WHO_MAY_LOOK_BACK",
    "WHO_MAY_NAME",
    "WHO_MAY_REPORT",
    "acknowledge_notice",
    "answer_recall",
    "look_back",
    "name_deputy",
    "open_late_failures",
    "report_failure",
]
