"""A batch of any product of the seeds, from the donor to the plan, by the services."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.batches.models import Batch
from apps.batches.services.planning import plan_batch
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.services import record_collection, record_consent, record_screening
from apps.identity.facts import Person
from apps.identity.models import Chain, Donor, Recipient
from apps.identity.rules.contents import write_donation_number
from apps.identity.services import issue_chain, register_donor, register_recipient
from apps.products.facts import ChainOfIdentity
from apps.products.loader import SEEDS, Loaded, Reading, read_product, standard_tables, validated
from apps.products.models import ProductVersion
from tests.batches.story import approved, decide, healthy, passing
from tests.cast import AT, Cast, actor, site_of, train

MSC = SEEDS / "products" / "msc_covid19" / "v1"
BEFORE, COLLECTED = AT - timedelta(days=3), AT - timedelta(days=1)
GIVER = Person("Wang Fang", "1994-02-11", "330402199402110021")
PATIENT = Person("Wang Lei", "1968-07-30", "H-445566")
TYPING = "A*02/24 B*07/40"  # of donor and patient alike


def bound(whole: Mapping[str, Any] | None = None) -> Loaded:
    """The product of the first story as if it were made from one donor for one patient."""
    data = dict(whole or read_product(MSC).data)
    field = {"key": "chain_of_identity", "label": {"en": "Chain of identity", "zh": "身份链"}}
    label = {**data["units"]["label"], "fields": [*data["units"]["label"]["fields"], field]}
    changed = {"chain_of_identity": "directed", "units": {**data["units"], "label": label}}
    return validated(Reading({**data, **changed}), standard_tables())


def giver(cast: Cast, product: Loaded, n: int = 0, *, at: datetime = BEFORE) -> Donor:
    """A donor of the first class of the product, with consent."""
    asked, paula = product.definition.donation, actor(cast.paula)
    found = register_donor(
        number=f"D-09{n:02}",
        site=site_of("NANHU"),
        donor_class=asked.donor_classes[0].key,
        person=GIVER,
        actor=paula,
        at=at,
    )
    record_consent(
        donor=found,
        version="1.0",
        signatory=asked.consent.signatory.key,
        scopes=asked.consent.required_scopes,
        ethics_reference="EC-2026-014",
        signed_at=at,
        actor=paula,
        at=at,
    )
    return found


def patient_of(cast: Cast, donor: Donor | None, n: int = 0) -> Recipient:
    """The patient for whom this donor gives."""
    said = {"number": f"R-09{n:02}", "site": site_of("NANHU"), "person": PATIENT, "donor": donor}
    return register_recipient(**said, actor=actor(cast.paula), at=BEFORE)


def chain_for(cast: Cast, donor: Donor, version: ProductVersion, n: int = 0) -> Chain:
    """The chain of identity from this donor to their patient."""
    recipient = patient_of(cast, donor, n)
    return issue_chain(recipient=recipient, product_version=version, actor=actor(cast.paula), at=BEFORE)


def given(
    cast: Cast, product: Loaded, donor: Donor, chain: Chain | None, n: int = 0, *, collected: datetime = COLLECTED
) -> Donation:
    """What the donor gave, tested, not yet decided about."""
    asked, paula = product.definition.donation, actor(cast.paula)
    found = record_collection(
        din=write_donation_number(f"A9999260009{n:02}").text,
        donor=donor,
        tissue=asked.tissues[0].key,
        collected_at=collected,
        where="Ward 3",
        actor=paula,
        at=collected,
        chain=chain,
    )
    for test in asked.screening:
        typed = (test.one_way.donor, test.one_way.recipient) if test.one_way else ()
        answers = {result.key: passing(result) for result in test.results if result.required}
        results = list((answers | dict.fromkeys(typed, TYPING)).items())
        at = {"specimen_at": collected, "actor": paula, "at": AT}
        record_screening(donor=donor, test=test.key, results=results, laboratory="Lab 1", **at)
    healthy(cast, found, product=product)
    return found


def known(product: Loaded) -> ProductVersion:
    """The approved version of the product, made once."""
    key = product.definition.key
    return ProductVersion.objects.filter(key=key).select_related("record").first() or approved(product)


def planned(cast: Cast, product: Loaded, n: int = 0, *, collected: datetime = COLLECTED) -> Batch:
    """A batch of this product, planned from an eligible donation; bound by a chain where the master asks for one, and
    from no donation where it holds nothing of a donor."""
    version = known(product)
    donation = eligible(cast, product, version, n, collected=collected) if product.definition.collected else None
    train(cast.olga, version.record.address)
    pooled = product.definition.preparation.pool is not None
    said = {"product_version": version, "site": site_of("NANHU"), "donation": None if pooled else donation, "at": AT}
    return plan_batch(number=f"CT-09{n:02}", actor=actor(cast.olga), **said)


def eligible(cast: Cast, product: Loaded, version: ProductVersion, n: int, *, collected: datetime) -> Donation:
    """What a donor gave for it, found eligible."""
    donor = giver(cast, product, n)
    is_bound = product.definition.chain_of_identity is not ChainOfIdentity.NONE
    chain = chain_for(cast, donor, version, n) if is_bound else None
    return decide(cast, given(cast, product, donor, chain, n, collected=collected), version, Eligibility.ELIGIBLE)
