"""Rules of donation: consent, screening window, eligibility. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.donation.facts import ConsentFacts, DecisionFacts, Eligibility, MedicalAnswer, ScreenedTest
from apps.donation.rules.typings import against_one_way
from apps.products.definition.base import Bilingual, Listed
from apps.products.definition.donation import Consent, Donation, History, Interval, ScreeningTest
from apps.products.definition.donation import Eligibility as Medical
from apps.products.definition.parameters import Parameter
from apps.products.facts import Verdict
from apps.products.rules.numbers import read_entry
from apps.products.rules.units import UnitTable

YEAR = 365  # days
YES, NO = "yes", "no"  # whether an exclusion was found
ELIGIBILITY = "eligibility"  # the hold on a donation until it is eligible; everything made of it is held with it
LOOKED_BACK = "lookback:"  # begins the key of the hold of a look-back
REACTIVE = "reactive:"  # begins the key of the hold of a result that did not pass after the donor was found eligible


def undecided_key(din: str) -> str:
    """The hold on what is made of a donation, beside the one that urgent use for one patient has let go."""
    return f"{ELIGIBILITY}:{din}"


def has_no_valid_consent(
    asked: Consent, consents: Sequence[ConsentFacts], collected_at: datetime
) -> tuple[Objection, ...]:
    """Consent was signed before the collection, for the scopes that are needed, and stands."""
    if not consents:
        return (Objection("consent_missing", N_("There is no consent.")),)
    latest = max(consents, key=lambda consent: consent.signed_at)
    missing = sorted(set(asked.required_scopes) - latest.scopes)
    found = (
        _if(latest.withdrawn_at is not None, "consent_withdrawn", N_("The consent was withdrawn.")),
        _if(
            asked.before_collection and latest.signed_at >= collected_at,
            "consent_after_collection",
            N_("The consent was not signed before the collection."),
        ),
        _if(
            bool(missing),
            "consent_scope",
            N_("The consent does not cover: {scopes}."),
            **words_of_scopes(asked, missing),
        ),
        _if(
            asked.ethics_approval and not latest.ethics_reference,
            "ethics_missing",
            N_("The consent names no ethics approval."),
        ),
    )
    return tuple(objection for objection in found if objection)


def is_screening_incomplete(
    asked: Donation, screened: Mapping[str, ScreenedTest], collected_at: datetime
) -> tuple[Objection, ...]:
    """Every mandatory test has a result within its limit, on a specimen taken in its window (21 CFR 1271.80)."""
    found = [
        objection
        for test in asked.screening
        if test.mandatory
        for objection in _against_test(test, screened.get(test.key), collected_at)
    ]
    return tuple(found)


def good_until(asked: Donation, screened: Mapping[str, ScreenedTest]) -> datetime | None:
    """The earliest specimen by which each mandatory test was last good; None while one is missing or not good."""
    tests = [test for test in asked.screening if test.mandatory]
    for test in tests:
        found = screened.get(test.key)
        if found is None or not all(_lets_pass(one, found.verdicts.get(one.key)) for one in test.results):
            return None
    return min((screened[test.key].specimen_at for test in tests), default=None)


def _against_test(test: ScreeningTest, screened: ScreenedTest | None, collected_at: datetime) -> list[Objection]:
    if screened is None:
        return [Objection("screening_missing", N_("There is no result of {test}."), _named(test))]
    earliest = collected_at - test.specimen_before.timedelta
    latest = collected_at + test.specimen_after.timedelta
    in_window = earliest <= screened.specimen_at <= latest
    bad = [result.key for result in test.results if not _lets_pass(result, screened.verdicts.get(result.key))]
    found = (
        _if(not in_window, "specimen_window", N_("The specimen of {test} was not taken in time."), **_named(test)),
        _if(bool(bad), "screening_not_passed", N_("{test} does not allow donation."), **_named(test)),
    )
    return [objection for objection in (*found, against_one_way(test, screened.texts)) if objection]


def _lets_pass(result: Parameter, verdict: Verdict | None) -> bool:
    """What need not be done may be left out; done, it is judged like the others."""
    left_out = verdict in (None, Verdict.NOT_DONE) and not result.required
    return left_out or verdict is Verdict.PASS


def _named(test: ScreeningTest) -> dict[str, str]:
    return {"test": test.label.en, "test_zh": test.label.zh}


def is_medically_excluded(asked: Donation, answers: Mapping[str, MedicalAnswer]) -> tuple[Objection, ...]:
    """Every criterion is answered and met, and every exclusion was asked for and not found (21 CFR 1271.75).

    What need not be answered may be left out; answered, it is judged like the others.
    """
    medical = asked.eligibility
    criteria = [one for one in medical.criteria if is_asked(medical, one.key, answers)]
    found = [
        *(_against_criterion(one, answers.get(one.key)) for one in criteria),
        *(_against_exclusion(one, answers.get(one.key)) for one in medical.exclusions),
    ]
    return tuple(objection for objection in found if objection)


def is_asked(medical: Medical, key: str, answers: Mapping[str, MedicalAnswer]) -> bool:
    """Whether a criterion is asked: not where the question it hangs on was answered otherwise."""
    conditions = [one for one in medical.asked_if if one.criterion == key]
    return all(one.when not in answers or answers[one.when].text == one.is_ for one in conditions)


def is_too_soon(asked: Donation, answers: Mapping[str, MedicalAnswer], collected_on: date) -> tuple[Objection, ...]:
    """Enough days lie between each dated fact of the donor and the collection."""
    medical = asked.eligibility
    criteria = {one.key: one for one in medical.criteria}
    found = [
        _against_interval(one, criteria[one.criterion], answers[one.criterion], collected_on)
        for one in medical.intervals
        if one.criterion in answers and is_asked(medical, one.criterion, answers)
    ]
    return tuple(objection for objection in found if objection)


def _against_interval(
    interval: Interval, criterion: Parameter, answer: MedicalAnswer, collected_on: date
) -> Objection | None:
    try:
        day = date.fromisoformat(answer.text)
    except ValueError:
        return _unanswered(criterion.label)
    passed = (collected_on - day).days
    if passed >= interval.at_least_days:
        return None
    facts = {"question": criterion.label.en, "question_zh": criterion.label.zh, "day": day}
    template = N_("{question}: {day}, {passed} d before the collection; at least {least} d are asked.")
    return Objection("too_soon", template, {**facts, "passed": passed, "least": interval.at_least_days})


def gives_too_often(history: History | None, earlier: Sequence[date], collected_on: date) -> tuple[Objection, ...]:
    """The donor's own donations before this one, as the register knows them."""
    before = sorted(day for day in earlier if day <= collected_on)
    if history is None or not before:
        return ()
    passed = (collected_on - before[-1]).days
    in_a_year = sum(1 for day in before if (collected_on - day).days < YEAR) + 1
    most = history.most_in_a_year
    found = (
        _if(
            passed < history.at_least_days,
            "donation_too_soon",
            N_("The last donation was {passed} d before; at least {least} d are asked."),
            passed=passed,
            least=history.at_least_days,
        ),
        _if(
            most is not None and in_a_year > most,
            "too_many_donations",
            N_("This is donation {n} within a year; at most {most} are allowed."),
            n=in_a_year,
            most=most,
        ),
    )
    return tuple(objection for objection in found if objection)


