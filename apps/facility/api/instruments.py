"""Instruments for programs: installed, calibrated, qualified, out of service and back."""

from datetime import datetime

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput
from apps.core.fields import Instant
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.facility import services
from apps.facility.facts import InstrumentStatus
from apps.facility.models import Instrument, Room
from apps.facility.selectors import excursions_of, visible_instruments, visible_rooms
from apps.organisation.access import Access
from apps.organisation.models import Site
from apps.organisation.selectors import site_named
from apps.signatures.api.verbs import tagged

BY_KEEPERS = Access(write=frozenset(services.KEEPERS))


class InstrumentOutput(serializers.Serializer):
    """An instrument."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    room = serializers.CharField(source="room.code", default="")
    kind = serializers.CharField()
    label = serializers.CharField()
    serial_number = serializers.CharField()
    status = serializers.CharField()
    calibration_due = serializers.DateTimeField(allow_null=True)
    calibration_certificate = serializers.CharField()
    qualified_until = serializers.DateTimeField(allow_null=True)
    clean_until = serializers.DateTimeField(allow_null=True)


class InstrumentInput(serializers.Serializer):
    """An instrument to be added."""

    number = serializers.RegexField(r"^[A-Za-z0-9_-]{1,60}$")
    site = serializers.CharField(max_length=20)
    kind = serializers.CharField(max_length=40)
    label = serializers.CharField(max_length=120)
    serial_number = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    room = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    calibration_due = Instant(required=False, allow_null=True, default=None)
    qualified_until = Instant(required=False, allow_null=True, default=None)


class CalibrationInput(serializers.Serializer):
    """A calibration: its certificate and when the next one is due."""

    certificate = serializers.CharField(max_length=120)
    due = Instant()


class ExtensionInput(serializers.Serializer):
    """Until when a calibration still holds, and why."""

    until = Instant()
    reason = serializers.CharField(max_length=500, allow_blank=True)


class CleaningInput(serializers.Serializer):
    """With what it was cleaned, and how long that holds."""

    agent = serializers.CharField(max_length=200)
    until = Instant(required=False, allow_null=True, default=None)


class QualificationInput(serializers.Serializer):
    """A qualification: its report and until when it holds."""

    report = serializers.CharField(max_length=120)
    until = Instant()


class StatusInput(serializers.Serializer):
    """In or out of service, with the reason."""

    status = serializers.ChoiceField(choices=[InstrumentStatus.IN_SERVICE, InstrumentStatus.OUT_OF_SERVICE])
    reason = serializers.CharField(max_length=500)


class ExcursionOutput(serializers.Serializer):
    """A condition that lay outside its range."""

    id = serializers.IntegerField()
    condition = serializers.CharField()
    worst = serializers.CharField()
    unit = serializers.CharField()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    note = serializers.CharField()


class InstrumentFilter(django_filters.FilterSet):
    """`?kind=incubator&status=IN_SERVICE`."""

    kind = django_filters.CharFilter()
    site = django_filters.CharFilter(field_name="site__code")
    status = django_filters.ChoiceFilter(choices=[(status, status) for status in InstrumentStatus])
    due_before = django_filters.IsoDateTimeFilter(field_name="calibration_due", lookup_expr="lt")

    class Meta:
        model = Instrument
        fields: tuple[str, ...] = ()


class InstrumentsView(ListAPIView):
    """The instruments of one's sites; POST adds one."""

    open_to = BY_KEEPERS
    serializer_class = InstrumentOutput
    filterset_class = InstrumentFilter

    def get_queryset(self) -> QuerySet[Instrument]:
        return visible_instruments(self.request.user, timezone.now())

    @extend_schema(operation_id="instruments_install", request=InstrumentInput, responses={201: InstrumentOutput})
    def post(self, request: Request) -> Response:
        form = InstrumentInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), dict(form.validated_data)
        site = site_named(said.pop("site"), request.user, now)
        said["room"] = _room(request, said["room"], site, now)
        instrument = services.install_instrument(site=site, actor=actor_of(request), at=now, **said)
        body = InstrumentOutput(instrument).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), instrument.record)


