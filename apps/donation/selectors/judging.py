"""One donation by one master record: which one before a batch is made, what labels say, what consent is missing."""

from apps.core.errors import Objection
from apps.donation import rules
from apps.donation.facts import DonorStatus, DonorWords, Eligibility, ForWhom
from apps.donation.models import Donation
from apps.donation.rules import labelling
from apps.donation.selectors.donations import asked_at, chain_of, definition_judging, latest_decision, screened_tests
from apps.products.definition import Definition
from apps.products.facts import ChainOfIdentity
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of


def definition_for(donation: Donation) -> Definition | None:
    """The master record by which a donation is looked at before a batch is made: that of its chain of identity, of its
    latest decision, else the first of the site that is made from such tissue."""
    chain, decision, asked = chain_of(donation), latest_decision(donation), asked_at({donation.site.code})
    if chain is None and decision is not None:
        return definition_judging(decision)
    made = [one for _version, one in asked if chain is None or one.key == chain.product]
    fits = [one for one in made if any(tissue.key == donation.tissue for tissue in one.donation.tissues)]
    return next(iter([*fits, *made]), None)


def donor_status(donation: Donation, definition: Definition) -> DonorStatus:
    """What a label has to say of the donor: decision, whether every mandatory test is in, which were reactive."""
    screened = screened_tests(donation.donor, definition)
    tests = definition.donation.screening
    chain = definition.chain_of_identity
    return DonorStatus(
        for_whom=ForWhom.AUTOLOGOUS if chain is ChainOfIdentity.AUTOLOGOUS else ForWhom.ANOTHER,
        eligibility=Eligibility(donation.eligibility),
        is_evaluated=all(labelling.is_answered(one, screened.get(one.key)) for one in tests if one.mandatory),
        reactive=tuple(
            DonorWords(one.label.en, one.label.zh) for one in tests if labelling.is_reactive(screened.get(one.key))
        ),
    )


def consent_missing(donation: Donation, version: ProductVersion) -> tuple[Objection, ...]:
    """What the donor did not agree to of what this product asks for. The decision by its own record has asked before;
    of a donation found eligible for another product, or for none yet, nobody has."""
    decision = latest_decision(donation)
    if decision and decision.decision == Eligibility.ELIGIBLE and definition_judging(decision).key == version.key:
        return ()
    consents = [consent.facts for consent in donation.donor.consents.all()]
    return rules.has_no_valid_consent(definition_of(version).donation.consent, consents, donation.collected_at)