def _against_criterion(criterion: Parameter, answer: MedicalAnswer | None) -> Objection | None:
    if answer is None:
        return _unanswered(criterion.label) if criterion.required else None
    if answer.verdict in (Verdict.PASS, Verdict.RECORDED, Verdict.ALERT):
        return None
    facts = {"question": criterion.label.en, "question_zh": criterion.label.zh, "answer": answer.text}
    return Objection("criterion_not_met", N_("{question}: {answer} does not allow donation."), facts)


def _against_exclusion(exclusion: Listed, answer: MedicalAnswer | None) -> Objection | None:
    if answer is None:
        return _unanswered(exclusion.label)
    if answer.text == NO:
        return None
    facts = {"question": exclusion.label.en, "question_zh": exclusion.label.zh}
    return Objection("excluded", N_("The donor is excluded: {question}."), facts)


def _unanswered(label: Bilingual) -> Objection:
    facts = {"question": label.en, "question_zh": label.zh}
    return Objection("medical_answer_missing", N_("There is no answer: {question}."), facts)


def has_unreadable_answers(
    criteria: Mapping[str, Parameter],
    exclusions: Mapping[str, Listed],
    answers: Sequence[tuple[str, str]],
    units: UnitTable,
) -> tuple[Objection, ...]:
    """Each answer is to a question that a product of the site asks, and can be read as such."""
    if not criteria and not exclusions:  # no product of the site is known yet: nothing to judge by
        return ()
    found = (_against_reading(criteria.get(key), exclusions.get(key), key, text, units) for key, text in answers)
    return tuple(objection for objection in found if objection)


