"""Holds, events and deviations; one file per family of verbs."""

from apps.quality.services.deviations import close_deviation, sign_product_impact
from apps.quality.services.events import (
    close_event,
    end_event,
    make_deviation,
    open_deviation,
    report_event,
    report_observation,
)
from apps.quality.services.holds import (
    WHO_MAY_STOP,
    answer_due,
    lift_hold,
    lift_hold_by_decision,
    lift_hold_for,
    place_hold,
    place_holds,
    stop_record,
)

__all__ = [
    "WHO_MAY_STOP",
    "answer_due",
    "close_deviation",
    "close_event",
    "end_event",
    "lift_hold",
    "lift_hold_by_decision",
    "lift_hold_for",
    "make_deviation",
    "open_deviation",
    "place_hold",
    "place_holds",
    "report_event",
    "report_observation",
    "sign_product_impact",
    "stop_record",
]
