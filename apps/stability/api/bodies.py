"""What the API of stability says and is told."""

from rest_framework import serializers

from apps.signatures.api import SigningInput
from apps.stability.models import ExtendedUnit, Extension, Pull, Study, StudyPoint


class PullOutput(serializers.ModelSerializer):
    """A unit that was pulled, and the sample it became."""

    study = serializers.CharField(source="point.study.number")
    month = serializers.IntegerField(source="point.month")
    unit = serializers.CharField(source="unit.number")
    sample = serializers.CharField(source="sample.number")

    class Meta:
        model = Pull
        fields = ("study", "month", "unit", "sample", "pulled_at", "pulled_by", "late", "reason")


class PointOutput(serializers.ModelSerializer):
    """A time point as a duty."""

    class Meta:
        model = StudyPoint
        fields = ("month", "state", "due_at", "opens_at", "ends_at")


class StudyOutput(serializers.ModelSerializer):
    """One study: its batch, its units and its time points."""

    address = serializers.CharField(source="record.address")
    batch = serializers.CharField(source="batch.number")
    points = PointOutput(many=True)
    units = serializers.SerializerMethodField()

    class Meta:
        model = Study
        fields = (
            *("address", "number", "batch", "state", "started_at", "opened_at", "opened_by"),
            *("closed_at", "closed_by", "close_reason", "units", "points"),
        )

    def get_units(self, study: Study) -> list[str]:
        return sorted(row.unit.number for row in study.units.all())


class StandingOutput(serializers.Serializer):
    """Where each required test stands at a month; month 0 is the release of the batch."""

    month = serializers.IntegerField()
    standings = serializers.DictField(child=serializers.CharField())


class SupportOutput(serializers.Serializer):
    """What the data support so far, in months and in words."""

    months = serializers.IntegerField()
    failed_at = serializers.IntegerField(allow_null=True)
    capped_at = serializers.IntegerField(allow_null=True)
    said = serializers.CharField()
    points = StandingOutput(many=True)


class OpenInput(serializers.Serializer):
    """The units that are set apart for the study."""

    units = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1)


class OpenSigned(OpenInput):
    signature = SigningInput()


class PullInput(serializers.Serializer):
    """The unit in the hand, as it was scanned, and when it was taken."""

    month = serializers.IntegerField(min_value=0, max_value=600)
    scanned = serializers.CharField(max_length=300)
    pulled_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class WhyInput(serializers.Serializer):
    """Why it ends."""

    reason = serializers.CharField(max_length=500)


class WhySigned(WhyInput):
    signature = SigningInput()


class ExtendedOutput(serializers.ModelSerializer):
    """A unit of an extension: both dates, and how far its relabelling is."""

    unit = serializers.CharField(source="unit.number")
    label = serializers.IntegerField(source="label.serial", default=None)

    class Meta:
        model = ExtendedUnit
        fields = (
            *("unit", "state", "old_expires_at", "new_expires_at", "label"),
            *("applied_at", "applied_by", "confirmed_at", "confirmed_by"),
        )


class ExtensionOutput(serializers.ModelSerializer):
    """A later expiry: its study, its ground, who signed, its units."""

    address = serializers.CharField(source="record.address")
    study = serializers.CharField(source="study.number")
    batch = serializers.CharField(source="batch.number")
    units = ExtendedOutput(many=True)

    class Meta:
        model = Extension
        fields = (
            *("address", "number", "study", "batch", "state", "months", "ground", "proposed_at", "proposed_by"),
            *("endorsed_at", "endorsed_by", "authorised_at", "authorised_by", "ended_at", "end_reason", "units"),
        )


class ProposalInput(serializers.Serializer):
    """How long the units may live, which they are, and why."""

    months = serializers.IntegerField(min_value=1, max_value=600)
    units = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1)
    ground = serializers.CharField(max_length=1000)


class Nothing(serializers.Serializer):
    """Nothing is said beyond the signature."""


class Signed(serializers.Serializer):
    signature = SigningInput()


class RelabelInput(serializers.Serializer):
    """The unit in the hand and its new label, as they were scanned."""

    scanned = serializers.CharField(max_length=300)
    label = serializers.CharField(max_length=300)


class RelabelSigned(RelabelInput):
    signature = SigningInput()
