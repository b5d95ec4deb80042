"""What is sent to an investigation."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.core.choices import choices_of
from apps.core.fields import LARGEST, Instant
from apps.signatures.api import SigningInput
from apps.testing.api.bodies import OPTIONAL
from apps.testing.facts import Conclusion, LaboratoryCause, PlanKind, Planned, Replied, Reply

WORDS: dict[str, Any] = {"max_length": 2000, "allow_blank": True}
AMOUNT: dict[str, Any] = {"max_digits": 18, "decimal_places": 6, "required": False, "allow_null": True, "default": None}


class ReplyInput(serializers.Serializer):
    """The answer to one question: in order, not in order, or not applicable; all but the first with a remark."""

    item = serializers.CharField(max_length=40)
    reply = serializers.ChoiceField(choices=choices_of(Reply))
    remark = serializers.CharField(max_length=1000, **OPTIONAL)


class ProductionInput(serializers.Serializer):
    """Every answer of the checklist, and what was found."""

    answers = ReplyInput(many=True)
    finding = serializers.CharField(**WORDS)

    def validate_answers(self, value: list[Mapping[str, str]]) -> list[Replied]:
        return [Replied(one["item"], Reply(one["reply"]), one["remark"]) for one in value]


class ProductionSigned(ProductionInput):
    """The same, signed."""

    signature = SigningInput()


class AssessInput(ProductionInput):
    """The same of the laboratory, with an assignable cause or none."""

    cause = serializers.ChoiceField(choices=choices_of(LaboratoryCause), required=False, allow_null=True, default=None)

    def validate_cause(self, value: str | None) -> LaboratoryCause | None:
        return LaboratoryCause(value) if value else None


class AssessSigned(AssessInput):
    """The same, signed."""

    signature = SigningInput()


class InvestigationDecisionInput(serializers.Serializer):
    """What is decided, in words."""

    decision = serializers.CharField(**WORDS)


class InvestigationDecisionSigned(InvestigationDecisionInput):
    """The same, signed."""

    signature = SigningInput()


class ConclusionInput(serializers.Serializer):
    """How the investigation ends, why, and which other batches were considered."""

    conclusion = serializers.ChoiceField(choices=choices_of(Conclusion))
    rationale = serializers.CharField(**WORDS)
    other_batches = serializers.CharField(**WORDS)

    def validate_conclusion(self, value: str) -> Conclusion:
        return Conclusion(value)


class ConclusionSigned(ConclusionInput):
    """The same, signed."""

    signature = SigningInput()


class InvestigationWhyInput(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=500, allow_blank=True)


class InvestigationPlanInput(serializers.Serializer):
    """What is tested again: of what, by whom, how often, how much of the sample it takes."""

    kind = serializers.ChoiceField(choices=choices_of(PlanKind))
    analyst = serializers.CharField(max_length=80)
    retests = serializers.IntegerField(min_value=0, max_value=1000)
    rationale = serializers.CharField(max_length=1000, allow_blank=True)
    amount_left = serializers.DecimalField(**AMOUNT)
    amount_each = serializers.DecimalField(**AMOUNT)
    not_representative = serializers.CharField(max_length=1000, **OPTIONAL)


def planned_of(said: Mapping[str, Any]) -> Planned:
    """The plan as the service takes it."""
    return Planned(**{**said, "kind": PlanKind(said["kind"])})


class RetestsInput(serializers.Serializer):
    """How many retests go on which run; for a new sample, which."""

    run = serializers.CharField(max_length=60)
    count = serializers.IntegerField(min_value=0, max_value=LARGEST)
    sample = serializers.CharField(max_length=60, **OPTIONAL)
    inoculated_at = Instant(required=False, allow_null=True, default=None)
