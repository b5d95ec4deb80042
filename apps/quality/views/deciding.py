"""Pages that act: stopping and reporting by anybody, decisions by quality assurance."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.http import refusals_on, who
from apps.core.roles import Role
from apps.core.ui.wording import translated
from apps.organisation.access import Access, open_to
from apps.quality import content, services
from apps.quality.facts import Severity
from apps.quality.forms import (
    ClassificationForm,
    EvidenceForm,
    ImpactForm,
    ReasonForm,
    ReportForm,
    RootCauseForm,
    StopForm,
)
from apps.quality.lifecycle import MOVES, QualityVerb
from apps.quality.views.finding import deviation_named, event_named, form_page, hold_at, record_asked_for
from apps.quality.views.signing import said_then_signed

QA_ONLY = Access(read=frozenset({Role.QA}), write=frozenset({Role.QA}))
SAYING = Access(read=services.WHO_MAY_STOP, write=services.WHO_MAY_STOP)


@open_to(access=SAYING)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """GET, POST /quality/stop/?record=batch/CT-0042: stop at once, with a reason and no signature."""
    record = record_asked_for(request)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.stop_record(record=record, **who(request), **form.cleaned_data)
            return HttpResponseRedirect(f"{reverse('quality:list')}?show=holds&q={record.number}")
    return form_page(request, form, _("Stop: %s") % record.number, reverse("quality:list"), stops=True)


@open_to(access=SAYING)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """GET, POST /quality/report/?record=batch/CT-0042: tell QA what was not as it should be."""
    record = record_asked_for(request)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            reported = services.report_observation(
                subject=record,
                what=form.cleaned_data["what"],
                severity=Severity(form.cleaned_data["severity"]),
                **who(request),
            )
            return HttpResponseRedirect(reverse("quality:event", args=[reported.record.number]))
    return form_page(request, form, _("Report on %s") % record.number, reverse("quality:list"))


@open_to(access=QA_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /quality/holds/<id>/lift/: a named decision of QA on evidence."""
    found = hold_at(request, pk)
    return said_then_signed(
        request,
        EvidenceForm(request.POST or None),
        title=_("Lift the hold"),
        record=found.record,
        back=reverse("quality:hold", args=[pk]),
        shown=lambda said: content.lift_content(hold=found, **said),
        done=lambda signing, said: services.lift_hold_by_decision(hold=found, signing=signing, **who(request), **said),
    )


@open_to(access=QA_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def close_event(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/events/<number>/close/."""
    found = event_named(request, number)
    return said_then_signed(
        request,
        ReasonForm(request.POST or None),
        title=translated(MOVES[QualityVerb.CLOSE_EVENT].label),
        record=found.record,
        back=reverse("quality:event", args=[number]),
        shown=lambda said: content.close_event_content(event=found, **said),
        done=lambda signing, said: services.close_event(event=found, signing=signing, **who(request), **said),
    )


@open_to(access=QA_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def open_deviation(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/events/<number>/deviation/."""
    found = event_named(request, number)
    return said_then_signed(
        request,
        ClassificationForm(request.POST or None),
        title=translated(MOVES[QualityVerb.OPEN_DEVIATION].label),
        record=found.record,
        back=reverse("quality:event", args=[number]),
        shown=lambda said: content.open_deviation_content(event=found, **said),
        done=lambda signing, said: services.open_deviation(event=found, signing=signing, **who(request), **said),
    )


@open_to(access=QA_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_impact(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/deviations/<number>/impact/."""
    found = deviation_named(request, number)
    return said_then_signed(
        request,
        ImpactForm(request.POST or None),
        title=translated(MOVES[QualityVerb.SIGN_PRODUCT_IMPACT].label),
        record=found.record,
        back=reverse("quality:deviation", args=[number]),
        shown=lambda said: content.product_impact_content(deviation=found, **said),
        done=lambda signing, said: services.sign_product_impact(
            deviation=found, signing=signing, **who(request), **said
        ),
    )


@open_to(access=QA_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def close_deviation(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/deviations/<number>/close/."""
    found = deviation_named(request, number)
    return said_then_signed(
        request,
        RootCauseForm(request.POST or None),
        title=translated(MOVES[QualityVerb.CLOSE_DEVIATION].label),
        record=found.record,
        back=reverse("quality:deviation", args=[number]),
        shown=lambda said: content.close_deviation_content(deviation=found, **said),
        done=lambda signing, said: services.close_deviation(deviation=found, signing=signing, **who(request), **said),
    )


@open_to(access=QA_ONLY)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen_deviation(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/deviations/<number>/reopen/."""
    found = deviation_named(request, number)
    return said_then_signed(
        request,
        ReasonForm(request.POST or None),
        title=translated(MOVES[QualityVerb.REOPEN_DEVIATION].label),
        record=found.record,
        back=reverse("quality:deviation", args=[number]),
        shown=lambda said: content.reopen_deviation_content(deviation=found, **said),
        done=lambda signing, said: services.reopen_deviation(deviation=found, signing=signing, **who(request), **said),
    )
