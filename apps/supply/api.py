"""Supply to named patients for programs: the register, the decision, the second person, the withdrawal."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
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
from apps.core.rules import unknown
from apps.organisation.access import Access
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.supply import services
from apps.supply.content import decide_content, release_to_named_content
from apps.supply.facts import Route, SupplyState, SupplyVerb
from apps.supply.lifecycle import AGREEING, MOVES
from apps.supply.models import NamedSupply, Outstanding, SuppliedUnit
from apps.supply.selectors import free_units, visible_supplies
from apps.units.api.acts import Act
from apps.units.models import Unit

NAMED = Prefetch("units", SuppliedUnit.objects.select_related("unit").order_by("unit__number"))


class OutstandingOutput(serializers.ModelSerializer):
    """A test that had not passed when it was decided, and until when it must be in."""

    class Meta:
        model = Outstanding
        fields = ("test", "due_at")


class SupplyOutput(serializers.ModelSerializer):
    """Units of one batch for one patient, without certification: who agreed, who decided, who let them go."""

    address = serializers.CharField(source="record.address")
    batch = serializers.CharField(source="batch.number")
    order = serializers.CharField(source="order.number")
    recipient = serializers.CharField(source="recipient.number")
    outstanding = OutstandingOutput(many=True)
    units = serializers.SerializerMethodField()

    class Meta:
        model = NamedSupply
        fields = (
            *("address", "number", "batch", "route", "state", "order", "recipient", "informed", "need", "risk"),
            *("agreed_at", "agreed_by", "decided_at", "decided_by", "supplied_at", "supplied_by"),
            *("ended_at", "end_reason", "outstanding", "units"),
            *("donor_when_asked", "donor_told", "donor_told_at", "donor_told_to"),
        )

    def get_units(self, supply: NamedSupply) -> list[str]:
        prefetch_related_objects([supply], NAMED)  # asks nothing where a list has read them
        return [row.unit.number for row in supply.units.all()]


class DecideInput(serializers.Serializer):
    """The units that go to the patient; without any, all that are free."""

    units = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list)


class DecideSigned(DecideInput):
    signature = SigningInput()


class Nothing(serializers.Serializer):
    """Nothing is said beyond the signature."""


class Signed(serializers.Serializer):
    signature = SigningInput()


class WhyInput(serializers.Serializer):
    """Why it is taken back."""

    reason = serializers.CharField(max_length=500)


class SupplyFilter(django_filters.FilterSet):
    """`?batch=NK-0007&state=SUPPLIED&recipient=R-0071`."""

    batch = django_filters.CharFilter(field_name="batch__number")
    recipient = django_filters.CharFilter(field_name="recipient__number")
    state = django_filters.ChoiceFilter(choices=[(one, one) for one in SupplyState])
    route = django_filters.ChoiceFilter(choices=[(one, one) for one in Route])

    class Meta:
        model = NamedSupply
        fields: tuple[str, ...] = ()


class Supplies(ListAPIView):
    """Every supply without certification at one's sites."""

    open_to = Access(write=frozenset())
    serializer_class = SupplyOutput
    filterset_class = SupplyFilter
    queryset = NamedSupply.objects.none()

    def get_queryset(self) -> QuerySet[NamedSupply]:
        return visible_supplies(self.request.user, timezone.now()).prefetch_related("outstanding", NAMED)


class SupplyView(APIView):
    """One of them."""

    open_to = Access(write=frozenset())

    @extend_schema(operation_id="supplies_show", responses=SupplyOutput)
    def get(self, request: Request, number: str) -> Response:
        found = get_object_or_404(visible_supplies(request.user, timezone.now()), number=number)
        return tagged(Response(SupplyOutput(found).data), found.record)


class SupplyVerbView(SignedVerb):
    """A signed verb on one of them."""

    output_class = SupplyOutput

    def target(self) -> NamedSupply:
        return get_object_or_404(visible_supplies(self.request.user, self.now), number=self.kwargs["number"])

    def record(self, target: NamedSupply) -> Record:
        return target.record


class Decide(SupplyVerbView):
    """The authorised person decides which units go to the patient."""

    open_to = Access(write=frozenset(MOVES[SupplyVerb.DECIDE].roles))
    input_class, signed_class = DecideInput, DecideSigned

    def content(self, target: NamedSupply, data: Mapping[str, Any]) -> SignedContent:
        return decide_content(target, _units(target, data["units"]) or free_units(target.batch))

    def perform(self, target: NamedSupply, data: Mapping[str, Any], signing: Signing) -> NamedSupply:
        units = _units(target, data["units"])
        return services.decide_supply(supply=target, units=units, signing=signing, **self.who)


class Release(SupplyVerbView):
    """A second person lets the units go to the patient."""

    open_to = Access(write=frozenset(MOVES[SupplyVerb.SUPPLY].roles))
    input_class, signed_class = Nothing, Signed

    def content(self, target: NamedSupply, data: Mapping[str, Any]) -> SignedContent:
        return release_to_named_content(target)

    def perform(self, target: NamedSupply, data: Mapping[str, Any], signing: Signing) -> NamedSupply:
        return services.release_to_named(supply=target, signing=signing, **self.who)


class Withdraw(Act):
    """Take it back before anything was let go."""

    open_to = Access(write=frozenset(MOVES[SupplyVerb.WITHDRAW].roles))
    input_class, output_class = WhyInput, SupplyOutput
    created = False

    def target(self) -> NamedSupply:
        return get_object_or_404(visible_supplies(self.request.user, self.now), number=self.kwargs["number"])

    def perform(self, target: NamedSupply, said: dict[str, Any]) -> NamedSupply:
        return services.withdraw_supply(supply=target, **said, **self.who)


class DonorTold(Act):
    """The physician has read what was decided about the donor after the urgent use."""

    open_to = Access(write=frozenset(AGREEING))
    input_class, output_class = Nothing, SupplyOutput
    created = False

    def target(self) -> NamedSupply:
        return get_object_or_404(visible_supplies(self.request.user, self.now), number=self.kwargs["number"])

    def perform(self, target: NamedSupply, said: dict[str, Any]) -> NamedSupply:
        return services.tell_of_donor(supply=target, **self.who)


def _units(supply: NamedSupply, numbers: list[str]) -> list[Unit]:
    found = {unit.number: unit for unit in Unit.objects.filter(batch=supply.batch).select_related("record")}
    strange = [number for number in numbers if number not in found]
    if strange:
        raise BadInput(unknown(strange[0], "units"))
    return [found[number] for number in dict.fromkeys(numbers)]
