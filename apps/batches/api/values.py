"""Values: enter one or several, correct, read with their history."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from apps.batches.api import inputs, outputs
from apps.batches.api.batches import BY_HANDS
from apps.batches.content import late_content
from apps.batches.facts.inputs import ValueInput
from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.batches import visible_batch
from apps.batches.selectors.lines import value_fact
from apps.batches.selectors.situation import history_of
from apps.batches.services.correcting import correct_value
from apps.batches.services.judging import read_place
from apps.batches.services.recording import record_values
from apps.core.api import shaped
from apps.core.filters import AnyOf
from apps.core.http import actor_of
from apps.products.facts import Verdict
from apps.signatures.api import ChallengeOutput, challenge_response, happened_from, signing_of
from apps.signatures.api.verbs import tagged

ENTRY = {"place": "receipt.arrive.temperature", "text": "4.10", "performed_at": "2026-11-05T14:06:00+08:00"}
DONE = {"happened": {"at": "2026-11-05T13:00:00+08:00", "reason": "The tablet was in the other room"}}


class ValueFilter(django_filters.FilterSet):
    """`?step=expansion[2].feed[1]&verdict=ACTION&field=expansion.feed.confluence`."""

    step = django_filters.CharFilter(field_name="step__place")
    section = django_filters.CharFilter(field_name="step__section")
    field = django_filters.CharFilter()
    verdict = AnyOf(Verdict)
    is_late = django_filters.BooleanFilter()
    has_happened = django_filters.BooleanFilter()

    class Meta:
        model = RecordedValue
        fields: tuple[str, ...] = ()


class ValuesView(ListAPIView):
    """The values that stand; POST enters one. 409 `already_recorded` shows both values, persons and times."""

    open_to = BY_HANDS
    serializer_class = outputs.ValueOutput
    filterset_class = ValueFilter

    def get_queryset(self) -> QuerySet[RecordedValue]:
        if getattr(self, "swagger_fake_view", False):
            return RecordedValue.objects.none()
        batch = visible_batch(self.request.user, self.kwargs["number"], timezone.now())
        found = RecordedValue.objects.filter(batch=batch, superseded_by=None)
        return found.select_related("second", "file__certified")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Serializer:
        if args and kwargs.get("many"):
            return outputs.ValueOutput([value_fact(row) for row in args[0]], many=True)
        return super().get_serializer(*args, **kwargs)

    @extend_schema(
        operation_id="values_enter",
        request=inputs.ValueInputBody,
        responses={201: outputs.ValueOutput},
        examples=[
            OpenApiExample("Done now", ENTRY, request_only=True),
            OpenApiExample("Already done", {**ENTRY, **DONE}, request_only=True),
        ],
    )
    def post(self, request: Request, number: str) -> Response:
        form = shaped(inputs.ValueInputBody, data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        batch, rows = _enter(request, number, [said], said)
        return tagged(Response(shaped(outputs.ValueOutput, value_fact(rows[0])).data, status=201), batch.record)


class SeveralValues(APIView):
    """Enter several values at once, all or none."""

    open_to = BY_HANDS

    @extend_schema(
        operation_id="values_enter_several",
        request=inputs.ValuesInputBody,
        responses={201: outputs.ValuesOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        form = shaped(inputs.ValuesInputBody, data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        batch, rows = _enter(request, number, said["values"], said)
        facts = {"values": [value_fact(row) for row in rows]}
        return tagged(Response(shaped(outputs.ValuesOutput, facts).data, status=status.HTTP_201_CREATED), batch.record)


class LateChallenge(APIView):
    """What a second person signs to confirm values entered long after the event."""

    open_to = BY_HANDS

    @extend_schema(
        operation_id="values_enter_challenge",
        request=inputs.ValuesInputBody,
        responses={201: ChallengeOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        form = shaped(inputs.ValuesInputBody, data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        batch = visible_batch(request.user, number, timezone.now())
        content = late_content(batch, [_given(one) for one in said["values"]], said["reason"])
        return challenge_response(content, request)


class ValueView(APIView):
    """What stands at a place, and what stood there before."""

    @extend_schema(operation_id="values_show", responses=outputs.ValuesOutput)
    def get(self, request: Request, number: str, place: str) -> Response:
        batch = visible_batch(request.user, number, timezone.now())
        rows = history_of(batch, read_place(place))
        if not rows:
            raise Http404
        return tagged(Response(outputs.ValuesOutput({"values": [value_fact(r) for r in rows]}).data), batch.record)


class Corrections(APIView):
    """Correct the value that was shown, with a reason."""

    open_to = BY_HANDS

    @extend_schema(operation_id="values_correct", request=inputs.CorrectionInput, responses={201: outputs.ValueOutput})
    def post(self, request: Request, number: str, place: str) -> Response:
        form = inputs.CorrectionInput(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        batch = visible_batch(request.user, number, now)
        said = {**form.validated_data, "happened": happened_from(form.validated_data["happened"])}
        row = correct_value(batch=batch, place=place, actor=actor_of(request), at=now, **said)
        return tagged(Response(outputs.ValueOutput(value_fact(row)).data, status=201), batch.record)


def _enter(
    request: Request, number: str, values: Sequence[Mapping[str, Any]], said: Mapping[str, Any]
) -> tuple[Batch, list[RecordedValue]]:
    now = timezone.now()
    batch = visible_batch(request.user, number, now)
    rows = record_values(
        batch=batch,
        inputs=[_given(one) for one in values],
        actor=actor_of(request),
        at=now,
        reason=said["reason"],
        happened=happened_from(said["happened"]),
        second=signing_of(said["signature"]) if said["signature"] else None,
    )
    return batch, rows


def _given(one: Mapping[str, Any]) -> ValueInput:
    return ValueInput(read_place(one["place"]), one["text"], one["unit"], one["performed_at"], one["scanned"])
