"""The register of certified batches: one entry for each decision, numbered without a gap, never changed."""

from django.db import models
from django.db.models import F, Q

from apps.audit.models import Audited, Record
from apps.core.choices import choices_of
from apps.register.facts import RegisterKind
from apps.signatures.models import Signature


class RegisterEntry(Audited):
    """One decision over a batch as the certifying person's register keeps it (EU GMP Annex 16). Its record is the site.

    `decided_at` is when it was signed; `entered_at` is later only where the decision is older than the register.
    """

    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=choices_of(RegisterKind))
    batch = models.ForeignKey(Record, models.PROTECT, related_name="register_entries")
    product = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200)
    units = models.JSONField(default=list)
    quantity = models.PositiveIntegerField()
    decided_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    username = models.CharField(max_length=80)
    printed_name = models.CharField(max_length=120)
    printed_name_zh = models.CharField(max_length=120, blank=True)
    person_title_en = models.CharField(max_length=80, blank=True)
    person_title_zh = models.CharField(max_length=80, blank=True)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="register_entry")
    document = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="named_in_register")
    document_name = models.CharField(max_length=120, blank=True)
    document_hash = models.CharField(max_length=64, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    reason = models.CharField(max_length=1000, blank=True)

    append_only = True

    class Meta:
        verbose_name_plural = "register entries"
        constraints = [
            models.UniqueConstraint(fields=["record", "n"], name="one_register_entry_per_number"),
            models.CheckConstraint(condition=Q(n__gt=0), name="a_register_begins_with_one"),
            models.CheckConstraint(condition=Q(kind__in=list(RegisterKind)), name="known_register_kind"),
            models.CheckConstraint(condition=Q(entered_at__gte=F("decided_at")), name="entered_when_or_after_decided"),
            models.CheckConstraint(
                condition=Q(document=None, document_name="", document_hash="")
                | (Q(document__isnull=False) & ~Q(document_name="") & ~Q(document_hash="")),
                name="a_registered_document_has_name_and_hash",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["REJECTED", "RECALLED", "REOPENED"]) | Q(document__isnull=False),
                name="what_is_certified_has_its_document",
            ),
        ]
        indexes = [models.Index(fields=["record", "decided_at"], name="register_by_time")]

    def __str__(self) -> str:
        return f"{self.record.number}-{self.n}"

    @property
    def was_entered_later(self) -> bool:
        """The units were let go after the decision, or the decision is older than the register."""
        return self.entered_at > self.decided_at

    @property
    def document_number(self) -> str:
        """BC-CT-0042 of `BC-CT-0042 v1`."""
        return self.document_name.rpartition(" v")[0]

    @property
    def document_version(self) -> str:
        """1 of `BC-CT-0042 v1`."""
        return self.document_name.rpartition(" v")[2]
