"""What the API says of the trail."""

from rest_framework import serializers


class ChangedOutput(serializers.Serializer):
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class TracedEntryOutput(serializers.Serializer):
    """One entry, read from its canonical text; `text`, `previous` and `hash` are what is hashed."""

    place = serializers.CharField()
    record = serializers.CharField(source="address")
    n = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    username = serializers.CharField()
    printed_name = serializers.CharField()
    kind = serializers.CharField()
    role = serializers.CharField()
    authenticated = serializers.CharField()
    table = serializers.CharField()
    row = serializers.CharField()
    reason = serializers.CharField()
    is_change = serializers.BooleanField()
    changes = ChangedOutput(many=True)
    request = serializers.CharField()
    text = serializers.CharField()
    previous = serializers.CharField()
    hash = serializers.CharField()


class EntryOutput(TracedEntryOutput):
    """One entry of the list."""

    id = serializers.UUIDField()


class HeadOutput(serializers.Serializer):
    """A signed head of the tree. `signed_text` is what the signature covers, byte for byte."""

    size = serializers.IntegerField()
    previous_size = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes it out of the class
    made_at = serializers.DateTimeField()
    key_id = serializers.CharField()
    signature = serializers.CharField()
    signed_text = serializers.CharField()


class LeafOutput(serializers.Serializer):
    index = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField())


class ProvedEntryOutput(EntryOutput):
    """One entry with its place under the newest signed head (RFC 9162 §2.1.3); null while it is not sequenced."""

    leaf = LeafOutput(allow_null=True)
    checkpoint = HeadOutput(allow_null=True)


class RelativeOutput(serializers.Serializer):
    """A record of the family: generations back are negative, those on positive. `met`: it only touched."""

    generation = serializers.IntegerField()
    kind = serializers.CharField()
    number = serializers.CharField()
    address = serializers.CharField()
    site = serializers.CharField()
    opened_at = serializers.DateTimeField()
    met = serializers.BooleanField()
    made_from = serializers.ListField(child=serializers.CharField())


class LineageOutput(serializers.Serializer):
    """The family of a record, the nearest relatives first; `earlier` and `later` count all of each kind."""

    address = serializers.CharField(source="record.address")
    position = serializers.CharField()
    is_whole = serializers.BooleanField()
    elsewhere = serializers.IntegerField()
    earlier = serializers.DictField(child=serializers.IntegerField())
    later = serializers.DictField(child=serializers.IntegerField())
    relatives = RelativeOutput(many=True)


class ConsistencyOutput(serializers.Serializer):
    old_size = serializers.IntegerField()
    old_root = serializers.CharField()
    path = serializers.ListField(child=serializers.CharField())


class CheckpointOutput(HeadOutput):
    """A signed head with the key that verifies it, and the proof that it continues an older one."""

    public_key = serializers.CharField(allow_null=True)
    continues = ConsistencyOutput(allow_null=True)


class LabelOutput(serializers.Serializer):
    """A label of the master record in both languages."""

    en = serializers.CharField()
    zh = serializers.CharField()


class SourceLineOutput(serializers.Serializer):
    n = serializers.IntegerField()
    text = serializers.CharField()


class MasterOutput(serializers.Serializer):
    """Hop 1: where the approved master record asks for the value."""

    product = serializers.CharField()
    state = serializers.CharField()
    sha256 = serializers.CharField()
    path = serializers.CharField()
    file = serializers.CharField()
    lines = SourceLineOutput(many=True)
    amendment = serializers.CharField()
    author = serializers.CharField()
    approver = serializers.CharField()
    approved_at = serializers.DateTimeField(allow_null=True)


class FormOutput(serializers.Serializer):
    """Hop 2: the field that the definition makes of it."""

    section = serializers.CharField()
    step = LabelOutput()
    label = LabelOutput()  # type: ignore[assignment]  # the metaclass takes it out of the class
    kind = serializers.CharField()
    unit = serializers.CharField()
    limit = serializers.CharField()
    record = serializers.CharField()
    check = serializers.CharField()
    role = serializers.CharField()
    batch = serializers.CharField()
    step_place = serializers.CharField()


