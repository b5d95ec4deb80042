"""Alerts for machines and screens."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.alerts.models import Alert
from apps.alerts.selectors import alerts_for
from apps.alerts.services import acknowledge_alert
from apps.core.errors import Objection
from apps.core.http import actor_of, sentence
from apps.core.pagination import Keyset


class AlertOutput(serializers.ModelSerializer):
    subject = serializers.CharField(source="subject.address")
    text = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = (
            "id",
            "kind",
            "subject",
            "site",
            "role",
            "text",
            "due_at",
            "raised_at",
            "acknowledged_at",
            "acknowledged_by",
            "acknowledge_note",
        )

    def get_text(self, alert: Alert) -> str:
        return sentence(Objection(alert.kind, alert.template, alert.facts))


class AcknowledgeInput(serializers.Serializer):
    note = serializers.CharField(max_length=500)


class AlertList(generics.ListAPIView):
    """The open alerts of the roles that the caller holds."""

    serializer_class = AlertOutput
    pagination_class = Keyset
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        return alerts_for(self.request.user, timezone.now())


class AcknowledgeAlert(generics.GenericAPIView):
    """Take an alert in hand, with a note."""

    serializer_class = AcknowledgeInput
    queryset = Alert.objects.none()

    @extend_schema(responses=AlertOutput)
    def post(self, request: Request, pk: int) -> Response:
        form = AcknowledgeInput(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        alert = get_object_or_404(alerts_for(request.user, now), pk=pk)
        taken = acknowledge_alert(alert=alert, note=form.validated_data["note"], actor=actor_of(request), at=now)
        return Response(AlertOutput(taken).data)
