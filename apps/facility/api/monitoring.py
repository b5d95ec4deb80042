"""The environment of a room for programs: its plan, samples of a session, what was counted."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput
from apps.core.fields import Instant
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.facility import services
from apps.facility.facts import Grade, SampleKind
from apps.facility.models import Room
from apps.facility.selectors import points_of, visible_plates, visible_rooms
from apps.organisation.access import Access
from apps.signatures.api.verbs import tagged

SHOWN = 200


class PointOutput(serializers.Serializer):
    """A point of the plan."""

    code = serializers.CharField()
    kind = serializers.CharField()
    grade = serializers.CharField()
    label = serializers.CharField()


class PointInput(serializers.Serializer):
    """A point to be planned."""

    code = serializers.RegexField(r"^[A-Za-z0-9_-]{1,20}$")
    kind = serializers.ChoiceField(choices=[kind.value for kind in SampleKind])
    grade = serializers.ChoiceField(choices=["A", "B", "C", "D"])
    label = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class PlateOutput(serializers.Serializer):
    """A sample of the environment."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    room = serializers.CharField(source="point.room.code")
    point = serializers.CharField(source="point.code")
    kind = serializers.CharField(source="point.kind")
    grade = serializers.CharField(source="point.grade")
    batch = serializers.CharField(source="session.cleared_for.address")
    taken_at = serializers.DateTimeField()
    taken_by = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)
    verdict = serializers.CharField()
    level = serializers.CharField()
    organism = serializers.CharField()
    read_at = serializers.DateTimeField(allow_null=True)


class PlateInput(serializers.Serializer):
    """A sample that was taken at a point, under the number of its label."""

    point = serializers.CharField(max_length=20)
    number = serializers.RegexField(r"^[A-Za-z0-9_-]{1,40}$")
    taken_at = Instant()


class PlateCountInput(serializers.Serializer):
    """What was counted; with a count standing, why it is corrected."""

    count = serializers.CharField(max_length=7)
    organism = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    read_at = Instant()
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class OfRoom(APIView):
    """Something about the room that the address names."""

    def room(self) -> Room:
        """The room, at one of the person's sites."""
        return get_object_or_404(visible_rooms(self.request.user, timezone.now()), code=self.kwargs["code"])

    def said(self, form_class: type[serializers.Serializer]) -> dict[str, Any]:
        """What was sent, read, with who says it and when."""
        form = form_class(data=self.request.data)
        form.is_valid(raise_exception=True)
        return {**form.validated_data, "actor": actor_of(self.request), "at": timezone.now()}


class Points(OfRoom):
    """The plan of a room; POST adds a point."""

    open_to = Access(write=frozenset(services.PLANNERS))

    @extend_schema(operation_id="room_points_list", responses=PointOutput(many=True))
    def get(self, request: Request, code: str) -> Response:
        room = self.room()
        return tagged(Response(PointOutput(points_of(room), many=True).data), room.record)

    @extend_schema(operation_id="room_points_plan", request=PointInput, responses={201: PointOutput})
    def post(self, request: Request, code: str) -> Response:
        room, said = self.room(), self.said(PointInput)
        said["kind"], said["grade"] = SampleKind(said["kind"]), Grade(said["grade"])
        point = services.plan_point(room=room, **said)
        return tagged(Response(PointOutput(point).data, status=status.HTTP_201_CREATED), room.record)


class Plates(OfRoom):
    """What was sampled in a room, newest first; POST records a sample of the session."""

    open_to = Access(write=frozenset(services.SAMPLERS))

    @extend_schema(operation_id="room_samples_list", responses=PlateOutput(many=True))
    def get(self, request: Request, code: str) -> Response:
        room = self.room()
        found = visible_plates(request.user, timezone.now()).filter(point__room=room)[:SHOWN]
        return tagged(Response(PlateOutput(found, many=True).data), room.record)

    @extend_schema(operation_id="room_samples_take", request=PlateInput, responses={201: PlateOutput})
    def post(self, request: Request, code: str) -> Response:
        room, said = self.room(), self.said(PlateInput)
        point = points_of(room).filter(code=said["point"]).first() if "\0" not in said["point"] else None
        if point is None:
            raise BadInput(unknown(said["point"], "point"))
        plate = services.take_plate(room=room, **{**said, "point": point})
        return tagged(Response(PlateOutput(plate).data, status=status.HTTP_201_CREATED), plate.record)


class PlateCount(OfRoom):
    """What was counted on a sample, days later."""

    open_to = Access(write=frozenset({Role.ANALYST}))

    @extend_schema(operation_id="plates_read", request=PlateCountInput, responses=PlateOutput)
    def post(self, request: Request, number: str) -> Response:
        plate = get_object_or_404(visible_plates(request.user, timezone.now()), number=number)
        plate = services.read_plate(plate=plate, **self.said(PlateCountInput))
        return tagged(Response(PlateOutput(plate).data), plate.record)
