"""My work: what is asked of the person, alerts, the pipeline. Search: one field for every address."""

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.alerts.facts import AlertKind
from apps.alerts.models import Alert
from apps.alerts.selectors import alerts_for
from apps.audit.models import Record
from apps.core.errors import Objection
from apps.core.http import sentence
from apps.core.roles import Role
from apps.core.text import N_
from apps.core.ui.navigation import address_of
from apps.core.ui.times import duration
from apps.core.ui.wording import bilingual, translated
from apps.desk.facts import Desk, Task
from apps.desk.selectors import desk_of, pipeline
from apps.desk.selectors.recent import Recent, recent_of
from apps.desk.selectors.scanning import LOOKED_AT, PAGES, Found, records_found
from apps.organisation.selectors import visible_to
from apps.products.definition.base import Bilingual

SHOWN_ALERTS, SHOWN_TASKS = 8, 100
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
    open_alerts = alerts_for(request.user, now)
    alerts = list(open_alerts[:SHOWN_ALERTS])
    page = {
        "groups": [group for group in _groups(desk) if group["rows"]],
        "numbers": _numbers(desk, len(alerts) if len(alerts) < SHOWN_ALERTS else open_alerts.count(), now),
        "alerts": [_alert(alert) for alert in alerts],
        "pipeline": _bars(pipeline(sites)),
        "recent": _recent(recent_of(request.user, sites)),
        "start": _start(desk.roles),
    }
    return render(request, "desk/my_work.html", page)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find records by any part of their address; one hit opens at once."""
    words = request.GET.get("q", "").strip()[:400]
    sites = visible_to(request.user, timezone.now())
    found = records_found(words, sites) if words else Found([])
    hits = [{"record": record, "url": page_of(record)} for record in found.records]
    if len(hits) == 1:
        return redirect(hits[0]["url"])
    page = {"hits": hits, "words": words, "more": found.more, "looked_at": LOOKED_AT, "section": "search"}
    return render(request, "desk/search.html", page)


def page_of(record: Record) -> str:
    url = address_of(PAGES.get(record.kind, ""), record.number)
    return url or f"/inspection/records/{quote(record.address, safe='')}/"


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


def _groups(desk: Desk) -> list[dict]:
    parts = (
        ("overdue", _("Overdue"), desk.overdue),
        ("due", _("Due today"), desk.today),
        ("later", _("Later"), desk.later),
    )
    return [
        {"state": state, "title": title, "count": len(tasks), "rows": [_row(task) for task in tasks[:SHOWN_TASKS]]}
        for state, title, tasks in parts
    ]


def _row(task: Task) -> dict:
    facts = {name: bilingual(fact) if isinstance(fact, Bilingual) else fact for name, fact in task.facts.items()}
    note = sentence(Objection("", task.note, facts)) if task.note else ""
    return {"task": task, "ask": translated(task.ask), "note": note, "url": address_of(task.url_name, *task.url_args)}


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
