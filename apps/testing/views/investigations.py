"""Pages of investigations: the list, one with its phases as steps, the counts; each step said, then signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.ui.lists import state_list
from apps.core.ui.wording import bilingual, translated
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names, roles_at, visible_to
from apps.products.definition import Parameter, Test
from apps.products.selectors import titles_of_tests
from apps.quality.panels import holds_panel
from apps.quality.selectors import capas_of
from apps.signatures.selectors import shown_signatures
from apps.testing.checklists import questions_of
from apps.testing.facts import InvestigationState, InvestigationVerb, Phase, PlanState
from apps.testing.forms.investigations import CAUSES, CONCLUSIONS, REPLIES
from apps.testing.lifecycle import MOVES, verbs_from
from apps.testing.models import Investigation, Result, RetestPlan
from apps.testing.selectors import (
    method_of,
    outcome_of,
    plan_of,
    progress_of,
    results_investigated,
    retest_counts,
    retests_of,
    visible_investigations,
)
from apps.testing.views.finding import READ_ONLY, person_of
from apps.testing.views.naming import found_word, limit_with_unit, unit_word
from apps.units.views.framing import batch_bar

PAGES = {
    InvestigationVerb.ASSESS: "testing:assess",
    InvestigationVerb.INVALIDATE: "testing:invalidate",
    InvestigationVerb.EXTEND: "testing:extend",
    InvestigationVerb.REVIEW_PRODUCTION: "testing:review_production",
    InvestigationVerb.PROPOSE_PLAN: "testing:propose_plan",
    InvestigationVerb.APPROVE_PLAN: "testing:approve_plan",
    InvestigationVerb.REFUSE_PLAN: "testing:refuse_plan",
    InvestigationVerb.CONCLUDE: "testing:conclude",
    InvestigationVerb.RETURN: "testing:return",
}
OF_A_PLAN = (InvestigationVerb.APPROVE_PLAN, InvestigationVerb.REFUSE_PLAN)


def access_for(verb: InvestigationVerb) -> Access:
    """Who takes this step."""
    roles = frozenset(MOVES[verb].roles)
    return Access(read=roles, write=roles)


@open_to(access=READ_ONLY)
@require_safe
def investigations(request: HttpRequest) -> HttpResponse:
    """GET /testing/investigations/: results out of specification of one's sites, newest first."""
    rows = visible_investigations(person_of(request), timezone.now())
    columns = ("number", "batch__number", "test", "line__sample__number")
    shown = state_list(request, rows, InvestigationState, *columns)
    told = [(one, method_of(one.line.run)) for one in shown["rows"]]
    return render(request, "testing/investigations.html", {**shown, "told": told})


@open_to(access=READ_ONLY)
@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """GET /testing/investigations/counts/: what was tested again in a year, per test and per analyst."""
    now = timezone.now()
    sites = visible_to(person_of(request), now)
    found, titles = retest_counts(sites, now), titles_of_tests(sites)
    names = printed_names([one.key for one in found.by_analyst])
    tables = (
        (_("Per test"), [(bilingual(titles.get(one.key, one.key)), one) for one in found.by_test]),
        (_("Per analyst"), [(names.get(one.key, one.key), one) for one in found.by_analyst]),
    )
    return render(request, "testing/counts.html", {"tables": tables, "since": found.since})


@dataclass(frozen=True)
class Step:
    """One step of an investigation as the page shows it: done, next, or not reached."""

    label: str
    state: str


@open_to(access=READ_ONLY)
@require_safe
def investigation(request: HttpRequest, number: str) -> HttpResponse:
    """GET /testing/investigations/<number>/: what failed, its phases as steps, the plan, the conclusion."""
    found = investigation_named(request, number)
    test, plan = method_of(found.line.run), plan_of(found)
    outcome = outcome_of(found.batch, found.test, found.line.sample.point)
    context = {
        **batch_bar(found.batch),
        "investigation": found,
        "test": test,
        "steps": steps_of(found),
        "failing": [shown_result(test, one) for one in results_investigated(found)],
        "retests": _retests(test, plan) if plan else [],
        "means": [(mean, test.result(mean.parameter)) for mean in outcome.means],
        "outcome": outcome,
        "phases": [(_words(phase), _answers(found, phase)) for phase in Phase],
        "cause": CAUSES.get(found.cause, ""),
        "conclusion": CONCLUSIONS.get(found.conclusion, ""),
        "plans": [(one, progress_of(one)) for one in found.plans.order_by("pk")],
        "acts": [*_retesting(request, found, plan), *_acts(request, found, plan)],
        "capas": capas_of(found.record),
        "is_qa": bool(roles_at(person_of(request), found.record.site, timezone.now()) & QA),
        "holds": holds_panel([found.batch.record]),
        "signatures": shown_signatures(found.record),
    }
    return render(request, "testing/investigation.html", context)


QA = set(MOVES[InvestigationVerb.CONCLUDE].roles)


def _words(phase: Phase) -> str:
    return _("Phase I, laboratory") if phase is Phase.LABORATORY else _("Phase II, production")


