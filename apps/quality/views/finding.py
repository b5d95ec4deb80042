"""What the pages of quality share: finding within one's sites, who acts, and the page of a form."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from apps.audit.models import Record
from apps.quality.models import Deviation, Event, Hold
from apps.quality.selectors import visible_deviations, visible_events, visible_holds, visible_record


def event_named(request: HttpRequest, number: str) -> Event:
    """The event with this number, within the person's sites."""
    events = visible_events(request.user, timezone.now())
    return get_object_or_404(events, record__address=f"event/{number}")


def deviation_named(request: HttpRequest, number: str) -> Deviation:
    """The deviation with this number, within the person's sites."""
    deviations = visible_deviations(request.user, timezone.now())
    return get_object_or_404(deviations, record__address=f"deviation/{number}")


def hold_at(request: HttpRequest, pk: int) -> Hold:
    """One hold, within the person's sites."""
    return get_object_or_404(visible_holds(request.user, timezone.now()), pk=pk)


def record_asked_for(request: HttpRequest) -> Record:
    """The record that `?record=batch/CT-0042` names, within the person's sites."""
    record = visible_record(request.user, request.GET.get("record", ""), timezone.now())
    if record is None:
        raise Http404
    return record


def form_page(request: HttpRequest, form: forms.Form, title: str, back: str, **more: object) -> HttpResponse:
    """A form and its one act."""
    context = {"form": form, "title": title, "back_url": back, **more}
    return render(request, "quality/act.html", context, status=400 if form.errors else 200)
