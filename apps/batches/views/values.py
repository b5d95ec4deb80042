"""One value: recorded when its field is left, corrected with a reason, entered late, scanned, or attached as a file."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST

from apps.batches.forms import FileForm, PlaceForm
from apps.batches.models import Vessel
from apps.batches.services.correcting import correct_value
from apps.batches.services.files import attach_file, replace_file
from apps.batches.services.recording import record_value
from apps.batches.services.vessels import scan_vessel
from apps.batches.views.answering import (
    entered_text,
    not_corrected,
    not_recorded,
    panel,
    saved,
    shown,
    stopped,
    wrong_thing,
    wrong_vessel,
)
from apps.batches.views.filling import StepView, step_view
from apps.batches.views.finding import batch_named, place_named
from apps.core.errors import BadInput, Objection, Refused
from apps.core.http import who
from apps.core.rules import in_utc
from apps.core.text import N_
from apps.core.ui.pages import happened_from
from apps.organisation.access import STAFF, open_to
from apps.products.definition import VesselUse
from apps.products.facts import ParameterKind, Place, VesselAct

LARGEST = 25 * 1024 * 1024


@open_to(write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def value(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """GET /batches/<number>/values/<place>/: a value with its history, or its form. POST records it."""
    batch, where = batch_named(request, number), place_named(place)
    if request.method != "POST":
        return panel(request, step_view(request, batch, where), where)
    if _was_cleared(request):
        return shown(request, step_view(request, batch, where), where)
    try:
        record_value(
            batch=batch,
            place=where,
            text=entered_text(request),
            performed_at=moment(request, "performed_at"),
            reason=request.POST.get("reason", "").strip(),
            happened=happened_from(request),
            scanned=request.POST.get("entered_by") == "scan",
            **who(request),
        )
    except Refused as refused:
        return not_recorded(request, batch, where, refused)
    return saved(request, batch, where)


@open_to(write=STAFF)
@require_POST
def correct(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """POST /batches/<number>/values/<place>/correct/: a new value with its reason; the old one stays."""
    batch, where = batch_named(request, number), place_named(place)
    view = step_view(request, batch, where)
    _only_if(view.at(where).fact.kind is not ParameterKind.FILE, where)
    form = PlaceForm(request.POST, parameter=view.at(where).parameter)
    if not form.is_valid():
        return panel(request, view, where, form, 400)
    try:
        correct_value(
            batch=batch,
            place=where,
            supersedes=_whole_number(request.POST.get("supersedes", "")),
            text=form.cleaned_data["text"],
            reason=form.cleaned_data["reason"].strip(),
            performed_at=moment(request, "performed_at"),
            happened=happened_from(request),
            **who(request),
        )
    except Refused as refused:
        return not_corrected(request, view, where, form, refused)
    return saved(request, batch, where)


@open_to(write=STAFF)
@require_POST
def attach(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """POST /batches/<number>/values/<place>/file/: a file, stored once by what it contains."""
    batch, where = batch_named(request, number), place_named(place)
    reason = request.POST.get("reason", "").strip()
    try:
        sent = _file_sent(request, where)
        attach_file(batch=batch, place=where, reason=reason, happened=happened_from(request), **sent, **who(request))
    except Refused as refused:
        return not_recorded(request, batch, where, refused)
    return saved(request, batch, where)


@open_to(write=STAFF)
@require_POST
def replace_attached(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """POST /batches/<number>/values/<place>/file/replace/: the right file instead of a wrong one, with the reason."""
    batch, where = batch_named(request, number), place_named(place)
    view = step_view(request, batch, where)
    _only_if(view.at(where).fact.kind is ParameterKind.FILE, where)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return panel(request, view, where, form, 400)
    supersedes, reason = _whole_number(request.POST.get("supersedes", "")), form.cleaned_data["reason"].strip()
    try:
        sent = _file_sent(request, where)
        replace_file(batch=batch, place=where, supersedes=supersedes, reason=reason, **sent, **who(request))
    except Refused as refused:
        return not_corrected(request, view, where, form, refused)
    return saved(request, batch, where)


@open_to(write=STAFF)
@require_POST
def scan(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """POST /batches/<number>/steps/<place>/scan/: a code that no field asks for; a wrong vessel is a near miss."""
    batch, where = batch_named(request, number), place_named(place)
    code = request.POST.get("code", "").strip()[:60]
    view = step_view(request, batch, where)
    target = _asks_for_a_vessel(view)
    if target is None or not Vessel.objects.filter(number=code).exists():
        return stopped(request, view, wrong_thing(view, code))
    try:
        scan_vessel(batch=batch, place=target, scanned=code, **who(request))
    except Refused as refused:
        return stopped(request, view, wrong_vessel(view, code, refused), refused.status)
    return saved(request, batch, target)


def moment(request: HttpRequest, name: str) -> datetime | None:
    """An instant that was sent; without an offset it is the site's. What can't be read is refused."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        at = parse_datetime(text)
        if at is not None:
            at = timezone.make_aware(at) if at.tzinfo is None else at
            in_utc(at)
    except ValueError:
        at = None
    if at is None:
        raise BadInput(Objection("no_instant", N_("Write day and time, for instance 2026-11-05 14:06."), place=name))
    return at


def _only_if(fits: bool, place: Place) -> None:
    """A form of another kind than the field has no such address: 404."""
    if not fits:
        raise Http404(str(place))


def _file_sent(request: HttpRequest, place: Place) -> dict[str, Any]:
    """The file as the services take it. Raises BadInput when none was sent."""
    sent = request.FILES.get("file")
    if sent is None:
        raise BadInput(Objection("no_file", N_("Choose a file or take a photo."), place=str(place)))
    return {
        "name": sent.name or "file",
        "media_type": sent.content_type or "application/octet-stream",
        "content": sent.read(LARGEST),
        "is_paper": request.POST.get("is_paper") == "on",
    }


def _was_cleared(request: HttpRequest) -> bool:
    """A field that was emptied again is no entry; "not done" is one, and gives its reason."""
    sent = request.POST
    said = sent.get("text", "").strip() or sent.get("now") or sent.get("reason", "").strip()
    return not said and "from_panel" not in sent


def _asks_for_a_vessel(view: StepView) -> Place | None:
    """The first vessel that the step still waits for."""
    for one in view.fields:
        use = one.parameter
        if isinstance(use, VesselUse) and use.act is not VesselAct.OPEN and one.value is None:
            return one.fact.place
    return None


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)
