"""Pages that show: what waits for quality assurance, one event, one deviation, one hold."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.wording import translated
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import all_roles_of, printed_names
from apps.quality.facts import CapaState, DeviationState, EventState, RootCause
from apps.quality.forms import ROOT_CAUSES
from apps.quality.lifecycle import DEVIATION_MOVES, EVENT_MOVES, MOVES, QualityVerb, verbs_from
from apps.quality.models import Capa, Deviation, Event, Hold
from apps.quality.panels import hold_row, holds_panel
from apps.quality.rules import is_answered_elsewhere
from apps.quality.selectors import capas_of, visible_capas, visible_deviations, visible_events, visible_holds
from apps.quality.views.capas import OPEN
from apps.quality.views.finding import deviation_named, event_named, hold_at
from apps.signatures.selectors import names_as_signed, shown_signatures

READ_ONLY = Access(write=frozenset())
URLS = {
    QualityVerb.CLOSE_EVENT: "quality:close_event",
    QualityVerb.OPEN_DEVIATION: "quality:open_deviation",
    QualityVerb.SIGN_PRODUCT_IMPACT: "quality:sign_impact",
    QualityVerb.CLOSE_DEVIATION: "quality:close_deviation",
    QualityVerb.REOPEN_DEVIATION: "quality:reopen_deviation",
}
STATES = {
    "events": {"open": [EventState.OPEN], "answered": [EventState.CLOSED, EventState.DEVIATION]},
    "deviations": {"open": [DeviationState.OPEN, DeviationState.IMPACT_SIGNED], "answered": [DeviationState.CLOSED]},
    "capas": {"open": OPEN, "answered": [CapaState.EFFECTIVE, CapaState.CANCELLED]},
}


@open_to(access=READ_ONLY)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """GET /quality/: events, deviations or holds of one's sites, open ones first asked for."""
    show = request.GET.get("show", "events")
    lists: Mapping[str, Callable[[HttpRequest], QuerySet[Any]]] = {
        "events": _events_asked_for,
        "deviations": _deviations_asked_for,
        "capas": _capas_asked_for,
        "holds": _holds_asked_for,
    }
    if show not in lists:
        raise Http404
    page = listing(lists[show](request), request)
    if show == "holds":
        _name_people(page.rows, "placed_by")
    context = {
        "show": show,
        "page": page,
        "q": request.GET.get("q", ""),
        "filters": [_state_filter(request.GET.get("state", "open"))],
    }
    return render(request, "quality/list.html", context)


@open_to(access=READ_ONLY)
@require_safe
def event(request: HttpRequest, number: str) -> HttpResponse:
    """GET /quality/events/<number>/: what happened, what it holds, what QA decided."""
    found = event_named(request, number)
    _name_people([found], "opened_by", "closed_by")
    context = {
        "event": found,
        "holds": holds_panel([found.subject]),
        "signatures": shown_signatures(found.record),
        "acts": _acts(request, verbs_from(found.state, EVENT_MOVES), number),
    }
    return render(request, "quality/event.html", context)


@open_to(access=READ_ONLY)
@require_safe
def deviation(request: HttpRequest, number: str) -> HttpResponse:
    """GET /quality/deviations/<number>/: classification, product impact, end."""
    found = deviation_named(request, number)
    context = {
        "deviation": found,
        "holds": holds_panel([found.subject]),
        "signatures": [*shown_signatures(found.event.record), *shown_signatures(found.record)],
        "acts": _acts(request, verbs_from(found.state, DEVIATION_MOVES), number),
        "capas": capas_of(found.record),
        "may_plan": _holds_qa(request),
        "category": ROOT_CAUSES.get(RootCause(found.root_cause_category)) if found.root_cause_category else "",
    }
    return render(request, "quality/deviation.html", context)


@open_to(access=READ_ONLY)
@require_safe
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /quality/holds/<id>/: what stands still, why, and who lifts it."""
    found = hold_at(request, pk)
    _name_people([found], "placed_by", "lifted_by")
    context = {
        "hold": found,
        "row": hold_row(found),
        "elsewhere": is_answered_elsewhere(found.key, found.liftable_by),
        "is_qa": _holds_qa(request),
    }
    return render(request, "quality/hold.html", context)


def _name_people(rows: Iterable[Any], *columns: str) -> None:
    """Beside each user name of these columns the printed name: `placed_by` is read as `placed_by_name`."""
    shown = list(rows)
    names = printed_names(getattr(row, column) for row in shown for column in columns)
    signed = names_as_signed(row.record_id for row in shown)
    for row in shown:
        for column in columns:
            user = getattr(row, column)
            setattr(row, f"{column}_name", signed.get((row.record_id, user)) or names.get(user, ""))


def _events_asked_for(request: HttpRequest) -> QuerySet[Event]:
    events = _in_state(visible_events(request.user, timezone.now()), "events", request)
    return _named(events, request, "record__address", "subject__address")


def _deviations_asked_for(request: HttpRequest) -> QuerySet[Deviation]:
    deviations = _in_state(visible_deviations(request.user, timezone.now()), "deviations", request)
    return _named(deviations, request, "record__address", "subject__address")


def _capas_asked_for(request: HttpRequest) -> QuerySet[Capa]:
    capas = _in_state(visible_capas(request.user, timezone.now()), "capas", request)
    return _named(capas, request, "record__address", "subject__address", "owner_name", "what")


def _holds_asked_for(request: HttpRequest) -> QuerySet[Hold]:
    holds = visible_holds(request.user, timezone.now())
    state = request.GET.get("state", "open")
    if state in ("open", "answered"):
        holds = holds.filter(lifted_at__isnull=state == "open")
    return _named(holds, request, "record__address", "key")


def _in_state(rows: QuerySet[Any], show: str, request: HttpRequest) -> QuerySet[Any]:
    states = STATES[show].get(request.GET.get("state", "open"))
    return rows if states is None else rows.filter(state__in=states)


def _named(rows: QuerySet[Any], request: HttpRequest, *columns: str) -> QuerySet[Any]:
    words = request.GET.get("q", "").strip()
    wanted = Q()
    for column in columns if words else ():
        wanted |= Q(**{f"{column}__icontains": words})
    return rows.filter(wanted)


def _state_filter(value: str) -> dict[str, object]:
    choices = [("open", _("Open")), ("answered", _("Answered")), ("all", _("All"))]
    return {"name": "state", "label": _("State"), "choices": choices, "value": value}


def _acts(request: HttpRequest, verbs: Iterable[QualityVerb], number: str) -> list[dict[str, str]]:
    if not _holds_qa(request):
        return []
    return [{"label": translated(MOVES[verb].label), "url": reverse(URLS[verb], args=[number])} for verb in verbs]


def _holds_qa(request: HttpRequest) -> bool:
    return Role.QA in all_roles_of(request.user, timezone.now())
