"""Amendments, planned deviations, decisions at risk, comments."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.api import inputs, outputs
from apps.batches.api.batches import BY_QA, BatchVerb
from apps.batches.content import (
    amendment_content,
    approval_content,
    deviation_content,
    ratify_content,
    risk_content,
)
from apps.batches.models import Amendment, Batch, PlannedDeviation, RiskDecision
from apps.batches.selectors.batches import batch_now, visible_batch, visible_batches
from apps.batches.services.amending import (
    amended_record,
    approve_amendment,
    next_amendment,
    plan_deviation,
    propose_amendment,
)
from apps.batches.services.judging import read_place
from apps.batches.services.risking import add_comment, proceed_at_risk, ratify_risk
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.organisation.access import Access
from apps.signatures.api.verbs import tagged
from apps.signatures.facts import SignedContent, Signing


class ProposeAmendment(BatchVerb):
    """Propose a change of the master record for this batch: its author's signature."""

    open_to = Access(write=frozenset({Role.AUTHOR}))
    input_class, signed_class, output_class = inputs.AmendmentInput, inputs.AmendmentSigned, outputs.AmendmentOutput
    created = True

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        batch = batch_now(target)
        sha256 = amended_record(batch, data["changes"]).sha256
        number = next_amendment(batch)
        return amendment_content(batch, data["changes"], data["reason"], sha256, number, approving=False)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Amendment:
        changes, reason = data["changes"], data["reason"]
        return propose_amendment(batch=target, changes=changes, reason=reason, signing=signing, **self.who)


class ApproveAmendment(BatchVerb):
    """Put an amendment in force: QA's signature."""

    open_to = BY_QA
    input_class, signed_class, output_class = inputs.NoBody, inputs.OnlySigned, outputs.AmendmentOutput

    def target(self) -> Amendment:
        sees = visible_batches(self.request.user, self.now)
        found = Amendment.objects.select_related("batch__record", "batch__site", "authored")
        return get_object_or_404(found, batch__in=sees, number=self.kwargs["amendment"])

    def record(self, target: Amendment) -> Record | None:
        return target.batch.record

    def content(self, target: Amendment, data: Mapping[str, Any]) -> SignedContent:
        return approval_content(target)

    def perform(self, target: Amendment, data: Mapping[str, Any], signing: Signing) -> Amendment:
        return approve_amendment(amendment=target, signing=signing, **self.who)


class PlanDeviation(BatchVerb):
    """Agree, before it is done, that a step departs from the master record: QA's signature."""

    open_to = BY_QA
    input_class, signed_class, output_class = inputs.PlannedInput, inputs.PlannedSigned, outputs.PlannedOutput
    created = True

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return deviation_content(target, read_place(data["step"]), data["what"], data["why"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> PlannedDeviation:
        said = {"step": data["step"], "what": data["what"], "why": data["why"]}
        return plan_deviation(batch=target, signing=signing, **said, **self.who)


class ProceedAtRisk(BatchVerb):
    """Go on in spite of the holds that block the process now."""

    open_to = Access(write=frozenset({Role.OPERATOR, Role.CHECKER, Role.QA}))
    input_class, signed_class, output_class = inputs.RiskInput, inputs.RiskSigned, outputs.RiskOutput
    created = True

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return risk_content(batch_now(target), data["named_qa"], data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> RiskDecision:
        named, reason = data["named_qa"], data["reason"]
        return proceed_at_risk(batch=target, named_qa=named, reason=reason, signing=signing, **self.who)


class RatifyRisk(BatchVerb):
    """Ratify a decision to go on at risk: QA's signature, not by who took it."""

    open_to = BY_QA
    input_class, signed_class, output_class = inputs.NoBody, inputs.OnlySigned, outputs.RiskOutput

    def target(self) -> RiskDecision:
        sees = visible_batches(self.request.user, self.now)
        found = RiskDecision.objects.select_related("batch__record", "batch__site", "signed")
        return get_object_or_404(found, batch__in=sees, batch__number=self.kwargs["number"], pk=self.kwargs["pk"])

    def record(self, target: RiskDecision) -> Record | None:
        return target.batch.record

    def content(self, target: RiskDecision, data: Mapping[str, Any]) -> SignedContent:
        return ratify_content(target)

    def perform(self, target: RiskDecision, data: Mapping[str, Any], signing: Signing) -> RiskDecision:
        return ratify_risk(decision=target, signing=signing, **self.who)


class Comments(APIView):
    """Say something about a batch or a place in it."""

    @extend_schema(operation_id="comments_add", request=inputs.CommentInput, responses={201: outputs.CommentOutput})
    def post(self, request: Request, number: str) -> Response:
        form = inputs.CommentInput(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        batch = visible_batch(request.user, number, now)
        comment = add_comment(batch=batch, actor=actor_of(request), at=now, **form.validated_data)
        body = outputs.CommentOutput(comment).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), batch.record)
