"""What people say and decide about a batch without filling in a field: notes, stops, reports, going on at risk."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.content import ratify_content, risk_content
from apps.batches.forms import NoteForm, ReportForm, RiskForm, StopForm
from apps.batches.models import Batch, RiskDecision
from apps.batches.services.risking import add_comment, proceed_at_risk, ratify_risk
from apps.batches.views.finding import batch_named, place_named
from apps.batches.views.moving import frame_of
from apps.core.http import refusals_on, who
from apps.core.roles import Role
from apps.organisation.access import STAFF, open_to
from apps.organisation.selectors import people_with
from apps.quality.services import report_observation, stop_record
from apps.signatures.pages import Panel, signed_page

QA = frozenset({Role.QA})
AT_RISK = frozenset({Role.OPERATOR, Role.CHECKER, Role.QA})


@open_to(read=STAFF, write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/note/?place=: words about the batch or a step; no value changes."""
    batch, place = batch_named(request, number), _place(request)
    return _said(
        request,
        batch,
        NoteForm(request.POST or None),
        lambda said: add_comment(batch=batch, place=place, **said, **who(request)),
        title=_("Note on %(what)s") % {"what": place or number},
        lead=_("It stands in the record with your name and the time. It changes no value."),
    )


@open_to(read=STAFF, write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/stop/: it stands still at once; a reason, no signature."""
    batch = batch_named(request, number)
    return _said(
        request,
        batch,
        StopForm(request.POST or None),
        lambda said: stop_record(record=batch.record, **said, **who(request)),
        title=_("Stop %(number)s") % {"number": number},
        lead=_("It stands still at once for everybody. Quality assurance lifts it on evidence."),
        next_word=_("Stop the batch"),
        stops=True,
    )


@open_to(read=STAFF, write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/report/?place=: tell QA of something that was not as it should be."""
    batch, place = batch_named(request, number), _place(request)
    about = f"{batch.record.address}/{place}" if place else ""
    return _said(
        request,
        batch,
        ReportForm(request.POST or None),
        lambda said: report_observation(subject=batch.record, about=about, **said, **who(request)),
        title=_("Report on %(what)s") % {"what": place or number},
        lead=_("It opens an event. Quality assurance judges it."),
    )


@open_to(read=AT_RISK, write=AT_RISK)
@require_http_methods(["GET", "HEAD", "POST"])
def risk(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/risk/: go on in spite of holds, agreed with a named person of QA, signed."""
    batch = batch_named(request, number)
    people = list(people_with(Role.QA, batch.site.code, timezone.now()))
    form = RiskForm(request.POST or None, people=people)
    if request.method != "POST" or not form.is_valid():
        lead = _("Living cells can’t wait. The holds below no longer stop the process; quality assurance ratifies it.")
        return _form_page(request, batch, form, title=_("Go on at risk"), lead=lead, next_word=_("Read back and sign"))
    named, reason = form.cleaned_data["named_qa"].username, form.cleaned_data["reason"]
    panel = Panel(
        title=_("Go on at risk: %(number)s") % {"number": number},
        verb=_("Sign: go on at risk"),
        content=lambda: risk_content(batch, named, reason),
        record=batch.record,
        cancel_url=_back(request, batch),
        hidden={"named_qa": named, "reason": reason},
    )
    return signed_page(
        request,
        panel,
        lambda signing: proceed_at_risk(batch=batch, named_qa=named, reason=reason, signing=signing, **who(request)),
        _back(request, batch),
        context=frame_of(batch),
    )


@open_to(read=QA, write=QA)
@require_http_methods(["GET", "HEAD", "POST"])
def ratify(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /batches/<number>/risks/<id>/ratify/: the named QA ratifies a decision at risk."""
    batch = batch_named(request, number)
    decision = get_object_or_404(
        RiskDecision.objects.select_related("batch__record", "batch__site"), batch=batch, pk=pk
    )
    back = reverse("batches:detail", args=[number])
    panel = Panel(
        title=_("Ratify: %(number)s") % {"number": number},
        verb=_("Sign: ratified"),
        content=lambda: ratify_content(decision),
        record=batch.record,
        cancel_url=back,
    )
    return signed_page(
        request,
        panel,
        lambda signing: ratify_risk(decision=decision, signing=signing, **who(request)),
        back,
        context=frame_of(batch),
    )


def _said(
    request: HttpRequest,
    batch: Batch,
    form: forms.Form,
    say: Callable[[dict[str, Any]], object],
    **words: object,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            say(form.cleaned_data)
            return HttpResponseRedirect(_back(request, batch))
    return _form_page(request, batch, form, **words)


def _form_page(request: HttpRequest, batch: Batch, form: forms.Form, **words: object) -> HttpResponse:
    context = {"form": form, "back_url": _back(request, batch), **words, **frame_of(batch)}
    return render(request, "batches/act.html", context, status=400 if form.errors else 200)


def _place(request: HttpRequest) -> str:
    """The step or section that the words are about, when the address names one."""
    text = request.GET.get("place", "")
    return str(place_named(text)) if text else ""


def _back(request: HttpRequest, batch: Batch) -> str:
    place = _place(request)
    if place and place_named(place).step:
        return reverse("batches:step", args=[batch.number, str(place_named(place).step_place)])
    return reverse("batches:detail", args=[batch.number])
