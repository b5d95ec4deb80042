"""Looking back from a donor for programs."""

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
from apps.identity.models import Donor
from apps.identity.selectors import visible_donors
from apps.lookback import services
from apps.lookback.content import look_back_content
from apps.lookback.facts import Answer, Finding, Reported
from apps.lookback.models import FailureReport, LookBack, PhysicianNotice, RecallDuty
from apps.lookback.selectors import duties_of, notices_of, reports_of, visible_look_backs, with_duties
from apps.organisation.access import Access
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing


class DutyOutput(serializers.ModelSerializer):
    """One unit that was out: where, whose, and what became of it."""

    unit = serializers.CharField(source="unit.number")
    shipment = serializers.CharField(source="shipment.number", default="")
    recipient = serializers.CharField(source="recipient.number", default="")

    class Meta:
        model = RecallDuty
        fields = (
            *("id", "unit", "custody", "whereabouts", "shipment", "recipient", "due_at", "answer", "note"),
            *("answered_at", "answered_by"),
        )


class NoticeOutput(serializers.ModelSerializer):
    """The physician of an order has to read that units of the patient failed."""

    order = serializers.CharField(source="order.number")
    recipient = serializers.CharField(source="recipient.number")
    units = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = PhysicianNotice
        fields = (
            *("id", "order", "recipient", "units", "due_at", "deputy"),
            *("acknowledged_at", "acknowledged_by", "note"),
        )


class ReportOutput(serializers.ModelSerializer):
    """What is reported to sponsor and authority, and until when."""

    class Meta:
        model = FailureReport
        fields = ("due_at", "sent_to", "reference", "organism", "sensitivity", "sent_at", "sent_by")


class LookBackOutput(serializers.ModelSerializer):
    """A look-back with what it held, what it recalls, and the patients who got a unit or for whom one is kept."""

    address = serializers.CharField(source="record.address")
    donor = serializers.CharField(source="donor.number", default="")
    batch = serializers.CharField(source="batch.number", default="")
    donations = serializers.ListField(child=serializers.CharField())
    batches = serializers.ListField(child=serializers.CharField())
    in_stock = serializers.ListField(child=serializers.CharField())
    duties = DutyOutput(many=True)
    notices = NoticeOutput(many=True)
    report = ReportOutput(allow_null=True)
    recipients = serializers.SerializerMethodField()

    class Meta:
        model = LookBack
        fields = (
            *("address", "number", "donor", "batch", "test", "deviation", "what", "laboratory", "since"),
            *("donations", "batches", "in_stock", "opened_at", "opened_by", "duties", "notices", "report"),
            "recipients",
        )

    def get_recipients(self, found: LookBack) -> list[str]:
        return sorted({duty.recipient.number for duty in found.duties.all() if duty.recipient})


class FindingInput(serializers.Serializer):
    """What was found, by whom; `since`: only what was collected from this day on."""

    what = serializers.CharField(max_length=300)
    laboratory = serializers.CharField(max_length=120)
    since = serializers.DateField(required=False, allow_null=True, default=None)


class FindingSigned(FindingInput):
    signature = SigningInput()


class AnswerInput(serializers.Serializer):
    """What became of one unit, and on what evidence."""

    answer = serializers.ChoiceField(choices=[one.value for one in Answer])
    note = serializers.CharField(max_length=1000)


class ReadInput(serializers.Serializer):
    """What is done for the patient."""

    note = serializers.CharField(max_length=1000)


class DeputyInput(serializers.Serializer):
    """The user name of another physician of the site."""

    deputy = serializers.CharField(max_length=80)


class ReportInput(serializers.Serializer):
    """To whom, and what grew; `organism` may say that none is identified yet."""

    sent_to = serializers.CharField(max_length=300)
    reference = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    organism = serializers.CharField(max_length=300)
    sensitivity = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class LookBackFilter(django_filters.FilterSet):
    """`?donor=D-0118&unit=CT-0042-U01`."""

    donor = django_filters.CharFilter(field_name="donor__number")
    batch = django_filters.CharFilter(field_name="batch__number")
    unit = django_filters.CharFilter(field_name="duties__unit__number")

    class Meta:
        model = LookBack
        fields: tuple[str, ...] = ()


class LookBacks(ListAPIView):
    """The look-backs of one's sites."""

    serializer_class = LookBackOutput
    filterset_class = LookBackFilter
    queryset = LookBack.objects.none()

    def get_queryset(self) -> QuerySet[LookBack]:
        return with_duties(visible_look_backs(self.request.user, timezone.now()))


