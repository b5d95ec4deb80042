"""What is sent and answered about holds, events, deviations and actions."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.core.choices import choices_of
from apps.core.fields import Instant
from apps.core.ui.wording import sentence
from apps.quality.facts import Blocks, CapaKind, Planned, RootCause, Severity
from apps.quality.models import Capa, Deviation, Event, Hold
from apps.signatures.api import SigningInput


class HoldOutput(serializers.ModelSerializer):
    """A hold: what it blocks, why, and what lifted it."""

    record = serializers.CharField(source="record.address")
    blocks = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()

    class Meta:
        model = Hold
        fields = (
            *("id", "record", "key", "blocks", "code", "text", "facts", "liftable_by", "due_at"),
            *("placed_at", "placed_by", "lifted_at", "lifted_by", "lift_reason"),
        )

    def get_blocks(self, hold: Hold) -> list[str]:
        return sorted(hold.blocks)

    def get_text(self, hold: Hold) -> str:
        return sentence(hold)


class EventOutput(serializers.ModelSerializer):
    """An event, and the deviation it became."""

    number = serializers.CharField(source="record.number")
    subject = serializers.CharField(source="subject.address")
    text = serializers.SerializerMethodField()
    deviation = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = (
            *("number", "subject", "about", "kind", "severity", "text", "facts", "state", "opened_at", "opened_by"),
            *("closed_at", "closed_by", "close_reason", "deviation"),
        )

    def get_text(self, event: Event) -> str:
        return sentence(event)

    def get_deviation(self, event: Event) -> str | None:
        return event.deviation.record.number if hasattr(event, "deviation") else None


class DeviationOutput(serializers.ModelSerializer):
    """A deviation."""

    number = serializers.CharField(source="record.number")
    event = serializers.CharField(source="event.record.number")
    subject = serializers.CharField(source="subject.address")

    class Meta:
        model = Deviation
        fields = (
            *("number", "event", "subject", "classification", "rationale", "state", "impact", "other_batches"),
            *(
                "root_cause",
                "root_cause_category",
                "reopened",
                "reopen_reason",
                "opened_at",
                "due_at",
                "impact_signed_at",
                "closed_at",
            ),
        )


class StopInput(serializers.Serializer):
    """Stop a thing: everything, or only some kinds of act."""

    record = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=500)
    blocks = serializers.MultipleChoiceField(choices=choices_of(Blocks), required=False, default=list(Blocks))


class ReportInput(serializers.Serializer):
    subject = serializers.CharField(max_length=120)
    what = serializers.CharField(max_length=1000)
    severity = serializers.ChoiceField(choices=choices_of(Severity))
    about = serializers.CharField(max_length=240, required=False, default="", allow_blank=True)


class LiftInput(serializers.Serializer):
    evidence = serializers.CharField(max_length=500)


class LiftSigned(LiftInput):
    signature = SigningInput()


class ReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=1000)


class ReasonSigned(ReasonInput):
    signature = SigningInput()


class ClassificationInput(serializers.Serializer):
    classification = serializers.ChoiceField(choices=choices_of(Severity))
    rationale = serializers.CharField(max_length=1000)

    def validate_classification(self, value: str) -> Severity:
        return Severity(value)


class ClassificationSigned(ClassificationInput):
    signature = SigningInput()


class ImpactInput(serializers.Serializer):
    impact = serializers.CharField(max_length=4000)
    other_batches = serializers.CharField(max_length=2000)


class ImpactSigned(ImpactInput):
    signature = SigningInput()


class RootCauseInput(serializers.Serializer):
    root_cause = serializers.CharField(max_length=4000)
    category = serializers.ChoiceField(choices=choices_of(RootCause))

    def validate_category(self, value: str) -> RootCause:
        return RootCause(value)


class RootCauseSigned(RootCauseInput):
    signature = SigningInput()


class CapaOutput(serializers.ModelSerializer):
    """A corrective or preventive action."""

    number = serializers.CharField(source="record.number")
    source = serializers.CharField(source="source.address")
    subject = serializers.CharField(source="subject.address")

    class Meta:
        model = Capa
        fields = (
            *("number", "source", "subject", "kind", "state", "what", "owner", "owner_name", "due_at", "criterion"),
            *("check_at", "planned_at", "planned_by", "evidence", "done_at", "done_by", "finding", "checked_at"),
            *("checked_by", "postponed", "reopened", "reason"),
        )


class CapaInput(serializers.Serializer):
    """An action: what, by whom, until when; by what, and from when, it is judged effective."""

    kind = serializers.ChoiceField(choices=choices_of(CapaKind))
    what = serializers.CharField(max_length=2000)
    owner = serializers.CharField(max_length=80, help_text="the user name of somebody who holds a role at the site")
    due_at = Instant()
    criterion = serializers.CharField(max_length=1000)
    check_at = Instant()


def planned_from(said: Mapping[str, Any]) -> Planned:
    """An action as the service takes it."""
    return Planned(**{**said, "kind": CapaKind(said["kind"])})


class EvidenceInput(serializers.Serializer):
    evidence = serializers.CharField(max_length=2000)


class FindingInput(serializers.Serializer):
    finding = serializers.CharField(max_length=2000)


class FindingSigned(FindingInput):
    signature = SigningInput()


class DueInput(ReasonInput):
    due_at = Instant()
