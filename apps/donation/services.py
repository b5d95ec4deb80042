"""What is done about a donation: consent, collect, screen, decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, is_taken
from apps.core.text import N_
from apps.donation import rules
from apps.donation.content import countersign_content, eligibility_content
from apps.donation.facts import Eligibility
from apps.donation.models import (
    Bound,
    Consent,
    Donation,
    EligibilityCountersignature,
    EligibilityDecision,
    HealthAnswer,
    ScreeningResult,
)
from apps.donation.rules import withdrawing
from apps.donation.selectors import (
    criteria_asked,
    definition_judging,
    donation_now,
    exclusions_asked,
    latest_decision,
    objections_to_eligibility,
    resting_on,
    results_not_passing,
    screening_asked,
    was_found_eligible,
)
from apps.identity.facts import DonationNumber
from apps.identity.models import Chain, Donor
from apps.identity.rules import chains
from apps.identity.rules.contents import read_donation_number
from apps.identity.rules.donation_numbers import is_given_to_another
from apps.identity.selectors import issued_to
from apps.lineage.services import link
from apps.organisation.services import require
from apps.products.loader import standard_tables
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.quality.facts import Blocks
from apps.quality.services import answer_due, lift_hold_for, place_hold, place_holds
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign

COLLECTORS = (Role.COLLECTOR, Role.PHYSICIAN)
LABORATORY = (Role.ANALYST, Role.PHYSICIAN)
ELIGIBILITY = "eligibility"  # the hold on a donation until it is eligible; everything made of it is held with it
EVERYTHING = (Blocks.PROCESS, Blocks.CERTIFY, Blocks.ISSUE, Blocks.USE)


def record_consent(
    *,
    donor: Donor,
    version: str,
    signatory: str,
    scopes: Sequence[str],
    ethics_reference: str,
    signed_at: datetime,
    actor: Actor,
    at: datetime,
) -> Consent:
    """Record a consent that was signed on paper or screen: who, to what, on which version, when."""
    who = require(actor, COLLECTORS, donor.site.code, at=at)
    stop_if(is_future(signed_at, at, "signed_at"))
    with audited(actor=who, action="donor.consent.recorded", at=at, touching=[donor.record]) as change:
        consent = Consent(record=donor.record, donor=donor, version=version, signatory=signatory, signed_at=signed_at)
        consent.scopes, consent.ethics_reference = list(scopes), ethics_reference
        return change.create(consent)


def withdraw_consent(
    *, consent: Consent, reason: str, actor: Actor, at: datetime, scopes: Sequence[str] = ()
) -> Consent:
    """Record that a consent was withdrawn, whole or for these scopes of it.

    What rests on it is held until quality has decided: of a whole consent everything made of the donor's tissue, of a
    scope what was found eligible for a product that needs it. The rest of the consent stands.
    """
    record = consent.record
    who = require(actor, COLLECTORS, record.site, at=at)
    given = Donation.objects.filter(donor=consent.donor_id).select_related("record")
    touching = [record, *(donation.record for donation in given)]
    with audited(actor=who, action="donor.consent.withdrawn", at=at, reason=reason, touching=touching) as change:
        consent = Consent.objects.select_related("record", "donor").get(pk=consent.pk)
        stands = consent.facts
        stop_if(withdrawing.is_withdrawn_before(stands), withdrawing.was_never_agreed(scopes, stands))
        if not withdrawing.withdraws_all(scopes, stands):
            _hold_what_rests_on(change, consent, scopes)
            return change.update(consent, withdrawn_scopes=[*consent.withdrawn_scopes, *dict.fromkeys(scopes)])
        place_hold(
            change,
            record=record,
            key="consent:withdrawn",
            blocks=EVERYTHING,
            code="consent_withdrawn",
            template=N_("The consent of donor {donor} was withdrawn."),
            facts={"donor": record.number},
        )
        return change.update(consent, withdrawn_at=at, withdrawal_reason=reason)


def _hold_what_rests_on(change: Change, consent: Consent, scopes: Sequence[str]) -> None:
    for scope in dict.fromkeys(scopes):
        place_holds(
            change,
            records=resting_on(consent.donor, [scope]),
            key=f"consent:withdrawn:{scope}",
            blocks=EVERYTHING,
            code="consent_scope_withdrawn",
            template=N_("Donor {donor} withdrew the consent to: {scopes}."),
        )


def record_screening(
    *,
    donor: Donor,
    test: str,
    results: Sequence[tuple[str, str]],
    laboratory: str,
    specimen_at: datetime,
    actor: Actor,
    at: datetime,
) -> list[ScreeningResult]:
    """Record the results of one screening test; the product's limits judge them when eligibility is decided."""
    who = require(actor, LABORATORY, donor.site.code, at=at)
    stop_if(is_future(specimen_at, at, "specimen_at"))
    asked = screening_asked({donor.site.code})
    unreadable = rules.is_unreadable(asked, test, results, standard_tables().units)
    if unreadable:
        raise BadInput(*unreadable)
    with audited(actor=who, action="donor.screening.recorded", at=at, touching=[donor.record]) as change:
        common = {"donor": donor, "test": test, "laboratory": laboratory, "specimen_at": specimen_at, "recorded_at": at}
        rows = [ScreeningResult(record=donor.record, result=key, text=text, **common) for key, text in results]
        _hold_if_reactive(change, donor, test, results)
        return change.create_many(rows)


