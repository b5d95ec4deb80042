"""Stores, boxes and moves for programs."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import BadInput, Objection
from apps.core.fields import LARGEST, Instant
from apps.core.http import actor_of
from apps.core.text import N_
from apps.facility.models import Room
from apps.facility.selectors import visible_rooms
from apps.organisation.access import Access
from apps.organisation.selectors import visible_to
from apps.signatures.api import HappenedInput
from apps.signatures.api.signing import happened_from
from apps.signatures.api.verbs import tagged
from apps.storage import services
from apps.storage.facts import Place, StoreKind, Zone
from apps.storage.models import Box, Store
from apps.storage.rules import read_place
from apps.storage.selectors import box_at, boxes_of, history_of, suggested_for, visible_stores
from apps.units.models import Unit
from apps.units.selectors import visible_units

BY_KEEPERS = Access(write=frozenset(services.KEEPERS))
BY_MOVERS = Access(write=frozenset(services.MOVERS))
CODE = r"^[A-Z0-9_-]{1,20}$"


class StoreOutput(serializers.Serializer):
    """A store and the temperatures it keeps."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    room = serializers.CharField(source="room.code")
    kind = serializers.CharField()
    label = serializers.CharField()
    low = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    high = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    tolerated_minutes = serializers.IntegerField()
    reject_low = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    reject_high = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    reject_minutes = serializers.IntegerField(allow_null=True)
    instrument = serializers.CharField(source="instrument.number", default="", help_text="as steps scan it")


class StoreInput(serializers.Serializer):
    """A store to be brought into use; low and high in °C, at least one of them."""

    number = serializers.RegexField(r"^[A-Z0-9_-]{1,40}$")
    room = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=[kind.value for kind in StoreKind])
    label = serializers.CharField(max_length=120)
    low = serializers.DecimalField(max_digits=5, decimal_places=1, required=False, allow_null=True, default=None)
    high = serializers.DecimalField(max_digits=5, decimal_places=1, required=False, allow_null=True, default=None)
    tolerated_minutes = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False, default=0)


class BoxInput(serializers.Serializer):
    """A box to be put into a rack."""

    rack = serializers.RegexField(CODE)
    code = serializers.RegexField(CODE)
    rows = serializers.IntegerField(min_value=1, max_value=26)
    columns = serializers.IntegerField(min_value=1, max_value=99)
    capacity = serializers.IntegerField(min_value=1, max_value=100, required=False, default=1)
    zone = serializers.ChoiceField(choices=[zone.value for zone in Zone], required=False, default=Zone.ANY.value)


class BoxOutput(BoxInput):
    """A box, how many units lie in it, and when the first of them expires."""

    rack = serializers.CharField(source="box.rack")
    code = serializers.CharField(source="box.code")
    rows = serializers.IntegerField(source="box.rows")
    columns = serializers.IntegerField(source="box.columns")
    capacity = serializers.IntegerField(source="box.capacity")
    zone = serializers.CharField(source="box.zone")
    taken = serializers.IntegerField()
    free = serializers.IntegerField()
    first_expiry = serializers.DateTimeField(allow_null=True)


class MoveInput(serializers.Serializer):
    """The position a unit is put into: store/rack/box/position. Without `moved_at`: now."""

    position = serializers.CharField(max_length=120)
    chain = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    taken_at = Instant(required=False, allow_null=True, default=None)
    moved_at = Instant(required=False, allow_null=True, default=None)
    happened = HappenedInput(required=False, allow_null=True, default=None)


class OutInput(serializers.Serializer):
    """A unit is taken out. Without `moved_at`: now."""

    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    chain = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    moved_at = Instant(required=False, allow_null=True, default=None)


class StayOutput(serializers.Serializer):
    """A unit in a position, from when until when."""

    position = serializers.CharField(source="place")
    in_at = serializers.DateTimeField()
    in_by = serializers.CharField()
    out_at = serializers.DateTimeField(allow_null=True)
    out_by = serializers.CharField()
    out_reason = serializers.CharField()
    overridden = serializers.JSONField()


class OutingOutput(serializers.Serializer):
    """A time out of the store and its verdict by the master record."""

    out_at = serializers.DateTimeField(source="outing.out_at")
    in_at = serializers.DateTimeField(source="outing.in_at")
    seconds = serializers.IntegerField(source="outing.seconds")
    verdict = serializers.CharField(source="judgement.verdict")


class HistoryOutput(serializers.Serializer):
    """Where a unit lies and lay, how long it was out, and where it could lie."""

    position = serializers.CharField(source="now.place", default="")
    seconds_out = serializers.IntegerField()
    limit = serializers.CharField(help_text="the master record's limit of each time out; empty: none")
    stays = StayOutput(many=True)
    outings = OutingOutput(many=True)


