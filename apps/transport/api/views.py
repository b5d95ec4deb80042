"""The operations on shipments."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.selectors.batches import visible_batches
from apps.core.errors import BadInput, Objection
from apps.core.filters import AnyOf
from apps.core.http import actor_of
from apps.core.text import N_
from apps.organisation.access import Access
from apps.organisation.selectors import visible_to
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.transport import content, services
from apps.transport.api import bodies, outputs
from apps.transport.facts import Asked, Declared, ShipmentState, ShipmentVerb
from apps.transport.lifecycle import MOVES, RECEIVERS, WHO_ISSUES_CODES, WHO_MAY_ASK
from apps.transport.models import Shipment
from apps.transport.selectors import visible_shipments
from apps.units.api.filters import OfUnits
from apps.units.models import Unit
from apps.units.rules import number_of_code
from apps.units.selectors import units_named


class ShipmentFilter(OfUnits):
    """`?batch=CT-0042&state=IN_TRANSIT&unit=CT-0042-U01`."""

    state = AnyOf(ShipmentState)

    class Meta:
        model = Shipment
        fields: tuple[str, ...] = ()


class ShipmentsView(ListAPIView):
    """The shipments of one's sites; POST asks for one."""

    open_to = Access(write=WHO_MAY_ASK)
    serializer_class = outputs.ShipmentOutput
    filterset_class = ShipmentFilter
    queryset = Shipment.objects.none()

    def get_queryset(self) -> QuerySet[Shipment]:
        seen = visible_shipments(self.request.user, timezone.now())
        return seen.prefetch_related(*outputs.TOLD)

    @extend_schema(
        operation_id="shipments_request", request=bodies.RequestInput, responses={201: outputs.ShipmentOutput}
    )
    def post(self, request: Request) -> Response:
        said = _said(bodies.RequestInput, request)
        now = timezone.now()
        batch = visible_batches(request.user, now).filter(number=said.pop("batch")).first()
        if batch is None:
            raise BadInput(Objection("unknown_batch", N_("There is no such batch at your sites."), place="batch"))
        units = _units(said.pop("units"), request)
        who: dict[str, Any] = {"actor": actor_of(request), "at": now}
        shipment = services.request_shipment(batch=batch, units=units, asked=Asked(**said), **who)
        return tagged(Response(outputs.ShipmentOutput(shipment).data, status=status.HTTP_201_CREATED), shipment.record)


class ShipmentView(APIView):
    """One shipment."""

    @extend_schema(operation_id="shipments_show", responses=outputs.ShipmentOutput)
    def get(self, request: Request, number: str) -> Response:
        return _shown(_named(request, number))


class Cancel(APIView):
    """A shipment that has not left is cancelled."""

    open_to = Access(write=MOVES[ShipmentVerb.CANCEL].roles)

    @extend_schema(operation_id="shipments_cancel", request=bodies.ReasonInput, responses=outputs.ShipmentOutput)
    def post(self, request: Request, number: str) -> Response:
        found, said = _named(request, number), _said(bodies.ReasonInput, request)
        done = services.cancel_shipment(shipment=found, **said, actor=actor_of(request), at=timezone.now())
        return _shown(done)


class Codes(APIView):
    """A one-time code for a person without an account."""

    open_to = Access(write=WHO_ISSUES_CODES)

    @extend_schema(operation_id="shipments_issue_code", request=bodies.CodeInput, responses={201: outputs.CodeOutput})
    def post(self, request: Request, number: str) -> Response:
        found, said = _named(request, number), _said(bodies.CodeInput, request)
        made, text = services.issue_code(shipment=found, **said, actor=actor_of(request), at=timezone.now())
        told = {name: getattr(made, name) for name in ("name", "organisation", "valid_until")}
        return Response(outputs.CodeOutput({"code": text, **told}).data, status=status.HTTP_201_CREATED)


class Acknowledge(APIView):
    """A person without an account types their code. An acknowledgement, no signature."""

    open_to = Access(write=MOVES[ShipmentVerb.HAND_OVER].roles)

    @extend_schema(
        operation_id="shipments_acknowledge", request=bodies.AcknowledgeInput, responses=outputs.ShipmentOutput
    )
    def post(self, request: Request, number: str) -> Response:
        found, said = _named(request, number), _said(bodies.AcknowledgeInput, request)
        told: dict[str, Any] = {"code": said["code"], "did": bodies.taken_from(said)}
        done = services.acknowledge_hand_over(shipment=found, **told, actor=actor_of(request), at=timezone.now())
        return _shown(done)


class LoggerFiles(APIView):
    """Attach the logger's file (multipart). What it leaves open is asked for."""

    open_to = Access(write=RECEIVERS)
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="shipments_attach", request=bodies.LoggerInput, responses={201: outputs.LoggerFileOutput}
    )
    def post(self, request: Request, number: str) -> Response:
        found, said = _named(request, number), _said(bodies.LoggerInput, request)
        file = said.pop("file")
        sent: dict[str, Any] = {"name": file.name, "content": file.read(), "declared": Declared(**said)}
        row = services.attach_logger_file(shipment=found, **sent, actor=actor_of(request), at=timezone.now())
        return tagged(Response(outputs.LoggerFileOutput(row).data, status=status.HTTP_201_CREATED), found.record)


