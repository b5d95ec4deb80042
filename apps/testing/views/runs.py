"""Runs: the list, what waits for one, opening one, its worksheet."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit.selectors import version_of
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.finding import batch_named
from apps.core.errors import Happened, Objection
from apps.core.http import who
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import bilingual
from apps.organisation.access import open_to
from apps.organisation.selectors import visible_to
from apps.products.definition import Definition
from apps.products.selectors import definition_of
from apps.signatures.selectors import shown_signatures
from apps.testing import rules, services
from apps.testing.facts import ResultState, RunState
from apps.testing.forms import AddSamplesForm, RunForm
from apps.testing.models import AssayRun, ControlValue, Line, Result
from apps.testing.selectors import (
    WorksheetPage,
    control_facts,
    histories_on,
    last_run_number,
    method_of,
    samples_for,
    samples_without_run,
    testers_of,
    visible_runs,
    with_results,
    worksheet,
)
from apps.testing.views.cells import control_cells, sample_rows
from apps.testing.views.finding import ANALYSTS, METHODS, READ_ONLY, opens_runs, person_of, roles_at_site, run_named
from apps.testing.views.naming import need_label
from apps.testing.views.samples import waiting_numbers
from apps.units.views.framing import batch_bar


@open_to(access=READ_ONLY)
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """GET /testing/runs/: the runs of one's sites."""
    found = _asked_for(request, visible_runs(person_of(request), timezone.now()))
    page = listing(with_results(found), request)
    context = {
        "page": page,
        "rows": [_run_row(run) for run in page.rows],
        "numbers": waiting_numbers(request),
        "filters": [_state_filter(request)],
        "q": request.GET.get("q", ""),
        "opens": opens_runs(request),
    }
    return render(request, "testing/runs.html", context)


