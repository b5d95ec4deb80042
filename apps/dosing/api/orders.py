"""Treatment orders for programs."""

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
from apps.core.errors import BadInput
from apps.core.fields import Instant
from apps.core.rules import unknown
from apps.dosing import services
from apps.dosing.content import check_content, order_content
from apps.dosing.facts import OrderInput, OrderState, OrderVerb
from apps.dosing.lifecycle import MOVES, ORDERING
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import (
    group_warnings,
    kit_named,
    prepare,
    prepare_again,
    products_to_order,
    reservations_of,
    trials_of,
    visible_orders,
)
from apps.identity.models import Recipient
from apps.identity.selectors import visible_recipients
from apps.organisation.access import Access
from apps.products.models import ProductVersion
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.units.api.acts import Act
from apps.units.models import Unit


class OrderBody(serializers.Serializer):
    """One dose for one patient; `answers` are the fields the master record asks for, by their keys."""

    product = serializers.CharField(max_length=60)
    arm = serializers.CharField(max_length=40)
    indication = serializers.CharField(max_length=300)
    planned_start = Instant()
    planned_end = Instant()
    answers = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True))
    exclusions = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)
    amount = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    conditioned_at = Instant(required=False, allow_null=True, default=None)
    intensive = serializers.BooleanField(required=False, default=False)
    ward = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class OrderSigned(OrderBody):
    """An order, signed."""

    signature = SigningInput()


class Nothing(serializers.Serializer):
    """Nothing is said beyond the signature."""


class Signed(serializers.Serializer):
    """A signature."""

    signature = SigningInput()


class ReserveBody(serializers.Serializer):
    """The units to keep; without any, those that expire first."""

    units = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list)
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class WhyBody(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=500)


class WorkingOutput(serializers.Serializer):
    """One line of the computation."""

    what = serializers.CharField()
    how = serializers.CharField()
    exact = serializers.CharField()
    shown = serializers.CharField()
    unit = serializers.CharField()
    rounding = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField())


class OrderOutput(serializers.Serializer):
    """A treatment order, with the computation of its dose and the units kept for it."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    recipient = serializers.CharField(source="recipient.number")
    product = serializers.CharField(source="product_version.record.number")
    arm = serializers.CharField()
    n = serializers.IntegerField()
    indication = serializers.CharField()
    weight = serializers.CharField()
    amount = serializers.CharField()
    amount_unit = serializers.CharField()
    units_to_thaw = serializers.IntegerField()
    workings = WorkingOutput(many=True)
    answers = serializers.DictField(child=serializers.CharField())
    planned_start = serializers.DateTimeField()
    planned_end = serializers.DateTimeField()
    intensive = serializers.BooleanField()
    ward = serializers.CharField()
    state = serializers.CharField()
    ordered_by = serializers.CharField()
    checked_by = serializers.CharField()
    cancel_reason = serializers.CharField()
    trial = serializers.SerializerMethodField()
    kit = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()

    def get_trial(self, order: TreatmentOrder) -> str:
        """The trial under which a blinded kit is given."""
        return trials_of(order)

    def get_kit(self, order: TreatmentOrder) -> str:
        """The patient's kit."""
        return kit_named(order)

    def get_warnings(self, order: TreatmentOrder) -> list[str]:
        """What is allowed and yet said of the units kept for it."""
        return [warning.text for warning in group_warnings(order)]

    def get_units(self, order: TreatmentOrder) -> list[str]:
        """The numbers of the units kept for it."""
        return [row.unit.number for row in reservations_of(order)]


class OrderFilter(django_filters.FilterSet):
    """`?state=CHECKED&recipient=R-0001`."""

    state = django_filters.ChoiceFilter(choices=[(one, one) for one in OrderState])
    recipient = django_filters.CharFilter(field_name="recipient__number")

    class Meta:
        model = TreatmentOrder
        fields: tuple[str, ...] = ()


class OrdersView(ListAPIView):
    """The treatment orders of one's sites."""

    open_to = Access(write=frozenset())
    serializer_class = OrderOutput
    filterset_class = OrderFilter

    def get_queryset(self) -> QuerySet[TreatmentOrder]:
        return visible_orders(self.request.user, timezone.now())


