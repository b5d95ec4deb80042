"""Rooms and instruments for programs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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

from apps.audit.models import Record
from apps.core.errors import BadInput, Objection
from apps.core.fields import Instant
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.text import N_
from apps.facility import services
from apps.facility.content import clearance_content
from apps.facility.facts import Grade, InstrumentStatus
from apps.facility.models import Instrument, LineClearance, Room
from apps.facility.selectors import excursions_of, visible_instruments, visible_rooms
from apps.organisation.access import Access
from apps.organisation.models import Site
from apps.organisation.selectors import site_at, visible_to
from apps.quality.selectors import visible_record
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

BY_KEEPERS = Access(write=frozenset(services.KEEPERS))
BY_QA = Access(write=frozenset({Role.QA}))
BY_HANDS = Access(write=frozenset({Role.OPERATOR, Role.CHECKER}))


class RoomOutput(serializers.Serializer):
    """A room."""

    code = serializers.CharField()
    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    label_en = serializers.CharField()
    label_zh = serializers.CharField()
    grade = serializers.CharField()


class RoomInput(serializers.Serializer):
    """A room to be added."""

    code = serializers.RegexField(r"^[A-Za-z0-9_-]{1,40}$")
    site = serializers.CharField(max_length=20)
    label_en = serializers.CharField(max_length=120)
    label_zh = serializers.CharField(max_length=120)
    grade = serializers.ChoiceField(choices=[grade.value for grade in Grade])


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


class ClearanceInput(serializers.Serializer):
    """The batch a room is cleared for."""

    cleared_for = serializers.CharField(max_length=120, help_text="address of the batch: batch/CT-0042")


class ClearanceSigned(ClearanceInput):
    """The clearance, signed."""

    signature = SigningInput()


class ClearanceOutput(serializers.Serializer):
    """A line clearance."""

    room = serializers.CharField(source="room.code")
    cleared_for = serializers.CharField(source="cleared_for.address")
    cleared_at = serializers.DateTimeField()
    cleared_by = serializers.CharField()


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
        site = _site(request, said.pop("site"), now)
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


class RoomsView(ListAPIView):
    """The rooms of one's sites; POST adds one."""

    open_to = BY_QA
    serializer_class = RoomOutput

    def get_queryset(self) -> QuerySet[Room]:
        return visible_rooms(self.request.user, timezone.now())

    @extend_schema(operation_id="rooms_open", request=RoomInput, responses={201: RoomOutput})
    def post(self, request: Request) -> Response:
        form = RoomInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), dict(form.validated_data)
        site, grade = _site(request, said.pop("site"), now), Grade(said.pop("grade"))
        room = services.open_room(site=site, grade=grade, actor=actor_of(request), at=now, **said)
        return tagged(Response(RoomOutput(room).data, status=status.HTTP_201_CREATED), room.record)


class ClearLine(SignedVerb):
    """Sign that a room is clear of everything else, and give it to a batch."""

    open_to = BY_HANDS
    input_class, signed_class, output_class = ClearanceInput, ClearanceSigned, ClearanceOutput
    created = True

    def target(self) -> Room:
        return get_object_or_404(visible_rooms(self.request.user, self.now), code=self.kwargs["code"])

    def record(self, target: Room) -> Record | None:
        return target.record

    def content(self, target: Room, data: Mapping[str, Any]) -> SignedContent:
        return clearance_content(target, self._batch(data))

    def perform(self, target: Room, data: Mapping[str, Any], signing: Signing) -> LineClearance:
        return services.clear_line(room=target, cleared_for=self._batch(data), signing=signing, **self.who)

    def _batch(self, data: Mapping[str, Any]) -> Record:
        found = visible_record(self.request.user, data["cleared_for"], self.now)
        if found is None or found.kind != "batch":
            raise BadInput(_unknown(data["cleared_for"], "cleared_for"))
        return found


class Leaving(APIView):
    """The batch has left the room."""

    open_to = BY_HANDS

    @extend_schema(operation_id="rooms_leave", request=None, responses=RoomOutput)
    def post(self, request: Request, code: str) -> Response:
        now = timezone.now()
        room = get_object_or_404(visible_rooms(request.user, now), code=code)
        services.leave_room(room=room, actor=actor_of(request), at=now)
        return tagged(Response(RoomOutput(room).data), room.record)


def _instrument(request: Request, number: str) -> Instrument:
    return get_object_or_404(visible_instruments(request.user, timezone.now()), number=number)


def _site(request: Request, code: str, at: datetime) -> Site:
    if code not in visible_to(request.user, at):
        raise BadInput(_unknown(code, "site"))
    return site_at(code)


def _room(request: Request, code: str, site: Site, at: datetime) -> Room | None:
    if not code:
        return None
    found = visible_rooms(request.user, at).filter(site=site, code=code).first()
    if found is None:
        raise BadInput(_unknown(code, "room"))
    return found


def _unknown(number: str, place: str) -> Objection:
    template = N_("Nothing here has the number {number}.")
    return Objection("unknown_number", template, {"number": number[:60]}, place=place)
