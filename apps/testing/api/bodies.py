"""What is sent to the laboratory."""

from typing import Any

from rest_framework import serializers

from apps.core.fields import LARGEST, Instant
from apps.signatures.api import SigningInput
from apps.units.api.bodies import MaybeHappened

TEXT: dict[str, Any] = {"max_length": 2000, "allow_blank": True, "trim_whitespace": False}
OPTIONAL: dict[str, Any] = {"required": False, "default": "", "allow_blank": True}


class DrawInput(MaybeHappened):
    """A sample: of which batch, of which kind, from which record, for which tests (all of its kind when left out)."""

    batch = serializers.CharField(max_length=40)
    kind = serializers.CharField(max_length=40)
    source = serializers.CharField(max_length=120, help_text="address of the batch, the vessel or the unit", **OPTIONAL)
    drawn_at = Instant()
    tests = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)
    amount = serializers.CharField(max_length=40, **OPTIONAL)
    place = serializers.CharField(max_length=120, **OPTIONAL)


class ReceiveInput(MaybeHappened):
    """When the sample reached the laboratory."""

    received_at = Instant()


class RefuseInput(serializers.Serializer):
    """Why the sample is refused."""

    reason = serializers.CharField(max_length=500, allow_blank=True)


class RunInput(MaybeHappened):
    """A run of the method that the batch's master names for the test, with numbers of instruments and reagent lots."""

    number = serializers.CharField(max_length=60, allow_blank=True)
    batch = serializers.CharField(max_length=40)
    test = serializers.CharField(max_length=40)
    started_at = Instant()
    instruments = serializers.DictField(child=serializers.CharField(max_length=60), required=False, default=dict)
    reagents = serializers.DictField(child=serializers.CharField(max_length=60), required=False, default=dict)


class LinesInput(MaybeHappened):
    """Samples put on the worksheet of a run."""

    samples = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False)
    inoculated_at = Instant(required=False, allow_null=True, default=None)


class ControlInput(serializers.Serializer):
    """What a control gave; a reason where a value stands already."""

    control = serializers.CharField(max_length=40)
    text = serializers.CharField(**TEXT)
    unit = serializers.CharField(max_length=20, **OPTIONAL)
    reason = serializers.CharField(max_length=1000, **OPTIONAL)


class ResultInput(MaybeHappened):
    """One result of one sample on the run."""

    sample = serializers.CharField(max_length=60)
    position = serializers.IntegerField(
        required=False, allow_null=True, default=None, max_value=LARGEST, help_text="where the sample stands twice"
    )
    parameter = serializers.CharField(max_length=40)
    text = serializers.CharField(**TEXT)
    tested_at = Instant()
    replicate = serializers.IntegerField(required=False, default=1, max_value=LARGEST)
    unit = serializers.CharField(max_length=20, **OPTIONAL)


class CorrectResultInput(serializers.Serializer):
    """What the result should be, and why."""

    text = serializers.CharField(**TEXT)
    reason = serializers.CharField(max_length=1000, allow_blank=True)
    tested_at = Instant(required=False, allow_null=True, default=None)
    unit = serializers.CharField(max_length=20, **OPTIONAL)


class SignRunInput(serializers.Serializer):
    """The analyst signs the worksheet; a cause found outside the controls makes the run invalid."""

    invalid_because = serializers.CharField(max_length=1000, **OPTIONAL)


class SignRunSigned(SignRunInput):
    """The same, signed."""

    signature = SigningInput()


class NothingMore(serializers.Serializer):
    """Nothing to say beside the verb."""


class NothingMoreSigned(serializers.Serializer):
    """The answer to a challenge."""

    signature = SigningInput()


class LateResultInput(serializers.Serializer):
    """One result for a batch that is certified."""

    parameter = serializers.CharField(max_length=40)
    text = serializers.CharField(**TEXT)
    tested_at = Instant()
    replicate = serializers.IntegerField(required=False, default=1, max_value=LARGEST)
    unit = serializers.CharField(max_length=20, **OPTIONAL)


class LateResultSigned(LateResultInput):
    """The same, signed by the analyst."""

    signature = SigningInput()