class LookBackView(APIView):
    """One look-back."""

    @extend_schema(operation_id="look_backs_show", responses=LookBackOutput)
    def get(self, request: Request, number: str) -> Response:
        found = get_object_or_404(with_duties(visible_look_backs(request.user, timezone.now())), number=number)
        return tagged(Response(LookBackOutput(found).data), found.record)


class LookBackFrom(SignedVerb):
    """Hold what is in stock of a donor, recall what is out, name the patients: one signature of quality assurance."""

    open_to = Access(write=frozenset(services.WHO_MAY_LOOK_BACK))
    input_class, signed_class, output_class = FindingInput, FindingSigned, LookBackOutput
    created = True

    def target(self) -> Donor:
        return get_object_or_404(visible_donors(self.request.user, self.now), number=self.kwargs["number"])

    def record(self, target: Donor) -> Record:
        return target.record

    def content(self, target: Donor, data: Mapping[str, Any]) -> SignedContent:
        return look_back_content(target, Finding(**data))

    def perform(self, target: Donor, data: Mapping[str, Any], signing: Signing) -> LookBack:
        done = services.look_back(donor=target, finding=Finding(**data), signing=signing, **self.who)
        return with_duties(LookBack.objects.select_related("record", "donor")).get(pk=done.pk)


class AnswerRecall(APIView):
    """Say what became of a unit that was out."""

    open_to = Access(read=frozenset(services.WHO_MAY_ANSWER), write=frozenset(services.WHO_MAY_ANSWER))

    @extend_schema(operation_id="look_backs_answer", request=AnswerInput, responses=DutyOutput)
    def post(self, request: Request, number: str, pk: int) -> Response:
        now = timezone.now()
        found = get_object_or_404(visible_look_backs(request.user, now), number=number)
        duty = get_object_or_404(duties_of(found), pk=pk)
        form = AnswerInput(data=request.data)
        form.is_valid(raise_exception=True)
        answer, note = Answer(form.validated_data["answer"]), form.validated_data["note"]
        answered = services.answer_recall(duty=duty, answer=answer, note=note, actor=actor_of(request), at=now)
        return tagged(Response(DutyOutput(answered).data), found.record)


class AcknowledgeNotice(APIView):
    """A physician has read that units of a patient failed, and says what is done."""

    open_to = Access(read=frozenset(services.WHO_MAY_ACKNOWLEDGE), write=frozenset(services.WHO_MAY_ACKNOWLEDGE))

    @extend_schema(operation_id="look_backs_acknowledge", request=ReadInput, responses=NoticeOutput)
    def post(self, request: Request, number: str, pk: int) -> Response:
        now = timezone.now()
        found = get_object_or_404(visible_look_backs(request.user, now), number=number)
        notice = get_object_or_404(notices_of(found), pk=pk)
        form = ReadInput(data=request.data)
        form.is_valid(raise_exception=True)
        note = form.validated_data["note"]
        read = services.acknowledge_notice(notice=notice, note=note, actor=actor_of(request), at=now)
        return tagged(Response(NoticeOutput(read).data), found.record)


class NameDeputy(APIView):
    """The physician of the order, or quality, names another who reads a notice."""

    open_to = Access(read=frozenset(services.WHO_MAY_NAME), write=frozenset(services.WHO_MAY_NAME))

    @extend_schema(operation_id="look_backs_deputy", request=DeputyInput, responses=NoticeOutput)
    def post(self, request: Request, number: str, pk: int) -> Response:
        now = timezone.now()
        found = get_object_or_404(visible_look_backs(request.user, now), number=number)
        notice = get_object_or_404(notices_of(found), pk=pk)
        form = DeputyInput(data=request.data)
        form.is_valid(raise_exception=True)
        named = services.name_deputy(notice=notice, **form.validated_data, actor=actor_of(request), at=now)
        return tagged(Response(NoticeOutput(named).data), found.record)


class ReportFailure(APIView):
    """Sponsor and authority were told what failed after units had left."""

    open_to = Access(read=frozenset(services.WHO_MAY_REPORT), write=frozenset(services.WHO_MAY_REPORT))

    @extend_schema(operation_id="look_backs_report", request=ReportInput, responses=ReportOutput)
    def post(self, request: Request, number: str) -> Response:
        now = timezone.now()
        found = get_object_or_404(visible_look_backs(request.user, now), number=number)
        report, form = get_object_or_404(reports_of(found)), ReportInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = Reported(**form.validated_data)
        sent = services.report_failure(report=report, said=said, actor=actor_of(request), at=now)
        return tagged(Response(ReportOutput(sent).data), found.record)
