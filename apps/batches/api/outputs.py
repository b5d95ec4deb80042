"""What programs are told."""

from rest_framework import serializers


class Words(serializers.Serializer):
    """A text in both languages."""

    en = serializers.CharField()
    zh = serializers.CharField()


class BatchOutput(serializers.Serializer):
    """A batch as a line of the list."""

    number = serializers.CharField()
    address = serializers.CharField(source="record.address")
    state = serializers.CharField()
    product = serializers.CharField(source="product_version.number")
    title_en = serializers.CharField(source="product_version.title_en")
    title_zh = serializers.CharField(source="product_version.title_zh")
    site = serializers.CharField(source="site.code")
    donation = serializers.CharField(source="din")
    bank = serializers.CharField(source="bank.number", default="")
    planned_start = serializers.DateTimeField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField()


class SignatureOutput(serializers.Serializer):
    """Who signed, with which title and meaning, when; and whether it covers what stands now."""

    username = serializers.CharField()
    printed_name = serializers.CharField()
    printed_name_zh = serializers.CharField()
    role = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()
    meaning = serializers.CharField()
    signed_at = serializers.DateTimeField()
    hash = serializers.CharField()
    covers = serializers.BooleanField()


class SentenceOutput(serializers.Serializer):
    """A sentence, with what it is made of."""

    text = serializers.CharField()
    template = serializers.CharField()
    facts = serializers.DictField()


class FileOutput(serializers.Serializer):
    """An attached file."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    is_paper = serializers.BooleanField()
    certified = SignatureOutput(allow_null=True)


class ValueOutput(serializers.Serializer):
    """A recorded value: as entered, as read, as judged; by whom, when; what it overrode or corrected."""

    id = serializers.IntegerField()
    place = serializers.CharField()
    text = serializers.CharField()
    unit = serializers.CharField()
    given_unit = serializers.CharField()
    number = serializers.CharField(allow_null=True)
    rounded = serializers.CharField(allow_null=True)
    comparator = serializers.CharField()
    instant = serializers.DateTimeField(allow_null=True)
    verdict = serializers.CharField()
    sentence = SentenceOutput()
    performed_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    performed_by = serializers.CharField()
    recorded_by = serializers.CharField()
    printed_name = serializers.CharField()
    origin = serializers.CharField()
    function = serializers.CharField()
    is_late = serializers.BooleanField()
    has_happened = serializers.BooleanField()
    overridden = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()
    is_correction = serializers.BooleanField()
    second = serializers.CharField()
    file = FileOutput(allow_null=True)


class ValuesOutput(serializers.Serializer):
    """Several recorded values."""

    values = ValueOutput(many=True)


class OptionOutput(serializers.Serializer):
    """One choice."""

    key = serializers.CharField()
    label = Words()


class FieldOutput(serializers.Serializer):
    """One field of a step's form, with what stands there and stood there before."""

    place = serializers.CharField()
    key = serializers.CharField()
    label = Words()
    kind = serializers.CharField()
    unit = serializers.CharField()
    decimals = serializers.IntegerField(allow_null=True)
    limit = serializers.CharField()
    alert = serializers.CharField()
    required = serializers.BooleanField()
    critical = serializers.BooleanField()
    row = serializers.CharField()
    options = OptionOutput(many=True)
    accepts = serializers.ListField(child=serializers.CharField())
    wants = serializers.CharField()
    site_to_confirm = serializers.BooleanField()
    value = ValueOutput(allow_null=True)
    history = ValueOutput(many=True)


class StepOutput(serializers.Serializer):
    """A step as a line of the record."""

    place = serializers.CharField()
    label = Words()
    state = serializers.CharField()
    is_locked = serializers.BooleanField()
    waits_for = serializers.ListField(child=serializers.CharField())
    required = serializers.IntegerField()
    missing = serializers.IntegerField()
    verdict = serializers.CharField()
    late = serializers.IntegerField()
    corrected = serializers.IntegerField()
    wants_signature = serializers.BooleanField()
    is_signed_alone = serializers.BooleanField()
    is_signed = serializers.BooleanField()
    wants_witness = serializers.BooleanField()
    wants_check = serializers.BooleanField()
    has_second = serializers.BooleanField()
    is_uncovered = serializers.BooleanField()
    completed_by = serializers.CharField()
    completed_at = serializers.DateTimeField(allow_null=True)
    performed = SignatureOutput(allow_null=True)
    second = SignatureOutput(allow_null=True)


class SectionOutput(serializers.Serializer):
    """An occurrence of a stage."""

    place = serializers.CharField()
    label = Words()
    is_done = serializers.BooleanField()
    to_sign = serializers.IntegerField()
    to_check = serializers.IntegerField()
    steps = StepOutput(many=True)


class VesselOutput(serializers.Serializer):
    """An in-process vessel."""

    number = serializers.CharField()
    kind = serializers.CharField()
    row = serializers.CharField()
    section = serializers.CharField()
    state = serializers.CharField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class AmendmentOutput(serializers.Serializer):
    """An amendment of one batch."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    state = serializers.CharField()
    changes = serializers.JSONField()
    reason = serializers.CharField()
    sha256 = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)


class PlannedOutput(serializers.Serializer):
    """A planned deviation."""

    id = serializers.IntegerField()
    place = serializers.CharField()
    what = serializers.CharField()
    why = serializers.CharField()
    agreed_at = serializers.DateTimeField()


class RiskOutput(serializers.Serializer):
    """A decision to go on at risk."""

    id = serializers.IntegerField()
    holds = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()
    named_qa = serializers.CharField()
    decided_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    ratified_at = serializers.DateTimeField(allow_null=True)


class CommentOutput(serializers.Serializer):
    """A comment."""

    id = serializers.IntegerField()
    place = serializers.CharField()
    text = serializers.CharField()
    printed_name = serializers.CharField()
    made_at = serializers.DateTimeField()


class RecordedExcursionOutput(serializers.Serializer):
    """A recorded excursion."""

    id = serializers.IntegerField()
    instrument = serializers.CharField(source="instrument.number")
    condition = serializers.CharField()
    worst = serializers.CharField()
    unit = serializers.CharField()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
