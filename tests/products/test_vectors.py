"""The published vectors that a master record itself decides, each by its number."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.donation.facts import MedicalAnswer, ScreenedTest
from apps.donation.rules import gives_too_often, is_medically_excluded, is_screening_incomplete, is_too_soon
from apps.donation.rules.typings import against_one_way
from apps.dosing.rules.amounts import ordered_amounts
from apps.dosing.rules.bedside import answers_which, due_times, slots
from apps.dosing.rules.following import all_due, missing_at
from apps.products.facts import Entered, Verdict
from apps.products.loader import SEEDS, load
from apps.products.rules.numbers import read_entry
from apps.testing.facts import ResultFacts, ResultState, RunState, SampleFacts, Standing
from apps.testing.rules import standing_of_sample
from apps.units.facts import Moments
from apps.units.rules import expiry_in, is_too_late, state_in_time

PLASMA = load(SEEDS / "products" / "convalescent_plasma" / "v1").definition
GIVING, STORAGE, DOSING = PLASMA.donation, PLASMA.storage, PLASMA.dosing
SHANGHAI = ZoneInfo("Asia/Shanghai")
COLLECTED = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def answered(**answers: str) -> dict[str, MedicalAnswer]:
    return {key: MedicalAnswer(COLLECTED, Verdict.RECORDED, text) for key, text in answers.items()}


# --- 1, 2: the dose ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("weight", "low", "high"), [(70, 280, 350), (45, 200, 225), (110, 440, 500)])
def test_1_and_2_the_dose_is_4_to_5_ml_per_kg_between_floor_and_cap(weight: int, low: int, high: int) -> None:
    arm = DOSING.arm("single")
    assert arm

    ordered = ordered_amounts(arm, Decimal(weight))

    assert (ordered.low, ordered.high, ordered.unit) == (low, high, "mL")


# --- 4: the donor -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "codes"), [(21, ["too_soon"]), (22, [])])
def test_4_plasma_is_collected_21_days_after_the_first_symptoms_and_not_20(day: int, codes: list[str]) -> None:
    said = answered(onset_on="2026-05-01")

    assert [one.code for one in is_too_soon(GIVING, said, date(2026, 5, day))] == codes


def test_an_interval_counts_only_where_its_question_is_asked() -> None:
    steroid = {"steroid_stopped_on": "2026-05-18", "steroid_taken": "yes"}

    assert [one.code for one in is_too_soon(GIVING, answered(**steroid), date(2026, 5, 22))] == ["too_soon"]
    assert is_too_soon(GIVING, answered(**steroid | {"steroid_taken": "no"}), date(2026, 5, 22)) == ()


def test_the_limits_of_the_other_sex_are_not_asked_and_an_unknown_one_defers() -> None:
    def asked(**said: str) -> set[str]:
        found = is_medically_excluded(GIVING, answered(**said))
        return {str(one.facts["question"]) for one in found if "Weight" in str(one.facts["question"])}

    assert asked(sex="female") == {"Weight, woman"}
    assert asked() == {"Weight, man", "Weight, woman"}


@pytest.mark.parametrize(("before", "codes"), [(13, ["donation_too_soon"]), (14, [])])
def test_a_donor_gives_every_14_days(before: int, codes: list[str]) -> None:
    day = date(2026, 5, 22)

    found = gives_too_often(GIVING.eligibility.history, [day - timedelta(days=before)], day)

    assert [one.code for one in found] == codes


def test_a_donor_gives_24_times_within_a_year() -> None:
    day = date(2026, 5, 22)
    earlier = [day - timedelta(days=14 * n) for n in range(1, 25)]

    assert gives_too_often(GIVING.eligibility.history, earlier[1:], day) == ()
    assert [one.code for one in gives_too_often(GIVING.eligibility.history, earlier, day)] == ["too_many_donations"]


# --- 5: the titre -----------------------------------------------------------------------------------------------------
def standing(**verdicts: Verdict) -> Standing:
    test = PLASMA.test("binding_antibody")
    assert test
    results = [ResultFacts(key, 1, said, ResultState.REVIEWED, RunState.VALID) for key, said in verdicts.items()]
    return standing_of_sample(test, SampleFacts("S01", results))


def test_5_a_titre_of_80_fails_and_without_its_assay_it_is_invalid() -> None:
    assert standing(titre=Verdict.FAIL, assay=Verdict.PASS) is Standing.FAILED
    assert standing(titre=Verdict.FAIL) is Standing.NOT_EVALUABLE
    assert standing(titre=Verdict.PASS) is Standing.NOT_EVALUABLE
    assert standing(titre=Verdict.FAIL, assay=Verdict.NOT_EVALUABLE) is Standing.NOT_EVALUABLE
    assert standing(titre=Verdict.PASS, assay=Verdict.PASS) is Standing.PASSED


# --- 7: the name ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("after", "key"),
    [
        (timedelta(hours=8), "fresh_frozen"),
        (timedelta(hours=8, seconds=1), "frozen_24h"),
        (timedelta(hours=23), "frozen_24h"),
    ],
)
def test_7_plasma_frozen_after_23_hours_bears_another_name_and_expires_a_year_from_its_collection(
    after: timedelta, key: str
) -> None:
    moments, named = Moments(COLLECTED), STORAGE.state("fresh_frozen")
    assert named

    state = state_in_time(STORAGE, named, moments, COLLECTED + after)

    assert state.key == key
    assert is_too_late(STORAGE, state, moments, COLLECTED + after) is None
    ends = expiry_in(state, STORAGE, moments, COLLECTED + after, SHANGHAI)
    assert ends.astimezone(SHANGHAI) == datetime(2027, 3, 10, 10, 0, tzinfo=SHANGHAI)


def test_after_24_hours_no_name_is_left() -> None:
    moments, named = Moments(COLLECTED), STORAGE.state("fresh_frozen")
    assert named
    late = COLLECTED + timedelta(hours=24, seconds=1)

    refused = is_too_late(STORAGE, state_in_time(STORAGE, named, moments, late), moments, late)

    assert refused
    assert refused.code == "deadline_passed"


# --- the watch --------------------------------------------------------------------------------------------------------
def test_signs_are_due_at_the_start_after_15_minutes_and_hourly_and_1_and_4_hours_after_the_end() -> None:
    start, end = COLLECTED, COLLECTED + timedelta(hours=2, minutes=30)
    minutes = [0, 15, 60, 120, 150, 210, 390]

    due = due_times(DOSING.vitals, start, end, ended=True)

    assert [(one - start) // timedelta(minutes=1) for one in due] == minutes
    closest = DOSING.vitals.closest
    assert answers_which(slots(due, []), start, closest) == start
    assert answers_which(slots(due, [start]), start + timedelta(minutes=14), closest) == due[1]


def test_what_is_asked_for_after_12_hours_is_missing_then_and_not_when_its_day_is_over() -> None:
    started = datetime(2026, 3, 10, 14, 0, tzinfo=SHANGHAI)
    due = all_due(DOSING.outcomes, started, {("crp_12h", 0): "41.20 mg/L"})

    assert {one.due_at for one in due if one.after} == {started + timedelta(hours=12)}
    assert {one.due_on for one in due if one.after} == {date(2026, 3, 11)}
    missing = missing_at(due, started + timedelta(hours=12))
    assert [(some[0].day, some[0].after, len(some)) for some in missing] == [(0, "", 5), (0, "12 h", 4)]
    assert [some[0].after for some in missing_at(due, started + timedelta(hours=11, minutes=59))] == [""]


# --- 11: HLA of a donor against the recipient's ----------------------------------------------------------------------
TWICE, ONCE = "A*02/02 B*07/07", "A*02/24 B*07/40"


@pytest.mark.parametrize(
    ("donor", "recipient", "code"),
    [
        (TWICE, ONCE, "one_way_match"),
        ("A*02:01/02:01 B*07:02/07:02", ONCE, "one_way_match"),
        (ONCE, TWICE, None),
        (ONCE, ONCE, None),
        (TWICE, TWICE, None),
        (TWICE, "A*03/24 B*07/40", None),
        ("A*02/02", ONCE, "typing_unreadable"),
        ("A*02", ONCE, "typing_unreadable"),
        ("", ONCE, "typing_unreadable"),
    ],
)
def test_11_a_donor_who_carries_twice_what_the_recipient_carries_once_is_refused(
    donor: str, recipient: str, code: str | None
) -> None:
    hla = next(
        test for test in load(SEEDS / "products" / "cd8_nkt" / "v1").definition.donation.screening if test.one_way
    )
    found = against_one_way(hla, {"donor_typing": donor, "recipient_typing": recipient})

    assert (found.code if found else None) == code


# --- 12, 15: the donor of cells for one patient ----------------------------------------------------------------------
def against(product: str, **said: str) -> dict[str, str]:
    """What stands against a donor whose answers are judged by the master record: the question, by the code."""
    giving = load(SEEDS / "products" / product / "v1").definition.donation
    criteria = {one.key: one for one in giving.eligibility.criteria}
    read = {key: read_entry(criteria[key], text) for key, text in said.items()}
    judged = {key: one for key, one in read.items() if isinstance(one, Entered)}
    answers = {key: MedicalAnswer(COLLECTED, one.verdict, one.text) for key, one in judged.items()}
    found = is_medically_excluded(giving, answers)
    return {str(one.facts["question"]): one.code for one in found if one.code == "criterion_not_met"}


def test_12_a_spouse_is_no_blood_relative_and_a_reactive_anti_hbc_lets_nobody_give() -> None:
    giving = load(SEEDS / "products" / "cd8_nkt" / "v1").definition.donation
    hbv = next(test for test in giving.screening if test.key == "hbv")
    verdicts = {one.key: Verdict.FAIL if one.key == "anti_hbc" else Verdict.PASS for one in hbv.results}
    screened = {"hbv": ScreenedTest("hbv", COLLECTED, verdicts)}

    assert against("cd8_nkt", relation="sibling") == {}
    assert list(against("cd8_nkt", relation="not_related").values()) == ["criterion_not_met"]
    found = is_screening_incomplete(giving, screened, COLLECTED)
    assert ("screening_not_passed", "Hepatitis B") in [(one.code, one.facts["test"]) for one in found]


def test_15_g_csf_is_refused_in_sickle_cell_disease_and_allowed_in_thalassaemia() -> None:
    sickle = against("bcl11a_hsc", indication="sickle_cell", mobilisation_sickle="gcsf_plerixafor")
    thalassaemia = against("bcl11a_hsc", indication="thalassaemia", mobilisation_thalassaemia="gcsf_plerixafor")

    assert list(sickle.values()) == ["criterion_not_met"]
    assert thalassaemia == {}
