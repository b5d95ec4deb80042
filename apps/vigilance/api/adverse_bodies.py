"""What is sent and answered about adverse events."""

from rest_framework import serializers

from apps.core.choices import choices_of
from apps.core.fields import Instant
from apps.signatures.api import SigningInput
from apps.vigilance.facts import Causality, Expectedness, Outcome, Seriousness
from apps.vigilance.models import AdverseEvent, FollowUpReport, ReportDuty, SafetyReport


class DutyOutput(serializers.ModelSerializer):
    """A report that is due by a clock: sent under a reference, withdrawn by a judgement, or open."""

    reference = serializers.CharField(source="report.reference", default="")

    class Meta:
        model = ReportDuty
        fields = ("clock", "stage", "due_at", "reference", "answered_at", "withdrawn_at", "withdrawn_why")


class SentOutput(serializers.ModelSerializer):
    """One report that went out."""

    class Meta:
        model = SafetyReport
        fields = ("sent_to", "reference", "sent_at", "what", "recorded_at", "recorded_by")


class FollowUpOutput(serializers.ModelSerializer):
    """What was learned later."""

    class Meta:
        model = FollowUpReport
        fields = ("n", "learned_at", "what", "grade", "seriousness", "outcome", "recorded_at", "recorded_by")


class AdverseEventOutput(serializers.ModelSerializer):
    """An adverse event as it stands, with its follow-ups, what is due and what was reported. The patient by code."""

    address = serializers.CharField(source="record.address")
    order = serializers.CharField(source="order.number")
    recipient = serializers.CharField(source="recipient.number")
    reaction = serializers.IntegerField(source="reaction.n", default=None)
    follow_ups = FollowUpOutput(many=True)
    duties = DutyOutput(many=True)
    reports = SentOutput(many=True)

    class Meta:
        model = AdverseEvent
        fields = (
            *("address", "number", "order", "recipient", "reaction", "state", "term", "narrative", "grade"),
            *("onset_at", "known_at", "seriousness", "outcome", "held", "recorded_at", "recorded_by", "causality"),
            *("expectedness", "reference", "rationale", "assess_by", "assessed_at", "assessed_by", "closed_at"),
            *("conclusion", "follow_ups", "duties", "reports"),
        )


class StandingInput(serializers.Serializer):
    """How grave it is, what makes it serious (none: nothing does), how it went."""

    grade = serializers.IntegerField(min_value=1, max_value=5)
    seriousness = serializers.MultipleChoiceField(choices=choices_of(Seriousness), required=False, default=())
    outcome = serializers.ChoiceField(choices=choices_of(Outcome))

    def validate_seriousness(self, value: set[str]) -> tuple[Seriousness, ...]:
        return tuple(one for one in Seriousness if one.value in value)

    def validate_outcome(self, value: str) -> Outcome:
        return Outcome(value)


class AdverseEventInput(StandingInput):
    """What a patient had after a dose; `reaction` is the number of the reaction at the bed that is carried over."""

    term = serializers.CharField(max_length=200)
    narrative = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)
    onset_at = Instant()
    known_at = Instant()
    reaction = serializers.IntegerField(min_value=1, max_value=32000, required=False, allow_null=True, default=None)


class FollowUpInput(StandingInput):
    """What was learned later, and the event as it stands now."""

    learned_at = Instant()
    what = serializers.CharField(max_length=4000)


class AssessmentInput(serializers.Serializer):
    """Relation to the product, expectedness against which information, and why."""

    causality = serializers.ChoiceField(choices=choices_of(Causality))
    expectedness = serializers.ChoiceField(choices=choices_of(Expectedness))
    reference = serializers.CharField(max_length=200)
    rationale = serializers.CharField(max_length=2000)


class AssessmentSigned(AssessmentInput):
    signature = SigningInput()


class SentInput(serializers.Serializer):
    """What was reported to whom; `answers` names the duty: `<clock>:<stage>`, empty for a further report."""

    sent_to = serializers.CharField(max_length=300)
    reference = serializers.CharField(max_length=120)
    sent_at = Instant()
    what = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    answers = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
