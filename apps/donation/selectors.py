"""Reads of donors' consents, screening and donations."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.core.errors import Objection
from apps.donation import rules
from apps.donation.facts import Eligibility, ScreenedTest
from apps.donation.models import Donation, EligibilityDecision, ScreeningResult
from apps.identity.models import Donor
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Definition
from apps.products.definition.donation import ScreeningTest
from apps.products.facts import Verdict
from apps.products.loader import standard_tables
from apps.products.models import ProductVersion
from apps.products.rules.numbers import read_entry
from apps.products.selectors import definition_of, versions_known


def visible_donations(user: User, at: datetime) -> QuerySet[Donation]:
    """The donations of the sites this person may see."""
    found = Donation.objects.filter(site__code__in=visible_to(user, at))
    return found.select_related("record", "site", "donor")


def donation_numbered(din: str, site: str) -> Donation | None:
    """The donation with this number at the site."""
    return Donation.objects.filter(din=din, site__code=site).select_related("record", "site", "donor__record").first()


def donation_now(donation: Donation) -> Donation:
    """The donation as it is inside the door."""
    return Donation.objects.select_related("record", "site", "donor__record").get(pk=donation.pk)


def screened_tests(donor: Donor, definition: Definition) -> dict[str, ScreenedTest]:
    """The latest result of each screening test that the product asks for, judged by the product's limits."""
    latest = screening_rows(donor)
    zone = ZoneInfo(donor.site.timezone)
    found = {}
    for test in definition.donation.screening:
        rows = {result.key: latest.get((test.key, result.key)) for result in test.results}
        taken = [row.specimen_at for row in rows.values() if row]
        if taken:
            verdicts = {key: _verdict(test, key, row, zone) for key, row in rows.items()}
            found[test.key] = ScreenedTest(test.key, min(taken), verdicts)
    return found


def _verdict(test: ScreeningTest, key: str, row: ScreeningResult | None, zone: ZoneInfo) -> Verdict:
    parameter = next(result for result in test.results if result.key == key)
    if row is None:
        return Verdict.NOT_DONE
    read = read_entry(parameter, row.text, unit=row.unit, zone=zone, units=standard_tables().units)
    if isinstance(read, Objection):
        return Verdict.NOT_EVALUABLE
    return Verdict.PASS if read.verdict in (Verdict.PASS, Verdict.RECORDED, Verdict.ALERT) else read.verdict


def objections_to_eligibility(donation: Donation, definition: Definition) -> tuple[Objection, ...]:
    """Everything that stands against finding this donation eligible for a product."""
    asked = definition.donation
    consents = [consent.facts for consent in donation.donor.consents.all()]
    consent = rules.has_no_valid_consent(asked.consent, consents, donation.collected_at)
    screened = screened_tests(donation.donor, definition)
    return (*consent, *rules.is_screening_incomplete(asked, screened, donation.collected_at))


def ineligibility_of(donation: Donation) -> Objection | None:
    """Why nothing may be made from this donation, if so."""
    return rules.is_not_eligible(Eligibility(donation.eligibility), donation.din)


def decisions_of(donation: Donation) -> QuerySet[EligibilityDecision]:
    """The decisions about a donation, oldest first."""
    return EligibilityDecision.objects.filter(donation=donation).select_related("signature").order_by("pk")


def asked_at(sites: Collection[str]) -> list[tuple[ProductVersion, Definition]]:
    """What the products of these sites ask of a donor, those in force first."""
    return [(version, definition_of(version)) for version in versions_known(sites)]


def screening_asked(sites: Collection[str]) -> dict[str, ScreeningTest]:
    """Every screening test that the products of these sites ask for, by key, with the results that any of them asks."""
    found: dict[str, ScreeningTest] = {}
    for _version, definition in asked_at(sites):
        for test in definition.donation.screening:
            known = found.setdefault(test.key, test)
            keys = {result.key for result in known.results}
            more = tuple(result for result in test.results if result.key not in keys)
            if more:
                found[test.key] = known.model_copy(update={"results": (*known.results, *more)})
    return found


def screening_rows(donor: Donor) -> dict[tuple[str, str], ScreeningResult]:
    """The latest row of each screening result of a donor."""
    rows = ScreeningResult.objects.filter(donor=donor).order_by("pk")
    return {(row.test, row.result): row for row in rows}
