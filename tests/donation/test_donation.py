"""Consent, collection, screening, eligibility: what stands against a donor is said before anything is made."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit.services import audited
from apps.core.errors import NotAllowed, RuleBroken
from apps.donation import rules
from apps.donation.content import countersign_content, eligibility_content
from apps.donation.facts import ConsentFacts, DecisionFacts, Eligibility, MedicalAnswer
from apps.donation.models import Consent, Donation
from apps.donation.selectors import decisions_of, objections_to_eligibility
from apps.donation.services import (
    countersign_eligibility,
    decide_eligibility,
    record_collection,
    record_screening,
    withdraw_consent,
)
from apps.identity.rules.donation_numbers import printed
from apps.lineage.selectors import ancestor_ids
from apps.products.facts import Verdict
from apps.products.models import ProductVersion
from apps.quality.models import Hold
from tests.batches.refusals import codes
from tests.batches.story import (
    DIN,
    approved,
    collected,
    countersigned,
    decide,
    donor,
    healthy,
    passing,
    screened,
    small_record,
)
from tests.cast import AT, Cast, actor, sign_as

ASKED = small_record().definition.donation


@pytest.fixture
def version(cast: Cast) -> ProductVersion:
    """The approved master record."""
    return approved(small_record())


@pytest.fixture
def cord(cast: Cast) -> Donation:
    """A cord of D-0117, with consent and without tests."""
    return collected(cast, donor(cast))


def taking(cast: Cast, given: str) -> Donation:
    """Paula collects a cord under the number as it was given."""
    paula, said = actor(cast.paula), {"tissue": "cord", "collected_at": AT, "where": "Ward 3"}
    return record_collection(din=given, donor=donor(cast), actor=paula, at=AT, **said)


def decide_alone(cast: Cast, donation: Donation, version: ProductVersion) -> Donation:
    """Paula finds a donation eligible; nobody has countersigned."""
    signing = sign_as(cast.paula, eligibility_content(donation, version, Eligibility.ELIGIBLE))
    particulars: dict[str, Any] = {"decision": Eligibility.ELIGIBLE, "reason": "", "signing": signing}
    return decide_eligibility(donation=donation, product_version=version, actor=actor(cast.paula), at=AT, **particulars)


def consent(**more: Any) -> ConsentFacts:
    found = {
        "version": "3.1",
        "scopes": frozenset(ASKED.consent.required_scopes),
        "ethics_reference": "EC-1",
        "signed_at": AT - timedelta(days=2),
        "withdrawn_at": None,
    }
    return ConsentFacts(**{**found, **more})


def against(*consents: ConsentFacts) -> list[str]:
    found = rules.has_no_valid_consent(ASKED.consent, consents, AT - timedelta(days=1))
    return [objection.code for objection in found]


def test_a_valid_consent_leaves_no_objection() -> None:
    assert against(consent()) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"withdrawn_at": AT}, "consent_withdrawn"),
        ({"signed_at": AT - timedelta(days=1)}, "consent_after_collection"),
        ({"scopes": frozenset()}, "consent_scope"),
        ({"ethics_reference": ""}, "ethics_missing"),
    ],
)
def test_what_is_wrong_with_a_consent_is_said(more: dict[str, Any], code: str) -> None:
    assert against(consent(**more)) == [code]


def test_no_consent_is_an_objection() -> None:
    assert against() == ["consent_missing"]


def test_the_latest_consent_counts() -> None:
    later = consent(scopes=frozenset(), signed_at=AT - timedelta(days=1, hours=1))

    assert against(consent(), later) == ["consent_scope"]


@pytest.mark.parametrize(
    "given", ["=G12342600011700", "=+02000=G12342600011700=%5100", "]d1=G12342600011700", "G1234 26 000117 H"]
)
def test_a_donation_number_is_scanned_or_typed_with_its_check_character(cast: Cast, given: str) -> None:
    collection = taking(cast, given)

    assert (collection.din, collection.record.address) == ("G123426000117", "donation/G123426000117")
    assert collection.printed == "G1234 26 000117 H"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("G123426000117", "check_character_missing"),
        ("G123426000117B", "check_character_wrong"),
        ("G123426000171H", "check_character_wrong"),
        ("", "din_malformed"),
        ("g123426000117A", "din_malformed"),
        ("=G123426000117", "symbol_unreadable"),
        ("=G12342600011761", "check_character_wrong"),
        ("=%5100", "other_symbol"),
        ("=+02000=G12342600011700=A99992600011700", "other_symbol"),
    ],
)
def test_what_is_no_donation_number_is_refused_beside_its_field(cast: Cast, given: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        taking(cast, given)

    assert [(one.code, one.place) for one in refused.value.objections] == [(code, "din")]
    assert not Donation.objects.exists()


def test_a_collected_tissue_is_held_and_made_from_its_donor(cord: Donation) -> None:
    assert cord.eligibility == Eligibility.PENDING
    assert ancestor_ids([cord.record]) == {cord.donor.record_id}
    assert Hold.objects.get(record=cord.record, lifted_at=None).key == "eligibility"


def test_a_donation_number_is_given_once(cast: Cast, cord: Donation) -> None:
    assert codes(lambda: collected(cast, cord.donor)) == ["number_taken"]


def test_an_eligible_donation_is_no_longer_held(cast: Cast, cord: Donation, version: ProductVersion) -> None:
    screened(cast, cord.donor)
    found = decide(cast, cord, version, Eligibility.ELIGIBLE)

    assert found.eligibility == Eligibility.ELIGIBLE
    assert not Hold.objects.filter(record=cord.record, lifted_at=None).exists()
    decision = decisions_of(cord).get()
    assert (decision.signature.username, decision.countersignature.signature.username) == ("paula", "quinn")


def test_a_decision_alone_frees_nothing(cast: Cast, cord: Donation, version: ProductVersion) -> None:
    screened(cast, cord.donor)
    decide_alone(cast, cord, version)

    found = Donation.objects.get()
    assert found.eligibility == Eligibility.PENDING
    assert Hold.objects.filter(record=found.record, lifted_at=None).exists()


def test_quality_countersigns_a_decision_once(cast: Cast, cord: Donation, version: ProductVersion) -> None:
    assert codes(lambda: countersigned(cast, cord)) == ["not_decided"]
    screened(cast, cord.donor)
    decide(cast, cord, version, Eligibility.ELIGIBLE)

    assert codes(lambda: countersigned(cast, cord)) == ["countersigned"]


@pytest.mark.parametrize("name", ["paula", "olga", "colin"])
def test_only_quality_countersigns(cast: Cast, cord: Donation, version: ProductVersion, name: str) -> None:
    screened(cast, cord.donor)
    decide_alone(cast, cord, version)
    person = getattr(cast, name)

    signing = sign_as(person, countersign_content(cord))

    with pytest.raises(NotAllowed):
        countersign_eligibility(donation=cord, signing=signing, actor=actor(person), at=AT)


def test_nobody_countersigns_their_own_decision() -> None:
    """Somebody may be physician and quality assurance at one site; never for one donation."""
    decided = DecisionFacts(Eligibility.ELIGIBLE, "paula", countersigned=False)

    assert rules.is_own_decision(decided, "quinn") is None
    own = rules.is_own_decision(decided, "paula")
    assert own
    assert own.code == "same_person"


def test_what_came_to_stand_against_it_meanwhile_stops_the_second_signature(
    cast: Cast, cord: Donation, version: ProductVersion
) -> None:
    screened(cast, cord.donor)
    decide_alone(cast, cord, version)
    healthy(cast, cord, malignancy="yes")

    assert codes(lambda: countersigned(cast, cord)) == ["excluded"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"mother_age": ""}, "medical_answer_missing"),
        ({"mother_age": "17"}, "criterion_not_met"),
        ({"mother_age": "41"}, "criterion_not_met"),
        ({"gestation": "36"}, "criterion_not_met"),
        ({"single_healthy_newborn": "no"}, "criterion_not_met"),
        ({"malignancy": ""}, "medical_answer_missing"),
        ({"malignancy": "yes"}, "excluded"),
    ],
)
def test_the_rule_that_fails_is_shown_and_forbids_eligibility(
    cast: Cast, version: ProductVersion, answer: dict[str, str], code: str
) -> None:
    cord = collected(cast, donor(cast), **answer)
    screened(cast, cord.donor)

    assert codes(lambda: decide(cast, cord, version, Eligibility.ELIGIBLE)) == [code]
    assert [one.code for one in objections_to_eligibility(cord, small_record().definition)] == [code]


@pytest.mark.parametrize(
    ("verdict", "code"),
    [(None, []), (Verdict.PASS, []), (Verdict.FAIL, ["criterion_not_met"]), (Verdict.ACTION, ["criterion_not_met"])],
)
def test_an_optional_criterion_may_be_left_out_but_its_answer_is_judged(
    verdict: Verdict | None, code: list[str]
) -> None:
    optional = ASKED.eligibility.criteria[0].model_copy(update={"required": False})
    only = ASKED.eligibility.model_copy(update={"criteria": (optional,), "exclusions": ()})
    answers = {optional.key: MedicalAnswer(AT, verdict, "17")} if verdict else {}

    found = rules.is_medically_excluded(ASKED.model_copy(update={"eligibility": only}), answers)

    assert [objection.code for objection in found] == code


def test_the_latest_answer_to_a_question_counts(cast: Cast, version: ProductVersion) -> None:
    cord = collected(cast, donor(cast), mother_age="17")
    screened(cast, cord.donor)
    healthy(cast, cord, mother_age="27")

    assert decide(cast, cord, version, Eligibility.ELIGIBLE).eligibility == Eligibility.ELIGIBLE


def test_every_mandatory_test_must_be_there(cast: Cast, cord: Donation, version: ProductVersion) -> None:
    screened(cast, cord.donor, but="hiv")

    found = codes(lambda: decide(cast, cord, version, Eligibility.ELIGIBLE))
    assert found == ["screening_missing"]


def test_a_reactive_test_forbids_eligibility_and_a_later_row_counts(
    cast: Cast, cord: Donation, version: ProductVersion
) -> None:
    screened(cast, cord.donor)
    test = next(test for test in ASKED.screening if test.key == "hiv")
    results = [(result.key, "positive") for result in test.results]
    record_screening(
        donor=cord.donor,
        test="hiv",
        results=results,
        laboratory="Lab 2",
        specimen_at=cord.collected_at,
        actor=actor(cast.paula),
        at=AT,
    )

    assert codes(lambda: decide(cast, cord, version, Eligibility.ELIGIBLE)) == ["screening_not_passed"]


@pytest.mark.parametrize(("days", "stands"), [(-7, False), (7, False), (-8, True), (8, True)])
def test_the_specimen_was_taken_in_its_window(cast: Cast, cord: Donation, days: int, stands: bool) -> None:
    test = next(test for test in ASKED.screening if test.key == "hiv")
    record_screening(
        donor=cord.donor,
        test="hiv",
        results=[(result.key, passing(result)) for result in test.results],
        laboratory="Lab 1",
        specimen_at=cord.collected_at + timedelta(days=days),
        actor=actor(cast.paula),
        at=AT + timedelta(days=30),
    )

    found = [one.code for one in objections_to_eligibility(cord, small_record().definition)]
    assert ("specimen_window" in found) is stands


def test_a_decision_against_a_donation_needs_no_tests_and_says_why(
    cast: Cast, cord: Donation, version: ProductVersion
) -> None:
    assert codes(lambda: decide(cast, cord, version, Eligibility.INELIGIBLE)) == ["reason_missing"]
    found = decide(cast, cord, version, Eligibility.INELIGIBLE, "Fever at delivery")

    assert found.eligibility == Eligibility.INELIGIBLE
    assert Hold.objects.filter(record=cord.record, lifted_at=None).count() == 1


def test_pending_is_no_decision(cast: Cast, cord: Donation, version: ProductVersion) -> None:
    assert "no_decision" in codes(lambda: decide(cast, cord, version, Eligibility.PENDING, "Later"))


@pytest.mark.parametrize("name", ["quinn", "olga", "colin"])
def test_only_a_physician_decides(cast: Cast, cord: Donation, version: ProductVersion, name: str) -> None:
    person = getattr(cast, name)
    shown = eligibility_content(cord, version, Eligibility.DEFERRED, "Wait")
    with pytest.raises(NotAllowed):
        decide_eligibility(
            donation=cord,
            product_version=version,
            decision=Eligibility.DEFERRED,
            reason="Wait",
            signing=sign_as(person, shown),
            actor=actor(person),
            at=AT,
        )


def test_a_withdrawn_consent_holds_what_was_made(cast: Cast, cord: Donation) -> None:
    found = Consent.objects.select_related("record").get(donor=cord.donor)
    withdraw_consent(consent=found, reason="The mother asked for it", actor=actor(cast.paula), at=AT)

    hold = Hold.objects.get(record=cord.donor.record)
    assert {block.value for block in hold.blocks} == {"PROCESS", "CERTIFY", "ISSUE", "USE"}


@pytest.fixture
def used(cast: Cast, version: ProductVersion) -> Donation:
    """A cord that was found eligible for the product; the mother agreed to research as well."""
    mother = donor(cast)
    screened(cast, mother)
    found = decide(cast, collected(cast, mother), version, Eligibility.ELIGIBLE)
    consented = Consent.objects.select_related("record").get(donor=found.donor)
    with audited(actor=actor(cast.paula), action="test.agreed", at=AT, touching=[consented.record]) as change:
        change.update(consented, scopes=[*consented.scopes, "research"])
    return found


def taken_back(cast: Cast, donation: Donation, *scopes: str) -> Consent:
    """Paula records that the mother takes back what is named."""
    found = Consent.objects.select_related("record").get(donor=donation.donor)
    return withdraw_consent(consent=found, scopes=scopes, reason="She asked", actor=actor(cast.paula), at=AT)


def test_a_scope_that_no_use_rests_on_is_withdrawn_and_holds_nothing(cast: Cast, used: Donation) -> None:
    consented = taken_back(cast, used, "research")

    assert (consented.withdrawn_at, consented.withdrawn_scopes) == (None, ["research"])
    assert not Hold.objects.filter(record__in=[used.record, used.donor.record], lifted_at=None).exists()
    assert codes(lambda: taken_back(cast, used, "research")) == ["not_agreed"]


def test_a_scope_that_the_product_needs_holds_what_was_found_eligible_for_it(cast: Cast, used: Donation) -> None:
    needed = ASKED.consent.required_scopes[0]

    consented = taken_back(cast, used, needed)

    (hold,) = Hold.objects.filter(record=used.record, lifted_at=None)
    assert (hold.key, len(hold.blocks)) == (f"consent:withdrawn:{needed}", 4)
    assert not Hold.objects.filter(record=used.donor.record).exists()
    assert against(consented.facts) == ["consent_scope"]


def test_with_the_last_scope_the_whole_consent_is_withdrawn_and_once(cast: Cast, used: Donation) -> None:
    taken_back(cast, used, "research")

    whole = taken_back(cast, used, *ASKED.consent.required_scopes)

    assert whole.withdrawn_at == AT
    assert Hold.objects.get(record=used.donor.record).key == "consent:withdrawn"
    assert codes(lambda: taken_back(cast, used)) == ["withdrawn_before"]


def test_donors_and_donations_at_the_api(cast: Cast, api_client: Any, version: ProductVersion) -> None:
    paula, olga, quinn = api_client(cast.paula), api_client(cast.olga), api_client(cast.quinn)
    person = {"name": "Wang Fang", "born": "1994-02-11", "identifier": "330402199402110021"}
    body = {"number": "D-0117", "site": "NANHU", "donor_class": "allogeneic", "person": person}
    assert olga.post("/api/v1/donors/", body).status_code == 403
    assert paula.post("/api/v1/donors/", body).status_code == 201
    given = {
        "version": "3.1",
        "signatory": "mother",
        "scopes": list(ASKED.consent.required_scopes),
        "ethics_reference": "EC-1",
        "signed_at": "2026-11-02T08:00:00+08:00",
    }
    assert paula.post("/api/v1/donors/D-0117/consents/", given).status_code == 201
    taken = {
        "din": f"={DIN}00",
        "donor": "D-0117",
        "tissue": "cord",
        "collected_at": "2026-11-04T06:00:00Z",
        "where": "Ward 3",
    }
    donated = paula.post("/api/v1/donations/", taken)
    assert (donated.status_code, donated.json()["eligibility"]) == (201, "PENDING"), donated.content
    assert donated.json()["printed"] == printed(DIN)
    assert paula.post("/api/v1/donations/", {**taken, "din": "X"}).json()["code"] == "din_malformed"
    assert paula.post("/api/v1/donations/", {**taken, "din": DIN}).json()["code"] == "check_character_missing"

    url = f"/api/v1/donations/{DIN}/eligibility/"
    decision = {"product": version.number, "decision": "ELIGIBLE"}
    refused = paula.sign(url, decision, person=cast.paula, if_match=donated["ETag"])
    assert refused.json()["code"] == "screening_missing"
    for test in ASKED.screening:
        results = [{"result": result.key, "text": passing(result)} for result in test.results]
        body = {"test": test.key, "results": results, "laboratory": "Lab 1", "specimen_at": "2026-11-04T06:00:00Z"}
        assert paula.post("/api/v1/donors/D-0117/screening/", body).status_code == 201
    refused = paula.sign(url, decision, person=cast.paula, if_match=donated["ETag"])
    assert {one["code"] for one in refused.json()["objections"]} == {"medical_answer_missing"}
    medical = ASKED.eligibility
    answers = {one.key: passing(one) for one in medical.criteria} | {one.key: "no" for one in medical.exclusions}
    said = [{"question": key, "text": text} for key, text in answers.items()]
    body = {"answers": said, "answered_at": "2026-11-04T06:00:00Z"}
    health = f"/api/v1/donations/{DIN}/health/"
    for question, text, code in (("malignancy", "maybe", "not_yes_or_no"), ("shoe_size", "41", "unknown_question")):
        odd = {**body, "answers": [{"question": question, "text": text}]}
        assert (paula.post(health, odd).status_code, paula.post(health, odd).json()["code"]) == (400, code)
    assert quinn.post(health, body).status_code == 403
    answered = paula.post(health, body)
    assert answered.status_code == 201, answered.content
    assert len(quinn.get(health).json()) == len(answers)
    decided = paula.sign(url, decision, person=cast.paula, if_match=answered["ETag"])
    assert decided.json()["eligibility"] == "PENDING", decided.content
    second = f"/api/v1/donations/{DIN}/countersignature/"
    decided = quinn.sign(second, {}, person=cast.quinn, if_match=decided["ETag"])
    assert decided.json()["eligibility"] == "ELIGIBLE", decided.content
    assert [found["din"] for found in quinn.get("/api/v1/donations/?eligibility=ELIGIBLE").json()["results"]] == [DIN]
