"""Cell banks for programs: the stock, draws by two people, decisions below the reserve."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.banks.content import below_content, draw_content, second_content
from apps.banks.facts import DrawInput
from apps.banks.models import BelowReserve, Draw
from apps.banks.selectors import bank_of, decisions_of, draws_of, visible_bank
from apps.banks.services import decide_below_reserve, draw_units
from apps.batches.facts.banks import DECIDERS, DRAWERS
from apps.batches.models import Batch
from apps.batches.selectors.banking import visible_banks
from apps.batches.selectors.batches import visible_batch
from apps.core.fields import LARGEST
from apps.organisation.access import Access
from apps.signatures.api import HappenedInput, SigningInput, happened_from, signing_of
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.units.selectors import stock_of, stocks_of, units_in_stock


class StockOutput(serializers.Serializer):
    """A bank with its stock."""

    bank = serializers.CharField()
    tier = serializers.CharField()
    left = serializers.IntegerField()
    reserved = serializers.IntegerField()
    free = serializers.IntegerField()
    drawn = serializers.IntegerField()


class DrawOutput(serializers.ModelSerializer):
    """A unit that was drawn."""

    unit = serializers.CharField(source="unit.number")
    batch = serializers.CharField(source="batch.number")

    class Meta:
        model = Draw
        fields = ("unit", "batch", "left", "drawn_at", "drawn_by", "second_by", "happened", "reason", "overridden")


class DrawsOutput(serializers.Serializer):
    """The units of one draw."""

    draws = DrawOutput(many=True)


class BelowOutput(serializers.ModelSerializer):
    """A decision to go below the reserve."""

    batch = serializers.CharField(source="batch.number")
    bank = serializers.CharField(source="bank.number")

    class Meta:
        model = BelowReserve
        fields = ("bank", "batch", "lowest", "reason", "decided_at", "decided_by")


class BankOutput(StockOutput):
    """A bank with its stock, the units that can be drawn, what was drawn and decided."""

    units = serializers.ListField(child=serializers.CharField())
    draws = DrawOutput(many=True)
    decisions = BelowOutput(many=True)


class DrawBody(serializers.Serializer):
    """The units in the hand. `happened` records a draw that was done already."""

    units = serializers.ListField(child=serializers.CharField(max_length=120), max_length=200)
    happened = HappenedInput(required=False, allow_null=True, default=None)


class DrawSigned(DrawBody):
    """The same, signed by both."""

    signature = SigningInput()
    countersignature = SigningInput()


class BelowBody(serializers.Serializer):
    """How far the stock may go down for the batch, and why."""

    lowest = serializers.IntegerField(min_value=0, max_value=LARGEST)
    reason = serializers.CharField(max_length=1000)


class BelowSigned(BelowBody):
    """The same, signed."""

    signature = SigningInput()


class BanksView(APIView):
    """The cell banks of one's sites with their stock."""

    @extend_schema(operation_id="banks_list", responses=StockOutput(many=True))
    def get(self, request: Request) -> Response:
        banks = visible_banks(request.user, timezone.now())
        stocks = stocks_of(banks)
        return Response(StockOutput([stocks[bank.pk] for bank in banks if bank.pk in stocks], many=True).data)


class BankView(APIView):
    """One bank."""

    @extend_schema(operation_id="banks_show", responses=BankOutput)
    def get(self, request: Request, number: str) -> Response:
        bank = visible_bank(request.user, number, timezone.now())
        body = {
            **StockOutput(stock_of(bank)).data,
            "units": [unit.number for unit in units_in_stock(bank)],
            "draws": DrawOutput(draws_of(bank), many=True).data,
            "decisions": BelowOutput(decisions_of(bank), many=True).data,
        }
        return tagged(Response(body), bank.record)


class DrawUnits(SignedVerb):
    """Two people draw units of the bank for a batch: `signature` and `countersignature`."""

    open_to = Access(write=frozenset(DRAWERS))
    input_class, signed_class, output_class = DrawBody, DrawSigned, DrawsOutput
    created = True

    def target(self) -> Batch:
        return visible_batch(self.request.user, self.kwargs["number"], self.now)

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return draw_content(target, _said(data))

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> dict[str, list[Draw]]:
        signed = {"signing": signing, "countersigning": signing_of(data["countersignature"])}
        return {"draws": draw_units(batch=target, said=_said(data), **signed, **self.who)}


class CompareDraw(DrawUnits):
    """What the second person signs."""

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return second_content(target, _said(data))


class DecideBelow(SignedVerb):
    """Quality lets the stock of the bank of a batch go below its reserve."""

    open_to = Access(write=frozenset(DECIDERS))
    input_class, signed_class, output_class = BelowBody, BelowSigned, BelowOutput
    created = True

    def target(self) -> Batch:
        return visible_batch(self.request.user, self.kwargs["number"], self.now)

    def record(self, target: Batch) -> Record:
        return bank_of(target).record

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return below_content(target, data["lowest"], data["reason"])

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> BelowReserve:
        said = {"lowest": data["lowest"], "reason": data["reason"]}
        return decide_below_reserve(batch=target, **said, signing=signing, **self.who)


def _said(data: Mapping[str, Any]) -> DrawInput:
    return DrawInput(tuple(data["units"]), happened_from(data["happened"]))
