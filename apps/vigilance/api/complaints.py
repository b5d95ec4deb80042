"""Complaints for programs: the file, taking one down, what it concerns, triage, answer, closure, reopening."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.core.errors import BadInput, stop_if
from apps.core.http import actor_of
from apps.core.rules import unknown
from apps.organisation.access import Access
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.quality.facts import Severity
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.units.api.acts import Act
from apps.units.models import Unit
from apps.vigilance import rules, services
from apps.vigilance.api.complaint_bodies import (
    ComplaintAnswerInput,
    ComplaintInput,
    ComplaintOutput,
    ConclusionInput,
    ConclusionSigned,
    NamedInput,
    ReopeningInput,
    ReopeningSigned,
    TriageInput,
    TriageSigned,
)
from apps.vigilance.content import close_complaint_content, reopen_complaint_content, triage_content
from apps.vigilance.facts import Category, ComplaintState, ComplaintVerb, Reported, Triage
from apps.vigilance.lifecycle import COMPLAINT_MOVES
from apps.vigilance.models import Complaint, Concerned
from apps.vigilance.selectors import YEAR, named_by, site_of_first, trend_since, visible_complaints

TAKING = Access(write=frozenset(services.WHO_MAY_COMPLAIN))
DECIDING = Access(write=frozenset(COMPLAINT_MOVES[ComplaintVerb.TRIAGE].roles))
NAMED = Prefetch(
    "concerned",
    Concerned.objects.select_related("unit", "batch", "event__record", "event__deviation__record").order_by("pk"),
)


class ComplaintFilter(django_filters.FilterSet):
    """`?unit=CT-0042-U01&batch=CT-0042&product=...&state=RECEIVED&category=LABEL&received_after=...`."""

    unit = django_filters.CharFilter(field_name="concerned__unit__number", distinct=True)
    batch = django_filters.CharFilter(field_name="concerned__batch__number", distinct=True)
    product = django_filters.CharFilter(field_name="concerned__batch__product_version__key", distinct=True)
    state = django_filters.ChoiceFilter(choices=[(one, one) for one in ComplaintState])
    category = django_filters.ChoiceFilter(choices=[(one, one) for one in Category])
    severity = django_filters.ChoiceFilter(choices=[(one, one) for one in Severity])
    received_after = django_filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")

    class Meta:
        model = Complaint
        fields: tuple[str, ...] = ()


class Complaints(ListAPIView):
    """The complaint file of one's sites; POST takes a complaint down."""

    open_to = TAKING
    serializer_class = ComplaintOutput
    filterset_class = ComplaintFilter
    queryset = Complaint.objects.none()

    def get_queryset(self) -> QuerySet[Complaint]:
        return visible_complaints(self.request.user, timezone.now()).prefetch_related(NAMED)

    @extend_schema(operation_id="complaints_receive", request=ComplaintInput, responses={201: ComplaintOutput})
    def post(self, request: Request) -> Response:
        form, now = ComplaintInput(data=request.data), timezone.now()
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        concerned = _named(request.user, said.pop("concerned"), now)
        stop_if(rules.names_nothing([str(one) for one in concerned]))
        category, severity = Category(said.pop("category")), Severity(said.pop("severity"))
        reported = Reported(category=category, severity=severity, **said)
        who = {"actor": actor_of(request), "at": now}
        done = services.receive_complaint(site=site_of_first(concerned), said=reported, concerned=concerned, **who)
        return tagged(Response(ComplaintOutput(done).data, status=201), done.record)


