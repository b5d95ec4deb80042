"""Reads of donors' consents, screening and donations."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet

from apps.audit.models import Record
from apps.core.errors import Objection
from apps.donation import rules
from apps.donation.facts import Eligibility, MedicalAnswer, ScreenedTest
from apps.donation.models import Bound, Donation, EligibilityDecision, HealthAnswer, ScreeningResult
from apps.donation.rules import withdrawing
from apps.identity.models import Chain, Donor
from apps.lineage.selectors import descendant_ids
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import ChoiceParameter, Definition, Option
from apps.products.definition.base import Listed
from apps.products.definition.donation import ScreeningTest
from apps.products.definition.parameters import Parameter
from apps.products.facts import ChainOfIdentity, Verdict
from apps.products.loader import standard_tables
from apps.products.models import ProductVersion
from apps.products.rules.numbers import read_entry
from apps.products.selectors import definition_of, versions_known
from apps.quality.models import Hold

Latest = dict[tuple[str, str], ScreeningResult]  # the newest row of each result of each test


def visible_donations(user: User, at: datetime) -> QuerySet[Donation]:
    """The donations of the sites this person may see."""
    found = Donation.objects.filter(site__code__in=visible_to(user, at))
    return found.select_related("record", "site", "donor")


def donation_numbered(din: str, site: str) -> Donation | None:
    """The donation with this number at the site."""
    return Donation.objects.filter(din=din, site__code=site).select_related("record", "site", "donor__record").first()


def chain_of(donation: Donation) -> Chain | None:
    """The chain of identity that a donation was collected under."""
    return Chain.objects.filter(donations__donation=donation).select_related("donor", "recipient", "record").first()


def donation_now(donation: Donation) -> Donation:
    """The donation as it is inside the door."""
    return Donation.objects.select_related("record", "site", "donor__record").get(pk=donation.pk)


def screened_tests(donor: Donor, definition: Definition) -> dict[str, ScreenedTest]:
    """The latest result of each screening test that the product asks for, judged by the product's limits."""
    return _screened(screening_rows(donor), ZoneInfo(donor.site.timezone), definition)


def tested_again(donors: Iterable[Donor], definition: Definition) -> dict[int, datetime]:
    """Until when the blood of these donors was last found good in every mandatory test; without the others."""
    known = {donor.pk: ZoneInfo(donor.site.timezone) for donor in donors}
    rows: dict[int, Latest] = {donor: {} for donor in known}
    for row in ScreeningResult.objects.filter(donor__in=known).order_by("pk"):
        rows[row.donor_id][row.test, row.result] = row
    found = {}
    for donor, zone in known.items():
        screened = _screened(rows[donor], zone, definition)
        until = rules.good_until(definition.donation, screened)
        if until:
            found[donor] = until
    return found


def _screened(latest: Latest, zone: ZoneInfo, definition: Definition) -> dict[str, ScreenedTest]:
    found = {}
    for test in definition.donation.screening:
        rows = {result.key: latest.get((test.key, result.key)) for result in test.results}
        taken = [row.specimen_at for row in rows.values() if row]
        if taken:
            verdicts = {key: _verdict(test, key, row, zone) for key, row in rows.items()}
            texts = {key: row.text for key, row in rows.items() if row}
            found[test.key] = ScreenedTest(test.key, min(taken), verdicts, texts)
    return found


def _verdict(test: ScreeningTest, key: str, row: ScreeningResult | None, zone: ZoneInfo) -> Verdict:
    parameter = next(result for result in test.results if result.key == key)
    return Verdict.NOT_DONE if row is None else _judged(parameter, row.text, row.unit, zone)


def _judged(parameter: Parameter, text: str, unit: str, zone: ZoneInfo) -> Verdict:
    read = read_entry(parameter, text, unit=unit, zone=zone, units=standard_tables().units)
    if isinstance(read, Objection):
        return Verdict.NOT_EVALUABLE
    return Verdict.PASS if read.verdict in (Verdict.PASS, Verdict.RECORDED, Verdict.ALERT) else read.verdict


