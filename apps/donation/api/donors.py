"""Consents and screening of a donor for programs."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.fields import Instant
from apps.core.http import actor_of
from apps.donation import services
from apps.donation.models import Consent
from apps.identity.models import Donor
from apps.identity.selectors import visible_donors
from apps.organisation.access import Access
from apps.signatures.api.verbs import tagged

BY_COLLECTORS = Access(write=frozenset(services.COLLECTORS))
BY_LABORATORY = Access(write=frozenset(services.LABORATORY))


class ConsentInput(serializers.Serializer):
    """A consent that was signed."""

    version = serializers.CharField(max_length=40)
    signatory = serializers.CharField(max_length=40)
    scopes = serializers.ListField(child=serializers.CharField(max_length=40))
    ethics_reference = serializers.CharField(max_length=80, allow_blank=True)
    signed_at = Instant()


class ConsentOutput(ConsentInput):
    """A consent."""

    id = serializers.IntegerField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_scopes = serializers.ListField(child=serializers.CharField())


class WithdrawalInput(serializers.Serializer):
    """Why a consent was withdrawn; without `scopes` the whole of it."""

    reason = serializers.CharField(max_length=500)
    scopes = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)


class ResultBody(serializers.Serializer):
    """One result of a screening test."""

    result = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=100)


class ScreeningInput(serializers.Serializer):
    """The results of one screening test."""

    test = serializers.CharField(max_length=40)
    results = ResultBody(many=True, allow_empty=False)
    laboratory = serializers.CharField(max_length=120)
    specimen_at = Instant()


class ScreeningOutput(ResultBody):
    """A screening result."""

    id = serializers.IntegerField()
    test = serializers.CharField()
    laboratory = serializers.CharField()
    specimen_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class Consents(APIView):
    """The consents of a donor; POST records one."""

    open_to = BY_COLLECTORS

    @extend_schema(operation_id="consents_list", responses=ConsentOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        donor = _donor(request, number)
        rows = donor.consents.order_by("pk")
        return tagged(Response(ConsentOutput(rows, many=True).data), donor.record)

    @extend_schema(operation_id="consents_record", request=ConsentInput, responses={201: ConsentOutput})
    def post(self, request: Request, number: str) -> Response:
        form = ConsentInput(data=request.data)
        form.is_valid(raise_exception=True)
        donor = _donor(request, number)
        said = form.validated_data
        consent = services.record_consent(donor=donor, actor=actor_of(request), at=timezone.now(), **said)
        return tagged(Response(ConsentOutput(consent).data, status=status.HTTP_201_CREATED), donor.record)


class Withdrawal(APIView):
    """Record that a consent was withdrawn, whole or for some scopes; what rests on it is held."""

    open_to = BY_COLLECTORS

    @extend_schema(operation_id="consents_withdraw", request=WithdrawalInput, responses=ConsentOutput)
    def post(self, request: Request, number: str, pk: int) -> Response:
        form = WithdrawalInput(data=request.data)
        form.is_valid(raise_exception=True)
        consent = get_object_or_404(Consent.objects.select_related("record"), donor=_donor(request, number), pk=pk)
        said = form.validated_data
        consent = services.withdraw_consent(consent=consent, **said, actor=actor_of(request), at=timezone.now())
        return tagged(Response(ConsentOutput(consent).data), consent.record)


class Screening(APIView):
    """The screening results of a donor; POST records those of one test."""

    open_to = BY_LABORATORY

    @extend_schema(operation_id="screening_list", responses=ScreeningOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        donor = _donor(request, number)
        return tagged(Response(ScreeningOutput(donor.screening.order_by("pk"), many=True).data), donor.record)

    @extend_schema(operation_id="screening_record", request=ScreeningInput, responses={201: ScreeningOutput(many=True)})
    def post(self, request: Request, number: str) -> Response:
        form = ScreeningInput(data=request.data)
        form.is_valid(raise_exception=True)
        donor, said = _donor(request, number), form.validated_data
        rows = services.record_screening(
            donor=donor,
            test=said["test"],
            results=[(one["result"], one["text"]) for one in said["results"]],
            laboratory=said["laboratory"],
            specimen_at=said["specimen_at"],
            actor=actor_of(request),
            at=timezone.now(),
        )
        body = ScreeningOutput(rows, many=True).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), donor.record)


def _donor(request: Request, number: str) -> Donor:
    return get_object_or_404(visible_donors(request.user, timezone.now()), number=number)