@open_to(access=READ_ONLY)
@require_safe
def waiting_tests(request: HttpRequest) -> HttpResponse:
    """GET /testing/runs/open/: tests of received samples that are on no run yet; each row opens one."""
    rows = []
    for waiting in samples_without_run(visible_to(person_of(request), timezone.now())):
        batch = waiting.samples[0].batch
        definition = definition_of_batch(batch)
        test = definition.test(waiting.test)
        if test is not None:
            release = test in definition.required_tests()
            opens = Role.ANALYST in roles_at_site(request, batch.site.code)
            row = {"waiting": waiting, "test": test, "band": definition.band, "batch": batch, "opens": opens}
            rows.append((not release, row))
    groups = [
        {"title": _("Release tests"), "rows": [row for later, row in rows if not later]},
        {"title": _("Other tests"), "rows": [row for later, row in rows if later]},
    ]
    return render(request, "testing/waiting.html", {"groups": [group for group in groups if group["rows"]]})


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def open_run_page(request: HttpRequest, number: str, test: str) -> HttpResponse:
    """GET, POST /testing/runs/open/<batch>/<test>/: number, time, instruments and reagent lots."""
    batch = batch_named(request, number)
    method = definition_of_batch(batch).test(test)
    if method is None:
        raise Http404
    site = batch.site.code
    form = RunForm(request.POST or None, test=method, site=site, before=last_run_number(site))
    said = request.POST.get("number", "").strip()
    done = reverse("testing:add_samples", args=[said]) if said else ""
    act = Act(
        title=_("Open a run: %(test)s") % {"test": bilingual(method.label)},
        word=_("Open the run"),
        back_url=reverse("testing:waiting"),
        done_url=done,
        intro=_("Method %(method)s, version %(version)s.")
        % {"method": method.method, "version": method.method_version},
        icon="plus",
        already=True,
        context=batch_bar(batch),
    )

    def perform(happened: Happened | None) -> None:
        words = {"number": said, "started_at": form.cleaned_data["started_at"], **form.needs}
        services.open_run(batch=batch, test=test, happened=happened, **words, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def add_samples(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/runs/<number>/samples/: received samples join the worksheet."""
    found = run_named(request, number)
    eligible = samples_for(found)
    form = AddSamplesForm(request.POST or None, samples=eligible, run=found, test=method_of(found))
    intro = "" if eligible else _("No received sample of this site waits for this test.")
    act = Act(
        title=_("Samples of run %(number)s") % {"number": number},
        word=_("Put on the worksheet"),
        back_url=reverse("testing:run", args=[number]),
        intro=intro,
        icon="flask",
        already=True,
        context=run_bar(found),
    )

    def perform(happened: Happened | None) -> None:
        services.put_on_run(run=found, happened=happened, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=READ_ONLY)
@require_safe
def run(request: HttpRequest, number: str) -> HttpResponse:
    """GET /testing/runs/<number>/: the worksheet: samples, instruments, reagents, controls, results."""
    found = run_named(request, number)
    page = worksheet(found)
    histories, analyst = histories_on(found), _is_analyst(request, found)
    rows = sample_rows(page, histories[Result], is_open=analyst)
    context = {
        "run": found,
        "page": page,
        "test": page.test,
        "needs": [{"label": need_label(page.test, need), "need": need} for need in page.needs],
        "controls": control_cells(page, histories[ControlValue], is_open=analyst),
        "rows": rows,
        "enters": any(cell.is_open and not cell.found for row in rows for cell in row.cells),
        "signatures": shown_signatures(found.record),
        "trail": f"{found.record.address}#{version_of(found.record)}",
        "is_analyst": analyst,
        **acts_of(request, page),
        **run_bar(found),
    }
    return render(request, "testing/run.html", context)


@open_to(access=READ_ONLY)
@require_safe
def run_acts(request: HttpRequest, number: str) -> HttpResponse:
    """GET /testing/runs/<number>/acts/: the acts of the worksheet after an entry (htmx)."""
    found = run_named(request, number)
    context = {"run": found, **acts_of(request, worksheet(found))}
    return render(request, "testing/parts/acts.html", context)


def acts_of(request: HttpRequest, page: WorksheetPage) -> dict[str, object]:
    """What can be signed now, and what unlocks what is locked."""
    found, roles = page.run, roles_at_site(request, page.run.site.code)
    open_places = sum(cell.result is None for row in page.rows for cell in row.cells if cell.parameter.required)
    username, testers = person_of(request).username, testers_of(found)
    is_analyst = Role.ANALYST in roles
    return {
        "to_sign": page.to_sign and is_analyst and found.state != RunState.INVALID,
        "not_signable": _against_signing(found, page, username),
        "to_review": page.to_review if roles & {Role.ANALYST, Role.QC_HEAD} else 0,
        "own_review": rules.is_own_review(username, testers),
        "waits_for_second": page.to_review,
        "may_be_invalid": found.state == RunState.OPEN and is_analyst,
        "may_add": found.state == RunState.OPEN and is_analyst,
        "open_places": open_places,
    }


def _against_signing(found: AssayRun, page: WorksheetPage, username: str) -> list[Objection]:
    drafts = {
        cell.result.analyst
        for row in page.rows
        for cell in row.cells
        if cell.result and cell.result.state == ResultState.DRAFT
    }
    lacks = rules.lacks_controls(control_facts(found)) if found.state == RunState.OPEN else None
    against = (lacks, rules.is_not_the_analyst(username, drafts))
    return [objection for objection in against if objection]


def run_bar(found: AssayRun) -> dict[str, Any]:
    """The record bar of a run: its number on the band of the product."""
    definition = definition_of(found.product_version)
    test = method_of(found)
    band = {
        "short": bilingual(definition.band.word),
        "hue": definition.band.colour,
        "number": found.number,
        "title": test.label,
        "url": reverse("testing:run", args=[found.number]),
    }
    started = timezone.localtime(found.started_at)
    facts = [
        {"label": _("Run"), "value": "", "status": found.state.lower()},
        {"label": _("Method"), "value": f"{found.method} v{found.method_version}"},
        {"label": _("Started"), "value": f"{started:%Y-%m-%d %H:%M}"},
        {"label": _("Analyst"), "value": found.analyst_name},
    ]
    return {"band": band, "facts": facts}


def _run_row(found: AssayRun) -> dict[str, object]:
    definition: Definition = definition_of(found.product_version)
    lines: Iterable[Line] = found.lines.all()
    return {
        "run": found,
        "band": definition.band,
        "label": method_of(found).label,
        "samples": [line.sample for line in lines],
        "batches": sorted({line.sample.batch.number for line in lines}),
    }


def _is_analyst(request: HttpRequest, found: AssayRun) -> bool:
    return Role.ANALYST in roles_at_site(request, found.site.code)


def _asked_for(request: HttpRequest, rows: QuerySet[AssayRun]) -> QuerySet[AssayRun]:
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()[:80]
    if state == "to_review":
        rows = rows.filter(
            pk__in=Line.objects.filter(results__state=ResultState.TESTED, results__superseded_by=None).values("run")
        )
    elif state in list(RunState):
        rows = rows.filter(state=state)
    if words:
        on_it = Line.objects.filter(sample__number__icontains=words).values("run")
        rows = rows.filter(Q(number__icontains=words) | Q(test__icontains=words) | Q(pk__in=on_it))
    return rows


def _state_filter(request: HttpRequest) -> dict[str, object]:
    choices = [
        ("", _("All")),
        (RunState.OPEN.value, _("Open")),
        ("to_review", _("To review")),
        (RunState.VALID.value, _("Valid")),
        (RunState.INVALID.value, _("Invalid")),
    ]
    return {"name": "state", "label": _("State"), "choices": choices, "value": request.GET.get("state", "")}
