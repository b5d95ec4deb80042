"""Adverse events for programs: the list, recording, follow-up, judgement, reports, closure, reopening."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.errors import BadInput
from apps.core.rules import unknown
from apps.dosing.api.orders import one_order
from apps.dosing.lifecycle import FOLLOWERS
from apps.dosing.models import TreatmentOrder
from apps.organisation.access import Access
from apps.organisation.models import User
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.units.api.acts import Act
from apps.vigilance import services
from apps.vigilance.api.adverse_bodies import (
    AdverseEventInput,
    AdverseEventOutput,
    AssessmentInput,
    AssessmentSigned,
    FollowUpInput,
    SentInput,
    SentOutput,
)
from apps.vigilance.api.complaint_bodies import ConclusionInput, ConclusionSigned, ReopeningInput, ReopeningSigned
from apps.vigilance.content import assess_content, close_adverse_event_content, reopen_adverse_event_content
from apps.vigilance.facts import (
    AdverseState,
    AdverseVerb,
    Assessment,
    Causality,
    Expectedness,
    FollowUp,
    Observed,
    Sent,
)
from apps.vigilance.lifecycle import ADVERSE_MOVES
from apps.vigilance.models import AdverseEvent, FollowUpReport, ReportDuty, SafetyReport
from apps.vigilance.selectors import visible_adverse_events

FOLLOWING = Access(write=frozenset(FOLLOWERS))
PARTS = (
    Prefetch("duties", ReportDuty.objects.select_related("report").order_by("due_at", "pk")),
    Prefetch("reports", SafetyReport.objects.order_by("sent_at", "pk")),
    Prefetch("follow_ups", FollowUpReport.objects.order_by("n")),
)


class AdverseEventFilter(django_filters.FilterSet):
    """`?unit=CT-0042-U01&batch=CT-0042&order=...&recipient=...&serious=true&state=UNASSESSED`."""

    unit = django_filters.CharFilter(field_name="order__reservations__unit__number", distinct=True)
    batch = django_filters.CharFilter(field_name="order__reservations__unit__batch__number", distinct=True)
    order = django_filters.CharFilter(field_name="order__number")
    recipient = django_filters.CharFilter(field_name="recipient__number")
    product = django_filters.CharFilter(field_name="order__product_version__key")
    serious = django_filters.BooleanFilter(field_name="is_serious")
    state = django_filters.ChoiceFilter(choices=[(one, one) for one in AdverseState])

    class Meta:
        model = AdverseEvent
        fields: tuple[str, ...] = ()


class AdverseEvents(ListAPIView):
    """The adverse events of one's sites."""

    open_to = Access(write=frozenset())
    serializer_class = AdverseEventOutput
    filterset_class = AdverseEventFilter
    queryset = AdverseEvent.objects.none()

    def get_queryset(self) -> QuerySet[AdverseEvent]:
        found = visible_adverse_events(self.request.user, timezone.now()).select_related("reaction")
        return found.prefetch_related(*PARTS)


class AdverseEventView(APIView):
    """One adverse event."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="adverse_events_show", responses=AdverseEventOutput)
    def get(self, request: Request, number: str) -> Response:
        found = _one(request.user, number, timezone.now())
        return tagged(Response(AdverseEventOutput(found).data), found.record)


class RecordAdverseEvent(Act):
    """What a patient had after a dose, or a reaction at the bed carried over."""

    open_to = FOLLOWING
    input_class, output_class = AdverseEventInput, AdverseEventOutput

    def target(self) -> TreatmentOrder:
        return one_order(self)

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> AdverseEvent:
        n = said.pop("reaction")
        reaction = target.reactions.filter(n=n).first() if n else None
        if n and reaction is None:
            raise BadInput(unknown(str(n), "reaction"))
        return services.record_adverse_event(order=target, said=Observed(**said), reaction=reaction, **self.who)


class OnAdverseEvent(Act):
    """An unsigned act on an adverse event."""

    created = False

    def target(self) -> AdverseEvent:
        return _one(self.request.user, self.kwargs["number"], self.now)


class AddFollowUp(OnAdverseEvent):
    """What was learned later; a closed event is open again by it."""

    open_to = FOLLOWING
    input_class, output_class = FollowUpInput, AdverseEventOutput

    def perform(self, target: AdverseEvent, said: dict[str, Any]) -> AdverseEvent:
        return services.add_follow_up(event=target, said=FollowUp(**said), **self.who)


class SendReport(OnAdverseEvent):
    """It was reported to an authority, a sponsor or a committee."""

    open_to = Access(write=frozenset(services.WHO_MAY_REPORT))
    input_class, output_class = SentInput, SentOutput
    created = True

    def perform(self, target: AdverseEvent, said: dict[str, Any]) -> SafetyReport:
        answers = said.pop("answers")
        return services.send_safety_report(event=target, said=Sent(**said), answers=answers, **self.who)


class SignedOnEvent(SignedVerb):
    """A signed decision about an adverse event."""

    output_class = AdverseEventOutput

    def target(self) -> AdverseEvent:
        return _one(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: AdverseEvent) -> Record:
        return target.record


class AssessEvent(SignedOnEvent):
    """A physician judges relation and expectedness."""

    open_to = Access(write=frozenset(ADVERSE_MOVES[AdverseVerb.ASSESS].roles))
    input_class, signed_class = AssessmentInput, AssessmentSigned

    def content(self, target: AdverseEvent, data: Mapping[str, Any]) -> SignedContent:
        return assess_content(target, _assessment(data))

    def perform(self, target: AdverseEvent, data: Mapping[str, Any], signing: Signing) -> AdverseEvent:
        return services.assess_adverse_event(event=target, said=_assessment(data), signing=signing, **self.who)


class CloseAdverseEvent(SignedOnEvent):
    """Close what is judged, reported and followed to its outcome."""

    open_to = Access(write=frozenset(ADVERSE_MOVES[AdverseVerb.CLOSE].roles))
    input_class, signed_class = ConclusionInput, ConclusionSigned

    def content(self, target: AdverseEvent, data: Mapping[str, Any]) -> SignedContent:
        return close_adverse_event_content(target, **data)

    def perform(self, target: AdverseEvent, data: Mapping[str, Any], signing: Signing) -> AdverseEvent:
        return services.close_adverse_event(event=target, signing=signing, **data, **self.who)


class ReopenAdverseEvent(SignedOnEvent):
    """Judge a closed event again."""

    open_to = Access(write=frozenset(ADVERSE_MOVES[AdverseVerb.REOPEN].roles))
    input_class, signed_class = ReopeningInput, ReopeningSigned

    def content(self, target: AdverseEvent, data: Mapping[str, Any]) -> SignedContent:
        return reopen_adverse_event_content(target, **data)

    def perform(self, target: AdverseEvent, data: Mapping[str, Any], signing: Signing) -> AdverseEvent:
        return services.reopen_adverse_event(event=target, signing=signing, **data, **self.who)


def _assessment(data: Mapping[str, Any]) -> Assessment:
    causality, expectedness = Causality(data["causality"]), Expectedness(data["expectedness"])
    return Assessment(causality, expectedness, data["reference"], data["rationale"])


def _one(user: User, number: str, at: datetime) -> AdverseEvent:
    return get_object_or_404(visible_adverse_events(user, at), number=number)