class Stores(ListAPIView):
    """The stores of one's sites; POST brings one into use."""

    open_to = BY_KEEPERS
    serializer_class = StoreOutput

    def get_queryset(self) -> QuerySet[Store]:
        return visible_stores(self.request.user, timezone.now())

    @extend_schema(operation_id="stores_open", request=StoreInput, responses={201: StoreOutput})
    def post(self, request: Request) -> Response:
        form = StoreInput(data=request.data)
        form.is_valid(raise_exception=True)
        said, now = dict(form.validated_data), timezone.now()
        said["room"], said["kind"] = _room(request, said["room"]), StoreKind(said["kind"])
        store = services.open_store(actor=actor_of(request), at=now, **said)
        return tagged(Response(StoreOutput(store).data, status=status.HTTP_201_CREATED), store.record)


class OneStore(APIView):
    """One store."""

    @extend_schema(operation_id="stores_show", responses=StoreOutput)
    def get(self, request: Request, number: str) -> Response:
        store = store_named(request, number)
        return tagged(Response(StoreOutput(store).data), store.record)


class Boxes(APIView):
    """The boxes of a store; POST adds one."""

    open_to = BY_KEEPERS

    @extend_schema(operation_id="boxes_list", responses=BoxOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        store = store_named(request, number)
        return tagged(Response(BoxOutput(boxes_of(store), many=True).data), store.record)

    @extend_schema(operation_id="boxes_add", request=BoxInput, responses={201: BoxInput})
    def post(self, request: Request, number: str) -> Response:
        form = BoxInput(data=request.data)
        form.is_valid(raise_exception=True)
        store = store_named(request, number)
        said = {**form.validated_data, "zone": Zone(form.validated_data["zone"])}
        box = services.add_box(store=store, actor=actor_of(request), at=timezone.now(), **said)
        return tagged(Response(BoxInput(box).data, status=status.HTTP_201_CREATED), store.record)


class Stays(APIView):
    """Where a unit lies and lay; POST puts it into a position."""

    open_to = BY_MOVERS

    @extend_schema(operation_id="stays_list", responses=HistoryOutput)
    def get(self, request: Request, number: str) -> Response:
        unit = _unit(request, number)
        return tagged(Response(HistoryOutput(history_of(unit)).data), unit.record)

    @extend_schema(operation_id="units_store", request=MoveInput, responses={201: StayOutput})
    def post(self, request: Request, number: str) -> Response:
        form = MoveInput(data=request.data)
        form.is_valid(raise_exception=True)
        said, unit, now = form.validated_data, _unit(request, number), timezone.now()
        place = _place(said["position"])
        stay = services.store_unit(
            unit=unit,
            box=_box(request, place),
            place=place,
            chain=said["chain"],
            moved_at=said["moved_at"],
            taken_at=said["taken_at"],
            happened=happened_from(said["happened"]),
            actor=actor_of(request),
            at=now,
        )
        return tagged(Response(StayOutput(stay).data, status=status.HTTP_201_CREATED), unit.record)


class TakeOut(APIView):
    """Take a unit out of its position."""

    open_to = BY_MOVERS

    @extend_schema(operation_id="units_take_out", request=OutInput, responses=StayOutput)
    def post(self, request: Request, number: str) -> Response:
        form = OutInput(data=request.data)
        form.is_valid(raise_exception=True)
        unit = _unit(request, number)
        stay = services.take_out(unit=unit, actor=actor_of(request), at=timezone.now(), **form.validated_data)
        return tagged(Response(StayOutput(stay).data), unit.record)


class FreePlaces(APIView):
    """Free positions in which the unit may lie; those beside its sisters first."""

    @extend_schema(operation_id="places_free", responses={200: {"type": "array", "items": {"type": "string"}}})
    def get(self, request: Request, number: str) -> Response:
        unit = _unit(request, number)
        return tagged(Response([str(place) for place in suggested_for(unit)]), unit.record)


def store_named(request: Request, number: str) -> Store:
    """A store that one may see."""
    return get_object_or_404(visible_stores(request.user, timezone.now()), number=number)


def _unit(request: Request, number: str) -> Unit:
    return get_object_or_404(visible_units(request.user, timezone.now()), number=number)


def _room(request: Request, code: str) -> Room:
    room = visible_rooms(request.user, timezone.now()).filter(code=code).first()
    if room is None:
        raise BadInput(Objection("unknown_room", N_("No room of your sites is called {room}."), {"room": code}, "room"))
    return room


def _place(text: str) -> Place:
    place = read_place(text)
    if isinstance(place, Objection):
        raise BadInput(place)
    return place


def _box(request: Request, place: Place) -> Box:
    box = box_at(place, visible_to(request.user, timezone.now()))
    if box is None:
        template = N_("There is no position {position} at your sites.")
        raise BadInput(Objection("unknown_position", template, {"position": place}, "position"))
    return box
