"""Holds, events, deviations and actions; one file per family of verbs."""

from apps.quality.services.capas import (
    cancel_capa,
    carry_out_capa,
    check_capa,
    plan_capa,
    postpone_capa,
    reopen_capa,
)
from apps.quality.services.deviations import close_deviation, reopen_deviation, sign_product_impact
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
    "cancel_capa",
    "carry_out_capa",
    "check_capa",
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
    "plan_capa",
    "postpone_capa",
    "reopen_capa",
    "reopen_deviation",
    "report_event",
    "report_observation",
    "sign_product_impact",
    "stop_record",
]
