"""Pages that act in an investigation: each step of its life, its plan, its retests, the actions out of it."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import translated
from apps.organisation.access import Access, open_to
from apps.quality.views.capas import plan_page
from apps.quality.views.signing import said_then_signed
from apps.signatures.pages import Panel, signed_page
from apps.testing import services
from apps.testing.content.investigating import (
    assess_content,
    conclude_content,
    decide_content,
    plan_content,
    production_content,
)
from apps.testing.facts import InvestigationState, InvestigationVerb, Phase, PlanKind, RunState, SampleState
from apps.testing.forms.investigations import (
    ConclusionForm,
    DecisionForm,
    LaboratoryForm,
    PhaseForm,
    PlanForm,
    RetestForm,
    WhyForm,
)
from apps.testing.lifecycle import MOVES
from apps.testing.models import AssayRun, Investigation, RetestPlan, Sample
from apps.testing.selectors import analysts_at, method_of, progress_of, testers_of
from apps.testing.views.finding import ANALYSTS, METHODS
from apps.testing.views.investigations import access_for, investigation_named, page_of, plan_standing, told_of, words_of

V = InvestigationVerb


@open_to(access=access_for(V.ASSESS))
@require_http_methods(METHODS)
def assess(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/laboratory/: phase I."""
    found = investigation_named(request, number)
    return said_then_signed(
        request,
        LaboratoryForm(request.POST or None, phase=Phase.LABORATORY),
        title=translated(MOVES[V.ASSESS].label),
        record=found.record,
        back=page_of(found),
        words=words_of(found),
        intro=told_of(found),
        shown=lambda said: assess_content(found, **said),
        done=lambda signing, said: services.assess_laboratory(
            investigation=found, signing=signing, **said, **who(request)
        ),
    )