class InstrumentView(APIView):
    """One instrument."""

    @extend_schema(operation_id="instruments_show", responses=InstrumentOutput)
    def get(self, request: Request, number: str) -> Response:
        instrument = _instrument(request, number)
        return tagged(Response(InstrumentOutput(instrument).data), instrument.record)


class Calibrations(APIView):
    """Record a calibration."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="instruments_calibrate", request=CalibrationInput, responses=InstrumentOutput)
    def post(self, request: Request, number: str) -> Response:
        form = CalibrationInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        instrument = services.calibrate(
            instrument=_instrument(request, number),
            certificate=said["certificate"],
            due=said["due"],
            actor=actor_of(request),
            at=timezone.now(),
        )
        return tagged(Response(InstrumentOutput(instrument).data), instrument.record)


class Cleanings(APIView):
    """Record that an instrument was cleaned."""

    open_to = Access(write=frozenset(services.CLEANERS))

    @extend_schema(operation_id="instruments_clean", request=CleaningInput, responses=InstrumentOutput)
    def post(self, request: Request, number: str) -> Response:
        form = CleaningInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = {**form.validated_data, "actor": actor_of(request), "at": timezone.now()}
        instrument = services.clean(instrument=_instrument(request, number), **said)
        return tagged(Response(InstrumentOutput(instrument).data), instrument.record)


class Extensions(APIView):
    """Let a calibration hold longer."""

    open_to = Access(write=frozenset({Role.QA}))

    @extend_schema(operation_id="instruments_extend_calibration", request=ExtensionInput, responses=InstrumentOutput)
    def post(self, request: Request, number: str) -> Response:
        form = ExtensionInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = {**form.validated_data, "actor": actor_of(request), "at": timezone.now()}
        instrument = services.extend_calibration(instrument=_instrument(request, number), **said)
        return tagged(Response(InstrumentOutput(instrument).data), instrument.record)


class Qualifications(APIView):
    """Record a qualification."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="instruments_qualify", request=QualificationInput, responses=InstrumentOutput)
    def post(self, request: Request, number: str) -> Response:
        form = QualificationInput(data=request.data)
        form.is_valid(raise_exception=True)
        instrument, now = _instrument(request, number), timezone.now()
        instrument = services.qualify(instrument=instrument, actor=actor_of(request), at=now, **form.validated_data)
        return tagged(Response(InstrumentOutput(instrument).data), instrument.record)


class Status(APIView):
    """Take an instrument out of service, or give it back to use."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="instruments_set_status", request=StatusInput, responses=InstrumentOutput)
    def post(self, request: Request, number: str) -> Response:
        form = StatusInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        is_out = said["status"] == InstrumentStatus.OUT_OF_SERVICE
        verb = services.take_out_of_service if is_out else services.put_in_service
        instrument = verb(
            instrument=_instrument(request, number), reason=said["reason"], actor=actor_of(request), at=timezone.now()
        )
        return tagged(Response(InstrumentOutput(instrument).data), instrument.record)


class Excursions(APIView):
    """What went wrong with an instrument."""

    @extend_schema(operation_id="excursions_list", responses=ExcursionOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        instrument = _instrument(request, number)
        return tagged(Response(ExcursionOutput(excursions_of(instrument)[:200], many=True).data), instrument.record)


def _instrument(request: Request, number: str) -> Instrument:
    return get_object_or_404(visible_instruments(request.user, timezone.now()), number=number)


def _room(request: Request, code: str, site: Site, at: datetime) -> Room | None:
    if not code:
        return None
    found = visible_rooms(request.user, at).filter(site=site, code=code).first()
    if found is None:
        raise BadInput(unknown(code, "room"))
    return found
