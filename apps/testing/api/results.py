"""Results, late results, where tests stand, and the approval of the analysis."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now, visible_batch
from apps.core.filters import AnyOf
from apps.core.roles import Role
from apps.organisation.access import Access
from apps.products.facts import Verdict
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.testing import services
from apps.testing.api import bodies, outputs
from apps.testing.api.samples import BY_ANALYSTS
from apps.testing.content import approve_coa_content, late_result_content
from apps.testing.facts import ResultState
from apps.testing.models import Approval, Line, Result
from apps.testing.selectors import history_of_result, outcomes_of, visible_lines, visible_results
from apps.units.api.acts import Act

BY_QC_HEAD = Access(write=frozenset({Role.QC_HEAD}))


class ResultFilter(django_filters.FilterSet):
    """`?batch=CT-0042&test=endotoxin&state=TESTED&verdict=FAIL&current=true`."""

    batch = django_filters.CharFilter(field_name="batch__number")
    site = django_filters.CharFilter(field_name="batch__site__code")
    sample = django_filters.CharFilter(field_name="line__sample__number")
    run = django_filters.CharFilter(field_name="line__run__number")
    test = django_filters.CharFilter()
    state = AnyOf(ResultState)
    verdict = AnyOf(Verdict)
    analyst = django_filters.CharFilter()
    late = django_filters.BooleanFilter()
    current = django_filters.BooleanFilter(field_name="superseded_by", lookup_expr="isnull")

    class Meta:
        model = Result
        fields: tuple[str, ...] = ()


@extend_schema_view(get=extend_schema(operation_id="results_list"))
class ResultList(ListAPIView):
    """The results of one's sites, newest first; corrected ones too unless `current` is asked for."""

    serializer_class = outputs.ResultOutput
    filterset_class = ResultFilter
    queryset = Result.objects.none()

    def get_queryset(self) -> QuerySet[Result]:
        return visible_results(self.request.user, timezone.now())


class ResultShow(APIView):
    """One result with what was corrected on the way."""

    @extend_schema(operation_id="results_show", responses=outputs.ResultDetail)
    def get(self, request: Request, pk: int) -> Response:
        result = get_object_or_404(visible_results(request.user, timezone.now()), pk=pk)
        result.history = history_of_result(result)
        return tagged(Response(outputs.ResultDetail(result).data), result.record)


class CorrectResult(Act):
    """Correct a result with a reason: a new draft that supersedes it."""

    open_to = BY_ANALYSTS
    input_class, output_class = bodies.CorrectResultInput, outputs.ResultOutput
    example = {"text": "0.06", "reason": "Dilution left out."}

    def target(self) -> Result:
        seen = visible_results(self.request.user, self.now)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def perform(self, target: Result, said: dict[str, Any]) -> Result:
        return services.correct_result(result=target, **said, **self.who)


class AddLateResult(SignedVerb):
    """Add a result to a certified batch, signed by the analyst who tested."""

    open_to = BY_ANALYSTS
    input_class, signed_class, output_class = bodies.LateResultInput, bodies.LateResultSigned, outputs.ResultOutput
    created = True

    def target(self) -> Line:
        seen = visible_lines(self.request.user, self.now)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def record(self, target: Line) -> Record | None:
        return target.sample.record

    def content(self, target: Line, data: Mapping[str, Any]) -> SignedContent:
        more = {"unit": data["unit"], "replicate": data["replicate"]}
        return late_result_content(target, data["parameter"], data["text"], data["tested_at"], **more)

    def perform(self, target: Line, data: Mapping[str, Any], signing: Signing) -> Result:
        return services.add_late_result(line=target, signing=signing, **data, **self.who)


class Outcomes(APIView):
    """Where the tests of a batch stand, in the order of its specification."""

    @extend_schema(operation_id="outcomes_list", responses=outputs.OutcomeOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        return tagged(Response(outputs.OutcomeOutput(outcomes_of(batch), many=True).data), batch.record)


class ApproveAnalysis(SignedVerb):
    """Approve the certificate of analysis: the head of QC's signature."""

    open_to = BY_QC_HEAD
    input_class, signed_class, output_class = bodies.NothingMore, bodies.NothingMoreSigned, outputs.ApprovalOutput
    created = True

    def target(self) -> Batch:
        return visible_batch(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: Batch) -> Record | None:
        return target.record

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return approve_coa_content(batch_now(target))

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Approval:
        return services.approve_coa(batch=target, signing=signing, **self.who)
