"""Review, certification, release for supply, and what ends a batch or takes a decision back, through the API."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.facts.words import Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batch
from apps.core.api import shaped
from apps.core.http import actor_of
from apps.documents.api import DocumentOutput
from apps.organisation.access import Access
from apps.organisation.selectors import visible_sites
from apps.release.content.signed import (
    certify_content,
    recall_content,
    reject_content,
    release_content,
    reopen_content,
    review_content,
    withdraw_content,
)
from apps.release.selectors import review_page
from apps.release.services import (
    WHO_MAY_PRINT,
    accept_finding,
    certify_batch,
    print_register,
    recall_batch,
    reject_batch,
    release_for_supply,
    reopen_batch,
    review_batch,
    withdraw_review,
)
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb
from apps.signatures.facts import SignedContent, Signing


class JudgedOutput(serializers.Serializer):
    """Who answered a finding, when, and in which words."""

    by = serializers.CharField()
    at = serializers.DateTimeField()
    note = serializers.CharField()


class FindingOutput(serializers.Serializer):
    """One thing that is not as the master says, with its answer: TO_JUDGE, HOLDS or ACCEPTED."""

    key = serializers.CharField()
    kind = serializers.CharField()
    check = serializers.CharField()
    what = serializers.CharField()
    place = serializers.CharField()
    at = serializers.DateTimeField()
    who = serializers.CharField()
    note = serializers.CharField()
    event = serializers.CharField()
    deviation = serializers.CharField()
    answer = serializers.CharField()
    judged = JudgedOutput(allow_null=True)


class AcceptInput(serializers.Serializer):
    """Which finding is accepted, and why."""

    key = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=1000)


class CheckedOutput(serializers.Serializer):
    kind = serializers.CharField()
    checked = serializers.IntegerField()
    findings = serializers.IntegerField()


class TrailOutput(serializers.Serializer):
    """The audit trail that the review covers: how far the batch's chain goes, and all chains together."""

    place = serializers.CharField()
    chains = serializers.IntegerField()
    entries = serializers.IntegerField()


class ReviewPageOutput(serializers.Serializer):
    checked = serializers.IntegerField()
    good = serializers.IntegerField()
    to_look_at = serializers.IntegerField()
    accepted = serializers.IntegerField()
    left = serializers.IntegerField()
    places = serializers.IntegerField()
    empty_places = serializers.IntegerField()
    trail = TrailOutput()
    counts = CheckedOutput(many=True)
    findings = FindingOutput(many=True)


class NoBody(serializers.Serializer):
    """Nothing to say beside the verb."""


class OnlySigned(serializers.Serializer):
    """The answer to a challenge."""

    signature = SigningInput()


class ReasonInput(serializers.Serializer):
    """Why the batch is ended, or a decision over it taken back."""

    reason = serializers.CharField(max_length=500)


class ReasonSigned(ReasonInput):
    """The reason, signed."""

    signature = SigningInput()


class DecisionOutput(serializers.Serializer):
    """The batch after the decision."""

    number = serializers.CharField()
    state = serializers.CharField()


class ReviewPageView(APIView):
    """Everything that is not as the master says, with the counts that prove completeness."""

    @extend_schema(responses=ReviewPageOutput, operation_id="batches_review_page")
    def get(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        return Response(shaped(ReviewPageOutput, review_page(batch)).data)


class AcceptFinding(APIView):
    """QA accepts one finding of the review with a note; what has an answer of its own is refused (409)."""

    open_to = Access(write=frozenset(move_for(Verb.REVIEW).roles))

    @extend_schema(request=AcceptInput, responses={201: FindingOutput}, operation_id="batches_review_accept")
    def post(self, request: Request, number: str) -> Response:
        now = timezone.now()
        batch = visible_batch(request.user, number, now)
        form = AcceptInput(data=request.data)
        form.is_valid(raise_exception=True)
        accepted = accept_finding(batch=batch, actor=actor_of(request), at=now, **form.validated_data)
        return Response(FindingOutput(review_page(batch).finding(accepted.key)).data, status=201)


class Decision(SignedVerb):
    """A signed decision over a batch; its version must be the one that was seen."""

    input_class, signed_class, output_class = NoBody, OnlySigned, DecisionOutput

    def target(self) -> Batch:
        return visible_batch(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: Batch) -> Record:
        return target.record


class Review(Decision):
    """QA signs the review of the record and its audit trail."""

    open_to = Access(write=frozenset(move_for(Verb.REVIEW).roles))

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return review_content(target)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return review_batch(batch=target, signing=signing, **self.who)


class Certify(Decision):
    """The authorised person certifies the batch."""

    open_to = Access(write=frozenset(move_for(Verb.CERTIFY).roles))

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return certify_content(target)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return certify_batch(batch=target, signing=signing, **self.who)


class Supply(Decision):
    """The product units leave quarantine: release for supply."""

    open_to = Access(write=frozenset(move_for(Verb.RELEASE_FOR_SUPPLY).roles))

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return release_content(target)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return release_for_supply(batch=target, signing=signing, **self.who)


class Reasoned(Decision):
    """A decision that says why."""

    input_class, signed_class = ReasonInput, ReasonSigned


class Reject(Reasoned):
    """The batch and every unit of it are rejected, with the reason."""

    open_to = Access(write=frozenset(move_for(Verb.REJECT).roles))

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return reject_content(target, data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return reject_batch(batch=target, reason=data["reason"], signing=signing, **self.who)


class Recall(Reasoned):
    """What was released for supply is recalled, with the reason."""

    open_to = Access(write=frozenset(move_for(Verb.RECALL).roles))

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return recall_content(target, data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return recall_batch(batch=target, reason=data["reason"], signing=signing, **self.who)


class WithdrawReview(Reasoned):
    """QA takes its review back, so that the record can be corrected."""

    open_to = Access(write=frozenset(move_for(Verb.WITHDRAW_REVIEW).roles))

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return withdraw_content(target, data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return withdraw_review(batch=target, reason=data["reason"], signing=signing, **self.who)


class Reopen(Reasoned):
    """A certified record is opened for a correction; it is reviewed and certified again."""

    open_to = Access(write=frozenset(move_for(Verb.REOPEN).roles))

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return reopen_content(target, data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Batch:
        return reopen_batch(batch=target, reason=data["reason"], signing=signing, **self.who)


class PeriodInput(serializers.Serializer):
    """The first and the last day, on the clock of the site."""

    since = serializers.DateField()
    until = serializers.DateField()


class RegisterCopies(APIView):
    """Request a sealed copy of the register of certified batches over some days; the document follows a checkpoint."""

    open_to = Access(read=frozenset(WHO_MAY_PRINT), write=frozenset(WHO_MAY_PRINT))

    @extend_schema(operation_id="register_copy", request=PeriodInput, responses={201: DocumentOutput})
    def post(self, request: Request, site: str) -> Response:
        now, form = timezone.now(), PeriodInput(data=request.data)
        found = get_object_or_404(visible_sites(request.user, now), code=site)
        form.is_valid(raise_exception=True)
        asked = print_register(site=found, **form.validated_data, actor=actor_of(request), at=now)
        return Response(DocumentOutput(asked).data, status=201)
