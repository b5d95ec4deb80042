"""My work: what is asked of the person, alerts, what expires, the pipeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.alerts.facts import AlertKind
from apps.alerts.models import Alert, HandOver
from apps.alerts.selectors import alerts_for, hand_overs_at
from apps.core.errors import Objection
from apps.core.http import sentence
from apps.core.roles import Role
from apps.core.text import N_
from apps.core.ui.navigation import address_of
from apps.core.ui.times import duration
from apps.core.ui.wording import bilingual, translated
from apps.desk.facts import DayOfExpiry, Desk, Risk, Task
from apps.desk.selectors import desk_of, pipeline
from apps.desk.selectors.expiring import expiring_days
from apps.desk.selectors.recent import Recent, recent_of
from apps.desk.views.searching import page_of
from apps.organisation.selectors import visible_to
from apps.products.definition.base import Bilingual

SHOWN_ALERTS, SHOWN_TASKS = 8, 100
RISKS = {"middle": Risk.MIDDLE, "high": Risk.HIGH}
SOON = 4  # days whose columns are drawn in the colour of what can't wait
Given = Mapping[tuple[str, str], HandOver]
ALERT_ICONS: dict[str, str] = {
    AlertKind.UNIT_EXPIRED: "expired", AlertKind.LOT_EXPIRED: "expired", AlertKind.HOLD_OVERDUE: "hold",
    AlertKind.ACCOUNT_LOCKED: "lock", AlertKind.BALANCE_OPEN: "alert", AlertKind.PROBE_SILENT: "alert",
}  # fmt: skip
STARTS: dict[Role, tuple[str, str]] = {
    Role.OPERATOR: ("batches:list", N_("Batches")), Role.CHECKER: ("batches:list", N_("Batches")),
    Role.ANALYST: ("testing:samples", N_("Samples")), Role.QC_HEAD: ("testing:samples", N_("Samples")),
    Role.QA: ("quality:list", N_("Quality")), Role.CERTIFIER: ("documents:list", N_("Documents")),
    Role.STOREKEEPER: ("materials:list", N_("Materials")), Role.PHYSICIAN: ("dosing:list", N_("Treatments")),
    Role.NURSE: ("dosing:list", N_("Treatments")), Role.COLLECTOR: ("donation:list", N_("Donors")),
    Role.AUTHOR: ("products:list", N_("Master records")), Role.SITE_ADMIN: ("signatures:people", N_("People")),
    Role.INSPECTOR: ("inspection:audit", N_("Inspection")),
}  # fmt: skip


@require_GET
def my_work(request: HttpRequest) -> HttpResponse:
    """The first page: everything asked of the person, in order of urgency."""
    now = timezone.now()
    zone = ZoneInfo(request.here.zone if getattr(request, "here", None) else "UTC")
    sites = visible_to(request.user, now)
    desk = desk_of(request.user, now, zone)
    given = {(one.subject.number, one.ask): one for one in hand_overs_at(sites)}
    me, asked = request.user.get_username(), _asked_for(request)
    shown = Desk(*(_chosen(tasks, given, me, asked) for tasks in (desk.overdue, desk.today, desk.later)), desk.roles)
    open_alerts = alerts_for(request.user, now)
    alerts = list(open_alerts[:SHOWN_ALERTS])
    page = {
        "groups": [group for group in _groups(shown, given, me) if group["rows"]],
        "numbers": _numbers(desk, len(alerts) if len(alerts) < SHOWN_ALERTS else open_alerts.count(), now),
        "alerts": [_alert(alert) for alert in alerts],
        "pipeline": _bars(pipeline(sites)),
        "recent": _recent(recent_of(request.user, sites)),
        "start": _start(desk.roles),
        "hidden": desk.count - shown.count,
        "filters": _filters(asked),
        "q": asked["q"],
        "expiring": _columns(expiring_days(sites, now, zone)),
    }
    return render(request, "desk/my_work.html", page)


def _alert(alert: Alert) -> dict:
    text = sentence(Objection(alert.kind, alert.template, alert.facts))
    return {"alert": alert, "text": text, "url": page_of(alert.subject), "icon": ALERT_ICONS.get(alert.kind, "late")}


def _recent(recent: Recent) -> dict:
    """Where the person stopped: the step, else the page of the record."""
    if recent.last is None:
        return {}
    record = recent.last.record
    url = address_of("batches:step", record.number, recent.place) if recent.place else page_of(record)
    return {"last": recent.last, "url": url, "place": recent.place, "signed": recent.signed}


def _start(roles: frozenset[Role]) -> dict:
    """Where somebody of whom nothing is asked finds what their role looks after."""
    name, label = next((STARTS[role] for role in STARTS if role in roles), ("batches:list", N_("Batches")))
    return {"url": address_of(name), "label": translated(label)}


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """What of one's work is looked at, as the address says it."""
    return {name: request.GET.get(name, "").strip()[:80] for name in ("q", "whose", "risk")}


