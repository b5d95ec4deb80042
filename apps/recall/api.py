"""Recalls and mock recalls for programs."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.http import actor_of
from apps.organisation.access import Access
from apps.recall import services
from apps.recall.content import close_content, open_content
from apps.recall.facts import Begun, Outcome, RecallState
from apps.recall.models import Recall, RecallLine
from apps.recall.selectors import Begins, begins_at, coverage_of, lines_of, visible_recalls
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

QUALITY = Access(read=frozenset(services.WHO_MAY_RECALL), write=frozenset(services.WHO_MAY_RECALL))
ANSWERING = Access(read=frozenset(services.WHO_MAY_ANSWER), write=frozenset(services.WHO_MAY_ANSWER))


class LineOutput(serializers.ModelSerializer):
    """One unit: where it was, whom to ask, who was reached, what became of it."""

    unit = serializers.CharField(source="unit.number")
    batch = serializers.CharField(source="unit.batch.number")
    shipment = serializers.CharField(source="shipment.number", default="")
    recipient = serializers.CharField(source="recipient.number", default="")
    outcome = serializers.CharField()

    class Meta:
        model = RecallLine
        fields = (
            *("id", "unit", "batch", "custody", "whereabouts", "contact", "shipment", "recipient", "must_be_told"),
            *("contacted_at", "contacted_by", "contact_note", "outcome", "found_at", "found_by", "note"),
        )


class CoverageOutput(serializers.Serializer):
    """Units found of units made, patients reached of patients; shares with one decimal, cut off, as text."""

    units = serializers.IntegerField()
    found = serializers.IntegerField()
    unanswered = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    patients = serializers.IntegerField()
    reached = serializers.IntegerField()
    units_percent = serializers.CharField()
    patients_percent = serializers.CharField()
    is_whole = serializers.BooleanField()
    last_at = serializers.DateTimeField(allow_null=True)


class RecallOutput(serializers.ModelSerializer):
    """A recall, from what, of which class, until when."""

    address = serializers.CharField(source="record.address")
    opened_from = serializers.CharField(source="source_address")
    batches = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()

    class Meta:
        model = Recall
        fields = (
            *("address", "number", "opened_from", "is_mock", "classification", "why", "state", "batches"),
            *("opened_at", "opened_by", "due_at", "conclusion", "closed_at", "closed_by"),
        )


class BoardOutput(RecallOutput):
    """The same with its coverage and every unit."""

    coverage = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()

    class Meta(RecallOutput.Meta):
        fields = (*RecallOutput.Meta.fields, "coverage", "units")

    @extend_schema(responses=CoverageOutput)
    def get_coverage(self, found: Recall) -> dict[str, Any]:
        return dict(CoverageOutput(coverage_of(lines_of(found))).data)

    def get_units(self, found: Recall) -> list[dict[str, Any]]:
        return list(LineOutput(lines_of(found), many=True).data)


class BeginInput(serializers.Serializer):
    """From what, an exercise or of which class (class_1, class_2, class_3), and why."""

    address = serializers.CharField(max_length=200)
    is_mock = serializers.BooleanField()
    classification = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    why = serializers.CharField(max_length=1000)


class BeginSigned(BeginInput):
    signature = SigningInput()


class OutcomeInput(serializers.Serializer):
    """What became of a unit, and on what evidence."""

    outcome = serializers.CharField(max_length=12, help_text=", ".join(Outcome))
    note = serializers.CharField(max_length=1000)

    def validate_outcome(self, said: str) -> Outcome:
        """One of the words; anything else is refused beside the field."""
        if said not in list(Outcome):
            raise serializers.ValidationError(self.fields["outcome"].help_text)
        return Outcome(said)


class ReachInput(serializers.Serializer):
    """Who was reached, and what was said."""

    note = serializers.CharField(max_length=1000)


class ConclusionInput(serializers.Serializer):
    """What the recall has shown."""

    conclusion = serializers.CharField(max_length=1000)


class ConclusionSigned(ConclusionInput):
    signature = SigningInput()


class RecallFilter(django_filters.FilterSet):
    """`?state=OPEN&is_mock=true&unit=CT-0042-U01`."""

    state = django_filters.ChoiceFilter(choices=[(one, one) for one in RecallState])
    is_mock = django_filters.BooleanFilter()
    unit = django_filters.CharFilter(field_name="lines__unit__number")

    class Meta:
        model = Recall
        fields: tuple[str, ...] = ()


class Recalls(ListAPIView):
    """The recalls of one's sites, newest first."""

    open_to = Access(write=frozenset())
    serializer_class = RecallOutput
    filterset_class = RecallFilter
    queryset = Recall.objects.none()

    def get_queryset(self) -> QuerySet[Recall]:
        return visible_recalls(self.request.user, timezone.now())