class Act(SignedVerb):
    """A signed verb on a shipment."""

    output_class = outputs.ShipmentOutput

    def target(self) -> Shipment:
        return _named(self.request, self.kwargs["number"])

    def record(self, target: Shipment) -> Record:
        return target.record


class Pack(Act):
    """The packer signs what was scanned."""

    open_to = Access(write=MOVES[ShipmentVerb.PACK].roles)
    input_class, signed_class = bodies.PackInput, bodies.PackSigned

    def content(self, target: Shipment, data: Mapping[str, Any]) -> SignedContent:
        return content.pack_content(target, bodies.packed_from(data), self.now)

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.pack_shipment(shipment=target, did=bodies.packed_from(data), signing=signing, **self.who)


class Give(Act):
    """The giver signs the hand-over."""

    open_to = Access(write=MOVES[ShipmentVerb.HAND_OVER].roles)
    input_class, signed_class = bodies.HandOverInput, bodies.HandOverSigned

    def content(self, target: Shipment, data: Mapping[str, Any]) -> SignedContent:
        return content.hand_over_content(target, bodies.handed_from(data), self.now)

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.hand_over(shipment=target, did=bodies.handed_from(data), signing=signing, **self.who)


class Take(Act):
    """The other side signs, with the seal that it read."""

    open_to = Access(write=MOVES[ShipmentVerb.TAKE].roles)
    input_class, signed_class = bodies.TakeInput, bodies.TakeSigned

    def content(self, target: Shipment, data: Mapping[str, Any]) -> SignedContent:
        return content.take_content(target, bodies.taken_from(data))

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.take_over(shipment=target, did=bodies.taken_from(data), signing=signing, **self.who)


class Receive(Act):
    """The first person signs what arrived."""

    open_to = Access(write=RECEIVERS)
    input_class, signed_class = bodies.ReceiveInput, bodies.ReceiveSigned

    def content(self, target: Shipment, data: Mapping[str, Any]) -> SignedContent:
        return content.receive_content(target, bodies.received_from(data), self.now)

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.receive_shipment(shipment=target, did=bodies.received_from(data), signing=signing, **self.who)


class Confirm(Act):
    """The second person signs."""

    open_to = Access(write=RECEIVERS)
    input_class, signed_class = bodies.NothingSaid, bodies.NothingSigned

    def content(self, target: Shipment, data: Mapping[str, Any]) -> SignedContent:
        return content.confirm_content(target)

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.confirm_receipt(shipment=target, signing=signing, **self.who)


class Decide(Act):
    """A decision with its reason."""

    input_class, signed_class = bodies.DecisionInput, bodies.DecisionSigned
    verb: ShipmentVerb

    def content(self, target: Shipment, data: Mapping[str, Any]) -> SignedContent:
        return content.decision_content(target, self.verb, data["reason"])


class Accept(Decide):
    """The units may be used; in quarantine only quality assurance says so."""

    open_to, verb = Access(write=RECEIVERS), ShipmentVerb.ACCEPT
    input_class, signed_class = bodies.AcceptInput, bodies.AcceptSigned

    def content(self, target: Shipment, data: Mapping[str, Any]) -> SignedContent:
        return content.decision_content(target, self.verb, data["reason"], data["places"], data["refused"])

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.accept_shipment(shipment=target, signing=signing, **data, **self.who)


class Quarantine(Decide):
    """Who received it has doubts."""

    open_to, verb = Access(write=RECEIVERS), ShipmentVerb.QUARANTINE

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.quarantine_shipment(shipment=target, signing=signing, **data, **self.who)


class Reject(Decide):
    """The units are not used."""

    open_to, verb = Access(write=MOVES[ShipmentVerb.REJECT].roles), ShipmentVerb.REJECT

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.reject_shipment(shipment=target, signing=signing, **data, **self.who)


class Return(Decide):
    """Back into stock: sealed, and measured until it came back."""

    open_to, verb = Access(write=MOVES[ShipmentVerb.RETURN].roles), ShipmentVerb.RETURN
    input_class, signed_class = bodies.ReturnInput, bodies.ReturnSigned

    def perform(self, target: Shipment, data: Mapping[str, Any], signing: Signing) -> Shipment:
        return services.return_shipment(shipment=target, signing=signing, **data, **self.who)


def _named(request: Request, number: str) -> Shipment:
    return get_object_or_404(visible_shipments(request.user, timezone.now()), number=number)


def _shown(shipment: Shipment) -> Response:
    return tagged(Response(outputs.ShipmentOutput(shipment).data), shipment.record)


def _said(body: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    form = body(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _units(numbers: list[str], request: Request) -> list[Unit]:
    numbers = [number_of_code(text) for text in numbers]
    found = units_named(numbers, visible_to(request.user, timezone.now()))
    unknown = sorted(set(numbers) - {unit.number for unit in found})
    if unknown:
        template = N_("{units} is no unit at your sites.")
        raise BadInput(Objection("unknown_unit", template, {"units": ", ".join(unknown)[:200]}, "units"))
    return found
