"""Pages of quality: showing, and acting."""

from apps.quality.views.capas import (
    cancel_capa,
    capa,
    carry_out,
    find_effective,
    find_ineffective,
    plan_capa,
    postpone,
    reopen_capa,
)
from apps.quality.views.deciding import (
    close_deviation,
    close_event,
    lift,
    open_deviation,
    reopen_deviation,
    report,
    sign_impact,
    stop,
)
from apps.quality.views.looking import deviation, event, hold, overview

__all__ = [
    "cancel_capa",
    "capa",
    "carry_out",
    "close_deviation",
    "close_event",
    "deviation",
    "event",
    "find_effective",
    "find_ineffective",
    "hold",
    "lift",
    "open_deviation",
    "overview",
    "plan_capa",
    "postpone",
    "reopen_capa",
    "reopen_deviation",
    "report",
    "sign_impact",
    "stop",
]
