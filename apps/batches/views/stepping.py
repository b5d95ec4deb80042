"""The page of one step, and the acts that complete it, begin it again, or open its vessels."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.batches.forms import OpenVesselsForm
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.services.occurring import start_occurrence
from apps.batches.services.signing import complete_step
from apps.batches.services.vessels import open_vessels
from apps.batches.views import naming
from apps.batches.views.filling import StepView, step_context, step_url, step_view
from apps.batches.views.finding import batch_named, place_named, step_named
from apps.batches.views.opening import parents_of, vessel_groups
from apps.core.errors import Objection, Refused
from apps.core.http import who
from apps.core.ui.pages import happened_from, refusal_response
from apps.organisation.access import STAFF, open_to


@open_to(write=frozenset())
@require_safe
def step(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """GET /batches/<number>/steps/<place>/: one step, to be done or looked at."""
    view = step_view(request, batch_named(request, number), place_named(place))
    return render(request, "batches/step.html", step_context(view))


@open_to(write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """GET, POST /batches/<number>/steps/<place>/complete/: the step is done; GET says what stands against it."""
    batch, step = batch_named(request, number), place_named(place)
    if request.method == "POST":
        try:
            complete_step(batch=batch, step=step, happened=happened_from(request), **who(request))
        except Refused as refused:
            return refusal_response(request, refused, already=True)
        return HttpResponseRedirect(step_url(number, step))
    view = step_view(request, batch, step)
    return render(request, "batches/already.html", {**step_context(view), "lacks": _lacks(view)})


@open_to(write=STAFF)
@require_POST
def begin(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """POST /batches/<number>/occurrences/<place>/: begin the next occurrence of a step or a section."""
    batch, wanted = batch_named(request, number), place_named(place)
    try:
        begun = start_occurrence(batch=batch, place=wanted, happened=happened_from(request), **who(request))
    except Refused as refused:
        return refusal_response(request, refused, already=True)
    return HttpResponseRedirect(reverse("batches:step", args=[number, begun[0].place]))


@open_to(write=STAFF)
@require_POST
def vessels(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """POST /batches/<number>/steps/<place>/vessels/: open vessels; each gets its number and its label."""
    batch = batch_named(request, number)
    where = step_named(batch, place)
    form = OpenVesselsForm(request.POST, groups=vessel_groups(batch, where))
    if not form.is_valid():
        view = step_view(request, batch, where)
        return render(request, "batches/step.html", {**step_context(view), "vessels_form": form}, status=400)
    try:
        open_vessels(
            batch=batch,
            step=where,
            kind=form.cleaned_data["kind"],
            count=form.cleaned_data["count"],
            parents=parents_of(batch, form.cleaned_data.get("made_from", ())),
            happened=happened_from(request),
            **who(request),
        )
    except Refused as refused:
        return refusal_response(request, refused, already=True)
    return HttpResponseRedirect(step_url(number, where))


def _lacks(view: StepView) -> list[Objection]:
    definition = definition_of_batch(view.batch)
    return [naming.in_words(definition, one) for one in (*view.page.against, *view.page.lacks)]