def _against_reading(
    criterion: Parameter | None, exclusion: Listed | None, key: str, text: str, units: UnitTable
) -> Objection | None:
    if criterion is not None:
        return _against_result(criterion, key, text, units)
    if exclusion is None:
        template = N_("No product of this site asks this: {question}.")
        return Objection("unknown_question", template, {"question": key}, key)
    return None if text in (YES, NO) else Objection("not_yes_or_no", N_("Answer yes or no."), place=key)


def nothing_to_countersign(latest: DecisionFacts | None) -> Objection | None:
    """Quality assurance puts its name beside the latest decision of a physician, once."""
    if latest is None:
        return Objection("not_decided", N_("No physician has decided about this donation."))
    if latest.countersigned:
        return Objection("countersigned", N_("The latest decision is countersigned."))
    return None


def is_own_decision(latest: DecisionFacts | None, countersigner: str) -> Objection | None:
    """Two persons stand for a donation: nobody countersigns what they decided (21 CFR 1271.50)."""
    if latest is None or latest.decided_by != countersigner:
        return None
    return Objection("same_person", N_("You decided about this donation; a second person countersigns."))


def is_not_eligible(decision: Eligibility, din: str, *, is_for_one: bool) -> Objection | None:
    """Nothing is made from a donation that was decided against, but for the one patient it was given for (1271.65(b)).

    One that nobody has decided about yet stays in quarantine: its hold goes with everything made of it (1271.60(a)).
    """
    if decision in (Eligibility.ELIGIBLE, Eligibility.PENDING) or (decision is Eligibility.INELIGIBLE and is_for_one):
        return None
    template = N_("Donation {din} is not eligible ({decision}).")
    return Objection("donor_not_eligible", template, {"din": din, "decision": decision})


def reason_is_missing(decision: Eligibility, reason: str) -> Objection | None:
    """A decision against a donation says why."""
    if decision is Eligibility.ELIGIBLE or reason.strip():
        return None
    return Objection("reason_missing", N_("Say why."), place="reason")


def is_pending(decision: Eligibility) -> Objection | None:
    """Pending is where a donation begins; it is no decision."""
    if decision is not Eligibility.PENDING:
        return None
    return Objection("no_decision", N_("Decide: eligible, ineligible or deferred."), place="decision")


def is_unreadable(
    asked: Mapping[str, ScreeningTest], test: str, results: Sequence[tuple[str, str]], units: UnitTable
) -> tuple[Objection, ...]:
    """A result is of a test that a product asks for, and can be read as such; each fault names its field."""
    if not asked:
        return ()
    if test not in asked:
        return (Objection("unknown_test", N_("No product of this site asks for {test}."), {"test": test}, "test"),)
    parameters = {result.key: result for result in asked[test].results}
    found = [_against_result(parameters.get(key), key, text, units) for key, text in results]
    return tuple(objection for objection in found if objection)


def _against_result(parameter: Parameter | None, key: str, text: str, units: UnitTable) -> Objection | None:
    if parameter is None:
        return Objection("unknown_result", N_("This test has no result {result}."), {"result": key}, key)
    read = read_entry(parameter, text, units=units)
    return replace(read, place=key) if isinstance(read, Objection) else None


def words_of_scopes(asked: Consent, keys: Collection[str]) -> dict[str, str]:
    """What was agreed to, in both languages."""
    words = [one.label for one in asked.scopes if one.key in keys]
    return {"scopes": ", ".join(word.en for word in words), "scopes_zh": "、".join(word.zh for word in words)}


def _if(stands: bool, code: str, template: str, **facts: object) -> Objection | None:
    return Objection(code, template, facts) if stands else None
