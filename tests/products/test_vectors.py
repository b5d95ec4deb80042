"""The published vectors of convalescent plasma that the master record itself decides, each by its number."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.donation.facts import MedicalAnswer
from apps.donation.rules import gives_too_often, is_medically_excluded, is_too_soon
from apps.dosing.rules.amounts import ordered_amounts
from apps.dosing.rules.bedside import answers_which, due_times, slots
from apps.products.facts import Verdict
from apps.products.loader import SEEDS, load
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
