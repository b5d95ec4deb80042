"""Lots for programs: list, receive, prepare, label, release, reject."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.errors import BadInput, Objection
from apps.core.fields import Instant
from apps.core.filters import AnyOf
from apps.core.http import actor_of
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.core.text import N_
from apps.documents.api import LabelSheetInput, LabelSheetOutput
from apps.documents.selectors import label_sheets_about
from apps.materials.content import lot_content
from apps.materials.facts import LotState, LotVerb
from apps.materials.models import MaterialLot
from apps.materials.selectors import visible_lots
from apps.materials.services import prepare_reagent, print_lot_labels, receive_lot, reject_lot, release_lot
from apps.organisation.access import Access
from apps.organisation.selectors import site_named
from apps.products.facts import BadDuration, Duration
from apps.signatures.api import HappenedInput, SigningInput, happened_from
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

BY_STORE = Access(write=frozenset({Role.STOREKEEPER}))
BY_OPERATORS = Access(write=frozenset({Role.OPERATOR}))
BY_QA = Access(write=frozenset({Role.QA}))


class LotOutput(serializers.Serializer):
    """A lot as the store knows it."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    material = serializers.CharField()
    site = serializers.CharField(source="site.code")
    supplier = serializers.CharField()
    supplier_lot = serializers.CharField()
    certificate = serializers.CharField()
    amount = serializers.CharField()
    unit = serializers.CharField()
    state = serializers.CharField()
    expires_text = serializers.CharField()
    expires_at = serializers.DateTimeField()
    is_prepared = serializers.BooleanField()
    received_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    life_after_opening = serializers.DurationField(allow_null=True)
    quantity = serializers.DecimalField(max_digits=15, decimal_places=6, normalize_output=True, allow_null=True)


class LotInput(serializers.Serializer):
    """A delivered lot. The expiry is written as on its label: 2027-03, 2027-03-31 or an instant."""

    number = serializers.RegexField(r"^[A-Za-z0-9_-]{1,60}$")
    material = serializers.CharField(max_length=40)
    site = serializers.CharField(max_length=20)
    expiry = serializers.CharField(max_length=40)
    supplier = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    supplier_lot = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    certificate = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    amount = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    life_after_opening = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True, help_text='of an opened container: "30 d"'
    )


class ReagentInput(serializers.Serializer):
    """A reagent prepared here from lots."""

    number = serializers.RegexField(r"^[A-Za-z0-9_-]{1,60}$")
    material = serializers.CharField(max_length=40)
    site = serializers.CharField(max_length=20)
    components = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False)
    own_life = serializers.CharField(max_length=20, help_text='"24 h", "14 d"')
    amount = serializers.CharField(max_length=16, required=False, default="", allow_blank=True)
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    prepared_at = Instant()
    happened = HappenedInput(required=False, allow_null=True, default=None)


class NoLotBody(serializers.Serializer):
    """Nothing to say beside the verb."""


class LotSigned(serializers.Serializer):
    """The answer to a challenge."""

    signature = SigningInput()


class RejectionInput(serializers.Serializer):
    """A reason."""

    reason = serializers.CharField(max_length=500, allow_blank=True)


class RejectionSigned(RejectionInput):
    """A reason, signed."""

    signature = SigningInput()


class LotFilter(django_filters.FilterSet):
    """`?material=medium&state=RELEASED&expires_before=...`."""

    material = django_filters.CharFilter()
    state = AnyOf(LotState)
    site = django_filters.CharFilter(field_name="site__code")
    expires_before = django_filters.IsoDateTimeFilter(field_name="expires_at", lookup_expr="lt")

    class Meta:
        model = MaterialLot
        fields: tuple[str, ...] = ()


