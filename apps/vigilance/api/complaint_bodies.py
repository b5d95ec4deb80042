"""What is sent and answered about complaints."""

from rest_framework import serializers

from apps.core.choices import choices_of
from apps.core.fields import Instant
from apps.quality.facts import Severity
from apps.signatures.api import SigningInput
from apps.vigilance.facts import Category
from apps.vigilance.models import Complaint, Concerned


class ConcernedOutput(serializers.ModelSerializer):
    """A batch, or a unit of it, with the event that tells of it and the deviation it became."""

    batch = serializers.CharField(source="batch.number")
    unit = serializers.CharField(source="unit.number", default="")
    event = serializers.CharField(source="event.record.number")
    deviation = serializers.CharField(source="event.deviation.record.number", default="")

    class Meta:
        model = Concerned
        fields = ("batch", "unit", "event", "deviation")


class ComplaintOutput(serializers.ModelSerializer):
    """A complaint: what was reported, what it concerns, what quality made of it."""

    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    concerned = ConcernedOutput(many=True)

    class Meta:
        model = Complaint
        fields = (
            *("address", "number", "site", "state", "reporter", "channel", "received_at", "category", "severity"),
            *("what", "concerned", "held", "due_at", "recorded_at", "recorded_by", "triaged_at", "triaged_by"),
            *("rationale", "answer", "answered_at", "conclusion", "closed_at", "reopen_reason"),
        )


class NamedInput(serializers.Serializer):
    """Units or batches by their numbers, or as their labels say them."""

    concerned = serializers.ListField(child=serializers.CharField(max_length=120), max_length=500)


class ComplaintInput(NamedInput):
    """What was reported, by whom, when and how it came in."""

    reporter = serializers.CharField(max_length=200)
    channel = serializers.CharField(max_length=120)
    received_at = Instant()
    category = serializers.ChoiceField(choices=choices_of(Category))
    severity = serializers.ChoiceField(choices=choices_of(Severity))
    what = serializers.CharField(max_length=2000)


class TriageInput(serializers.Serializer):
    """How grave it is and why, whether it is a deviation, whether sister units are held."""

    severity = serializers.ChoiceField(choices=choices_of(Severity))
    rationale = serializers.CharField(max_length=1000)
    deviation = serializers.BooleanField()
    hold = serializers.BooleanField()


class TriageSigned(TriageInput):
    signature = SigningInput()


class ComplaintAnswerInput(serializers.Serializer):
    """What the reporter was answered, and when."""

    answer = serializers.CharField(max_length=4000)
    answered_at = Instant()


class ConclusionInput(serializers.Serializer):
    """With what it is closed."""

    conclusion = serializers.CharField(max_length=2000)


class ConclusionSigned(ConclusionInput):
    signature = SigningInput()


class ReopeningInput(serializers.Serializer):
    """Why it is opened again."""

    reason = serializers.CharField(max_length=1000)


class ReopeningSigned(ReopeningInput):
    signature = SigningInput()
