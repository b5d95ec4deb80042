"""The trail: one chain of entries per record, and what proves that nothing of it was changed."""

import uuid

from django.db import models
from django.db.models import F, Q

from apps.core.canonical import canonical, sha256_hex


class Record(models.Model):
    """One batch, unit, lot, donor, document ...: lock, site scope, target of every foreign key that means "this thing".

    `address` is what people, URLs and PDFs say (`batch/CT-0042`); it never changes. `site` is the site's code as
    text, for the trail lies below the organisation; "" stands for the whole installation.
    """

    address = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    site = models.CharField(max_length=20, blank=True, db_index=True)
    opened_at = models.DateTimeField()

    append_only = True

    def __str__(self) -> str:
        return self.address

    @property
    def number(self) -> str:
        """The part of the address after its kind."""
        return self.address.partition("/")[2]

    @property
    def genesis(self) -> str:
        """What the first entry of the chain calls its previous hash: every column of this row stands in it."""
        return sha256_hex(canonical([self.address, self.kind, self.site, self.opened_at]))


class Head(models.Model):
    """The newest entry of a record's chain: its number and hash, and how many of them the sequencer has taken."""

    record = models.OneToOneField(Record, models.PROTECT, primary_key=True)
    n = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    sequenced = models.PositiveBigIntegerField(default=0)

    append_only = False  # never deleted, like every audited row

    class Meta:
        indexes = [models.Index(fields=["record"], condition=Q(n__gt=F("sequenced")), name="heads_to_sequence")]

    def __str__(self) -> str:
        return f"#{self.n}"


class Entry(models.Model):
    """One thing that was done: who, what, when, why, before and after, as the canonical text that is hashed.

    `hash` is sha256(previous + sha256(text)). The other columns repeat parts of the text for search; verification
    compares them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, models.PROTECT, related_name="entries", db_index=False)
    n = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=64)
    text = models.TextField()
    hash = models.CharField(max_length=64)
    action = models.CharField(max_length=80)
    table = models.CharField(max_length=80, blank=True)
    row = models.CharField(max_length=40, blank=True)
    username = models.CharField(max_length=80)
    at = models.DateTimeField()
    request_id = models.CharField(max_length=64, blank=True)

    append_only = True

    class Meta:
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(fields=["record", "n"], name="one_entry_per_place_in_a_chain")]
        indexes = [
            models.Index(fields=["table", "row", "n"], name="entries_of_a_row"),
            models.Index(fields=["at", "id"], name="entries_by_time"),
            models.Index(fields=["username", "at", "id"], name="entries_of_a_person"),
            models.Index(fields=["action", "at", "id"], name="entries_of_an_action"),
        ]

    def __str__(self) -> str:
        return f"#{self.n} {self.action}"


class Leaf(models.Model):
    """One entry's place in the installation's own order: gap-free, made by the sequencer after commit."""

    index = models.PositiveBigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT)
    hash = models.CharField(max_length=64)

    append_only = True

    class Meta:
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Subtree(models.Model):
    """The root of a full subtree of 256 leaves (level 8), 65,536 (level 16) ...: proofs read these, not every leaf."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="one_root_per_subtree")]

    def __str__(self) -> str:
        return f"subtree {self.level}:{self.index}"


class Checkpoint(models.Model):
    """A signed tree head (RFC 9162): how many leaves there were, their root, and a signature by a key kept elsewhere.

    `peaks` holds the roots of the full subtrees, largest first, space-separated: what the next checkpoint extends.
    `previous_size` is signed as well, so that no checkpoint can be taken out between two others.
    """

    size = models.PositiveBigIntegerField(unique=True)
    previous_size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    peaks = models.TextField()
    made_at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.TextField()

    append_only = True

    def __str__(self) -> str:
        return f"#{self.size}"


class Audited(models.Model):
    """A row that is written through the audited door only: it names its record and the entry that wrote it last.

    Fields named in `personal` enter the trail as a salted hash (the model then has a `salt`), so that they can be
    erased. With `append_only` the database refuses any change of a row.
    """

    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    last_entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)

    personal: tuple[str, ...] = ()
    append_only = False

    class Meta:
        abstract = True


class Seal(Audited):
    """The row that stands in the trail for a mass of rows that came together: how many, and the SHA-256 of them all."""

    rows = models.PositiveIntegerField(default=0)
    rows_sha256 = models.CharField(max_length=64)

    append_only = True

    class Meta:
        abstract = True


class Sealed(models.Model):
    """One of a mass of rows without an entry of its own; `sealed_by` names the foreign key to its seal."""

    personal: tuple[str, ...] = ()
    sealed_by = ""
    append_only = True

    class Meta:
        abstract = True
