"""Master records: each version once, with its text as it was signed; and the rule tables that were in force."""

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.products.facts import VersionState
from apps.signatures.models import Signature


class ProductVersion(Audited):
    """One version of one product's master record. Its record is `product/<key>-v<version>`.

    `text` is the canonical text; while it is a draft it may be imported anew, from the author's signature on the
    database refuses any change of it. `sites` are the codes of the authorised sites, each between blanks; the first
    one owns the record.
    """

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200)
    sites = models.CharField(max_length=200)
    text = models.TextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=16, choices=choices_of(VersionState), default=VersionState.DRAFT)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=80)
    author_signature = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    approval_signature = models.ForeignKey(Signature, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    # Read by audit.triggers: these columns can't change once the row has left the draft.
    settled_columns = ("key", "version", "title_en", "title_zh", "sites", "text", "sha256")
    settled_when = ("state", (VersionState.AUTHOR_SIGNED, VersionState.APPROVED, VersionState.RETIRED))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="one_master_record_per_version"),
            models.CheckConstraint(condition=Q(state__in=list(VersionState)), name="known_version_state"),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT, author_signature=None)
                | (~Q(state=VersionState.DRAFT) & Q(author_signature__isnull=False)),
                name="a_draft_bears_no_signature_all_else_its_authors",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[VersionState.DRAFT, VersionState.AUTHOR_SIGNED], approval_signature=None)
                | Q(state__in=[VersionState.APPROVED, VersionState.RETIRED], approval_signature__isnull=False),
                name="approved_versions_bear_two_signatures",
            ),
        ]
        indexes = [models.Index(fields=["key", "state", "version"], name="versions_of_a_product")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """msc_covid19-v1: the part of the address after `product/`."""
        return f"{self.key}-v{self.version}"

    @property
    def site_codes(self) -> tuple[str, ...]:
        """The sites where the product may be made."""
        return tuple(self.sites.split())


class RuleTable(Audited):
    """One state of a rule table (units, methods, retention) as it was loaded; a changed table is a new row."""

    key = models.CharField(max_length=40)
    n = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "n"], name="one_state_of_a_rule_table")]

    def __str__(self) -> str:
        return f"{self.key} {self.n}"
