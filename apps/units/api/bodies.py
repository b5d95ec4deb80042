"""What is sent about units, and what is told of them."""

from decimal import Decimal

from rest_framework import serializers

from apps.core.fields import LARGEST, Instant
from apps.products.rules.rounding import plain
from apps.signatures.api import HappenedInput
from apps.units.facts import Counted, LabelFate
from apps.units.models import ContainerIssue, ContainerLoss, Label, Reconciliation, Unit


class PlainNumber(serializers.DecimalField):
    """A number without the zeros that the database pads it with: 9.4, not 9.400000000."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(max_digits=24, decimal_places=9, read_only=True, **kwargs)

    def to_representation(self, value: Decimal | None) -> str | None:
        return None if value is None else plain(Decimal(value).normalize())


class MaybeHappened(serializers.Serializer):
    """The second way: it was already done."""

    happened = HappenedInput(required=False, allow_null=True, default=None)


class IssueInput(MaybeHappened):
    """Empty containers of one lot, handed to a batch."""

    lot = serializers.CharField(max_length=60)
    count = serializers.IntegerField(max_value=10_000)


class LossInput(serializers.Serializer):
    """Containers that became no unit."""

    count = serializers.IntegerField(max_value=10_000)
    returned = serializers.BooleanField(help_text="returned unused; otherwise broken or rejected")
    reason = serializers.CharField(max_length=500, allow_blank=True)


class PrintInput(serializers.Serializer):
    """Labels to be printed: for named units, or for every planned one that has none."""

    units = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list)
    specimens = serializers.IntegerField(min_value=0, max_value=100, required=False, default=0)
    dated_from = Instant(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class FateInput(serializers.Serializer):
    """What became of printed labels, by their serial numbers."""

    serials = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST), allow_empty=False)
    fate = serializers.ChoiceField(choices=[LabelFate.APPLIED, LabelFate.DESTROYED, LabelFate.SPECIMEN])
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class FillInput(MaybeHappened):
    """A fill: how many units of each division, and what one unit holds. What is left out is as planned."""

    filled_at = Instant()
    counts = serializers.DictField(child=serializers.IntegerField(max_value=10_000), required=False, allow_null=True)
    volume = serializers.CharField(max_length=40, required=False, allow_null=True)
    viable_cells = serializers.CharField(max_length=40, required=False, allow_null=True)
    place = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class FreezeInput(MaybeHappened):
    """The units whose freezing programme was started, and when."""

    units = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False)
    frozen_at = Instant()
    state = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class CountInput(MaybeHappened):
    """What is counted: labels or containers."""

    counted = serializers.ChoiceField(choices=[counted.value for counted in Counted])


class UnitOutput(serializers.ModelSerializer):
    """One unit with its three states."""

    address = serializers.CharField(source="record.address")
    batch = serializers.CharField(source="batch.number")
    volume = PlainNumber()
    viable_cells = PlainNumber(allow_null=True)

    class Meta:
        model = Unit
        fields = [
            "address", "number", "batch", "kind", "division", "volume", "volume_unit", "viable_cells", "cells_unit",
            "disposition", "condition", "custody", "storage_state", "expires_at", "filled_at", "frozen_at", "thawed_at",
            "spent_at", "position", "holder",
        ]  # fmt: skip


class LabelOutput(serializers.ModelSerializer):
    """One printed label and what became of it."""

    unit = serializers.CharField(source="unit.number", default="")

    class Meta:
        model = Label
        fields = [
            "serial", "unit_number", "copy", "printing", "expires_at", "printed_at", "printed_by", "print_reason",
            "fate", "unit", "settled_at", "settled_by", "settle_reason",
        ]  # fmt: skip


class IssueOutput(serializers.ModelSerializer):
    """Containers issued."""

    lot = serializers.CharField(source="lot.number")

    class Meta:
        model = ContainerIssue
        fields = ["lot", "count", "issued_at", "issued_by", "overridden"]


class LossOutput(serializers.ModelSerializer):
    """Containers accounted for."""

    class Meta:
        model = ContainerLoss
        fields = ["count", "returned", "reason", "lost_at", "lost_by"]


class ReconciliationOutput(serializers.ModelSerializer):
    """A count of labels or containers."""

    class Meta:
        model = Reconciliation
        fields = [
            "counted", "made", "accounted", "difference", "closed", "reason", "reconciled_at", "reconciled_by",
        ]  # fmt: skip


class BalanceOutput(serializers.Serializer):
    """A balance as it stands now."""

    counted = serializers.CharField(source="balance.counted")
    made = serializers.IntegerField(source="balance.made")
    accounted = serializers.DictField(source="balance.accounted", child=serializers.IntegerField())
    difference = serializers.IntegerField(source="balance.difference")
    closes = serializers.BooleanField(source="balance.closes")
    reconciled = serializers.BooleanField()
    reconciled_at = serializers.DateTimeField(allow_null=True)
    reconciled_by = serializers.CharField()


class WhereaboutsOutput(serializers.Serializer):
    """Made = administered + drawn + stored + tested + retained + shipped + destroyed, as it stands now."""

    made = serializers.IntegerField()
    accounted = serializers.DictField(child=serializers.IntegerField())
    unexplained = serializers.ListField(child=serializers.CharField())
    difference = serializers.IntegerField()
    closes = serializers.BooleanField()