class ComplaintView(APIView):
    """One complaint."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="complaints_show", responses=ComplaintOutput)
    def get(self, request: Request, number: str) -> Response:
        found = get_object_or_404(visible_complaints(request.user, timezone.now()), number=number)
        return tagged(Response(ComplaintOutput(found).data), found.record)


class TrendOutput(serializers.Serializer):
    """What came in about one product in the last 365 days."""

    product = serializers.CharField(source="key")
    complaints = serializers.SerializerMethodField()
    adverse_events = serializers.IntegerField(source="events")
    serious = serializers.IntegerField()
    doses = serializers.IntegerField()

    def get_complaints(self, row: Any) -> dict[str, int]:
        return dict(zip([one.value for one in Category], row.complaints, strict=True))


class TrendView(APIView):
    """Complaints and adverse events of the last 365 days, product by product."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="complaints_trend", responses=TrendOutput(many=True))
    def get(self, request: Request) -> Response:
        now = timezone.now()
        rows = trend_since(request.user, now, now - YEAR)
        return Response(TrendOutput(rows, many=True).data)


class NameConcerned(Act):
    """Further units or batches that a complaint concerns."""

    open_to = TAKING
    input_class, output_class = NamedInput, ComplaintOutput
    created = False

    def target(self) -> Complaint:
        return _one(self.request.user, self.kwargs["number"], self.now)

    def perform(self, target: Complaint, said: dict[str, Any]) -> Complaint:
        concerned = _named(self.request.user, said["concerned"], self.now)
        return services.name_concerned(complaint=target, concerned=concerned, **self.who)


class AnswerComplaint(Act):
    """The reporter was answered."""

    open_to = DECIDING
    input_class, output_class = ComplaintAnswerInput, ComplaintOutput
    created = False

    def target(self) -> Complaint:
        return _one(self.request.user, self.kwargs["number"], self.now)

    def perform(self, target: Complaint, said: dict[str, Any]) -> Complaint:
        return services.answer_complaint(complaint=target, **said, **self.who)


class OnComplaint(SignedVerb):
    """A signed decision about a complaint."""

    open_to = DECIDING
    output_class = ComplaintOutput

    def target(self) -> Complaint:
        return _one(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: Complaint) -> Record:
        return target.record


class TriageComplaint(OnComplaint):
    """Judge a complaint: severity, deviation, hold."""

    input_class, signed_class = TriageInput, TriageSigned

    def content(self, target: Complaint, data: Mapping[str, Any]) -> SignedContent:
        return triage_content(target, _triage(data))

    def perform(self, target: Complaint, data: Mapping[str, Any], signing: Signing) -> Complaint:
        return services.triage_complaint(complaint=target, said=_triage(data), signing=signing, **self.who)


class CloseComplaint(OnComplaint):
    """Close a complaint that is investigated and answered."""

    input_class, signed_class = ConclusionInput, ConclusionSigned

    def content(self, target: Complaint, data: Mapping[str, Any]) -> SignedContent:
        return close_complaint_content(target, **data)

    def perform(self, target: Complaint, data: Mapping[str, Any], signing: Signing) -> Complaint:
        return services.close_complaint(complaint=target, signing=signing, **data, **self.who)


class ReopenComplaint(OnComplaint):
    """Look into a closed complaint again."""

    input_class, signed_class = ReopeningInput, ReopeningSigned

    def content(self, target: Complaint, data: Mapping[str, Any]) -> SignedContent:
        return reopen_complaint_content(target, **data)

    def perform(self, target: Complaint, data: Mapping[str, Any], signing: Signing) -> Complaint:
        return services.reopen_complaint(complaint=target, signing=signing, **data, **self.who)


def _triage(data: Mapping[str, Any]) -> Triage:
    return Triage(Severity(data["severity"]), data["rationale"], data["deviation"], data["hold"])


def _one(user: User, number: str, at: datetime) -> Complaint:
    return get_object_or_404(visible_complaints(user, at), number=number)


def _named(user: User, numbers: list[str], at: datetime) -> list[Unit | Batch]:
    sites = visible_to(user, at)
    found = [(number, named_by(number.replace("\0", "").strip(), sites)) for number in dict.fromkeys(numbers)]
    strange = [number for number, one in found if one is None]
    if strange:
        raise BadInput(unknown(strange[0], "concerned"))
    return [one for _number, one in found if one is not None]
