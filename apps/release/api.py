"""Review, certification, release for supply and rejection through the API."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.selectors import version_of
from apps.batches.facts.words import Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now, visible_batch
from apps.core.http import actor_of, check_version, etag_of
from apps.organisation.access import Access
from apps.release.content.signed import certify_content, reject_content, release_content, review_content
from apps.release.selectors import review_page
from apps.release.services import certify_batch, reject_batch, release_for_supply, review_batch
from apps.signatures.api import ChallengeOutput, SigningInput, challenge_response, signing_of


class FindingOutput(serializers.Serializer):
    kind = serializers.CharField()
    what = serializers.CharField()
    place = serializers.CharField()
    at = serializers.DateTimeField()
    who = serializers.CharField()
    note = serializers.CharField()


class CheckedOutput(serializers.Serializer):
    kind = serializers.CharField()
    checked = serializers.IntegerField()
    findings = serializers.IntegerField()


class ReviewPageOutput(serializers.Serializer):
    checked = serializers.IntegerField()
    good = serializers.IntegerField()
    to_look_at = serializers.IntegerField()
    counts = CheckedOutput(many=True)
    findings = FindingOutput(many=True)


class DecisionInput(serializers.Serializer):
    signature = SigningInput()


class RejectInput(DecisionInput):
    reason = serializers.CharField(max_length=500)


class ReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500, required=False, default="")


class DecisionOutput(serializers.Serializer):
    number = serializers.CharField()
    state = serializers.CharField()


class ReviewPageView(APIView):
    """Everything that is not as the master says, with the counts that prove completeness."""

    @extend_schema(responses=ReviewPageOutput, operation_id="batch_review_page")
    def get(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        return Response(ReviewPageOutput(review_page(batch)).data)


class Decision(APIView):
    """One signed decision over a batch; needs If-Match with the batch's ETag."""

    decide: Callable[..., Batch]
    input_class: type[DecisionInput] = DecisionInput

    def post(self, request: Request, number: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        check_version(request, batch.record.address, version_of(batch.record))
        form = self.input_class(data=request.data)
        form.is_valid(raise_exception=True)
        sent: dict[str, Any] = dict(form.validated_data)
        signing = signing_of(sent.pop("signature"))
        decide = type(self).decide
        decide(batch=batch, signing=signing, actor=actor_of(request), at=timezone.now(), **sent)
        now = batch_now(batch)
        headers = {"ETag": f'"{etag_of(now.record.address, version_of(now.record))}"'}
        return Response(DecisionOutput(now).data, headers=headers)


class DecisionChallenge(APIView):
    """What is to be read before this decision is signed."""

    content: Callable[..., Any]

    def post(self, request: Request, number: str) -> Response:
        form = ReasonInput(data=request.data)
        form.is_valid(raise_exception=True)
        batch = visible_batch(request.user, number, timezone.now())
        reason = form.validated_data["reason"]
        content = type(self).content(batch, reason) if reason else type(self).content(batch)
        return challenge_response(content, request)


@extend_schema_view(post=extend_schema(request=DecisionInput, responses=DecisionOutput, operation_id="batch_review"))
class Review(Decision):
    """QA signs the review of the record and its audit trail."""

    open_to = Access(write=set(move_for(Verb.REVIEW).roles))
    decide = staticmethod(review_batch)


@extend_schema_view(
    post=extend_schema(request=None, responses={201: ChallengeOutput}, operation_id="batch_review_challenge")
)
class ReviewChallenge(DecisionChallenge):
    """What is read before this is signed: qA signs the review of the record and its audit trail."""

    open_to = Access(write=set(move_for(Verb.REVIEW).roles))
    content = staticmethod(review_content)


@extend_schema_view(post=extend_schema(request=DecisionInput, responses=DecisionOutput, operation_id="batch_certify"))
class Certify(Decision):
    """The authorised person certifies the batch."""

    open_to = Access(write=set(move_for(Verb.CERTIFY).roles))
    decide = staticmethod(certify_batch)


@extend_schema_view(
    post=extend_schema(request=None, responses={201: ChallengeOutput}, operation_id="batch_certify_challenge")
)
class CertifyChallenge(DecisionChallenge):
    """What is read before this is signed: the authorised person certifies the batch."""

    open_to = Access(write=set(move_for(Verb.CERTIFY).roles))
    content = staticmethod(certify_content)


@extend_schema_view(
    post=extend_schema(request=DecisionInput, responses=DecisionOutput, operation_id="batch_release_for_supply")
)
class Release(Decision):
    """The product units leave quarantine."""

    open_to = Access(write=set(move_for(Verb.RELEASE_FOR_SUPPLY).roles))
    decide = staticmethod(release_for_supply)


@extend_schema_view(
    post=extend_schema(
        request=None, responses={201: ChallengeOutput}, operation_id="batch_release_for_supply_challenge"
    )
)
class ReleaseChallenge(DecisionChallenge):
    """What is read before this is signed: the product units leave quarantine."""

    open_to = Access(write=set(move_for(Verb.RELEASE_FOR_SUPPLY).roles))
    content = staticmethod(release_content)


@extend_schema_view(post=extend_schema(request=RejectInput, responses=DecisionOutput, operation_id="batch_reject"))
class Reject(Decision):
    """The batch and every unit of it are rejected."""

    open_to = Access(write=set(move_for(Verb.REJECT).roles))
    decide = staticmethod(reject_batch)
    input_class = RejectInput


@extend_schema_view(
    post=extend_schema(request=ReasonInput, responses={201: ChallengeOutput}, operation_id="batch_reject_challenge")
)
class RejectChallenge(DecisionChallenge):
    """What is read before this is signed: the batch and every unit of it are rejected."""

    open_to = Access(write=set(move_for(Verb.REJECT).roles))
    content = staticmethod(reject_content)
