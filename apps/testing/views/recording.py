"""Entering what was found: one place at a time, recorded when its field is left; corrections with a reason."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.errors import Happened, Objection, Refused
from apps.core.http import who
from apps.core.text import N_
from apps.core.ui.acts import Act, act_page
from apps.core.ui.pages import happened_from, refusal_response
from apps.core.ui.wording import bilingual
from apps.organisation.access import open_to
from apps.testing import services
from apps.testing.forms import CorrectionForm, FoundForm
from apps.testing.models import AssayRun, ControlValue, Line, Result
from apps.testing.selectors import (
    current_controls,
    histories_on,
    history_of_result,
    method_of,
    specification_of,
    worksheet,
)
from apps.testing.views.cells import Cell, control_cells, sample_rows
from apps.testing.views.finding import ANALYSTS, METHODS, result_at, run_named
from apps.testing.views.naming import found_word
from apps.testing.views.runs import run_bar
from apps.units.views.framing import batch_bar

UNREADABLE = Objection("unreadable_instant", N_("This is no date and time."), place="tested_at")
SECOND_WAY = {"period_not_over"}  # an early reading may be recorded as such


@open_to(access=ANALYSTS)
@require_POST
def control_value(request: HttpRequest, number: str, control: str) -> HttpResponse:
    """POST /testing/runs/<number>/controls/<control>/: what a control gave."""
    found = run_named(request, number)

    def record(text: str, read_at: datetime | None, happened: Happened | None) -> None:
        services.record_control(run=found, control=control, text=text, **who(request))

    return _entered(request, found, f"control-{control}", record)


@open_to(access=ANALYSTS)
@require_POST
def result_value(request: HttpRequest, number: str, position: int, parameter: str, replicate: int) -> HttpResponse:
    """POST /testing/runs/<number>/lines/<position>/<parameter>/<replicate>/: what was found for a sample."""
    found = run_named(request, number)
    line = line_at(found, position)

    def record(text: str, read_at: datetime | None, happened: Happened | None) -> None:
        when = who(request)
        services.record_result(
            line=line,
            parameter=parameter,
            replicate=replicate,
            text=text,
            tested_at=read_at or when["at"],
            happened=happened,
            **when,
        )

    return _entered(request, found, f"line-{position}-{parameter}-{replicate}", record)


def line_at(run: AssayRun, position: int) -> Line:
    """The sample at a position of a worksheet, or 404."""
    joined = ("run", "run__record", "run__site", "sample", "sample__record", "sample__batch", "sample__batch__record")
    line = Line.objects.filter(run=run, position=position).select_related(*joined, "sample__batch__site").first()
    if line is None:
        raise Http404
    return line


def _entered(
    request: HttpRequest, found: AssayRun, cell_id: str, record: Callable[[str, datetime | None, Happened | None], None]
) -> HttpResponse:
    form = FoundForm(request.POST)
    try:
        if not form.is_valid():
            return _again(request, found, cell_id, [UNREADABLE], 400)
        record(form.cleaned_data["text"], form.cleaned_data["tested_at"], happened_from(request))
    except Refused as refused:
        if not request.headers.get("HX-Request"):
            return refusal_response(request, refused, already=bool(_codes(refused.objections) & SECOND_WAY))
        return _again(request, found, cell_id, refused.objections, refused.status)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{reverse('testing:run', args=[found.number])}#{cell_id}")
    reply = render(request, "testing/parts/cell.html", {"cell": cell_of(found, cell_id), "just_recorded": True})
    reply["HX-Trigger"] = "worksheet-changed"
    return reply


def _again(
    request: HttpRequest, found: AssayRun, cell_id: str, objections: Sequence[Objection], status: int
) -> HttpResponse:
    way = bool(_codes(objections) & SECOND_WAY)
    cell = cell_of(found, cell_id).refused(request.POST.get("text", ""), objections, second_way=way)
    return render(request, "testing/parts/cell.html", {"cell": cell}, status=status)


def _codes(objections: Sequence[Objection]) -> set[str]:
    return {objection.code for objection in objections}


def cell_of(found: AssayRun, cell_id: str) -> Cell:
    """One place of a worksheet, or 404."""
    page, histories = worksheet(found), histories_on(found)
    cells = control_cells(page, histories[ControlValue], is_open=True)
    cells += [cell for row in sample_rows(page, histories[Result], is_open=True) for cell in row.cells]
    cell = next((cell for cell in cells if cell.id == cell_id), None)
    if cell is None:
        raise Http404
    return cell


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /testing/results/<id>/correct/: a new draft that supersedes what stands, with its reason."""
    standing = result_at(request, pk)
    parameter = specification_of(standing.line.run, standing.batch).result(standing.parameter)
    if parameter is None:
        raise Http404
    form = CorrectionForm(request.POST or None, parameter=parameter)
    act = Act(
        title=_("Correct %(what)s of %(sample)s")
        % {"what": bilingual(parameter.label), "sample": standing.line.sample.number},
        word=_("Record the correction"),
        back_url=reverse("testing:run", args=[standing.line.run.number]),
        intro=_("What stands is kept beneath. The new value is signed and reviewed again."),
        icon="corrected",
        template="testing/correct.html",
        context={
            **batch_bar(standing.batch),
            "standing": standing,
            "stands": [found_word(parameter, old) for old in history_of_result(standing)],
        },
    )

    def perform(happened: Happened | None) -> None:
        services.correct_result(result=standing, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def correct_control(request: HttpRequest, number: str, control: str) -> HttpResponse:
    """GET, POST /testing/runs/<number>/controls/<control>/correct/: until the run is judged."""
    found = run_named(request, number)
    standing = current_controls(found).get(control)
    asked = next((one for one in _controls_of(found) if one.key == control), None)
    if standing is None or asked is None:
        raise Http404
    form = CorrectionForm(request.POST or None, parameter=asked.result, timed=False)
    act = Act(
        title=_("Correct the control %(what)s") % {"what": bilingual(asked.label)},
        word=_("Record the correction"),
        back_url=reverse("testing:run", args=[number]),
        icon="corrected",
        template="testing/correct.html",
        context={**run_bar(found), "standing": standing, "stands": [found_word(asked.result, standing)]},
    )

    def perform(happened: Happened | None) -> None:
        services.record_control(run=found, control=control, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


def _controls_of(found: AssayRun) -> tuple:
    method = method_of(found)
    return method.run.controls if method.run else ()