def _chosen(tasks: Sequence[Task], given: Given, me: str, asked: Mapping[str, str]) -> tuple[Task, ...]:
    words = asked["q"].casefold()
    found = [one for one in tasks if words in f"{one.record} {one.band_word} {translated(one.ask)}".casefold()]
    if asked["risk"] in RISKS:
        found = [one for one in found if one.risk >= RISKS[asked["risk"]]]
    if asked["whose"] == "mine":
        found = [one for one in found if (one.record, one.ask) not in given or given[one.record, one.ask].taker == me]
    return tuple(found)


def _filters(asked: Mapping[str, str]) -> list[dict]:
    whose = [("", _("Everything asked of my roles")), ("mine", _("Not what a colleague has in hand"))]
    risk = [("", _("All")), ("middle", _("Middle and high")), ("high", _("High"))]
    return [
        {"name": "whose", "label": _("Whose"), "choices": whose, "value": asked["whose"]},
        {"name": "risk", "label": _("Risk"), "choices": risk, "value": asked["risk"]},
    ]


def _groups(desk: Desk, given: Given, me: str) -> list[dict]:
    parts = (
        ("overdue", _("Overdue"), desk.overdue),
        ("due", _("Due today"), desk.today),
        ("later", _("Later"), desk.later),
    )
    return [
        {
            "state": state,
            "title": title,
            "count": len(tasks),
            "rows": [_row(task, given, me) for task in tasks[:SHOWN_TASKS]],
        }
        for state, title, tasks in parts
    ]


def _row(task: Task, given: Given, me: str) -> dict:
    facts = {name: bilingual(fact) if isinstance(fact, Bilingual) else fact for name, fact in task.facts.items()}
    note = sentence(Objection("", task.note, facts)) if task.note else ""
    url, one = address_of(task.url_name, *task.url_args), given.get((task.record, task.ask))
    return {
        "task": task, "ask": translated(task.ask), "note": note, "url": url,
        "given": one, "is_mine": one is not None and one.taker == me,
    }  # fmt: skip


def _numbers(desk: Desk, alerts: int, now: datetime) -> list[dict]:
    oldest = next((task.due_at for task in desk.overdue if task.due_at), now)
    following = next((task.due_at for task in desk.today if task.due_at), now)
    return [
        {
            "icon": "action",
            "tone": "action" if desk.overdue else "plain",
            "value": len(desk.overdue),
            "label": _("Overdue"),
            "note": _("oldest %(age)s") % {"age": duration(now - oldest)} if desk.overdue else "",
        },
        {
            "icon": "late",
            "tone": "alert" if desk.today else "plain",
            "value": len(desk.today),
            "label": _("Due today"),
            "note": _("next at %(time)s") % {"time": f"{timezone.localtime(following):%H:%M}"} if desk.today else "",
        },
        {"icon": "pending", "tone": "plain", "value": len(desk.later), "label": _("Later")},
        {"icon": "bell", "tone": "plain", "value": alerts, "label": _("Alerts"), "url": reverse("alerts:list")},
    ]


def _bars(states: tuple[tuple[str, int], ...]) -> list[dict]:
    batches = address_of("batches:list")
    longest = max((count for _state, count in states), default=0) or 1
    return [
        {"state": state, "count": count, "width": round(100 * count / longest), "url": f"{batches}?state={state}"}
        for state, count in states
    ]


def _columns(days: list[DayOfExpiry]) -> dict:
    """The days as columns of a picture 28 wide and 56 high each: the number stands on its column."""
    most = max((one.count for one in days), default=0) or 1
    columns = []
    for n, one in enumerate(days):
        height = round(40 * one.count / most)
        columns.append({"x": 28 * n, "middle": 28 * n + 14, "y": 58 - height, "height": height, "over": 53 - height})
        columns[-1] |= {"is_soon": n < SOON, "day": one, "label": f"{one.day:%m-%d}" if n % 4 == 0 else ""}
    return {"columns": columns, "units": sum(one.units for one in days), "lots": sum(one.lots for one in days)}