class SignatureOutput(serializers.Serializer):
    """A signature on the value or its step; `covers` is false when a later correction left it behind."""

    printed_name = serializers.CharField()
    printed_name_zh = serializers.CharField()
    role_title = LabelOutput()
    meaning = serializers.CharField()
    at = serializers.DateTimeField()
    hash = serializers.CharField()
    covers = serializers.BooleanField()


class EarlierRowOutput(serializers.Serializer):
    """A row that was superseded."""

    table = serializers.CharField()
    pk = serializers.IntegerField()
    text = serializers.CharField()
    unit = serializers.CharField()
    verdict = serializers.CharField()
    performed_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()
    printed_name = serializers.CharField()
    origin = serializers.CharField()
    reason = serializers.CharField()
    is_late = serializers.BooleanField()
    has_happened = serializers.BooleanField()


class RowOutput(EarlierRowOutput):
    """Hop 3: the row as it was recorded."""

    earlier = EarlierRowOutput(many=True)
    signatures = SignatureOutput(many=True)


class ProofOutput(LeafOutput):
    """That the entry is the leaf `index` under a signed head."""

    checkpoint = HeadOutput()


class EntryHopOutput(serializers.Serializer):
    """Hop 4: one entry of the chain. `is_whole`: its text still gives its hash."""

    entry = TracedEntryOutput()
    is_whole = serializers.BooleanField()
    proof = ProofOutput(allow_null=True)


class DocumentOutput(serializers.Serializer):
    """Hop 5: a document about the record; `lines` state the value, without them its head only covers the entry."""

    name = serializers.CharField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    title = LabelOutput()
    state = serializers.CharField()
    content_hash = serializers.CharField()
    file_sha256 = serializers.CharField()
    issued_at = serializers.DateTimeField(allow_null=True)
    trail = serializers.CharField()
    checkpoint_size = serializers.IntegerField(allow_null=True)
    checkpoint_root = serializers.CharField()
    lines = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class TraceOutput(serializers.Serializer):
    """One value in five hops. An empty hop is null or empty, and `missing` names it with the reason."""

    address = serializers.CharField()
    record = serializers.CharField()
    site = serializers.CharField()
    title = serializers.CharField()
    master = MasterOutput(allow_null=True)
    form = FormOutput(allow_null=True)
    row = RowOutput(allow_null=True)
    entries = EntryHopOutput(many=True)
    documents = DocumentOutput(many=True)
    missing = serializers.DictField(child=serializers.CharField())


class UseOutput(serializers.Serializer):
    """One line of the log of an instrument or a room."""

    at = serializers.DateTimeField()
    thing = serializers.CharField()
    what = serializers.CharField()
    address = serializers.CharField()
    by = serializers.CharField()
    note = serializers.CharField()


class ChainRecordOutput(serializers.Serializer):
    """The record whose chain it is; `genesis` is what its first entry calls the hash before."""

    address = serializers.CharField()
    kind = serializers.CharField()
    site = serializers.CharField()
    opened_at = serializers.DateTimeField()
    genesis = serializers.CharField()


class ChainEntryOutput(serializers.Serializer):
    record = serializers.CharField()
    n = serializers.IntegerField()
    previous = serializers.CharField()
    hash = serializers.CharField()
    text = serializers.CharField()
    leaf = LeafOutput(allow_null=True)


class ChainOutput(serializers.Serializer):
    """A whole chain with all that deploy/verify_proof.py needs."""

    schema = serializers.CharField()
    exported_at = serializers.DateTimeField()
    record = ChainRecordOutput()
    checkpoint = HeadOutput(allow_null=True)
    public_keys = serializers.DictField(child=serializers.CharField())
    entries = ChainEntryOutput(many=True)
