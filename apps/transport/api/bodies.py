"""What the API of shipments takes."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from apps.core.fields import Instant
from apps.facility.facts import DateOrder
from apps.signatures.api import HappenedInput, SigningInput
from apps.transport.facts import DecimalSign, Handed, LoggerFormat, Packed, Received, Taken
from apps.units.rules import number_of_code

MOST = Decimal(100_000)


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
    ward = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class RequestInput(WayInput):
    """Released units; `batch` is one of theirs and numbers the shipment.

    With `in_quarantine` units whose donor is not decided about, to the `establishment` named with its address.
    """

    batch = serializers.CharField(max_length=60)
    units = numbers()
    in_quarantine = serializers.BooleanField(required=False, default=False)
    establishment = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


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


class TakeInput(serializers.Serializer):
    """The seal as the taker reads it."""

    seal = serializers.CharField(max_length=60)
    chain = chain()
    happened = happened()


class TakeSigned(TakeInput):
    signature = SigningInput()


class AcknowledgeInput(TakeInput):
    """The seal, and the code that a person without an account types."""

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
    ward = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
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


class AcceptInput(DecisionInput):
    """Where each unit is put, by its number: a position of a store of the receiving site. `refused`: units that are
    kept from use out of a shipment in quarantine."""

    places = serializers.DictField(child=serializers.CharField(max_length=120), required=False, default=dict)
    refused = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=1000, required=False, default=list
    )


class AcceptSigned(AcceptInput):
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


def taken_from(data: Mapping[str, Any]) -> Taken:
    """What the taker says."""
    told: Mapping[str, Any] = data["happened"] or {}
    return Taken(data["seal"], data["chain"], told.get("reason", ""))


def received_from(data: Mapping[str, Any]) -> Received:
    """What the first person says."""
    words = {name: data[name] for name in ("checked_at", "seal", "texts", "chain", "ward")}
    return Received(**_scans(data), **words, **_statement(data, "arrived_at", "arrived_at"))


def _scans(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {"units": tuple(number_of_code(text) for text in data["units"]), "labels": tuple(data["units"])}


def _statement(data: Mapping[str, Any], field: str, name: str) -> dict[str, Any]:
    """When it was, and why it is recorded although a rule stands against it."""
    told: Mapping[str, Any] = data["happened"] or {}
    at: datetime = told.get("at") or data[field]
    return {name: at, "because": told.get("reason", "")}
