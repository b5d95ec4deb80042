"""Batches: list, plan, show, start, finish, terminate."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.api import inputs, outputs, page_outputs
from apps.batches.content import move_content
from apps.batches.facts.words import BatchState, Verb
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now, visible_batch, visible_batches
from apps.batches.selectors.pages import record_page
from apps.batches.services.planning import finish_batch, plan_batch, start_batch, terminate_batch
from apps.core.api import shaped
from apps.core.errors import BadInput
from apps.core.filters import AnyOf
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.donation.models import Donation
from apps.donation.selectors import visible_donations
from apps.organisation.access import Access
from apps.organisation.selectors import site_named
from apps.products.models import ProductVersion
from apps.products.selectors import visible_version
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

BY_HANDS = Access(write=frozenset({Role.OPERATOR, Role.CHECKER, Role.QA, Role.QC_HEAD}))
BY_PLANNERS = Access(write=frozenset({Role.OPERATOR, Role.QA}))
BY_OPERATORS = Access(write=frozenset({Role.OPERATOR}))
BY_QA = Access(write=frozenset({Role.QA}))


class BatchFilter(django_filters.FilterSet):
    """`?state=RUNNING&site=NANHU&product=...&number=CT-00`."""

    state = AnyOf(BatchState)
    site = django_filters.CharFilter(field_name="site__code")
    product = django_filters.CharFilter(field_name="product_version__key")
    donation = django_filters.CharFilter(field_name="donation__din")
    bank = django_filters.CharFilter(field_name="bank__number")
    number = django_filters.CharFilter(lookup_expr="startswith")

    class Meta:
        model = Batch
        fields: tuple[str, ...] = ()


class BatchesView(ListAPIView):
    """The batches of one's sites, newest first; POST plans one."""

    open_to = BY_PLANNERS
    serializer_class = outputs.BatchOutput
    filterset_class = BatchFilter

    def get_queryset(self) -> QuerySet[Batch]:
        return visible_batches(self.request.user, timezone.now())

    @extend_schema(
        operation_id="batches_plan",
        request=inputs.PlanInput,
        responses={201: outputs.BatchOutput},
        examples=[
            OpenApiExample(
                "Plan",
                {"number": "CT-0042", "product": "example-v1", "site": "NANHU", "donation": "G123426000117"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        form = inputs.PlanInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        batch = plan_batch(
            number=said["number"],
            product_version=_version(request, said["product"]),
            site=site_named(said["site"], request.user, now),
            donation=_donation(request, said["donation"]) if said["donation"] else None,
            bank=_bank(request, said["bank"]) if said["bank"] else None,
            planned_start=said["planned_start"],
            planned_end=said["planned_end"],
            actor=actor_of(request),
            at=now,
        )
        return tagged(Response(outputs.BatchOutput(batch).data, status=status.HTTP_201_CREATED), batch.record)


class BatchView(APIView):
    """The batch record: header, sections with their steps, counts, holds, events, vessels, clocks, notes."""

    @extend_schema(operation_id="batches_show", responses=page_outputs.RecordOutput)
    def get(self, request: Request, number: str) -> Response:
        now = timezone.now()
        batch = visible_batch(request.user, number, now)
        return tagged(Response(shaped(page_outputs.RecordOutput, record_page(batch, now)).data), batch.record)


class BatchVerb(SignedVerb):
    """A signed verb on a batch."""

    output_class = outputs.BatchOutput

    def target(self) -> Batch:
        return visible_batch(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: Batch) -> Record | None:
        return target.record


class StartBatch(BatchVerb):
    """Start a planned batch from its eligible donation."""

    open_to = BY_OPERATORS
    input_class, signed_class = inputs.StartInput, inputs.StartSigned

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return move_content(Verb.START, batch_now(target))

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return start_batch(batch=target, chain=data["chain"], signing=signing, **self.who)


class FinishBatch(BatchVerb):
    """Finish a record in which nothing is missing."""

    open_to = BY_OPERATORS
    input_class, signed_class = inputs.NoBody, inputs.OnlySigned

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return move_content(Verb.FINISH, batch_now(target))

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return finish_batch(batch=target, signing=signing, **self.who)


class TerminateBatch(BatchVerb):
    """End a batch of which nothing will be used."""

    open_to = BY_QA
    input_class, signed_class = inputs.TerminationInput, inputs.TerminationSigned

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return move_content(Verb.TERMINATE, batch_now(target), data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return terminate_batch(batch=target, reason=data["reason"], signing=signing, **self.who)


def _version(request: Request, number: str) -> ProductVersion:
    try:
        return visible_version(request.user, number, timezone.now())
    except ProductVersion.DoesNotExist as error:
        raise BadInput(unknown(number, "product")) from error


def _donation(request: Request, din: str) -> Donation:
    try:
        return visible_donations(request.user, timezone.now()).get(din=din)
    except Donation.DoesNotExist as error:
        raise BadInput(unknown(din, "donation")) from error


def _bank(request: Request, number: str) -> Batch:
    try:
        return visible_batch(request.user, number, timezone.now())
    except Batch.DoesNotExist as error:
        raise BadInput(unknown(number, "bank")) from error
