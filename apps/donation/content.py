"""What a physician signs about a donation, and what labels say because of the donor."""

from dataclasses import dataclass

from apps.core.text import N_
from apps.documents.facts import Bilingual
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.rules.labelling import words_on_label
from apps.donation.selectors import (
    donor_status,
    latest_decision,
    medical_answers,
    objections_to_eligibility,
    screened_tests,
)
from apps.products.definition import Definition
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.signatures.facts import Line, SignedContent


@dataclass(frozen=True)
class OnLabel:
    """What a label says because of the donor: its statements, and whether the biohazard legend is drawn."""

    statements: tuple[Bilingual, ...] = ()
    hazard: bool = False


def on_label(donation: Donation | None, definition: Definition) -> OnLabel:
    """The statements for everything that bears cells of this donation, as the donor stands now."""
    if donation is None:
        return OnLabel()
    words = words_on_label(donor_status(donation, definition))
    return OnLabel(tuple(Bilingual(one.en, one.zh) for one in words), any(one.is_biohazard for one in words))


def eligibility_content(
    donation: Donation, product_version: ProductVersion, decision: Eligibility, reason: str = ""
) -> SignedContent:
    """The decision about a donation, with everything it rests on."""
    definition = definition_of(product_version)
    screened = screened_tests(donation.donor, definition)
    labels = {test.key: test.label.en for test in definition.donation.screening}
    against = objections_to_eligibility(donation, definition)
    lines = (
        Line(N_("Donation"), donation.din),
        Line(N_("Donor"), donation.donor.number),
        Line(N_("Judged by"), product_version.record.address),
        *(Line(labels[key], ", ".join(sorted(test.verdicts.values()))) for key, test in screened.items()),
        *_medical_lines(donation, definition),
        *(Line(N_("Against"), objection.text) for objection in against),
        Line(N_("Decision"), decision.value, reason),
    )
    meaning = N_("I have reviewed the consent, the history and the tests of this donor and decide as shown.")
    return SignedContent("donor_eligibility", donation.record.address, meaning, lines)


def countersign_content(donation: Donation) -> SignedContent:
    """The decision that quality assurance stands beside, exactly as the physician signed it."""
    decision = latest_decision(donation)
    said = (
        (
            Line(N_("Judged by"), decision.product_version),
            Line(N_("Decision"), decision.decision, decision.reason),
            Line(N_("Decided by"), decision.signature.printed_name),
            Line(N_("Signed content"), decision.signature.content_hash),
        )
        if decision
        else ()
    )
    meaning = N_("I have reviewed how this decision was reached and countersign it for quality assurance.")
    lines = (Line(N_("Donation"), donation.din), Line(N_("Donor"), donation.donor.number), *said)
    return SignedContent("donor_eligibility_countersigned", donation.record.address, meaning, lines)


def _medical_lines(donation: Donation, definition: Definition) -> tuple[Line, ...]:
    asked, answers = definition.donation.eligibility, medical_answers(donation, definition)
    questions = (*asked.criteria, *asked.exclusions)
    return tuple(Line(one.label.en, answers[one.key].text) for one in questions if one.key in answers)
