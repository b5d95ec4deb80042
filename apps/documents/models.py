"""The register of documents: what was said, under which number, and what became of it."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited, Checkpoint, Record
from apps.core.choices import choices_of
from apps.documents.facts import DocumentKind, DocumentState


class Wording(Audited):
    """What one document says, as the canonical text that was hashed; never changed. The PDF is drawn from it."""

    text = models.TextField()
    hash = models.CharField(max_length=64, db_index=True)

    append_only = True

    def __str__(self) -> str:
        return self.hash


class Document(Audited):
    """One version of one numbered document: requested, issued as a sealed file, then replaced or withdrawn."""

    kind = models.CharField(max_length=40, choices=choices_of(DocumentKind))
    number = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=choices_of(DocumentState), default=DocumentState.DRAFT.value)
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200, blank=True)
    subject = models.ForeignKey(Record, models.PROTECT, related_name="documents")
    wording = models.OneToOneField(Wording, models.PROTECT, related_name="document")
    code = models.CharField(max_length=120, unique=True)
    code_key = models.CharField(max_length=120, unique=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    requested_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    trail = models.CharField(max_length=150, blank=True)
    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, null=True, blank=True, related_name="+")
    file_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    file_size = models.PositiveIntegerField(default=0)
    superseded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="one_document_per_number_and_version"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DocumentState]), name="document_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(state="SUPERSEDED") | ~Q(file_sha256=""),
                name="issued_documents_have_a_file",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="documents_by_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """BC-0042 v1: how people and other documents call it."""
        return f"{self.number} v{self.version}"

    @property
    def content_hash(self) -> str:
        """SHA-256 of what it says; printed on every page."""
        return self.wording.hash

    @property
    def file_name(self) -> str:
        """The name of the file when somebody keeps it."""
        return f"{self.number}-v{self.version}.pdf"
