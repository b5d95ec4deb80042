"""What a physician signs about a donation."""

from apps.core.text import N_
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.selectors import objections_to_eligibility, screened_tests
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.signatures.facts import Line, SignedContent


def eligibility_content(
    donation: Donation, product_version: ProductVersion, decision: Eligibility, reason: str = ""
) -> SignedContent:
    """The decision about a donation, with everything it rests on."""
    definition = definition_of(product_version)
    screened = screened_tests(donation.donor, definition)
    labels = {test.key: test.label.en for test in definition.donation.screening}
    against = objections_to_eligibility(donation, definition)
    lines = (
        Line("Donation", donation.din),
        Line("Donor", donation.donor.number),
        Line("Judged by", product_version.record.address),
        *(Line(labels[key], ", ".join(sorted(test.verdicts.values()))) for key, test in screened.items()),
        *(Line("Against", objection.text) for objection in against),
        Line("Decision", decision.value, reason),
    )
    meaning = N_("I have reviewed the consent, the history and the tests of this donor and decide as shown.")
    return SignedContent("donor_eligibility", donation.record.address, meaning, lines)
