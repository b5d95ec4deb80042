"""Investigations of results out of specification: phases, plans, conclusion; what was retested, counted."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.errors import BadInput
from apps.core.filters import AnyOf
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.organisation.access import Access
from apps.organisation.selectors import visible_to
from apps.quality.bodies import CapaInput, CapaOutput, planned_from
from apps.quality.models import Capa
from apps.quality.services import plan_capa
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.testing import services
from apps.testing.api import asked, bodies, outputs
from apps.testing.api import investigating as told
from apps.testing.api.samples import BY_ANALYSTS
from apps.testing.content.investigating import (
    assess_content,
    conclude_content,
    decide_content,
    plan_content,
    production_content,
)
from apps.testing.facts import Concluded, Conclusion, InvestigationState, InvestigationVerb
from apps.testing.lifecycle import MOVES
from apps.testing.models import Investigation, Line, RetestPlan, Sample
from apps.testing.selectors import plan_of, retest_counts, visible_investigations, visible_runs, visible_samples
from apps.units.api.acts import Act


def by_roles_of(verb: InvestigationVerb) -> Access:
    """Who takes this step."""
    return Access(write=frozenset(MOVES[verb].roles))


class InvestigationFilter(django_filters.FilterSet):
    """`?batch=CT-0042&test=endotoxin&state=LABORATORY&conclusion=CONFIRMED`."""

    batch = django_filters.CharFilter(field_name="batch__number")
    sample = django_filters.CharFilter(field_name="line__sample__number")
    test = django_filters.CharFilter()
    state = AnyOf(InvestigationState)
    conclusion = AnyOf(Conclusion)

    class Meta:
        model = Investigation
        fields: tuple[str, ...] = ()


class InvestigationList(ListAPIView):
    """The investigations of one's sites, newest first."""

    open_to = Access(write=frozenset())
    serializer_class = told.InvestigationOutput
    filterset_class = InvestigationFilter
    queryset = Investigation.objects.none()

    def get_queryset(self) -> QuerySet[Investigation]:
        return visible_investigations(self.request.user, timezone.now())


class InvestigationShow(APIView):
    """One investigation: the failing results, every answer, its plans with how far they are, its conclusion."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="investigations_show", responses=told.InvestigationDetail)
    def get(self, request: Request, number: str) -> Response:
        found = get_object_or_404(visible_investigations(request.user, timezone.now()), number=number)
        return tagged(Response(told.InvestigationDetail(found).data), found.record)


class RetestCounts(APIView):
    """Results, failures, invalidations, retests and invalid runs of a year, per test and per analyst."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="investigations_counts", responses=told.RetestCountsOutput)
    def get(self, request: Request) -> Response:
        now = timezone.now()
        return Response(told.RetestCountsOutput(retest_counts(visible_to(request.user, now), now)).data)


class OnInvestigation(SignedVerb):
    """A signed verb on an investigation."""

    output_class = told.InvestigationDetail

    def target(self) -> Investigation:
        seen = visible_investigations(self.request.user, self.now)
        return get_object_or_404(seen, number=self.kwargs["number"])

    def record(self, target: Investigation) -> Record:
        return target.record


class Assess(OnInvestigation):
    """Phase I: answer every question of the laboratory, name an assignable cause or none."""

    open_to = by_roles_of(InvestigationVerb.ASSESS)
    input_class, signed_class = asked.AssessInput, asked.AssessSigned

    def content(self, target: Investigation, data: Mapping[str, Any]) -> SignedContent:
        return assess_content(target, **data)

    def perform(self, target: Investigation, data: Mapping[str, Any], signing: Signing) -> Investigation:
        return services.assess_laboratory(investigation=target, signing=signing, **data, **self.who)


class Decide(OnInvestigation):
    """QA decides on phase I."""

    verb: InvestigationVerb
    input_class, signed_class = asked.InvestigationDecisionInput, asked.InvestigationDecisionSigned

    def content(self, target: Investigation, data: Mapping[str, Any]) -> SignedContent:
        return decide_content(target, self.verb, data["decision"])

    def perform(self, target: Investigation, data: Mapping[str, Any], signing: Signing) -> Investigation:
        return services.decide_on_laboratory(investigation=target, verb=self.verb, signing=signing, **data, **self.who)


class Invalidate(Decide):
    """Approve the laboratory cause: the result is invalid and stays visible."""

    verb = InvestigationVerb.INVALIDATE
    open_to = by_roles_of(InvestigationVerb.INVALIDATE)


class Extend(Decide):
    """No laboratory cause is shown: production is looked at."""

    verb = InvestigationVerb.EXTEND
    open_to = by_roles_of(InvestigationVerb.EXTEND)


