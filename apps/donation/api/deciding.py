"""What is signed about a donation: a physician's decision, and the second signature beside it."""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers

from apps.audit.models import Record
from apps.core.errors import BadInput, Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.donation import services
from apps.donation.api.donations import DonationOutput
from apps.donation.content import countersign_content, eligibility_content
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.selectors import visible_donations
from apps.organisation.access import Access
from apps.products.models import ProductVersion
from apps.products.selectors import visible_version
from apps.signatures.api import SigningInput
from apps.signatures.api.people_bodies import NothingInput, NothingSigned
from apps.signatures.api.verbs import SignedVerb
from apps.signatures.facts import SignedContent, Signing

BY_PHYSICIANS = Access(write=frozenset({Role.PHYSICIAN}))
BY_QA = Access(write=frozenset({Role.QA}))


class DecisionInput(serializers.Serializer):
    """A physician's decision, judged by one product."""

    product = serializers.CharField(max_length=60)
    decision = serializers.ChoiceField(choices=[decision.value for decision in Eligibility])
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class DecisionSigned(DecisionInput):
    """A decision, signed."""

    signature = SigningInput()


class OfADonation(SignedVerb):
    """A signature that stands beside a donation."""

    output_class = DonationOutput

    def target(self) -> Donation:
        return get_object_or_404(visible_donations(self.request.user, self.now), din=self.kwargs["din"])

    def record(self, target: Donation) -> Record | None:
        return target.record


class DecideEligibility(OfADonation):
    """Decide about a donation: a physician's signature."""

    open_to = BY_PHYSICIANS
    input_class, signed_class = DecisionInput, DecisionSigned

    def content(self, target: Donation, data: Mapping[str, Any]) -> SignedContent:
        version, decision = self._version(data), Eligibility(data["decision"])
        return eligibility_content(target, version, decision, data["reason"])

    def perform(self, target: Donation, data: Mapping[str, Any], signing: Signing) -> Donation:
        return services.decide_eligibility(
            donation=target,
            product_version=self._version(data),
            decision=Eligibility(data["decision"]),
            reason=data["reason"],
            signing=signing,
            **self.who,
        )

    def _version(self, data: Mapping[str, Any]) -> ProductVersion:
        try:
            return visible_version(self.request.user, data["product"], self.now)
        except ProductVersion.DoesNotExist as error:
            objection = Objection("unknown_number", N_("There is no such master record here."), place="product")
            raise BadInput(objection) from error


class CountersignEligibility(OfADonation):
    """Countersign a physician's decision: quality assurance, a second person."""

    open_to = BY_QA
    input_class, signed_class = NothingInput, NothingSigned

    def content(self, target: Donation, data: Mapping[str, Any]) -> SignedContent:
        return countersign_content(target)

    def perform(self, target: Donation, data: Mapping[str, Any], signing: Signing) -> Donation:
        return services.countersign_eligibility(donation=target, signing=signing, **self.who)