class LotsView(ListAPIView):
    """The lots of one's sites; POST receives one into quarantine."""

    open_to = BY_STORE
    serializer_class = LotOutput
    filterset_class = LotFilter

    def get_queryset(self) -> QuerySet[MaterialLot]:
        return visible_lots(self.request.user, timezone.now())

    @extend_schema(
        operation_id="lots_receive",
        request=LotInput,
        responses={201: LotOutput},
        examples=[
            OpenApiExample(
                "Receive",
                {"number": "PL-121", "material": "platelet_lysate", "site": "NANHU", "expiry": "2027-03"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        form = LotInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), dict(form.validated_data)
        site = site_named(said.pop("site"), request.user, now)
        opened = said.pop("life_after_opening")
        said["life_after_opening"] = _span(opened, "life_after_opening") if opened else None
        lot = receive_lot(site=site, actor=actor_of(request), at=now, **said)
        return tagged(Response(LotOutput(lot).data, status=status.HTTP_201_CREATED), lot.record)


class LotView(APIView):
    """One lot."""

    @extend_schema(operation_id="lots_show", responses=LotOutput)
    def get(self, request: Request, number: str) -> Response:
        lot = get_object_or_404(visible_lots(request.user, timezone.now()), number=number)
        return tagged(Response(LotOutput(lot).data), lot.record)


class LotLabels(APIView):
    """The label sheets of a lot; POST prints one for a reagent that was prepared here."""

    open_to = BY_OPERATORS

    @extend_schema(operation_id="lot_labels_list", responses=LabelSheetOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        lot = get_object_or_404(visible_lots(request.user, timezone.now()), number=number)
        return tagged(Response(LabelSheetOutput(label_sheets_about(lot.record), many=True).data), lot.record)

    @extend_schema(operation_id="lot_labels_print", request=LabelSheetInput, responses={201: LabelSheetOutput})
    def post(self, request: Request, number: str) -> Response:
        form = LabelSheetInput(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        lot = get_object_or_404(visible_lots(request.user, now), number=number)
        sheet = print_lot_labels(lot=lot, actor=actor_of(request), at=now, **form.validated_data)
        return tagged(Response(LabelSheetOutput(sheet).data, status=status.HTTP_201_CREATED), lot.record)


class Reagents(APIView):
    """Prepare a reagent: a lot of its own, which lives as long as its shortest-lived component."""

    open_to = BY_OPERATORS

    @extend_schema(operation_id="reagents_prepare", request=ReagentInput, responses={201: LotOutput})
    def post(self, request: Request) -> Response:
        form = ReagentInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        lot = prepare_reagent(
            number=said["number"],
            material=said["material"],
            components=_components(request, said["components"], now),
            own_life=_span(said["own_life"], "own_life"),
            amount=said["amount"],
            unit=said["unit"],
            site=site_named(said["site"], request.user, now),
            prepared_at=said["prepared_at"],
            happened=happened_from(said["happened"]),
            actor=actor_of(request),
            at=now,
        )
        return tagged(Response(LotOutput(lot).data, status=status.HTTP_201_CREATED), lot.record)


class LotDecision(SignedVerb):
    """A decision of QA about a lot."""

    open_to = BY_QA
    output_class = LotOutput

    def target(self) -> MaterialLot:
        return get_object_or_404(visible_lots(self.request.user, self.now), number=self.kwargs["number"])

    def record(self, target: MaterialLot) -> Record | None:
        return target.record


class ReleaseLot(LotDecision):
    """Release a lot for use."""

    input_class, signed_class = NoLotBody, LotSigned

    def content(self, target: MaterialLot, data: Mapping[str, Any]) -> SignedContent:
        return lot_content(target, LotVerb.RELEASE)

    def perform(self, target: MaterialLot, data: Mapping[str, Any], signing: Signing) -> MaterialLot:
        return release_lot(lot=target, signing=signing, **self.who)


class RejectLot(LotDecision):
    """Reject a lot; everything made from it is held."""

    input_class, signed_class = RejectionInput, RejectionSigned

    def content(self, target: MaterialLot, data: Mapping[str, Any]) -> SignedContent:
        return lot_content(target, LotVerb.REJECT, data["reason"])

    def perform(self, target: MaterialLot, data: Mapping[str, Any], signing: Signing) -> MaterialLot:
        return reject_lot(lot=target, reason=data["reason"], signing=signing, **self.who)


def _span(text: str, place: str) -> timedelta:
    try:
        return Duration.parse(text).timedelta
    except (BadDuration, OverflowError) as error:
        raise BadInput(Objection("no_duration", N_('"{text}" is no duration.'), {"text": text}, place)) from error


def _components(request: Request, numbers: list[str], at: datetime) -> list[MaterialLot]:
    found = list(visible_lots(request.user, at).filter(number__in=numbers))
    others = sorted(set(numbers) - {lot.number for lot in found})
    if others:
        raise BadInput(unknown(", ".join(others), "components"))
    return found
