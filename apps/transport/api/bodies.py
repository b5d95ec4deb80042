"""What the API of shipments takes and gives."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from apps.core.fields import Instant
from apps.facility.facts import DateOrder
from apps.signatures.api import HappenedInput, SigningInput
from apps.transport.facts import DecimalSign, Handed, LoggerFormat, Packed, Received
from apps.transport.models import HandOver, LoggerFile, ReceiptValue, Shipment
from apps.units.rules import number_of_code

MOST = Decimal(100_000)


class HandOverOutput(serializers.ModelSerializer):
    """One hand-over; `acknowledged` by CODE is no signature."""

    class Meta:
        model = HandOver
        fields = (
            *("n", "given_at", "given_by", "taker", "organisation", "seal", "temperature"),
            *("taken_at", "taken_by", "acknowledged"),
        )


class LoggerFileOutput(serializers.ModelSerializer):
    """One file of the logger, as it was read."""

    class Meta:
        model = LoggerFile
        fields = (
            *("id", "name", "size", "sha256", "format", "serial", "zone", "unit", "declared", "count"),
            *("first_at", "last_at", "lowest", "highest", "attached_at", "attached_by"),
        )


class AnswerOutput(serializers.ModelSerializer):
    """One answer of the receipt."""

    class Meta:
        model = ReceiptValue
        fields = ("parameter", "text", "unit", "verdict")


class ShipmentOutput(serializers.ModelSerializer):
    """A shipment with its units, hand-overs, logger files and what was found."""

    address = serializers.CharField(source="record.address")
    batch = serializers.CharField(source="batch.number")
    shipper = serializers.CharField(source="shipper.number", default="")
    logger = serializers.CharField(source="logger.number", default="")
    kept_for = serializers.CharField(source="kept_for.address", default="")
    units = serializers.SerializerMethodField()
    hand_overs = HandOverOutput(many=True)
    logger_files = LoggerFileOutput(many=True)
    answers = AnswerOutput(source="values", many=True)

    class Meta:
        model = Shipment
        fields = (
            *("address", "number", "batch", "units", "mode", "receiver", "contact", "departs_at", "hours", "note"),
            "kept_for",
            *("state", "requested_at", "requested_by", "shipper", "logger", "hold_hours", "seal", "layers"),
            *("documents", "packed_at", "packed_by", "hand_overs", "arrived_at", "checked_at", "seal_read"),
            *("received_by", "recorded_at", "confirmed_at", "confirmed_by", "logger_files", "answers", "findings"),
            *("decided_at", "decided_by", "decision", "happened", "overridden"),
        )

    def get_units(self, shipment: Shipment) -> list[str]:
        return [line.unit.number for line in shipment.lines.all()]


class CodeOutput(serializers.Serializer):
    """A one-time code: `code` is told here and nowhere again."""

    code = serializers.CharField()
    name = serializers.CharField()
    organisation = serializers.CharField()
    valid_until = serializers.DateTimeField()


def numbers() -> serializers.ListField:
    """Units as they were scanned: the symbol of the label, or the number."""
    return serializers.ListField(child=serializers.CharField(max_length=120), max_length=1000)


def chain() -> serializers.CharField:
    """The chain of identity scanned beside them, where what is in hand is for one patient."""
    return serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


def keys() -> serializers.ListField:
    """Keys of a list of the master record."""
    return serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=60, required=False, default=list
    )


def happened() -> HappenedInput:
    """What was done against a rule: when, and why it is recorded."""
    return HappenedInput(required=False, allow_null=True, default=None)


class WayInput(serializers.Serializer):
    """To whom, in which way of the master record, for at most how many hours."""

    mode = serializers.CharField(max_length=40)
    receiver = serializers.CharField(max_length=200)
    contact = serializers.CharField(max_length=200)
    departs_at = Instant()
    hours = serializers.DecimalField(max_digits=6, decimal_places=2)
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class RequestInput(WayInput):
    """Released units of one batch."""

    batch = serializers.CharField(max_length=60)
    units = numbers()


class ReasonInput(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=1000)


class PackInput(serializers.Serializer):
    """What was scanned and read at the packing."""

    packed_at = Instant()
    units = numbers()
    shipper = serializers.CharField(max_length=60)
    logger = serializers.CharField(max_length=60)
    seal = serializers.CharField(max_length=60)
    hold_hours = serializers.DecimalField(
        max_digits=8,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=MOST,
        required=False,
        allow_null=True,
        default=None,
    )
    layers = keys()
    documents = keys()
    chain = chain()
    happened = happened()


class PackSigned(PackInput):
    signature = SigningInput()


class HandOverInput(serializers.Serializer):
    """To whom, under which seal, at which temperature."""

    given_at = Instant()
    taker = serializers.CharField(max_length=120)
    organisation = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    seal = serializers.CharField(max_length=60)
    temperature = serializers.CharField(max_length=20)
    chain = chain()
    happened = happened()


class HandOverSigned(HandOverInput):
    signature = SigningInput()


class CodeInput(serializers.Serializer):
    """For whom a one-time code is."""

    name = serializers.CharField(max_length=120)
    organisation = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class AcknowledgeInput(serializers.Serializer):
    """The code that a person without an account types."""

    code = serializers.CharField(max_length=40)


class LoggerInput(serializers.Serializer):
    """The file, and what it does not say itself."""

    file = serializers.FileField()
    format = serializers.ChoiceField([one.value for one in LoggerFormat], required=False, default="")
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    zone = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    date_order = serializers.ChoiceField([one.value for one in DateOrder], required=False, default="")
    decimal_sign = serializers.ChoiceField([one.value for one in DecimalSign], required=False, default="")
    separator = serializers.CharField(max_length=1, required=False, default="", allow_blank=True, trim_whitespace=False)
    time_column = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    value_column = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    serial = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class ReceiveInput(serializers.Serializer):
    """What arrived, when, under which seal; `texts` are the answers by the keys of the master record."""

    arrived_at = Instant()
    checked_at = Instant()
    seal = serializers.CharField(max_length=60)
    units = numbers()
    texts = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True), required=False, default=dict
    )
    chain = chain()
    happened = happened()


class ReceiveSigned(ReceiveInput):
    signature = SigningInput()


class NothingSaid(serializers.Serializer):
    """Nothing to say beside the verb."""


class NothingSigned(serializers.Serializer):
    """The answer to a challenge."""

    signature = SigningInput()


class DecisionInput(serializers.Serializer):
    """Why; an ordinary acceptance needs no reason."""

    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class DecisionSigned(DecisionInput):
    signature = SigningInput()


class ReturnInput(serializers.Serializer):
    """When it came back, under which seal, and why."""

    returned_at = Instant()
    seal = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=1000)


class ReturnSigned(ReturnInput):
    signature = SigningInput()


# --- translated -----------------------------------------------------------------------------------------------------
def packed_from(data: Mapping[str, Any]) -> Packed:
    """What the packer says."""
    said = {name: tuple(data[name]) for name in ("layers", "documents")} | _statement(data, "packed_at", "at")
    words = {name: data[name] for name in ("shipper", "logger", "seal", "hold_hours", "chain")}
    return Packed(**said, **words, **_scans(data))


def handed_from(data: Mapping[str, Any]) -> Handed:
    """What the giver says."""
    words = {name: data[name] for name in ("taker", "organisation", "seal", "temperature", "chain")}
    return Handed(**words, **_statement(data, "given_at", "at"))


def received_from(data: Mapping[str, Any]) -> Received:
    """What the first person says."""
    words = {name: data[name] for name in ("checked_at", "seal", "texts", "chain")}
    return Received(**_scans(data), **words, **_statement(data, "arrived_at", "arrived_at"))


def _scans(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {"units": tuple(number_of_code(text) for text in data["units"]), "labels": tuple(data["units"])}


def _statement(data: Mapping[str, Any], field: str, name: str) -> dict[str, Any]:
    """When it was, and why it is recorded although a rule stands against it."""
    told: Mapping[str, Any] = data["happened"] or {}
    at: datetime = told.get("at") or data[field]
    return {name: at, "because": told.get("reason", "")}
