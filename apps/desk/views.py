"""My work: what is asked of the person, alerts, the pipeline. Search: one field for every address."""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.alerts.selectors import alerts_for
from apps.audit.models import Record
from apps.core.errors import Objection
from apps.core.http import sentence
from apps.core.ui.navigation import address_of
from apps.core.ui.wording import bilingual, translated
from apps.desk.facts import Desk, Task
from apps.desk.selectors import desk_of, pipeline
from apps.desk.selectors.scanning import PAGES, records_found
from apps.organisation.selectors import visible_to
from apps.products.definition.base import Bilingual


@require_GET
def my_work(request: HttpRequest) -> HttpResponse:
    """The first page: everything asked of the person, in order of urgency."""
    now = timezone.now()
    zone = ZoneInfo(request.here.zone if getattr(request, "here", None) else "UTC")
    desk = desk_of(request.user, now, zone)
    open_alerts = alerts_for(request.user, now)
    alerts = list(open_alerts[:20])
    page = {
        "groups": [group for group in _groups(desk) if group["rows"]],
        "numbers": _numbers(desk, len(alerts) if len(alerts) < 20 else open_alerts.count()),
        "alerts": [
            {"alert": alert, "text": sentence(Objection(alert.kind, alert.template, alert.facts))} for alert in alerts
        ],
        "pipeline": _bars(pipeline(visible_to(request.user, now))),
        "count": desk.count,
    }
    return render(request, "desk/my_work.html", page)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find records by any part of their address; one hit opens at once."""
    words = request.GET.get("q", "").strip()[:400]
    sites = visible_to(request.user, timezone.now())
    found = records_found(words, sites) if words else []
    hits = [{"record": record, "url": _page_of(record)} for record in found[:50]]
    if len(hits) == 1:
        return redirect(hits[0]["url"])
    return render(
        request, "desk/search.html", {"hits": hits, "words": words, "more": len(found) > 50, "section": "search"}
    )


def _page_of(record: Record) -> str:
    url = address_of(PAGES.get(record.kind, ""), record.number)
    return url or f"/inspection/records/{quote(record.address, safe='')}/"


def _groups(desk: Desk) -> list[dict]:
    parts = (
        ("overdue", _("Overdue"), desk.overdue),
        ("due", _("Due today"), desk.today),
        ("later", _("Later"), desk.later),
    )
    return [{"state": state, "title": title, "rows": [_row(task) for task in tasks]} for state, title, tasks in parts]


def _row(task: Task) -> dict:
    facts = {name: bilingual(fact) if isinstance(fact, Bilingual) else fact for name, fact in task.facts.items()}
    note = sentence(Objection("", task.note, facts)) if task.note else ""
    return {"task": task, "ask": translated(task.ask), "note": note, "url": address_of(task.url_name, *task.url_args)}


def _numbers(desk: Desk, alerts: int) -> list[dict]:
    return [
        {
            "icon": "action",
            "tone": "action" if desk.overdue else "plain",
            "value": len(desk.overdue),
            "label": _("Overdue"),
        },
        {"icon": "late", "tone": "alert" if desk.today else "plain", "value": len(desk.today), "label": _("Due today")},
        {"icon": "pending", "tone": "plain", "value": len(desk.later), "label": _("Later")},
        {"icon": "bell", "tone": "plain", "value": alerts, "label": _("Alerts"), "url": reverse("alerts:list")},
    ]


def _bars(states: tuple[tuple[str, int], ...]) -> list[dict]:
    longest = max((count for _state, count in states), default=0) or 1
    return [{"state": state, "count": count, "width": round(100 * count / longest)} for state, count in states]
