"""After the dose, for programs: reactions and outcomes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.fields import Instant
from apps.dosing import services
from apps.dosing.api.orders import OrderAct
from apps.dosing.lifecycle import FOLLOWERS
from apps.dosing.models import OutcomeValue, Reaction, SafetyCheck, TreatmentOrder
from apps.dosing.selectors import outcomes_due, windows_of
from apps.organisation.access import Access
from apps.products.definition.dosing import LAST_DAY

FOLLOWING = Access(write=frozenset(FOLLOWERS))


class ReactionBody(serializers.Serializer):
    """A grade from 1 to 5, and what was seen."""

    grade = serializers.IntegerField(min_value=1, max_value=5)
    what = serializers.CharField(max_length=1000)
    occurred_at = Instant(required=False, allow_null=True, default=None)


class ReactionOutput(serializers.ModelSerializer):
    """A reaction, and whether it holds the sister units."""

    class Meta:
        model = Reaction
        fields = ("n", "grade", "what", "occurred_at", "recorded_by", "holds")


class OutcomeBody(serializers.Serializer):
    """An outcome by its key, on a day of the master record; a reason where something stands there."""

    key = serializers.CharField(max_length=40)
    day = serializers.IntegerField(min_value=0, max_value=LAST_DAY)
    text = serializers.CharField(max_length=500)
    measured_at = Instant(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class OutcomeOutput(serializers.ModelSerializer):
    """An outcome as a structured value."""

    class Meta:
        model = OutcomeValue
        fields = ("key", "day", "text", "unit", "verdict", "measured_at", "recorded_by", "reason")


class DueOutput(serializers.Serializer):
    """An outcome with its day on the calendar, overdue from `due_at` on; `found` is empty until it was recorded."""

    key = serializers.CharField()
    day = serializers.IntegerField()
    due_on = serializers.DateField()
    due_at = serializers.DateTimeField()
    found = serializers.CharField()


class SafetyBody(serializers.Serializer):
    """An early safety window by its key, and what of all that is looked for was seen; empty: nothing of it."""

    window = serializers.CharField(max_length=40)
    seen = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    observed_at = Instant(required=False, allow_null=True, default=None)


class SafetyOutput(serializers.ModelSerializer):
    """What was said about an early safety window."""

    class Meta:
        model = SafetyCheck
        fields = ("window", "seen", "note", "observed_at", "recorded_at", "recorded_by")


class WindowOutput(serializers.Serializer):
    """An early safety window: over at `due_at`, `answered` once somebody looked after that."""

    key = serializers.CharField()
    due_at = serializers.DateTimeField()
    seen = serializers.ListField(child=serializers.CharField())
    answered = serializers.BooleanField()


class RecordReaction(OrderAct):
    """A reaction to a dose; from the grade of the master record on it holds the sister units."""

    open_to = FOLLOWING
    input_class, output_class = ReactionBody, ReactionOutput
    created = True

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> Reaction:
        return services.record_reaction(order=target, **said, **self.who)


class RecordOutcome(OrderAct):
    """An outcome of a course; GET lists them with their days."""

    open_to = FOLLOWING
    input_class, output_class = OutcomeBody, OutcomeOutput
    created = True

    @extend_schema(operation_id="orders_outcomes", responses=DueOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        return Response(DueOutput(outcomes_due(self.target()), many=True).data)

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> OutcomeValue:
        return services.record_outcome(order=target, **said, **self.who)


class RecordSafety(OrderAct):
    """What was seen in an early safety window; GET lists the windows of the dose."""

    open_to = FOLLOWING
    input_class, output_class = SafetyBody, SafetyOutput
    created = True

    @extend_schema(operation_id="orders_safety_windows", responses=WindowOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        return Response(WindowOutput(windows_of(self.target()), many=True).data)

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> SafetyCheck:
        return services.record_safety_check(order=target, **said, **self.who)