class RecallView(APIView):
    """One recall with its coverage, and one line for each unit."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="recalls_show", responses=BoardOutput)
    def get(self, request: Request, number: str) -> Response:
        found = get_object_or_404(visible_recalls(request.user, timezone.now()), number=number)
        return tagged(Response(BoardOutput(found).data), found.record)


class OpenRecall(SignedVerb):
    """Open a recall or a mock recall from a lot, donor, instrument, position, shipment, unit or batch."""

    open_to = QUALITY
    input_class, signed_class, output_class = BeginInput, BeginSigned, BoardOutput
    created = True

    def target(self) -> None:
        return None

    def content(self, target: None, data: Mapping[str, Any]) -> SignedContent:
        return open_content(*self._asked(data))

    def perform(self, target: None, data: Mapping[str, Any], signing: Signing) -> Recall:
        begins, said = self._asked(data)
        return services.open_recall(begins=begins, said=said, signing=signing, **self.who)

    def _asked(self, data: Mapping[str, Any]) -> tuple[Begins, Begun]:
        said = {name: value for name, value in data.items() if name not in ("address", "signature")}
        return begins_at(self.request.user, data["address"], self.now), Begun(**said)


class CloseRecall(SignedVerb):
    """Close a recall of which every unit has its answer."""

    open_to = QUALITY
    input_class, signed_class, output_class = ConclusionInput, ConclusionSigned, BoardOutput

    def target(self) -> Recall:
        return get_object_or_404(visible_recalls(self.request.user, self.now), number=self.kwargs["number"])

    def record(self, target: Recall) -> Record:
        return target.record

    def content(self, target: Recall, data: Mapping[str, Any]) -> SignedContent:
        return close_content(target, data["conclusion"])

    def perform(self, target: Recall, data: Mapping[str, Any], signing: Signing) -> Recall:
        return services.close_recall(recall=target, conclusion=data["conclusion"], signing=signing, **self.who)


class AccountFor(APIView):
    """Say where a unit was found, or what had become of it."""

    open_to = ANSWERING

    @extend_schema(operation_id="recalls_account", request=OutcomeInput, responses=LineOutput)
    def post(self, request: Request, number: str, pk: int) -> Response:
        line = _line(request, number, pk)
        form = OutcomeInput(data=request.data)
        form.is_valid(raise_exception=True)
        done = services.account_for(line=line, **form.validated_data, actor=actor_of(request), at=timezone.now())
        return tagged(Response(LineOutput(done).data), line.record)


class Reach(APIView):
    """Say who was reached about the units of a patient or of a shipment."""

    open_to = ANSWERING

    @extend_schema(operation_id="recalls_reach", request=ReachInput, responses=LineOutput(many=True))
    def post(self, request: Request, number: str, pk: int) -> Response:
        line = _line(request, number, pk)
        form = ReachInput(data=request.data)
        form.is_valid(raise_exception=True)
        done = services.reach(line=line, **form.validated_data, actor=actor_of(request), at=timezone.now())
        return tagged(Response(LineOutput(done, many=True).data), line.record)


def _line(request: Request, number: str, pk: int) -> RecallLine:
    found = get_object_or_404(visible_recalls(request.user, timezone.now()), number=number)
    return get_object_or_404(found.lines.select_related("unit__batch", "recipient", "record", "recall"), pk=pk)
