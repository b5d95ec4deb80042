"""Instants in the site's zone, and lengths of time, in words."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

HOURS_BY_THE_DAY = 48  # from which on a clock shows days and hours
FORMS = {
    "": "%Y-%m-%d %H:%M",
    "time": "%H:%M",
    "short": "%m-%d %H:%M",
    "seconds": "%Y-%m-%d %H:%M:%S",
    "day": "%Y-%m-%d",
}


def instant(at: datetime | None, form: str = "") -> SafeString:
    """An instant in the zone of the page: 2026-11-05 14:06. Forms: time, short, seconds, day, zone."""
    if at is None:
        return SafeString("")
    here = timezone.localtime(at)
    text = here.strftime(FORMS["" if form == "zone" else form])
    if form == "zone":
        text = f"{text} {zone_text(here)}"
    return format_html('<time class="n" datetime="{}">{}</time>', here.isoformat(), text)


def zone_text(at: datetime | None = None) -> str:
    """The zone of the page as an offset: UTC+8."""
    offset = timezone.localtime(at).utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    sign = "+" if minutes >= 0 else "\N{MINUS SIGN}"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def day(when: date | datetime | None) -> SafeString:
    """A date: 2026-11-05."""
    if when is None:
        return SafeString("")
    if isinstance(when, datetime):
        when = timezone.localtime(when).date()
    return format_html('<time class="n" datetime="{}">{}</time>', when.isoformat(), when.isoformat())


def duration(length: timedelta | float | None) -> str:
    """How long: 38 s, 45 min, 3 h 10 min, 2 d 4 h. Two units at most, cut, never rounded up."""
    if length is None:
        return ""
    seconds = int(abs(length.total_seconds() if isinstance(length, timedelta) else length))
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    minutes, seconds = divmod(seconds, 60)
    if minutes < 10 and seconds:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes, 60)
    return _hours(hours, minutes) if hours < 72 else _days(hours)


def _hours(hours: int, minutes: int) -> str:
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    if not minutes:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def _days(hours: int) -> str:
    days, hours = divmod(hours, 24)
    if not hours or days >= 10:
        return _("%(days)d d") % {"days": days}
    return days_form() % {"days": days, "hours": hours}


def age(at: datetime | None, now: datetime) -> SafeString:
    """How long ago, with the instant itself for assistive technology: only ages are relative."""
    if at is None:
        return SafeString("")
    here = timezone.localtime(at)
    return format_html(
        '<time class="n" datetime="{}">{}<span class="visually-hidden">, {}</span></time>',
        here.isoformat(), duration(now - at), here.strftime(FORMS[""]),
    )  # fmt: skip


def days_form() -> str:
    """How a clock over days is written."""
    return _("%(days)d d %(hours)d h")


def count_down(left: timedelta) -> str:
    """The digits of a clock: 6 d 13 h, 1:37:48, 4:32; past the end it counts up. `clock.js` counts the same."""
    seconds = int(abs(left.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    if hours >= HOURS_BY_THE_DAY:
        return days_form() % {"days": hours // 24, "hours": hours % 24}
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
