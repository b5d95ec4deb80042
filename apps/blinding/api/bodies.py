"""What programs say and read about blinded lots and codes."""

from rest_framework import serializers

from apps.blinding.models import CodeHolder, CodeOpening
from apps.signatures.api import SigningInput


class LotOutput(serializers.Serializer):
    """A lot of blinded kits."""

    lot = serializers.CharField(source="number")
    product = serializers.CharField(source="product_version.record.number")
    state = serializers.CharField()


class HolderOutput(serializers.ModelSerializer):
    """Who holds a code, or held it."""

    person = serializers.CharField(source="person.username")

    class Meta:
        model = CodeHolder
        fields = ("id", "person", "named_at", "named_by", "ended_at", "ended_by", "end_reason")


class KitOutput(serializers.Serializer):
    """A kit as everybody sees it."""

    kit = serializers.CharField(source="number")
    bags = serializers.IntegerField()
    recipient = serializers.CharField()
    allocated_at = serializers.DateTimeField(allow_null=True)
    opened = serializers.IntegerField()


class LineBody(serializers.Serializer):
    """A line of the list: this bag is of that arm, and is that unit."""

    bag = serializers.CharField(max_length=60)
    arm = serializers.CharField(max_length=40)
    unit = serializers.CharField(max_length=60)


class OpeningOutput(serializers.ModelSerializer):
    """The code of a lot, opened by two people."""

    lot = serializers.CharField(source="batch.number")

    class Meta:
        model = CodeOpening
        fields = ("lot", "reason", "opened_at", "opened_by", "second_by")


class OneLotOutput(LotOutput):
    """A lot with its holders and kits; the list only once its code was opened by two people."""

    holders = HolderOutput(many=True)
    kits = KitOutput(many=True)
    opening = OpeningOutput(allow_null=True)
    lines = LineBody(many=True)


class PersonBody(serializers.Serializer):
    """Whom, by user name."""

    person = serializers.CharField(max_length=80)


class PersonSigned(PersonBody):
    """The same, signed."""

    signature = SigningInput()


class WhyBody(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=500)


class WhySigned(WhyBody):
    """Why, signed."""

    signature = SigningInput()


class WhySignedByTwo(WhySigned):
    """Why, signed by both."""

    countersignature = SigningInput()


class ListBody(serializers.Serializer):
    """The list of a lot."""

    lines = LineBody(many=True, max_length=5000)


class ListSigned(ListBody):
    """The list, signed by both."""

    signature = SigningInput()
    countersignature = SigningInput()


class SealedOutput(serializers.Serializer):
    """The bags of the sealed list, by their numbers only."""

    bags = serializers.ListField(child=serializers.CharField())


class Nothing(serializers.Serializer):
    """Nothing is said beyond the signature."""


class Signed(serializers.Serializer):
    """A signature."""

    signature = SigningInput()


class ToldOutput(serializers.Serializer):
    """What the person was told: a kit and its arm."""

    kit = serializers.CharField()
    arm = serializers.CharField()


class BreakOutput(serializers.Serializer):
    """That the code of a kit was opened, by whom and why."""

    kit = serializers.CharField(source="allocation.kit")
    broken_by = serializers.CharField()
    broken_at = serializers.DateTimeField()
    reason = serializers.CharField()


class PatientCodeOutput(serializers.Serializer):
    """Who opened the code of a patient, and what the asking person was told."""

    breaks = BreakOutput(many=True)
    told = ToldOutput(many=True)