def _hold_if_reactive(change: Change, donor: Donor, test: str, results: Sequence[tuple[str, str]]) -> None:
    """What fails after a donation was found eligible holds everything made of the donor, until QA looks back."""
    bad = results_not_passing(donor, test, results) if was_found_eligible(donor) else []
    if bad:
        place_hold(
            change,
            record=donor.record,
            key=f"{rules.REACTIVE}{test}",
            blocks=EVERYTHING,
            code="donor_reactive",
            template=N_("Donor {donor} after donating: {what}"),
            facts={"donor": donor.number, "what": "; ".join(bad)},
            due_at=answer_due(donor.site.code, change.at),
        )


def record_collection(
    *,
    din: str,
    donor: Donor,
    tissue: str,
    collected_at: datetime,
    where: str,
    actor: Actor,
    at: datetime,
    chain: Chain | None = None,
) -> Donation:
    """Record that tissue was collected under a donation number; it is held until it is found eligible.

    `din` as it was given: the symbol that was scanned, or the number typed with its check character. `chain` binds it
    to one patient for good.
    """
    who = require(actor, COLLECTORS, donor.site.code, at=at)
    given = read_donation_number(din)
    stop_if(
        given if isinstance(given, Objection) else None,
        is_future(collected_at, at, "collected_at"),
        *(chains.against_collection(chain.facts, donor.number, collected_at) if chain else ()),
    )
    number = cast(DonationNumber, given).number
    stop_if(is_taken(number, record_at(f"donation/{number}") is not None, "din"))
    series = record_at(f"series/{number[:5]}-{number[5:7]}")
    relied = [donor.record, *(one.record for one in [chain] if one), *([series] if series else [])]
    with audited(actor=who, action="donation.collected", at=at, relying_on=relied) as change:
        stop_if(is_given_to_another(number, issued_to(number), donor.number))
        record = change.open_record("donation", number, site=donor.site.code)
        donation = Donation(record=record, din=number, donor=donor, site=donor.site, tissue=tissue)
        donation.collected_at, donation.collected_where = collected_at, where
        change.create(donation)
        if chain:
            change.create(Bound(record=record, donation=donation, chain=chain), action="donation.bound")
        link(change, children=[record], parent=donor.record)
        _hold_until_eligible(change, donation)
        return donation


