"""Rooms for programs: opened, cleared for a batch, left."""

from collections.abc import Mapping
from typing import Any

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
from apps.core.errors import BadInput
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.facility import services
from apps.facility.content import clearance_content
from apps.facility.facts import Grade
from apps.facility.models import LineClearance, Room
from apps.facility.selectors import visible_rooms
from apps.organisation.access import Access
from apps.organisation.selectors import site_named
from apps.quality.selectors import visible_record
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

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
        site, grade = site_named(said.pop("site"), request.user, now), Grade(said.pop("grade"))
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
            raise BadInput(unknown(data["cleared_for"], "cleared_for"))
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
