"""Consent, screening, donation and the decision about it."""

from django.db import models

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.donation.facts import ConsentFacts, DecisionFacts, Eligibility
from apps.identity.models import Chain, Donor
from apps.identity.rules.donation_numbers import printed
from apps.organisation.models import Site
from apps.signatures.models import Signature


class Consent(Audited):
    """What the donor (or the mother) agreed to, when, on which version of the form; it can be withdrawn."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="consents")
    version = models.CharField(max_length=40)
    signatory = models.CharField(max_length=40)
    scopes = models.JSONField(default=list)
    withdrawn_scopes = models.JSONField(default=list)  # of these, what was taken back while the rest stands
    ethics_reference = models.CharField(max_length=80, blank=True)
    signed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.donor} {self.version}"

    @property
    def facts(self) -> ConsentFacts:
        """The consent as a rule sees it."""
        scopes = frozenset(self.scopes) - frozenset(self.withdrawn_scopes)
        return ConsentFacts(self.version, scopes, self.ethics_reference, self.signed_at, self.withdrawn_at)


class ScreeningResult(Audited):
    """One result of a laboratory test of the donor. Of several rows for one result, the latest counts."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="screening")
    test = models.CharField(max_length=40)
    result = models.CharField(max_length=40)
    text = models.CharField(max_length=100)
    unit = models.CharField(max_length=20, blank=True)
    laboratory = models.CharField(max_length=120)
    specimen_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    append_only = True

    class Meta:
        indexes = [models.Index(fields=["donor", "test", "result"], name="screening_of_a_donor")]

    def __str__(self) -> str:
        return f"{self.donor} {self.test}"


class Donation(Audited):
    """One collected tissue under its donation number. Its record is `donation/...`, made from the donor's."""

    din = models.CharField(max_length=20, unique=True)
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="donations")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    tissue = models.CharField(max_length=40)
    collected_at = models.DateTimeField()
    collected_where = models.CharField(max_length=120, blank=True)
    eligibility = models.CharField(max_length=12, choices=choices_of(Eligibility), default=Eligibility.PENDING)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(eligibility__in=list(Eligibility)), name="known_donation_eligibility"
            ),
        ]

    def __str__(self) -> str:
        return self.din

    @property
    def printed(self) -> str:
        """The number as people read and type it: in groups, with its check character."""
        return printed(self.din)


class Bound(Audited):
    """The chain of identity that a donation was collected under. It never changes: triggers in both databases."""

    donation = models.OneToOneField(Donation, models.PROTECT, related_name="bound")
    chain = models.ForeignKey(Chain, models.PROTECT, related_name="donations")

    append_only = True

    def __str__(self) -> str:
        return f"{self.donation} {self.chain}"


class HealthAnswer(Audited):
    """One answer from the questionnaire or the chart, for one donation. Of several to a question the latest counts."""

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="health")
    question = models.CharField(max_length=40)
    text = models.CharField(max_length=100)
    answered_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    append_only = True

    class Meta:
        indexes = [models.Index(fields=["donation", "question"], name="health_of_a_donation")]

    def __str__(self) -> str:
        return f"{self.donation} {self.question}"


class EligibilityDecision(Audited):
    """A physician's signed decision about a donation, judged by one product's criteria."""

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="decisions")
    product_version = models.CharField(max_length=80)
    decision = models.CharField(max_length=12, choices=choices_of(Eligibility))
    reason = models.CharField(max_length=500, blank=True)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    append_only = True

    def __str__(self) -> str:
        return f"{self.donation} {self.decision}"

    @property
    def facts(self) -> DecisionFacts:
        """The decision as a rule sees it; read with its signatures."""
        return DecisionFacts(Eligibility(self.decision), self.signature.username, hasattr(self, "countersignature"))


class EligibilityCountersignature(Audited):
    """Quality assurance stands beside a physician's decision; only then the donation may be used."""

    decision = models.OneToOneField(EligibilityDecision, models.PROTECT, related_name="countersignature")
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")
    countersigned_at = models.DateTimeField()

    append_only = True

    def __str__(self) -> str:
        return str(self.decision)
