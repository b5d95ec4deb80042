"""What is told of samples, runs and results."""

from rest_framework import serializers

from apps.products.rules.limits import elapsed_text
from apps.testing.models import Approval, AssayRun, ControlValue, Line, Result, RunNeed, Sample
from apps.testing.selectors import Mean
from apps.units.api.bodies import PlainNumber

FOUND = ["kind", "text", "number", "unit", "comparator", "rounded", "verdict", "judgement", "recorded_at", "reason"]


class SampleOutput(serializers.ModelSerializer):
    """One sample."""

    address = serializers.CharField(source="record.address")
    batch = serializers.CharField(source="batch.number")
    source = serializers.CharField(source="source.address")
    tests = serializers.ListField(child=serializers.CharField())
    age_received = serializers.SerializerMethodField()

    def get_age_received(self, sample: Sample) -> str | None:
        """How old it was when the laboratory took it in: "29 min"."""
        return None if sample.age_received is None else elapsed_text(sample.age_received)

    class Meta:
        model = Sample
        fields = [
            "address", "number", "batch", "kind", "source", "place", "point", "tests", "amount", "amount_unit", "state",
            "drawn_at", "drawn_by", "received_at", "received_by", "age_received",
            "refuse_reason", "overridden",
        ]  # fmt: skip


class NeedOutput(serializers.ModelSerializer):
    """An instrument or a reagent lot of a run."""

    number = serializers.CharField()

    class Meta:
        model = RunNeed
        fields = ["kind", "key", "number"]


class WorksheetLineOutput(serializers.ModelSerializer):
    """One sample on a worksheet."""

    sample = serializers.CharField(source="sample.number")
    batch = serializers.CharField(source="sample.batch.number")

    class Meta:
        model = Line
        fields = ["id", "position", "sample", "batch", "inoculated_at", "added_at", "retest"]


class RunOutput(serializers.ModelSerializer):
    """One run."""

    address = serializers.CharField(source="record.address")
    site = serializers.CharField(source="site.code")
    product = serializers.CharField(source="product_version.number")
    needs = NeedOutput(many=True)
    lines = WorksheetLineOutput(many=True)

    class Meta:
        model = AssayRun
        fields = [
            "address", "number", "site", "product", "test", "method", "method_version", "state", "started_at",
            "analyst", "analyst_name", "judged_at", "invalid_because", "overridden", "needs", "lines",
        ]  # fmt: skip


class ControlOutput(serializers.ModelSerializer):
    """What a control gave."""

    number = PlainNumber(allow_null=True)
    rounded = PlainNumber(allow_null=True)

    class Meta:
        model = ControlValue
        fields = ["control", "entered_by", *FOUND]


class ResultOutput(serializers.ModelSerializer):
    """One result with where it stands."""

    address = serializers.CharField()
    number = PlainNumber(allow_null=True)
    rounded = PlainNumber(allow_null=True)
    batch = serializers.CharField(source="batch.number")
    sample = serializers.CharField(source="line.sample.number")
    run = serializers.CharField(source="line.run.number")
    tested_by = serializers.CharField(source="tested_signature.printed_name", default="")
    reviewed_by = serializers.CharField(source="reviewed_signature.printed_name", default="")
    supersedes = serializers.IntegerField(source="supersedes_id", allow_null=True)
    investigation = serializers.CharField(source="investigation.number", default=None, allow_null=True)
    retest = serializers.IntegerField(source="line.retest")

    class Meta:
        model = Result
        fields = [
            "id", "address", "batch", "sample", "run", "test", "parameter", "replicate", "state", "tested_at",
            "analyst", "analyst_name", "tested_by", "reviewed_by", "late", "happened", "overridden",
            "supersedes", "investigation", "invalidated_at", "retest", *FOUND,
        ]  # fmt: skip


class ResultDetail(ResultOutput):
    """The result with what was corrected on the way, oldest first."""

    history = ResultOutput(many=True)

    class Meta(ResultOutput.Meta):
        fields = [*ResultOutput.Meta.fields, "history"]


class ControlCellOutput(serializers.Serializer):
    """A control that the method asks for, and what was found."""

    key = serializers.CharField(source="control.key")
    label_en = serializers.CharField(source="control.label.en")
    label_zh = serializers.CharField(source="control.label.zh")
    limit = serializers.CharField()
    value = ControlOutput(allow_null=True)


class ResultCellOutput(serializers.Serializer):
    """A quantity that the test reports, and what was found."""

    parameter = serializers.CharField(source="parameter.key")
    label_en = serializers.CharField(source="parameter.label.en")
    label_zh = serializers.CharField(source="parameter.label.zh")
    replicate = serializers.IntegerField()
    limit = serializers.CharField()
    final_from = serializers.DateTimeField(allow_null=True)
    result = ResultOutput(allow_null=True)


class WorksheetRowOutput(serializers.Serializer):
    """One line of the worksheet."""

    line = WorksheetLineOutput()
    cells = ResultCellOutput(many=True)


class WorksheetOutput(serializers.Serializer):
    """A run with its controls, samples and results."""

    run = RunOutput()
    controls = ControlCellOutput(many=True)
    rows = WorksheetRowOutput(many=True)
    drafts = serializers.IntegerField()
    to_review = serializers.IntegerField()


class MeanOutput(serializers.Serializer):
    """The mean that the method reports, and the results it is made of."""

    sample = serializers.CharField()
    parameter = serializers.CharField()
    rounded = PlainNumber()
    unit = serializers.CharField()
    verdict = serializers.CharField()
    of = serializers.SerializerMethodField()

    def get_of(self, mean: Mean) -> list[str]:
        """The addresses of the results."""
        return [result.address for result in mean.of]


class OutcomeOutput(serializers.Serializer):
    """Where one test of a batch stands."""

    test = serializers.CharField(source="test.key")
    label_en = serializers.CharField(source="test.label.en")
    label_zh = serializers.CharField(source="test.label.zh")
    required = serializers.BooleanField()
    standing = serializers.CharField()
    verdict = serializers.CharField()
    samples = serializers.ListField(source="sample_numbers", child=serializers.CharField())
    runs = serializers.ListField(source="run_numbers", child=serializers.CharField())
    invalid_runs = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    retests = serializers.IntegerField()
    open_investigations = serializers.ListField(child=serializers.CharField())
    means = MeanOutput(many=True)
    results = ResultOutput(many=True)


class ApprovalOutput(serializers.ModelSerializer):
    """The approved analysis, and the document that was asked for."""

    batch = serializers.CharField(source="batch.number")

    class Meta:
        model = Approval
        fields = ["batch", "version", "document", "approved_at", "approved_by"]
