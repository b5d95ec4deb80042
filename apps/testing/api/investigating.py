"""What is told of investigations."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.testing.api.outputs import ResultOutput
from apps.testing.models import Investigation, InvestigationAnswer, RetestPlan
from apps.testing.selectors import progress_of, results_investigated


class InvestigationAnswerOutput(serializers.ModelSerializer):
    """One question with its answer; a later round answers anew."""

    class Meta:
        model = InvestigationAnswer
        fields = ["phase", "round", "item", "reply", "remark"]


class ProgressOutput(serializers.Serializer):
    """How far a plan is carried out."""

    planned = serializers.IntegerField()
    begun = serializers.IntegerField()
    reviewed = serializers.IntegerField()
    left = serializers.IntegerField()


class RetestPlanOutput(serializers.ModelSerializer):
    """A plan of retests, or of a new sample."""

    progress = serializers.SerializerMethodField()

    class Meta:
        model = RetestPlan
        fields = [
            "kind", "state", "analyst", "analyst_name", "retests", "amount_left", "amount_each", "method",
            "method_version", "rationale", "not_representative", "proposed_at", "proposed_by", "decided_at",
            "decided_by", "refuse_reason", "progress",
        ]  # fmt: skip

    @extend_schema_field(ProgressOutput)
    def get_progress(self, plan: RetestPlan) -> dict[str, int]:
        """Planned, begun, reviewed, left."""
        return dict(ProgressOutput(progress_of(plan)).data)


class InvestigationOutput(serializers.ModelSerializer):
    """One investigation."""

    address = serializers.CharField(source="record.address")
    batch = serializers.CharField(source="batch.number")
    sample = serializers.CharField(source="line.sample.number")
    run = serializers.CharField(source="line.run.number")

    class Meta:
        model = Investigation
        fields = [
            "address", "number", "batch", "sample", "run", "test", "state", "earlier", "round", "opened_at",
            "opened_by", "due_at", "finding", "cause", "assessed_at", "assessed_by", "returned_because", "decision",
            "decided_at", "decided_by", "resampled", "production_finding", "conclusion", "rationale",
            "other_batches", "concluded_at", "concluded_by",
        ]  # fmt: skip


class InvestigationDetail(InvestigationOutput):
    """One investigation with everything that was found, answered and planned."""

    results = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()
    plans = serializers.SerializerMethodField()

    class Meta(InvestigationOutput.Meta):
        fields = [*InvestigationOutput.Meta.fields, "results", "answers", "plans"]

    @extend_schema_field(ResultOutput(many=True))
    def get_results(self, investigation: Investigation) -> list[dict[str, object]]:
        """The results that failed, as they were found."""
        return list(ResultOutput(results_investigated(investigation), many=True).data)

    @extend_schema_field(InvestigationAnswerOutput(many=True))
    def get_answers(self, investigation: Investigation) -> list[dict[str, object]]:
        """Every answer of every round."""
        return list(InvestigationAnswerOutput(investigation.answers.order_by("pk"), many=True).data)

    @extend_schema_field(RetestPlanOutput(many=True))
    def get_plans(self, investigation: Investigation) -> list[dict[str, object]]:
        """Every plan, refused ones too."""
        return list(RetestPlanOutput(investigation.plans.order_by("pk"), many=True).data)


class RetestCountOutput(serializers.Serializer):
    """One test, or one analyst, in a year."""

    key = serializers.CharField()
    results = serializers.IntegerField()
    failed = serializers.IntegerField()
    invalidated = serializers.IntegerField()
    retests = serializers.IntegerField()
    invalid_runs = serializers.IntegerField()
    repeated = serializers.IntegerField(help_text="investigations of a test of a batch that had one before")


class RetestCountsOutput(serializers.Serializer):
    """The counts by which testing into compliance is found."""

    since = serializers.DateTimeField()
    by_test = RetestCountOutput(many=True)
    by_analyst = RetestCountOutput(many=True)