def steps_of(found: Investigation) -> list[Step]:
    """The way of this investigation: laboratory, decision of QA, production where it goes there, conclusion."""
    state = InvestigationState(found.state)
    gone = state is InvestigationState.INVALIDATED or any(one.invalidated_at for one in found.results.all())
    way = [(InvestigationState.LABORATORY, _("Laboratory")), (InvestigationState.PHASE_I_DONE, _("Decision of QA"))]
    if not gone:
        way.append((InvestigationState.PRODUCTION, _("Production")))
    last = InvestigationState.INVALIDATED if gone else InvestigationState.EXTENDED
    way += [(last, _("Plan, retests, conclusion"))]
    order = [one for one, _label in way]
    now = len(order) if state is InvestigationState.CONCLUDED else order.index(state)
    words = ["done"] * now + ["next"] + ["later"] * len(order)
    return [Step(label, word) for (_state, label), word in zip(way, words, strict=False)]


def shown_result(test: Test, result: Result) -> dict[str, Any]:
    """One result beside its limit."""
    parameter = test.result(result.parameter)
    if parameter is None:
        return {"result": result, "label": result.parameter, "value": result.text, "unit": "", "limit": ""}
    return {
        "result": result,
        "label": bilingual(parameter.label),
        "value": found_word(parameter, result),
        "unit": unit_word(parameter),
        "limit": _limit(parameter),
    }


def _limit(parameter: Parameter) -> str:
    return limit_with_unit(parameter)


def _retests(test: Test, plan: RetestPlan) -> list[dict[str, Any]]:
    return [
        {"line": line, "results": [shown_result(test, one) for one in line.results.all()]} for line in retests_of(plan)
    ]


def _answers(found: Investigation, phase: Phase) -> list[dict[str, object]]:
    given = {one.item: one for one in found.answers.filter(phase=phase).order_by("round")}
    return [
        {"question": question.label, "answer": given[question.key], "word": REPLIES[given[question.key].reply]}
        for question in questions_of(phase)
        if question.key in given
    ]


def _acts(request: HttpRequest, found: Investigation, plan: RetestPlan | None) -> list[dict[str, object]]:
    """What this person may do now, the step that comes next first."""
    roles = roles_at(person_of(request), found.record.site, timezone.now())
    verbs = [verb for verb in verbs_from(InvestigationState(found.state)) if roles & set(MOVES[verb].roles)]
    return [
        {
            "label": translated(MOVES[verb].label),
            "url": reverse(PAGES[verb], args=[found.number]),
            "stops": verb in (InvestigationVerb.REFUSE_PLAN, InvestigationVerb.RETURN),
        }
        for verb in verbs
        if _fits(verb, found, plan)
    ]


def _fits(verb: InvestigationVerb, found: Investigation, plan: RetestPlan | None) -> bool:
    """Whether a step is worth offering: a plan is decided on when there is one, a cause approved when one is named."""
    if verb in OF_A_PLAN:
        return plan is not None and plan.state == PlanState.PROPOSED
    if verb in (InvestigationVerb.PROPOSE_PLAN, InvestigationVerb.RETURN):
        return plan is None
    if verb is InvestigationVerb.INVALIDATE:
        return bool(found.cause)
    return True


def _carries_out(request: HttpRequest, plan: RetestPlan | None) -> bool:
    """Whether this person is the analyst of the plan, and something of it is left."""
    if plan is None or plan.state != PlanState.APPROVED or plan.analyst != person_of(request).username:
        return False
    return progress_of(plan).left > 0


def _retesting(request: HttpRequest, found: Investigation, plan: RetestPlan | None) -> list[dict[str, object]]:
    """What the analyst of an approved plan does next."""
    if not _carries_out(request, plan):
        return []
    return [{"label": _("Begin retests"), "url": reverse("testing:retest", args=[found.number]), "icon": "flask"}]


# --- what the acting pages share ------------------------------------------------------------------------------------
def investigation_named(request: HttpRequest, number: str) -> Investigation:
    """The investigation with this number, within the person's sites, on the clock of its site."""
    found = get_object_or_404(visible_investigations(person_of(request), timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)
    return found


def plan_standing(found: Investigation) -> RetestPlan:
    """The plan that is proposed or approved, or 404."""
    plan = plan_of(found)
    if plan is None:
        raise Http404
    plan.investigation = found
    return plan


def page_of(found: Investigation) -> str:
    """Where an investigation is shown."""
    return reverse("testing:investigation", args=[found.number])


def told_of(found: Investigation) -> str:
    """Which result an act is about, in one line."""
    test = method_of(found.line.run)
    shown = [shown_result(test, one) for one in results_investigated(found)]
    results = ", ".join(f"{one['label']} {one['value']} {one['unit']} ({one['limit']})" for one in shown)
    return f"{found.number} · {bilingual(test.label)} · {results}."


def words_of(found: Investigation) -> Mapping[str, str]:
    """What is read back in a signature, in the reader's language: questions, and the labels of the test."""
    told = [question.label for phase in Phase for question in questions_of(phase)]
    test = method_of(found.line.run)
    told += [test.label, *(parameter.label for parameter in test.results)]
    return {label.en: bilingual(label) for label in told}