@open_to(access=access_for(V.INVALIDATE))
@require_http_methods(METHODS)
def invalidate(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/invalidate/: QA approves the laboratory cause."""
    return _decide(request, number, V.INVALIDATE)


@open_to(access=access_for(V.EXTEND))
@require_http_methods(METHODS)
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/extend/: production is looked at."""
    return _decide(request, number, V.EXTEND)


def _decide(request: HttpRequest, number: str, verb: InvestigationVerb) -> HttpResponse:
    found = investigation_named(request, number)
    return said_then_signed(
        request,
        DecisionForm(request.POST or None),
        title=translated(MOVES[verb].label),
        record=found.record,
        back=page_of(found),
        words=words_of(found),
        intro=told_of(found),
        shown=lambda said: decide_content(found, verb, said["decision"]),
        done=lambda signing, said: services.decide_on_laboratory(
            investigation=found, verb=verb, signing=signing, **said, **who(request)
        ),
    )


@open_to(access=access_for(V.REVIEW_PRODUCTION))
@require_http_methods(METHODS)
def review_production(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/production/: phase II."""
    found = investigation_named(request, number)
    return said_then_signed(
        request,
        PhaseForm(request.POST or None, phase=Phase.PRODUCTION),
        title=translated(MOVES[V.REVIEW_PRODUCTION].label),
        record=found.record,
        back=page_of(found),
        words=words_of(found),
        intro=told_of(found),
        shown=lambda said: production_content(found, **said),
        done=lambda signing, said: services.review_production(
            investigation=found, signing=signing, **said, **who(request)
        ),
    )


@open_to(access=access_for(V.CONCLUDE))
@require_http_methods(METHODS)
def conclude(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/conclude/."""
    found = investigation_named(request, number)
    return said_then_signed(
        request,
        ConclusionForm(request.POST or None, state=InvestigationState(found.state)),
        title=translated(MOVES[V.CONCLUDE].label),
        record=found.record,
        back=page_of(found),
        words=words_of(found),
        intro=told_of(found),
        shown=lambda said: conclude_content(found, **said),
        done=lambda signing, said: services.conclude(investigation=found, signing=signing, **said, **who(request)),
    )


@open_to(access=access_for(V.RETURN))
@require_http_methods(METHODS)
def return_to_laboratory(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/return/."""
    found, form = investigation_named(request, number), WhyForm(request.POST or None)
    label = translated(MOVES[V.RETURN].label)
    act = Act(title=label, word=label, back_url=page_of(found), intro=told_of(found))

    def perform(_happened: Happened | None) -> None:
        services.return_to_laboratory(investigation=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


# --- the plan -------------------------------------------------------------------------------------------------------
@open_to(access=access_for(V.PROPOSE_PLAN))
@require_http_methods(METHODS)
def propose_plan(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/plan/: what is tested again, by whom, how often."""
    found = investigation_named(request, number)
    took_part = testers_of(found.line.run)
    analysts = [one for one in analysts_at(found.record.site, timezone.now()) if one.username not in took_part]
    form = PlanForm(request.POST or None, analysts=analysts)
    test, sample = method_of(found.line.run), found.line.sample
    intro = _("The master record foresees: %(plan)s (at most %(most)s). Drawn: %(amount)s %(unit)s.") % {
        "plan": test.retest.plan.en if request.LANGUAGE_CODE == "en" else test.retest.plan.zh,
        "most": test.retest.at_most,
        "amount": sample.amount or "–",
        "unit": sample.amount_unit,
    }
    label = translated(MOVES[V.PROPOSE_PLAN].label)
    act = Act(title=label, word=label, back_url=page_of(found), intro=f"{told_of(found)} {intro}")

    def perform(_happened: Happened | None) -> None:
        services.propose_plan(investigation=found, planned=form.planned, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=access_for(V.APPROVE_PLAN))
@require_http_methods(METHODS)
def approve_plan(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/plan/approve/: before anything of it is tested."""
    found = investigation_named(request, number)
    plan = plan_standing(found)
    panel = Panel(
        title=translated(MOVES[V.APPROVE_PLAN].label),
        verb=_("Sign"),
        content=lambda: plan_content(plan),
        record=found.record,
        cancel_url=page_of(found),
        words=words_of(found),
    )
    return signed_page(
        request,
        panel,
        lambda signing: services.approve_plan(plan=plan, signing=signing, **who(request)),
        page_of(found),
    )


@open_to(access=access_for(V.REFUSE_PLAN))
@require_http_methods(METHODS)
def refuse_plan(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/plan/refuse/."""
    found = investigation_named(request, number)
    plan, form, label = plan_standing(found), WhyForm(request.POST or None), translated(MOVES[V.REFUSE_PLAN].label)

    def perform(_happened: Happened | None) -> None:
        services.refuse_plan(plan=plan, **form.cleaned_data, **who(request))

    act = Act(title=label, word=label, back_url=page_of(found), intro=told_of(found), stops=True)
    return act_page(request, act, form, perform)


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def retest(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/retests/: put retests of the plan on the worksheet of a run."""
    found = investigation_named(request, number)
    plan = plan_standing(found)
    left = progress_of(plan).left
    form = RetestForm(
        request.POST or None,
        runs=_runs_for(plan, found),
        samples=_new_samples(plan, found),
        has_period=method_of(found.line.run).period is not None,
        initial={"count": left},
    )
    act = Act(
        title=_("Begin retests of %s") % number,
        word=_("Put them on the run"),
        back_url=page_of(found),
        intro=_("Left of the plan: %s. Open a run of this test first.") % left,
    )

    def perform(_happened: Happened | None) -> None:
        services.begin_retests(plan=plan, **form.said, **who(request))

    return act_page(request, act, form, perform)


def _runs_for(plan: RetestPlan, found: Investigation) -> list[AssayRun]:
    open_ones = AssayRun.objects.filter(state=RunState.OPEN, test=found.test, site=found.batch.site_id)
    return list(open_ones.filter(analyst=plan.analyst).select_related("record").order_by("pk"))


def _new_samples(plan: RetestPlan, found: Investigation) -> list[Sample]:
    """Samples that were drawn after a plan for a new one was approved."""
    if plan.kind != PlanKind.RESAMPLE or plan.decided_at is None:
        return []
    rows = Sample.objects.filter(batch=found.batch, state=SampleState.RECEIVED, drawn_at__gte=plan.decided_at)
    return [one for one in rows.select_related("record").order_by("pk") if found.test in one.tests]


@open_to(access=Access(read=frozenset({Role.QA}), write=frozenset({Role.QA})))
@require_http_methods(METHODS)
def plan_capa(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/investigations/<number>/capa/: plan an action out of it."""
    found = investigation_named(request, number)
    return plan_page(request, found.record, found.batch.record, page_of(found))