class ReviewProduction(OnInvestigation):
    """Phase II: answer every question of production."""

    open_to = by_roles_of(InvestigationVerb.REVIEW_PRODUCTION)
    input_class, signed_class = asked.ProductionInput, asked.ProductionSigned

    def content(self, target: Investigation, data: Mapping[str, Any]) -> SignedContent:
        return production_content(target, **data)

    def perform(self, target: Investigation, data: Mapping[str, Any], signing: Signing) -> Investigation:
        return services.review_production(investigation=target, signing=signing, **data, **self.who)


class Conclude(OnInvestigation):
    """QA concludes: confirmed, invalidated or inconclusive."""

    open_to = by_roles_of(InvestigationVerb.CONCLUDE)
    input_class, signed_class = asked.ConclusionInput, asked.ConclusionSigned

    def content(self, target: Investigation, data: Mapping[str, Any]) -> SignedContent:
        return conclude_content(target, Concluded(**data))

    def perform(self, target: Investigation, data: Mapping[str, Any], signing: Signing) -> Investigation:
        return services.conclude(investigation=target, said=Concluded(**data), signing=signing, **self.who)


class ApprovePlan(OnInvestigation):
    """Approve the proposed plan before anything of it is tested."""

    open_to = by_roles_of(InvestigationVerb.APPROVE_PLAN)
    input_class, signed_class = bodies.NothingMore, bodies.NothingMoreSigned

    def content(self, target: Investigation, data: Mapping[str, Any]) -> SignedContent:
        return plan_content(standing_plan(target))

    def perform(self, target: Investigation, data: Mapping[str, Any], signing: Signing) -> Investigation:
        services.approve_plan(plan=standing_plan(target), signing=signing, **self.who)
        return target


class InvestigationAct(Act):
    """An unsigned act on an investigation."""

    output_class = told.InvestigationDetail

    def target(self) -> Investigation:
        seen = visible_investigations(self.request.user, self.now)
        return get_object_or_404(seen, number=self.kwargs["number"])


class ProposePlan(InvestigationAct):
    """Propose what is tested again, by whom, how often."""

    open_to = by_roles_of(InvestigationVerb.PROPOSE_PLAN)
    input_class, output_class = asked.InvestigationPlanInput, told.RetestPlanOutput
    example = {
        "kind": "RETEST",
        "analyst": "ada",
        "retests": 3,
        "amount_left": "4.5",
        "amount_each": "0.5",
        "rationale": "Three preparations of the same sample.",
    }

    def perform(self, target: Investigation, said: dict[str, Any]) -> RetestPlan:
        return services.propose_plan(investigation=target, planned=asked.planned_of(said), **self.who)


class RefusePlan(InvestigationAct):
    """Refuse the proposed plan with a reason."""

    open_to, created = by_roles_of(InvestigationVerb.REFUSE_PLAN), False
    input_class = asked.InvestigationWhyInput

    def perform(self, target: Investigation, said: dict[str, Any]) -> Investigation:
        services.refuse_plan(plan=standing_plan(target), **said, **self.who)
        return target


class ReturnToLaboratory(InvestigationAct):
    """Send the investigation back to phase I with a reason."""

    open_to, created = by_roles_of(InvestigationVerb.RETURN), False
    input_class = asked.InvestigationWhyInput

    def perform(self, target: Investigation, said: dict[str, Any]) -> Investigation:
        return services.return_to_laboratory(investigation=target, **said, **self.who)


class BeginRetests(InvestigationAct):
    """Put retests of the approved plan on the worksheet of a run."""

    open_to = BY_ANALYSTS
    input_class, output_class, many = asked.RetestsInput, outputs.WorksheetLineOutput, True
    example = {"run": "AR-0019", "count": 3}

    def perform(self, target: Investigation, said: dict[str, Any]) -> list[Line]:
        run = visible_runs(self.request.user, self.now).filter(number=said["run"]).first()
        if run is None:
            raise BadInput(unknown(said["run"], "run"))
        return services.begin_retests(
            plan=standing_plan(target),
            run=run,
            count=said["count"],
            sample=self._sample(said["sample"]),
            inoculated_at=said["inoculated_at"],
            **self.who,
        )

    def record(self, target: Investigation) -> Record:
        return target.record

    def _sample(self, number: str) -> Sample | None:
        if not number:
            return None
        found = visible_samples(self.request.user, self.now).filter(number=number).first()
        if found is None:
            raise BadInput(unknown(number, "sample"))
        return found


class PlanCapa(InvestigationAct):
    """Plan a corrective or preventive action out of this investigation."""

    open_to = Access(write=frozenset({Role.QA}))
    input_class, output_class = CapaInput, CapaOutput

    def perform(self, target: Investigation, said: dict[str, Any]) -> Capa:
        planned = planned_from(said)
        return plan_capa(source=target.record, subject=target.batch.record, planned=planned, **self.who)


def standing_plan(investigation: Investigation) -> RetestPlan:
    """The plan that is proposed or approved. Raises BadInput."""
    plan = plan_of(investigation)
    if plan is None:
        raise BadInput(unknown(investigation.number, "plan"))
    plan.investigation = investigation
    return plan
