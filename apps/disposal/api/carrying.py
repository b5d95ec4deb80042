"""The waste of a disposal on its way to the carrier, for programs."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.fields import Instant
from apps.core.http import actor_of
from apps.disposal import services
from apps.disposal.api.disposals import Decision
from apps.disposal.content.carrying import give_content, take_content
from apps.disposal.facts import CarrierVerb, GivenAway
from apps.disposal.lifecycle import CARRYING, WHO_ISSUES_CODES
from apps.disposal.models import Disposal, WasteHandOver
from apps.disposal.selectors import visible_disposals
from apps.organisation.access import Access
from apps.signatures.api import HappenedInput, SigningInput
from apps.signatures.facts import SignedContent, Signing
from apps.transport.api.bodies import CodeInput
from apps.transport.api.outputs import CodeOutput

GIVERS = Access(write=CARRYING[CarrierVerb.GIVE].roles)


class WasteOutput(serializers.ModelSerializer):
    """How the waste went to its carrier; `acknowledged` by CODE is no signature."""

    disposal = serializers.CharField(source="disposal.number")

    class Meta:
        model = WasteHandOver
        fields = (
            *("disposal", "waste_number", "carrier", "taker", "paper", "given_at", "given_by", "late", "happened"),
            *("overridden", "waste_number_taken", "taken_at", "taken_by", "acknowledged"),
        )


class GiveInput(serializers.Serializer):
    """The waste number as scanned, the carrier, who takes it, when."""

    waste_number = serializers.CharField(max_length=60)
    given_at = Instant()
    carrier = serializers.CharField(max_length=120)
    taker = serializers.CharField(max_length=120)
    paper = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    happened = HappenedInput(required=False, allow_null=True, default=None)


class GiveSigned(GiveInput):
    signature = SigningInput()


class TakeWasteInput(serializers.Serializer):
    """The waste number as the taker reads it."""

    waste_number = serializers.CharField(max_length=60)


class TakeWasteSigned(TakeWasteInput):
    signature = SigningInput()


class AcknowledgeWasteInput(TakeWasteInput):
    """The waste number, and the code that a person without an account types."""

    code = serializers.CharField(max_length=40)


class GiveWaste(Decision):
    """The giver signs that the waste went to its carrier."""

    open_to = GIVERS
    input_class, signed_class, output_class = GiveInput, GiveSigned, WasteOutput
    created = True

    def content(self, target: Disposal, data: Mapping[str, Any]) -> SignedContent:
        return give_content(target, _given(data), self.now)

    def perform(self, target: Disposal, data: Mapping[str, Any], signing: Signing) -> WasteHandOver:
        return services.give_waste(disposal=target, did=_given(data), signing=signing, **self.who)


class TakeWaste(Decision):
    """The other side signs that it took the waste."""

    open_to = Access(write=CARRYING[CarrierVerb.TAKE].roles)
    input_class, signed_class, output_class = TakeWasteInput, TakeWasteSigned, WasteOutput

    def content(self, target: Disposal, data: Mapping[str, Any]) -> SignedContent:
        return take_content(target, data["waste_number"])

    def perform(self, target: Disposal, data: Mapping[str, Any], signing: Signing) -> WasteHandOver:
        return services.take_waste(disposal=target, signing=signing, **data, **self.who)


class WasteCodes(APIView):
    """A one-time code for a carrier without an account."""

    open_to = Access(write=WHO_ISSUES_CODES)

    @extend_schema(operation_id="disposals_carrier_code", request=CodeInput, responses={201: CodeOutput})
    def post(self, request: Request, number: str) -> Response:
        found, said = _named(request, number), _said(CodeInput, request)
        made, text = services.issue_waste_code(disposal=found, **said, actor=actor_of(request), at=timezone.now())
        told = {name: getattr(made, name) for name in ("name", "organisation", "valid_until")}
        return Response(CodeOutput({"code": text, **told}).data, status=status.HTTP_201_CREATED)


class AcknowledgeWaste(APIView):
    """A carrier without an account types the code. An acknowledgement, no signature."""

    open_to = GIVERS

    @extend_schema(operation_id="disposals_carrier_acknowledge", request=AcknowledgeWasteInput, responses=WasteOutput)
    def post(self, request: Request, number: str) -> Response:
        found, said = _named(request, number), _said(AcknowledgeWasteInput, request)
        done = services.acknowledge_waste(disposal=found, **said, actor=actor_of(request), at=timezone.now())
        return Response(WasteOutput(done).data)


def _named(request: Request, number: str) -> Disposal:
    return get_object_or_404(visible_disposals(request.user, timezone.now()), number=number)


def _said(body: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    form = body(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _given(data: Mapping[str, Any]) -> GivenAway:
    told: Mapping[str, Any] = data["happened"] or {}
    words = {name: data[name] for name in ("waste_number", "carrier", "taker", "paper")}
    return GivenAway(at=told.get("at") or data["given_at"], because=told.get("reason", ""), **words)
