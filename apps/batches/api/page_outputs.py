"""What programs are told of a whole record and of one step: the pages, as data."""

from rest_framework import serializers

from apps.batches.api.outputs import FieldOutput, SectionOutput, SentenceOutput, StepOutput, VesselOutput, Words


class HeaderOutput(serializers.Serializer):
    """What a batch is, at a glance."""

    number = serializers.CharField()
    address = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.CharField()
    title = Words()
    product = serializers.CharField()
    site = serializers.CharField()
    zone = serializers.CharField()
    donor = serializers.CharField()
    donation = serializers.CharField()
    planned_start = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    definition_sha256 = serializers.CharField()
    is_amended = serializers.BooleanField()


class CountsOutput(serializers.Serializer):
    """How many values there are, by verdict and mark."""

    recorded = serializers.IntegerField()
    by_verdict = serializers.DictField(child=serializers.IntegerField())
    corrected = serializers.IntegerField()
    late = serializers.IntegerField()
    happened = serializers.IntegerField()
    required = serializers.IntegerField()
    missing = serializers.IntegerField()


class OpenHoldOutput(serializers.Serializer):
    """An open hold on the batch or on what it is made from."""

    id = serializers.IntegerField()
    address = serializers.CharField()
    key = serializers.CharField()
    blocks = serializers.ListField(child=serializers.CharField())
    sentence = SentenceOutput()
    liftable_by = serializers.CharField()
    placed_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)


class EventLineOutput(serializers.Serializer):
    """An event on the batch."""

    number = serializers.CharField()
    kind = serializers.CharField()
    severity = serializers.CharField()
    state = serializers.CharField()
    about = serializers.CharField()
    sentence = SentenceOutput()
    opened_at = serializers.DateTimeField()


class ClockOutput(serializers.Serializer):
    """A running clock."""

    key = serializers.CharField()
    label = Words()
    since = serializers.CharField()
    since_at = serializers.DateTimeField()
    until = serializers.CharField()
    not_before = serializers.DateTimeField(allow_null=True)
    alert_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class NoteOutput(serializers.Serializer):
    """An amendment, a planned deviation, a decision at risk or a comment.

    `says`: what an amendment changes, which holds a decision goes on against, a sentence each.
    """

    kind = serializers.CharField()
    id = serializers.IntegerField()
    number = serializers.CharField()
    place = serializers.CharField()
    text = serializers.CharField()
    says = SentenceOutput(many=True)
    reason = serializers.CharField()
    state = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)


class MoveOutput(serializers.Serializer):
    """A verb that is possible in this state."""

    verb = serializers.CharField()
    label = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    needs_reason = serializers.BooleanField()


class RecordOutput(serializers.Serializer):
    """The batch record as a whole; the values are under values/."""

    header = HeaderOutput()
    sections = SectionOutput(many=True)
    counts = CountsOutput()
    holds = OpenHoldOutput(many=True)
    events = EventLineOutput(many=True)
    vessels = VesselOutput(many=True)
    clocks = ClockOutput(many=True)
    notes = NoteOutput(many=True)
    moves = MoveOutput(many=True)


class ObjectionOutput(serializers.Serializer):
    """Why something can't be done now."""

    code = serializers.CharField()
    text = serializers.CharField()
    place = serializers.CharField()


class StepPageOutput(serializers.Serializer):
    """One step with its form: what stands, what stands against going on, what is still lacking."""

    header = HeaderOutput()
    line = StepOutput()
    instructions = Words(many=True, source="step.instructions")
    rows = serializers.ListField(child=serializers.CharField())
    fields_ = FieldOutput(many=True, source="fields")
    against = ObjectionOutput(many=True)
    lacks = ObjectionOutput(many=True)
    clocks = ClockOutput(many=True)
    holds = OpenHoldOutput(many=True)
    planned = NoteOutput(many=True)
    previous = serializers.CharField(allow_null=True)
    following = serializers.CharField(allow_null=True)
    next_occurrence = serializers.CharField(allow_null=True)

    def to_representation(self, instance: object) -> dict[str, object]:
        # `fields` is a name of the serializer's own; outside it is called what it is.
        shown = super().to_representation(instance)
        shown["fields"] = shown.pop("fields_")
        return shown


class StepRowOutput(serializers.Serializer):
    """A step that was completed, signed or begun."""

    place = serializers.CharField()
    state = serializers.CharField()
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_by = serializers.CharField()


class StepRowsOutput(serializers.Serializer):
    """Several steps."""

    steps = StepRowOutput(many=True)