class OrderView(APIView):
    """One treatment order."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="orders_show", responses=OrderOutput)
    def get(self, request: Request, number: str) -> Response:
        order = get_object_or_404(visible_orders(request.user, timezone.now()), number=number)
        return tagged(Response(OrderOutput(order).data), order.record)


class OrderTreatment(SignedVerb):
    """Order one dose for one patient: a physician's signature under the computation."""

    open_to = Access(write=frozenset(ORDERING))
    input_class, signed_class, output_class = OrderBody, OrderSigned, OrderOutput
    created = True

    def target(self) -> Recipient:
        return get_object_or_404(visible_recipients(self.request.user, self.now), number=self.kwargs["number"])

    def content(self, target: Recipient, data: Mapping[str, Any]) -> SignedContent:
        version, said = _version(target, data["product"]), _said(data)
        return order_content(target, version, said, prepare(target, version, said))

    def perform(self, target: Recipient, data: Mapping[str, Any], signing: Signing) -> TreatmentOrder:
        version = _version(target, data["product"])
        return services.order_treatment(
            recipient=target, product_version=version, said=_said(data), signing=signing, **self.who
        )


class CheckOrder(SignedVerb):
    """Check the computation of an order: a second person's signature."""

    open_to = Access(write=frozenset(MOVES[OrderVerb.CHECK].roles))
    input_class, signed_class, output_class = Nothing, Signed, OrderOutput

    def target(self) -> TreatmentOrder:
        return one_order(self)

    def record(self, target: TreatmentOrder) -> Record:
        return target.record

    def content(self, target: TreatmentOrder, data: Mapping[str, Any]) -> SignedContent:
        return check_content(target, prepare_again(target))

    def perform(self, target: TreatmentOrder, data: Mapping[str, Any], signing: Signing) -> TreatmentOrder:
        return services.check_order(order=target, signing=signing, **self.who)


class OrderAct(Act):
    """An unsigned act on one order."""

    output_class = OrderOutput
    created = False

    def target(self) -> TreatmentOrder:
        return one_order(self)


class ReserveUnits(OrderAct):
    """Keep released units for a checked order; first to expire first."""

    open_to = Access(write=frozenset(MOVES[OrderVerb.RESERVE].roles))
    input_class = ReserveBody

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> TreatmentOrder:
        units = [_unit(target, number) for number in said["units"]]
        return services.reserve_units(order=target, units=units, reason=said["reason"], **self.who)


class FreeReserved(OrderAct):
    """Give the units of an order back."""

    open_to = Access(write=frozenset(MOVES[OrderVerb.FREE].roles))
    input_class = WhyBody

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> TreatmentOrder:
        return services.free_reserved(order=target, **said, **self.who)


class CancelOrder(OrderAct):
    """Cancel an order; its units are free again."""

    open_to = Access(write=frozenset(MOVES[OrderVerb.CANCEL].roles))
    input_class = WhyBody

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> TreatmentOrder:
        return services.cancel_order(order=target, **said, **self.who)


def one_order(view: Act | SignedVerb) -> TreatmentOrder:
    """The order an address names, within what the person may see."""
    return get_object_or_404(visible_orders(view.request.user, view.now), number=view.kwargs["number"])


def _version(recipient: Recipient, number: str) -> ProductVersion:
    for version in products_to_order(recipient):
        if version.record.number == number:
            return version
    raise BadInput(unknown(number, "product"))


def _unit(order: TreatmentOrder, number: str) -> Unit:
    found = Unit.objects.filter(
        number=number, batch__site=order.site, batch__product_version__key=order.product_version.key
    )
    unit = found.select_related("record", "batch__record", "batch__donation").first()
    if unit is None:
        raise BadInput(unknown(number, "units"))
    return unit


def _said(data: Mapping[str, Any]) -> OrderInput:
    names = ("arm", "indication", "planned_start", "planned_end", "amount", "conditioned_at", "intensive", "ward")
    return OrderInput(
        **{name: data[name] for name in names}, answers=data["answers"], exclusions=tuple(data["exclusions"])
    )
