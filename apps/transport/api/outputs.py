"""What the API of shipments gives."""

from typing import Any

from django.db.models import prefetch_related_objects
from rest_framework import serializers

from apps.transport.facts import ShipmentState
from apps.transport.models import HandOver, LoggerFile, ReceiptValue, Shipment

TOLD = ("lines__unit__batch", "hand_overs", "logger_files", "values")


class HandOverOutput(serializers.ModelSerializer):
    """One hand-over; `acknowledged` by CODE is no signature."""

    class Meta:
        model = HandOver
        fields = (
            *("n", "given_at", "given_by", "taker", "organisation", "seal", "temperature"),
            *("taken_at", "taken_by", "seal_taken", "acknowledged"),
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
    batches = serializers.SerializerMethodField()
    units = serializers.SerializerMethodField()
    refused = serializers.SerializerMethodField()
    hand_overs = HandOverOutput(many=True)
    logger_files = LoggerFileOutput(many=True)
    answers = AnswerOutput(source="values", many=True)

    class Meta:
        model = Shipment
        fields = (
            *(
                "address",
                "number",
                "batch",
                "batches",
                "units",
                "mode",
                "receiver",
                "in_quarantine",
                "establishment",
                "contact",
                "departs_at",
                "hours",
                "note",
            ),
            *("kept_for", "ward", "ward_read", "refused"),
            *("state", "requested_at", "requested_by", "shipper", "logger", "hold_hours", "seal", "layers"),
            *("documents", "packed_at", "packed_by", "hand_overs", "arrived_at", "checked_at", "seal_read"),
            *("received_by", "recorded_at", "confirmed_at", "confirmed_by", "logger_files", "answers", "findings"),
            *("decided_at", "decided_by", "decision", "happened", "overridden"),
        )

    def to_representation(self, shipment: Shipment) -> dict[str, Any]:
        prefetch_related_objects([shipment], *TOLD)  # asks nothing where a list has read them
        return super().to_representation(shipment)

    def get_batches(self, shipment: Shipment) -> list[str]:
        """The batches of its units, each once."""
        return list(dict.fromkeys(line.unit.batch.number for line in shipment.lines.all()))

    def get_units(self, shipment: Shipment) -> list[str]:
        return [line.unit.number for line in shipment.lines.all()]

    def get_refused(self, shipment: Shipment) -> list[str]:
        """The units that were kept from use when the others were accepted."""
        if shipment.state != ShipmentState.ACCEPTED:
            return []
        return [line.unit.number for line in shipment.lines.all() if line.stands]


class CodeOutput(serializers.Serializer):
    """A one-time code: `code` is told here and nowhere again."""

    code = serializers.CharField()
    name = serializers.CharField()
    organisation = serializers.CharField()
    valid_until = serializers.DateTimeField()
