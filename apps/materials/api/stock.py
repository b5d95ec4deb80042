"""The stock of a lot for programs: movements, counts, destructions, containers."""

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
from apps.core.rules import unknown
from apps.materials import services
from apps.materials.forms import PLACE
from apps.materials.models import MaterialLot
from apps.materials.selectors import movements_of, visible_lots
from apps.materials.services.opening import OPENERS
from apps.organisation.access import Access
from apps.quality.selectors import visible_record
from apps.signatures.api import HappenedInput, happened_from
from apps.signatures.api.verbs import tagged

BY_TAKERS = Access(write=frozenset(services.TAKERS))
BY_COUNTERS = Access(write=frozenset(services.COUNTERS))
BY_OPENERS = Access(write=frozenset(OPENERS))
SHOWN = 200


class MovementOutput(serializers.Serializer):
    """One change of the stock of a lot."""

    kind = serializers.CharField()
    change = serializers.DecimalField(max_digits=15, decimal_places=6, normalize_output=True)
    left = serializers.DecimalField(max_digits=15, decimal_places=6, normalize_output=True)
    used_in = serializers.CharField(source="used_in.address", allow_null=True, default=None)
    place = serializers.CharField()
    reason = serializers.CharField()
    overridden = serializers.JSONField()
    moved_at = serializers.DateTimeField()
    moved_by = serializers.CharField()


class TakeInput(serializers.Serializer):
    """An amount taken of a lot for a batch (and the step of it) or for a prepared reagent."""

    amount = serializers.CharField(max_length=16)
    used_in = serializers.CharField(max_length=120, help_text="address of the batch or reagent: batch/CT-0042")
    place = serializers.RegexField(PLACE, required=False, default="", allow_blank=True)
    taken_at = Instant()
    happened = HappenedInput(required=False, allow_null=True, default=None)


class CountInput(serializers.Serializer):
    """What was counted, and why the book is set right."""

    counted = serializers.CharField(max_length=16)
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=500, allow_blank=True)


class DestroyInput(serializers.Serializer):
    """An amount that is destroyed, and why."""

    amount = serializers.CharField(max_length=16)
    reason = serializers.CharField(max_length=500, allow_blank=True)


class OpenInput(serializers.Serializer):
    """When a container was opened."""

    opened_at = Instant()


class ContainerOutput(serializers.Serializer):
    """A container that was opened."""

    n = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    opened_by = serializers.CharField()
    usable_until = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class OfLot(APIView):
    """Something about the lot that the address names."""

    def lot(self) -> MaterialLot:
        """The lot, at one of the person's sites."""
        return get_object_or_404(visible_lots(self.request.user, timezone.now()), number=self.kwargs["number"])

    def said(self, form_class: type[serializers.Serializer]) -> dict[str, Any]:
        """What was sent, read, with who says it and when."""
        form = form_class(data=self.request.data)
        form.is_valid(raise_exception=True)
        return {**form.validated_data, "actor": actor_of(self.request), "at": timezone.now()}


class Movements(OfLot):
    """The movements of a lot, newest first; POST takes an amount."""

    open_to = BY_TAKERS

    @extend_schema(operation_id="lot_movements_list", responses=MovementOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        lot = self.lot()
        return tagged(Response(MovementOutput(movements_of(lot)[:SHOWN], many=True).data), lot.record)

    @extend_schema(operation_id="lot_take", request=TakeInput, responses={201: MovementOutput})
    def post(self, request: Request, number: str) -> Response:
        lot, said = self.lot(), self.said(TakeInput)
        record = visible_record(request.user, said["used_in"], said["at"]) if "\0" not in said["used_in"] else None
        if record is None or record.kind not in ("batch", "lot") or record.site != lot.site.code:
            raise BadInput(unknown(said["used_in"], "used_in"))
        said["used_in"], said["happened"] = record, happened_from(said["happened"])
        return _moved(lot, services.take_stock(lot=lot, **said))


class Counts(OfLot):
    """Set the book right by what was counted."""

    open_to = BY_COUNTERS

    @extend_schema(operation_id="lot_count", request=CountInput, responses={201: MovementOutput})
    def post(self, request: Request, number: str) -> Response:
        lot = self.lot()
        return _moved(lot, services.count_stock(lot=lot, **self.said(CountInput)))


class Destructions(OfLot):
    """Destroy an amount of a lot."""

    open_to = BY_COUNTERS

    @extend_schema(operation_id="lot_destroy", request=DestroyInput, responses={201: MovementOutput})
    def post(self, request: Request, number: str) -> Response:
        lot = self.lot()
        return _moved(lot, services.destroy_stock(lot=lot, **self.said(DestroyInput)))


class Containers(OfLot):
    """The containers of a lot that were opened; POST opens the next one."""

    open_to = BY_OPENERS

    @extend_schema(operation_id="lot_containers_list", responses=ContainerOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        lot = self.lot()
        return tagged(Response(ContainerOutput(lot.containers.order_by("n"), many=True).data), lot.record)

    @extend_schema(operation_id="lot_open_container", request=OpenInput, responses={201: ContainerOutput})
    def post(self, request: Request, number: str) -> Response:
        lot = self.lot()
        opened = services.open_container(lot=lot, **self.said(OpenInput))
        return tagged(Response(ContainerOutput(opened).data, status=status.HTTP_201_CREATED), lot.record)


class PutAway(OfLot):
    """Put the open container of a lot away."""

    open_to = BY_OPENERS

    @extend_schema(operation_id="lot_put_away", request=None, responses=ContainerOutput)
    def post(self, request: Request, number: str) -> Response:
        lot = self.lot()
        closed = services.discard_container(lot=lot, actor=actor_of(request), at=timezone.now())
        return tagged(Response(ContainerOutput(closed).data), lot.record)


def _moved(lot: MaterialLot, movement: object) -> Response:
    return tagged(Response(MovementOutput(movement).data, status=status.HTTP_201_CREATED), lot.record)
