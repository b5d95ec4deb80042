"""Holds, events and deviations for programs. Signed verbs come in pairs: `challenges/` shows, the verb signs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.models import Record
from apps.core.errors import BadInput, Objection
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.access import Access
from apps.quality import bodies, content, services
from apps.quality.facts import Blocks, DeviationState, EventKind, EventState, Severity
from apps.quality.models import Deviation, Event, Hold
from apps.quality.selectors import visible_deviations, visible_events, visible_holds, visible_record
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

BY_QA = Access(read=frozenset({Role.QA}), write=frozenset({Role.QA}))


class HoldFilter(django_filters.FilterSet):
    """`?record=batch/CT-0042&open=true&blocks=CERTIFY`."""

    record = django_filters.CharFilter(field_name="record__address")
    open = django_filters.BooleanFilter(field_name="lifted_at", lookup_expr="isnull")
    blocks = django_filters.ChoiceFilter(choices=[(block, block) for block in Blocks], method="that_block")

    class Meta:
        model = Hold
        fields: tuple[str, ...] = ()

    def that_block(self, holds: QuerySet[Hold], name: str, value: str) -> QuerySet[Hold]:
        """Holds that block one kind of act."""
        return holds.filter(**{f"blocks_{value.lower()}": True})


class EventFilter(django_filters.FilterSet):
    """`?subject=batch/CT-0042&state=OPEN`."""

    subject = django_filters.CharFilter(field_name="subject__address")
    state = django_filters.ChoiceFilter(choices=[(state, state) for state in EventState])
    severity = django_filters.ChoiceFilter(choices=[(severity, severity) for severity in Severity])
    kind = django_filters.ChoiceFilter(choices=[(kind, kind) for kind in EventKind])

    class Meta:
        model = Event
        fields: tuple[str, ...] = ()


class DeviationFilter(django_filters.FilterSet):
    """`?subject=batch/CT-0042&state=OPEN`."""

    subject = django_filters.CharFilter(field_name="subject__address")
    state = django_filters.ChoiceFilter(choices=[(state, state) for state in DeviationState])

    class Meta:
        model = Deviation
        fields: tuple[str, ...] = ()


class HoldsView(ListAPIView):
    """Every hold of one's sites; POST stops a thing at once, without If-Match: a stop is never out of date."""

    serializer_class = bodies.HoldOutput
    filterset_class = HoldFilter

    def get_queryset(self) -> QuerySet[Hold]:
        return visible_holds(self.request.user, timezone.now())

    @extend_schema(
        operation_id="holds_stop",
        request=bodies.StopInput,
        responses={201: bodies.HoldOutput},
        examples=[
            OpenApiExample("Stop", {"record": "batch/CT-0042", "reason": "Flask 3 is cloudy"}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        form = bodies.StopInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        record = _record(request, said["record"], "record", now)
        blocks = [Blocks(block) for block in said["blocks"]]
        hold = services.stop_record(
            record=record, reason=said["reason"], blocks=blocks, actor=actor_of(request), at=now
        )
        return tagged(Response(bodies.HoldOutput(hold).data, status=status.HTTP_201_CREATED), record)


class HoldView(RetrieveAPIView):
    """One hold. Its ETag is the version of the record it stands on."""

    serializer_class = bodies.HoldOutput

    @extend_schema(operation_id="holds_show", responses=bodies.HoldOutput)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        hold = get_object_or_404(visible_holds(request.user, timezone.now()), pk=self.kwargs["pk"])
        return tagged(Response(bodies.HoldOutput(hold).data), hold.record)


class EventsView(ListAPIView):
    """Every event of one's sites; POST reports something in one's own words."""

    serializer_class = bodies.EventOutput
    filterset_class = EventFilter

    def get_queryset(self) -> QuerySet[Event]:
        return visible_events(self.request.user, timezone.now())

    @extend_schema(operation_id="events_report", request=bodies.ReportInput, responses={201: bodies.EventOutput})
    def post(self, request: Request) -> Response:
        form = bodies.ReportInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        event = services.report_observation(
            subject=_record(request, said["subject"], "subject", now),
            what=said["what"],
            severity=Severity(said["severity"]),
            about=said["about"],
            actor=actor_of(request),
            at=now,
        )
        return tagged(Response(bodies.EventOutput(event).data, status=status.HTTP_201_CREATED), event.record)


class EventView(RetrieveAPIView):
    """One event."""

    serializer_class = bodies.EventOutput

    @extend_schema(operation_id="events_show", responses=bodies.EventOutput)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        event = _event(request, self.kwargs["number"], timezone.now())
        return tagged(Response(bodies.EventOutput(event).data), event.record)


class DeviationsView(ListAPIView):
    """Every deviation of one's sites."""

    serializer_class = bodies.DeviationOutput
    filterset_class = DeviationFilter
    open_to = Access(write=frozenset())

    def get_queryset(self) -> QuerySet[Deviation]:
        return visible_deviations(self.request.user, timezone.now())


class DeviationView(RetrieveAPIView):
    """One deviation."""

    serializer_class = bodies.DeviationOutput

    @extend_schema(operation_id="deviations_show", responses=bodies.DeviationOutput)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        deviation = deviation_at(request, self.kwargs["number"], timezone.now())
        return tagged(Response(bodies.DeviationOutput(deviation).data), deviation.record)


class LiftHold(SignedVerb):
    """Lift a hold by a named decision that cites its evidence."""

    open_to = BY_QA
    input_class, signed_class, output_class = bodies.LiftInput, bodies.LiftSigned, bodies.HoldOutput

    def target(self) -> Hold:
        return get_object_or_404(visible_holds(self.request.user, self.now), pk=self.kwargs["pk"])

    def record(self, target: Hold) -> Record:
        return target.record

    def content(self, target: Hold, data: Mapping[str, Any]) -> SignedContent:
        return content.lift_content(hold=target, **data)

    def perform(self, target: Hold, data: Mapping[str, Any], signing: Signing) -> Hold:
        return services.lift_hold_by_decision(hold=target, signing=signing, **self.who, **data)


class OnEvent(SignedVerb):
    """A decision about an event."""

    open_to = BY_QA

    def target(self) -> Event:
        return _event(self.request, self.kwargs["number"], self.now)

    def record(self, target: Event) -> Record:
        return target.record


class CloseEvent(OnEvent):
    """Close an event that needs no deviation."""

    input_class, signed_class, output_class = bodies.ReasonInput, bodies.ReasonSigned, bodies.EventOutput

    def content(self, target: Event, data: Mapping[str, Any]) -> SignedContent:
        return content.close_event_content(event=target, **data)

    def perform(self, target: Event, data: Mapping[str, Any], signing: Signing) -> Event:
        return services.close_event(event=target, signing=signing, **self.who, **data)


class OpenDeviation(OnEvent):
    """Make an event a deviation, classified with a rationale."""

    input_class, signed_class = bodies.ClassificationInput, bodies.ClassificationSigned
    output_class, created = bodies.DeviationOutput, True

    def content(self, target: Event, data: Mapping[str, Any]) -> SignedContent:
        return content.open_deviation_content(event=target, **data)

    def perform(self, target: Event, data: Mapping[str, Any], signing: Signing) -> Deviation:
        return services.open_deviation(event=target, signing=signing, **self.who, **data)


class OnDeviation(SignedVerb):
    """A decision about a deviation."""

    open_to = BY_QA
    output_class = bodies.DeviationOutput

    def target(self) -> Deviation:
        return deviation_at(self.request, self.kwargs["number"], self.now)

    def record(self, target: Deviation) -> Record:
        return target.record


class SignProductImpact(OnDeviation):
    """Sign what a deviation means for the product; certification is no longer held by it."""

    input_class, signed_class = bodies.ImpactInput, bodies.ImpactSigned

    def content(self, target: Deviation, data: Mapping[str, Any]) -> SignedContent:
        return content.product_impact_content(deviation=target, **data)

    def perform(self, target: Deviation, data: Mapping[str, Any], signing: Signing) -> Deviation:
        return services.sign_product_impact(deviation=target, signing=signing, **self.who, **data)


class CloseDeviation(OnDeviation):
    """Close a deviation with its root cause."""

    input_class, signed_class = bodies.RootCauseInput, bodies.RootCauseSigned

    def content(self, target: Deviation, data: Mapping[str, Any]) -> SignedContent:
        return content.close_deviation_content(deviation=target, **data)

    def perform(self, target: Deviation, data: Mapping[str, Any], signing: Signing) -> Deviation:
        return services.close_deviation(deviation=target, signing=signing, **self.who, **data)


class ReopenDeviation(OnDeviation):
    """Open a closed deviation again with the reason."""

    input_class, signed_class = bodies.ReasonInput, bodies.ReasonSigned

    def content(self, target: Deviation, data: Mapping[str, Any]) -> SignedContent:
        return content.reopen_deviation_content(deviation=target, **data)

    def perform(self, target: Deviation, data: Mapping[str, Any], signing: Signing) -> Deviation:
        return services.reopen_deviation(deviation=target, signing=signing, **self.who, **data)


def _record(request: Request, address: str, place: str, at: datetime) -> Record:
    record = visible_record(request.user, address, at)
    if record is None:
        template = N_("There is no {address} at your sites.")
        raise BadInput(Objection("unknown_record", template, {"address": address}, place=place))
    return record


def _event(request: Request, number: str, at: datetime) -> Event:
    return get_object_or_404(visible_events(request.user, at), record__address=f"event/{number}")


def deviation_at(request: Request, number: str, at: datetime) -> Deviation:
    """The deviation with this number, within what the person may see."""
    return get_object_or_404(visible_deviations(request.user, at), record__address=f"deviation/{number}")