def results_not_passing(donor: Donor, test: str, results: Iterable[tuple[str, str]]) -> list[str]:
    """Of these results of one screening test those that fail the limit of any product of the donor's site."""
    zone, given = ZoneInfo(donor.site.timezone), dict(results)
    asked = [
        one for _version, made in asked_at({donor.site.code}) for one in made.donation.screening if one.key == test
    ]
    parameters = [parameter for one in asked for parameter in one.results if parameter.key in given]
    bad = (one for one in parameters if _judged(one, given[one.key], "", zone) is not Verdict.PASS)
    return list(dict.fromkeys(f"{one.label.en} {given[one.key]}" for one in bad))


def was_found_eligible(donor: Donor) -> bool:
    """Whether something may have been made of a donation of this donor."""
    return Donation.objects.filter(donor=donor, eligibility=Eligibility.ELIGIBLE).exists()


def objections_to_eligibility(donation: Donation, definition: Definition) -> tuple[Objection, ...]:
    """Everything that stands against finding this donation eligible for a product."""
    asked = definition.donation
    consents = [consent.facts for consent in donation.donor.consents.all()]
    consent = rules.has_no_valid_consent(asked.consent, consents, donation.collected_at)
    screened = screened_tests(donation.donor, definition)
    answers, earlier = medical_answers(donation, definition), _earlier_days(donation)
    collected_on = donation.collected_at.astimezone(ZoneInfo(donation.site.timezone)).date()
    return (
        *consent,
        *rules.is_screening_incomplete(asked, screened, donation.collected_at),
        *rules.is_medically_excluded(asked, answers),
        *rules.is_too_soon(asked, answers, collected_on),
        *rules.gives_too_often(asked.eligibility.history, earlier, collected_on),
        *_looked_back_upon(donation.donor),
    )


def _looked_back_upon(donor: Donor) -> list[Objection]:
    """A donor gives no more while a look-back holds what was made of an earlier donation."""
    given = Donation.objects.filter(donor=donor).values("record")
    holds = Hold.objects.filter(record__in=given, key__startswith=rules.LOOKED_BACK, lifted_at=None)
    found = {hold.key: Objection(hold.code, hold.template, hold.facts) for hold in holds.order_by("pk")}
    return list(found.values())


def _earlier_days(donation: Donation) -> list[date]:
    """The days on which the donor gave before."""
    zone = ZoneInfo(donation.site.timezone)
    rows = Donation.objects.filter(donor=donation.donor, collected_at__lte=donation.collected_at)
    days = rows.exclude(pk=donation.pk).values_list("collected_at", flat=True)
    return [day.astimezone(zone).date() for day in days]


def group_found(donation: Donation, definition: Definition) -> Option | None:
    """The group of the donor by which the product is given, where it is given by one and it was found."""
    rule = definition.given.compatibility if definition.given else None
    if rule is None:
        return None
    row = screening_rows(donation.donor).get((rule.test, rule.result))
    results = [one for test in definition.donation.screening if test.key == rule.test for one in test.results]
    asked = next((one for one in results if one.key == rule.result), None)
    return asked.option(row.text) if row and isinstance(asked, ChoiceParameter) else None


def medical_answers(donation: Donation, definition: Definition) -> dict[str, MedicalAnswer]:
    """The latest answer to each medical question of the product; criteria are judged by the product's limits."""
    criteria = {one.key: one for one in definition.donation.eligibility.criteria}
    zone, found = ZoneInfo(donation.site.timezone), {}
    for key, row in health_rows(donation).items():
        verdict = _judged(criteria[key], row.text, "", zone) if key in criteria else Verdict.RECORDED
        found[key] = MedicalAnswer(row.answered_at, verdict, row.text)
    return found


def health_rows(donation: Donation) -> dict[str, HealthAnswer]:
    """The latest row of each medical question of a donation."""
    return {row.question: row for row in HealthAnswer.objects.filter(donation=donation).order_by("pk")}


