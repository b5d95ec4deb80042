"""The mean kinetic temperature of what a probe read, for programs."""

from datetime import timedelta

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import Objection
from apps.core.fields import Instant
from apps.core.ui.wording import sentence
from apps.storage.api.watching import probe_named
from apps.storage.selectors import kinetic_of

DAY = timedelta(days=1)


class PeriodInput(serializers.Serializer):
    """From when until when; the last day where nothing is said."""

    since = Instant(required=False, allow_null=True, default=None)
    until = Instant(required=False, allow_null=True, default=None)


class KineticOutput(serializers.Serializer):
    """The mean kinetic temperature in °C; null: there is none, `code` and `why` say why."""

    probe = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    value = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    code = serializers.CharField()
    why = serializers.CharField()


class MeanKinetic(APIView):
    """The mean kinetic temperature (USP <1079>) of a store without units: `?since=2026-11-06T08:00:00Z&until=…`."""

    @extend_schema(operation_id="probes_mean_kinetic", parameters=[PeriodInput], responses=KineticOutput)
    def get(self, request: Request, number: str) -> Response:
        probe, store = probe_named(request, number)
        asked = PeriodInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        until = asked.validated_data["until"] or timezone.now()
        since = asked.validated_data["since"] or until - DAY
        found = kinetic_of(store, probe, since, until)
        told = {"probe": probe.number, "since": since, "until": until, "value": None, "code": "", "why": ""}
        told |= {"code": found.code, "why": sentence(found)} if isinstance(found, Objection) else {"value": found}
        return Response(KineticOutput(told).data)
