"""What every signed verb of the API shares: the challenge it shows and the answer it takes."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import Happened
from apps.core.http import actor_of
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.selectors import has_series
from apps.signatures.services import open_challenge


class SigningInput(serializers.Serializer):
    """`signature: {challenge, secret}`, with `username` for the first of a series or a counter-sign in place."""

    challenge = serializers.UUIDField()
    secret = serializers.CharField(max_length=256, trim_whitespace=False, style={"input_type": "password"})
    username = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class HappenedInput(serializers.Serializer):
    """`happened: {at, reason}`: the act was already done; it is recorded against the objections."""

    at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=1000)


class LineOutput(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.CharField()
    note = serializers.CharField()


class ContentOutput(serializers.Serializer):
    verb = serializers.CharField()
    address = serializers.CharField()
    meaning = serializers.CharField()
    lines = LineOutput(many=True)


class ChallengeOutput(serializers.Serializer):
    """What is to be read and signed: the content, its hash, and until when the challenge can be answered."""

    id = serializers.UUIDField()
    hash = serializers.CharField()
    expires_at = serializers.DateTimeField()
    asks_username = serializers.BooleanField()
    content = ContentOutput()


def signing_of(signature: Mapping[str, Any]) -> Signing:
    """The validated `signature` member as the services take it."""
    return Signing(signature["challenge"], signature["secret"], signature.get("username", ""))


def happened_from(happened: Mapping[str, Any] | None) -> Happened | None:
    """The validated `happened` member as the services take it."""
    return Happened(happened["at"], happened["reason"]) if happened else None


def challenge_response(content: SignedContent, request: Request) -> Response:
    """201 with a challenge for this content."""
    now = timezone.now()
    actor = actor_of(request)
    challenge = open_challenge(content=content, actor=actor, at=now)
    body = {
        "id": challenge.pk,
        "hash": content.hash,
        "expires_at": challenge.expires_at,
        "asks_username": not has_series(actor, now),
        "content": content,
    }
    return Response(ChallengeOutput(body).data, status=status.HTTP_201_CREATED)