def criteria_asked(sites: Collection[str]) -> dict[str, Parameter]:
    """Every medical criterion that the products of these sites ask for, by key."""
    asked = [definition.donation.eligibility for _version, definition in asked_at(sites)]
    return {one.key: one for medical in reversed(asked) for one in medical.criteria}


def exclusions_asked(sites: Collection[str]) -> dict[str, Listed]:
    """Every exclusion that the products of these sites ask for, by key."""
    asked = [definition.donation.eligibility for _version, definition in asked_at(sites)]
    return {one.key: one for medical in reversed(asked) for one in medical.exclusions}


def ineligibility_of(donation: Donation) -> Objection | None:
    """Why nothing may be made from this donation, if so."""
    is_for_one = Bound.objects.filter(donation=donation).exists()
    return rules.is_not_eligible(Eligibility(donation.eligibility), donation.din, is_for_one=is_for_one)


def held_with(donation: Donation) -> list[Hold]:
    """What is held on batches of this donation since units of one went to a patient in urgent need."""
    key = rules.undecided_key(donation.din)
    made = descendant_ids([donation.record])
    return list(Hold.objects.filter(record__in=made, key=key, lifted_at=None).select_related("record").order_by("pk"))


def decisions_of(donation: Donation) -> QuerySet[EligibilityDecision]:
    """The decisions about a donation, oldest first."""
    found = EligibilityDecision.objects.filter(donation=donation)
    return found.select_related("signature", "countersignature__signature").order_by("pk")


def latest_decision(donation: Donation) -> EligibilityDecision | None:
    """The last decision about a donation."""
    return decisions_of(donation).last()


def resting_on(donor: Donor, scopes: Collection[str]) -> dict[Record, dict[str, object]]:
    """The donations of a donor that were found eligible for a product which needs one of these scopes, with its words.

    A donation nobody decided about is held until then, and judged by what stands.
    """
    found: dict[Record, dict[str, object]] = {}
    decided = EligibilityDecision.objects.filter(donation__donor=donor, decision=Eligibility.ELIGIBLE)
    for one in decided.select_related("donation__record").order_by("pk"):
        asked = definition_judging(one).donation.consent
        needed = withdrawing.rests_on(asked, scopes)
        if needed:
            found[one.donation.record] = {"donor": donor.number, **rules.words_of_scopes(asked, needed)}
    return found


def awaiting_countersignature(sites: Collection[str]) -> QuerySet[EligibilityDecision]:
    """The latest decision of each donation of these sites that quality assurance has not countersigned."""
    latest = EligibilityDecision.objects.values("donation").annotate(newest=Max("pk")).values("newest")
    found = EligibilityDecision.objects.filter(pk__in=latest, countersignature=None, donation__site__code__in=sites)
    return found.select_related("donation", "signature").order_by("decided_at", "pk")


def asked_at(sites: Collection[str]) -> list[tuple[ProductVersion, Definition]]:
    """What the products of these sites ask of a donor, those in force first; of those made from a donation."""
    known = [(version, definition_of(version)) for version in versions_known(sites)]
    return [(version, definition) for version, definition in known if definition.collected]


def made_for_one(sites: Collection[str]) -> list[ProductVersion]:
    """The versions at these sites that are made from one donor for one patient."""
    asked = asked_at(sites)
    return [version for version, made in asked if made.chain_of_identity is not ChainOfIdentity.NONE]


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


def screening_rows(donor: Donor) -> Latest:
    """The latest row of each screening result of a donor."""
    rows = ScreeningResult.objects.filter(donor=donor).order_by("pk")
    return {(row.test, row.result): row for row in rows}


def definition_judging(decision: EligibilityDecision) -> Definition:
    """The master record by which a decision was taken."""
    version = ProductVersion.objects.select_related("record").get(record__address=decision.product_version)
    return definition_of(version)
