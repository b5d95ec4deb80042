"""Pages that show: the list, one batch as a whole, its record, what waits for a check."""

import csv
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.batches.facts.lines import SectionLine
from apps.batches.facts.pages import RecordPage
from apps.batches.facts.words import BatchState, Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.rules.order import may_not_go_on_at_risk
from apps.batches.selectors.around import next_step
from apps.batches.selectors.batches import visible_batches
from apps.batches.selectors.growth import growth_of, spans_of
from apps.batches.selectors.listing import chosen_batches, listed
from apps.batches.selectors.pages import record_page
from apps.batches.selectors.risks import is_donor_undecided
from apps.batches.selectors.sections import filled_record
from apps.batches.services.risking import AT_RISK
from apps.batches.views import naming
from apps.batches.views.banking import bank_acts, bank_particulars
from apps.batches.views.drawing import growth_plot, stage_rows
from apps.batches.views.finding import batch_named, roles_here
from apps.batches.views.framing import Names, band_of, clock_views, names_in, particulars_of, rail_item, record_facts
from apps.batches.views.moving import move_acts
from apps.batches.views.signing import filled_step, waits_for_its_check
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.status import word_of
from apps.documents.facts import DocumentKind
from apps.documents.selectors import documents_about
from apps.organisation.access import open_to
from apps.organisation.models import User
from apps.organisation.selectors import all_roles_of
from apps.products.selectors import visible_versions
from apps.quality.facts import Blocks
from apps.quality.panels import holds_panel

NOBODY: frozenset[Role] = frozenset()


@open_to(write=NOBODY)
@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    """GET /batches/: the batches of one's sites, newest first."""
    now = timezone.now()
    seen = visible_batches(request.user, now)
    asked = {name: request.GET.get(name, "") for name in ("state", "product", "q")}
    asked["state"] = request.GET.get("state", "open")
    page = listing(chosen_batches(seen, asked), request)
    lines = listed(page.rows)
    context = {
        "page": page,
        "rows": lines,
        "q": asked["q"],
        "filters": [
            {"name": "state", "label": _("State"), "choices": _states(), "value": asked["state"]},
            {
                "name": "product",
                "label": _("Product"),
                "choices": _products(request.user, now),
                "value": asked["product"],
            },
        ],
        "may_plan": bool(all_roles_of(request.user, now) & set(move_for(Verb.PLAN).roles)),
    }
    return render(request, "batches/list.html", context)


@open_to(write=NOBODY)
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """GET /batches/<number>/: one batch as a whole: where it stands, what holds it, what comes next."""
    batch = batch_named(request, number)
    now = timezone.now()
    page = record_page(batch, now)
    roles = roles_here(request, batch)
    acts = [*bank_acts(batch, roles), *move_acts(batch, page, roles)]
    first = next_step(batch) if batch.state == BatchState.RUNNING else None
    context = {
        "batch": batch,
        "page": page,
        "band": band_of(page.header),
        "facts": record_facts(page.header, _more_facts(page)),
        "stages": stage_rows(page, spans_of(batch), now),
        **_holds(batch),
        "particulars": [*particulars_of(page.header), *bank_particulars(batch)],
        "question": question_of(page.header.state),
        "clocks": clock_views(page.clocks),
        "growth": growth_plot(growth_of(batch)),
        "documents": list(documents_about(batch.record).exclude(kind=DocumentKind.LABEL)),
        "acts": acts,
        "go_on": reverse("batches:step", args=[number, str(first)]) if first else "",
        "waiting": sum(_ready_to_check(section) for section in page.sections),
        "notes": page.notes,
        "events": page.events,
        "may_work": bool(roles - {Role.INSPECTOR, Role.SITE_ADMIN}),
        "may_risk": bool(roles & set(AT_RISK)) and _goes_on_at_risk(batch),
        "may_amend": Role.AUTHOR in roles,
        "is_qa": Role.QA in roles,
        "acts_template": "batches/parts/detail_acts.html",
    }
    return render(request, "batches/detail.html", context)


@open_to(write=NOBODY)
@require_safe
def record(request: HttpRequest, number: str) -> HttpResponse:
    """GET /batches/<number>/record/: every section, step and value; `?full` shows the values."""
    batch = batch_named(request, number)
    full = "full" in request.GET
    context: dict[str, Any] = {"full": full, "batch": batch}
    if full:
        found = filled_record(batch)
        names = names_in(one.line for one in found.sections)
        sections = [
            {
                "name": naming.section_name(one.line),
                "line": one.line,
                "steps": [filled_step(number, step, names) for step in one.steps],
            }
            for one in found.sections
        ]
        header = found.header
    else:
        page = record_page(batch, timezone.now())
        names = names_in(page.sections)
        header, sections = page.header, [_section_rows(number, section, names) for section in page.sections]
        context["counts"] = page.counts
    context |= {"band": band_of(header), "facts": record_facts(header), "sections": sections}
    return render(request, "batches/record.html", context)


