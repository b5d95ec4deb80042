"""Pages that show: the shipments of one's sites, one shipment with its way, one file of a logger."""

from datetime import timedelta
from decimal import Decimal
from typing import cast

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.batches.views.naming import limit_words
from apps.core.errors import Refused, RuleBroken
from apps.core.http import as_file
from apps.core.ui.lists import state_list
from apps.core.ui.times import duration
from apps.core.ui.wording import bilingual
from apps.documents.selectors import documents_about
from apps.documents.store import read_file
from apps.organisation.access import Access, open_to
from apps.organisation.models import User
from apps.organisation.selectors import all_roles_of
from apps.products.facts import Verdict
from apps.products.forms import answer_words, unit_of
from apps.signatures.selectors import shown_signatures
from apps.transport.facts import ShipmentState
from apps.transport.forms import mode_words, way_words
from apps.transport.lifecycle import WHO_MAY_ASK
from apps.transport.models import LoggerFile, Shipment
from apps.transport.selectors import (
    answers_of,
    checked,
    hand_overs_of,
    logger_file_of,
    refused_of,
    series_of,
    stage_for,
    trip_of,
    units_in,
    visible_shipments,
    ways_of,
)
from apps.transport.views.drawing import curve_of
from apps.transport.views.finding import acts_of, shipment_named
from apps.units.views.framing import batch_bar, names_of

READ_ONLY = Access(write=frozenset())


@open_to(access=READ_ONLY)
@require_safe
def shipment_list(request: HttpRequest) -> HttpResponse:
    """GET /transport/: the shipments of one's sites, newest first."""
    now, user = timezone.now(), cast(User, request.user)
    rows = visible_shipments(user, now).annotate(count=Count("lines"))
    shown = state_list(request, rows, ShipmentState, "number", "receiver", "seal")
    context = {**shown, "may_ask": bool(WHO_MAY_ASK & set(all_roles_of(user, now)))}
    return render(request, "transport/list.html", context)


@open_to(access=READ_ONLY)
@require_safe
def shipment(request: HttpRequest, number: str) -> HttpResponse:
    """GET /transport/<number>/: units, packing, hand-overs, curve, receipt, decision."""
    found = shipment_named(request, number)
    file, stage, ways = logger_file_of(found), stage_for(found), ways_of(found)
    handed = hand_overs_of(found)
    named = names_of([found.requested_by, *(name for one in handed for name in (one.given_by, one.taken_by) if name)])
    context = {
        "shipment": found,
        "mode": mode_words(found),
        "ways": [(batch, way_words(way)) for batch, way in ways] if len(ways) > 1 else [],
        "units": units_in(found),
        "refused": refused_of(found),
        "layers": [bilingual(one.label) for one in stage.packing if one.key in found.layers],
        "documents": [bilingual(one.label) for one in stage.documents if one.key in found.documents],
        "hours": _hours(found.hours),
        "hold_hours": "" if found.hold_hours is None else _hours(found.hold_hours),
        "hand_overs": [(one, named.get(one.given_by), named.get(one.taken_by, one.taken_by)) for one in handed],
        "logger_file": file,
        "curve": _curve(found, file),
        "answers": _answers(found),
        "acts": acts_of(request, found),
        "signatures": shown_signatures(found.record),
        "papers": documents_about(found.record),
        "asked_by": named[found.requested_by],
        "rules": [bilingual(stage.excursion), bilingual(stage.returns)],
        **batch_bar(found.batch),
    }
    return render(request, "transport/shipment.html", context)


@open_to(access=READ_ONLY)
@require_safe
def file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET /transport/<number>/logger/<id>/: the file as it was attached."""
    found = get_object_or_404(LoggerFile, shipment=shipment_named(request, number), pk=pk)
    try:
        content = read_file(found.sha256)
    except RuleBroken as lost:
        raise Http404 from lost
    return as_file(HttpResponse(content, content_type="application/octet-stream"), found.name, saved=True)


def _curve(shipment: Shipment, file: LoggerFile | None) -> dict[str, object] | None:
    if file is None:
        return None
    try:
        return curve_of(series_of(file), trip_of(shipment, shipment.arrived_at or file.last_at))
    except Refused:  # the file is not in the store any more: its facts stand in the row
        return None


def _answers(shipment: Shipment) -> list[dict[str, object]]:
    """Every question of the receipt with its limit and, once received, its answer."""
    texts, now = answers_of(shipment), timezone.now()
    return [
        {
            "label": bilingual(one.parameter.label),
            "limit": limit_words(one.parameter),
            "unit": unit_of(one.parameter),
            "text": answer_words(one.parameter, one.entered.text) if one.entered.text else "",
            "verdict": (one.entered.verdict if one.entered.done else Verdict.NOT_DONE).lower(),
        }
        for one in checked(shipment, texts, now)
    ]


def _hours(hours: Decimal) -> str:
    """8 h, 7.5 h: as the hours were meant, whatever the column keeps."""
    return duration(timedelta(hours=float(hours)))