def record_health(
    *, donation: Donation, answers: Sequence[tuple[str, str]], answered_at: datetime, actor: Actor, at: datetime
) -> list[HealthAnswer]:
    """Record what the questionnaire and the chart say about the donor at this donation, with the day of the answers."""
    site, record = donation.site.code, donation.record
    who = require(actor, COLLECTORS, site, at=at)
    stop_if(is_future(answered_at, at, "answered_at"))
    unreadable = rules.has_unreadable_answers(
        criteria_asked({site}), exclusions_asked({site}), answers, standard_tables().units
    )
    if unreadable:
        raise BadInput(*unreadable)
    with audited(actor=who, action="donation.health.recorded", at=at, touching=[record]) as change:
        common = {"record": record, "donation": donation, "answered_at": answered_at, "recorded_at": at}
        return change.create_many([HealthAnswer(question=key, text=text, **common) for key, text in answers])


def decide_eligibility(
    *,
    donation: Donation,
    product_version: ProductVersion,
    decision: Eligibility,
    reason: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> Donation:
    """Decide about a donation: a physician's signature. Eligible only when nothing stands against it, and in
    force only when quality assurance has countersigned.
    """
    site, record = donation.site.code, donation.record
    signer = admit_signer(signing=signing, actor=actor, role=Role.PHYSICIAN, site=site, at=at, about=record.address)
    action, donor = "donation.eligibility.decided", donation.donor.record
    with audited(
        actor=signer.actor, action=action, at=at, reason=reason, touching=[record], relying_on=[donor]
    ) as change:
        donation = donation_now(donation)
        against = objections_to_eligibility(donation, definition_of(product_version))
        stop_if(
            rules.is_pending(decision),
            rules.reason_is_missing(decision, reason),
            *(against if decision is Eligibility.ELIGIBLE else ()),
        )
        content = eligibility_content(donation, product_version, decision, reason)
        signature = sign(change, signer=signer, record=record, content=content, site=site)
        row = EligibilityDecision(record=record, donation=donation, decision=decision, reason=reason, decided_at=at)
        row.signature, row.product_version = signature, product_version.record.address
        change.create(row)
        if decision is Eligibility.ELIGIBLE:
            return donation  # held as before, until the second signature
        _hold_until_eligible(change, donation)
        return change.update(donation, eligibility=decision)


def countersign_eligibility(*, donation: Donation, signing: Signing, actor: Actor, at: datetime) -> Donation:
    """Quality assurance countersigns the physician's decision; an eligible donation may be used from now on."""
    site, record, donor = donation.site.code, donation.record, donation.donor.record
    signer = admit_signer(signing=signing, actor=actor, role=Role.QA, site=site, at=at, about=record.address)
    action = "donation.eligibility.countersigned"
    with audited(actor=signer.actor, action=action, at=at, touching=[record], relying_on=[donor]) as change:
        donation = donation_now(donation)
        decision = latest_decision(donation)
        facts = decision.facts if decision else None
        stop_if(rules.nothing_to_countersign(facts), rules.is_own_decision(facts, signer.actor.username))
        decided = cast(EligibilityDecision, decision)
        is_eligible = decided.decision == Eligibility.ELIGIBLE
        stop_if(*(objections_to_eligibility(donation, definition_judging(decided)) if is_eligible else ()))
        signature = sign(change, signer=signer, record=record, content=countersign_content(donation), site=site)
        row = EligibilityCountersignature(record=record, decision=decided, signature=signature, countersigned_at=at)
        change.create(row)
        if not is_eligible:
            return donation
        lift_hold_for(change, record=record, key=ELIGIBILITY, reason=N_("Found eligible."))
        return change.update(donation, eligibility=Eligibility.ELIGIBLE)


def _hold_until_eligible(change: Change, donation: Donation) -> None:
    place_hold(
        change,
        record=donation.record,
        key=ELIGIBILITY,
        blocks=EVERYTHING,
        code="not_eligible",
        template=N_("Donation {din} is not found eligible."),
        facts={"din": donation.din},
        liftable_by=Role.PHYSICIAN,
    )