@open_to(write=NOBODY)
@require_safe
def check(request: HttpRequest, number: str) -> HttpResponse:
    """GET /batches/<number>/check/: the sections that wait for a check, and those that wait to be signed first."""
    batch = batch_named(request, number)
    page = record_page(batch, timezone.now())
    context = {
        "batch": batch,
        "band": band_of(page.header),
        "facts": record_facts(page.header),
        "sections": [_check_row(request, section) for section in page.sections if section.to_check or section.to_sign],
        "may_check": Role.CHECKER in roles_here(request, batch),
    }
    return render(request, "batches/check.html", context)


@open_to(write=NOBODY)
@require_safe
def growth_table(request: HttpRequest, number: str) -> HttpResponse:
    """GET /batches/<number>/growth.csv: the points of the growth plot."""
    growth = growth_of(batch_named(request, number))
    if growth is None:
        raise Http404
    reply = HttpResponse(content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = f'attachment; filename="{number}-growth.csv"'
    writer = csv.writer(reply)
    writer.writerow(["place", "at", growth.label.en, "unit"])
    for point in growth.points:
        writer.writerow([str(point.place), point.at.isoformat(), point.text, growth.unit])
    return reply


def question_of(state: BatchState) -> str:
    """What the person asks of the holds in this state."""
    questions = {
        BatchState.PLANNED: _("Why can’t this be started?"),
        BatchState.RUNNING: _("What stops this batch?"),
        BatchState.FINISHED: _("Why can’t this be certified?"),
        BatchState.REVIEWED: _("Why can’t this be certified?"),
        BatchState.CERTIFIED: _("Why can’t this be released?"),
    }
    return questions.get(state, _("What holds this batch?"))


def _holds(batch: Batch) -> dict[str, Any]:
    """While a batch runs, what stops the process comes first; results and reviews that are awaited stand behind."""
    if batch.state not in (BatchState.PLANNED, BatchState.RUNNING):
        return {"holds": holds_panel([batch.record])}
    stopping = holds_panel([batch.record], Blocks.PROCESS)
    pks = {row["fact"].pk for row in stopping}
    return {"holds": stopping, "later_holds": [row for row in holds_panel([batch.record]) if row["fact"].pk not in pks]}


def _more_facts(page: RecordPage) -> list[dict[str, object]]:
    done = sum(step.state != "OPEN" for section in page.sections for step in section.steps)
    steps = sum(len(section.steps) for section in page.sections)
    facts: list[dict[str, object]] = [{"label": _("Steps"), "value": f"{done} / {steps}"}] if steps else []
    return facts


def _section_rows(number: str, section: SectionLine, names: Names) -> dict[str, Any]:
    rows = [rail_item(number, line.number, line, names) for line in section.steps]
    return {"name": naming.section_name(section), "line": section, "rows": rows}


def _goes_on_at_risk(batch: Batch) -> bool:
    return may_not_go_on_at_risk(BatchState(batch.state), is_donor_undecided(batch)) is None


def _ready_to_check(section: SectionLine) -> int:
    return sum(waits_for_its_check(step) for step in section.steps)


def _check_row(request: HttpRequest, section: SectionLine) -> dict[str, Any]:
    unsigned = [step for step in section.steps if step.wants_signature and not step.is_signed and step.state == "DONE"]
    return {
        "name": naming.section_name(section),
        "place": str(section.place),
        "ready": _ready_to_check(section),
        "to_sign": len(unsigned),
        "signers": sorted({step.completed_by for step in unsigned}),
        "is_mine": any(step.completed_by == request.user.username for step in unsigned),
        "steps": [step for step in section.steps if waits_for_its_check(step)],
        "own": any(step.completed_by == request.user.username for step in section.steps if waits_for_its_check(step)),
    }


def _states() -> list[tuple[str, str]]:
    named = [(state.value, str(word_of(state).word)) for state in BatchState]
    return [("open", _("In hand")), ("all", _("All")), *named]


def _products(user: User, at: datetime) -> list[tuple[str, str]]:
    """The products that are made at one's sites, also those of which there is no batch yet: none is looked for."""
    keys = sorted(set(visible_versions(user, at).values_list("key", flat=True)))
    return [("", _("All")), *((key, key) for key in keys)]
