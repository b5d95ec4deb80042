"""A running clock as the server sees it when the page is drawn; clock.js carries on from there."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.core.ui.times import HOURS_BY_THE_DAY, count_down, days_form


@dataclass(frozen=True)
class ClockView:
    """Digits, share that is left and state at the moment of the page."""

    ends_at: datetime
    started_at: datetime | None
    digits: str
    left_percent: str
    state: str  # running, alert (last quarter), over
    end_form: str  # how its end is written: with the day when that is not today

    @property
    def days_form(self) -> str:
        """How clock.js writes what is longer than some hours."""
        return days_form()

    @property
    def days_from(self) -> int:
        """From how many hours on it does."""
        return HOURS_BY_THE_DAY


def clock_view(ends_at: datetime, started_at: datetime | None, now: datetime) -> ClockView:
    """The clock at `now`: alert in the last 25 %, over from 0 on; without a start it is never in alert."""
    left = ends_at - now
    share = 1.0
    if started_at is not None and ends_at > started_at:
        share = max(0.0, min(1.0, left / (ends_at - started_at)))
    state = "over" if left.total_seconds() <= 0 else "alert" if share <= 0.25 else "running"
    is_today = timezone.localdate(ends_at) == timezone.localdate(now)
    return ClockView(
        ends_at, started_at, count_down(left), f"{100 * share:.1f}", state, "time" if is_today else "short"
    )
