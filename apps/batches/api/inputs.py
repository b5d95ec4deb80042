"""What programs send."""

from rest_framework import serializers

from apps.core.fields import LARGEST, Instant
from apps.signatures.api import HappenedInput, SigningInput


class PlanInput(serializers.Serializer):
    """A batch to be planned."""

    number = serializers.CharField(max_length=40)
    product = serializers.CharField(max_length=60, help_text="number of the approved master record, <key>-v<version>")
    site = serializers.CharField(max_length=20)
    donation = serializers.CharField(
        max_length=20,
        required=False,
        default="",
        allow_blank=True,
        help_text="none where it is made from a pool or a bank",
    )
    bank = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True, help_text="the batch whose units it is made from"
    )
    planned_start = Instant(required=False, allow_null=True, default=None)
    planned_end = Instant(required=False, allow_null=True, default=None)


class NoBody(serializers.Serializer):
    """Nothing to say beside the verb."""


class StartInput(serializers.Serializer):
    """The chain of identity on the donation in hand; only where what is made is for one patient."""

    chain = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class StartSigned(StartInput):
    """A start, signed."""

    signature = SigningInput()


class OnlySigned(serializers.Serializer):
    """The answer to a challenge."""

    signature = SigningInput()


class TerminationInput(serializers.Serializer):
    """A reason."""

    reason = serializers.CharField(max_length=1000, allow_blank=True)


class TerminationSigned(TerminationInput):
    """A reason, signed."""

    signature = SigningInput()


class HappenedOnly(serializers.Serializer):
    """The second way: it was already done."""

    happened = HappenedInput(required=False, allow_null=True, default=None)


class HappenedSigned(HappenedOnly):
    """Signed, and perhaps already done."""

    signature = SigningInput()


class OneValue(serializers.Serializer):
    """One value as it was typed or scanned. An empty text is "not done" and needs a reason."""

    place = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=2000, allow_blank=True, trim_whitespace=False)
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    performed_at = Instant(required=False, allow_null=True, default=None)
    scanned = serializers.BooleanField(required=False, default=False)


class Circumstances(HappenedOnly):
    """Why so, whether it was already done, and the second person where one is needed."""

    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    signature = SigningInput(required=False, allow_null=True, default=None)


class ValueInputBody(OneValue, Circumstances):
    """One value with its circumstances."""


class ValuesInputBody(Circumstances):
    """Several values, all or none; a later one may count from an earlier one."""

    values = OneValue(many=True, allow_empty=False, max_length=500)


class CorrectionInput(serializers.Serializer):
    """The value that was shown, what it should be, and why."""

    supersedes = serializers.IntegerField(max_value=LARGEST, help_text="id of the value that was shown")
    text = serializers.CharField(max_length=2000, allow_blank=True, trim_whitespace=False)
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    performed_at = Instant(required=False, allow_null=True, default=None)
    scanned = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(max_length=1000, allow_blank=True)
    happened = HappenedInput(required=False, allow_null=True, default=None)


class OccurrenceInput(HappenedOnly):
    """The occurrence to begin."""

    place = serializers.CharField(max_length=120)


class VesselsInput(HappenedOnly):
    """Vessels to open in a step."""

    step = serializers.CharField(max_length=120)
    kind = serializers.CharField(max_length=40)
    count = serializers.IntegerField(min_value=1, max_value=500, default=1)
    parents = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list)
    performed_at = Instant(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class VesselLabelsInput(serializers.Serializer):
    """Vessels whose label was lost or spoilt."""

    vessels = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False)
    reason = serializers.CharField(max_length=500, allow_blank=True)


class PoolLineInput(serializers.Serializer):
    """A donation and the mass of it."""

    donation = serializers.CharField(max_length=20)
    mass = serializers.CharField(max_length=40)


class PoolLinesInput(serializers.Serializer):
    """Donations that go into the pool."""

    lines = PoolLineInput(many=True, allow_empty=False)


class PoolLinesHappened(PoolLinesInput):
    """The same, where it was already done."""

    happened = HappenedInput(required=False, allow_null=True, default=None)


class PoolRemovalInput(serializers.Serializer):
    """A donation taken out of the pool before it closes, and why."""

    donation = serializers.CharField(max_length=20)
    reason = serializers.CharField(max_length=1000, allow_blank=True)


class AttachmentInput(serializers.Serializer):
    """A file for a place of the record."""

    place = serializers.CharField(max_length=200)
    file = serializers.FileField()
    is_paper = serializers.BooleanField(required=False, default=False)
    supersedes = serializers.IntegerField(
        required=False, default=None, max_value=LARGEST, help_text="id of the file value it corrects"
    )
    performed_at = Instant(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class AmendmentInput(serializers.Serializer):
    """Changes of the master record for one batch, with the reason."""

    changes = serializers.ListField(child=serializers.DictField(), allow_empty=False, max_length=50)
    reason = serializers.CharField(max_length=1000)


class AmendmentSigned(AmendmentInput):
    """Changes, signed by their author."""

    signature = SigningInput()


class PlannedInput(serializers.Serializer):
    """A departure to be agreed before it is done."""

    step = serializers.CharField(max_length=120)
    what = serializers.CharField(max_length=1000)
    why = serializers.CharField(max_length=1000)


class PlannedSigned(PlannedInput):
    """A departure, agreed by QA's signature."""

    signature = SigningInput()


class RiskInput(serializers.Serializer):
    """Going on at risk: who in QA agreed, and why."""

    named_qa = serializers.CharField(max_length=80)
    reason = serializers.CharField(max_length=1000)


class RiskSigned(RiskInput):
    """Going on at risk, signed."""

    signature = SigningInput()


class CommentInput(serializers.Serializer):
    """Words about a batch or a place in it."""

    text = serializers.CharField(max_length=2000)
    place = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class ExcursionInput(serializers.Serializer):
    """A condition of an instrument that lay outside its range."""

    instrument = serializers.CharField(max_length=60)
    condition = serializers.CharField(max_length=40)
    worst = serializers.CharField(max_length=40)
    unit = serializers.CharField(max_length=20)
    began_at = Instant()
    ended_at = Instant()
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
