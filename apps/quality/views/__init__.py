"""Pages of quality: showing, and acting."""

from apps.quality.views.deciding import (
    close_deviation,
    close_event,
    lift,
    open_deviation,
    report,
    sign_impact,
    stop,
)
from apps.quality.views.looking import deviation, event, hold, overview

__all__ = [
    "close_deviation",
    "close_event",
    "deviation",
    "event",
    "hold",
    "lift",
    "open_deviation",
    "overview",
    "report",
    "sign_impact",
    "stop",
]
