"""What a dose may hold at the most, what the whole lot must hold at the least: each bound itself, and one beyond."""

from decimal import Decimal

import pytest

from apps.core.errors import Objection
from apps.dosing.facts import Contents, DoseVolume
from apps.dosing.rules.preparing import Patient, Strengths, against_the_caps, recovery, volume_of
from apps.products.definition.dosing import Arm
from apps.products.loader import SEEDS, load
from tests.dosing.arms import PER_KG, WHOLE_LOT, arm, at_most

D = Decimal
RANGED = arm("per_kg", "3.0e6", dose_to="2.0e7", whole_lot=True)


def over(asked: Arm, amount: Decimal) -> list[str]:
    patient = Patient(D(70), D(1), amount)
    _, found = against_the_caps(asked, (), DoseVolume(D(10), amount, D(0), ()), patient, Strengths())
    return [one.code for one in found]


@pytest.mark.parametrize(("asked", "most"), [(PER_KG, D("2.1e8")), (RANGED, D("1.4e9"))])
def test_a_dose_holds_the_cap_of_its_arm_and_not_a_cell_more(asked: Arm, most: Decimal) -> None:
    assert over(asked, most) == []
    assert over(asked, most + 1) == ["over_the_cap"]


@pytest.mark.parametrize(("per_ml", "given"), [("6.0e6", True), ("5.9e6", False), ("0", False)])
def test_the_whole_lot_is_a_dose_from_the_least_of_the_arm_on(per_ml: str, given: bool) -> None:
    contents = Contents(D(30), D("2e8"), D(per_ml), "{cells}", ())
    found = volume_of(WHOLE_LOT, contents, Patient(D(60), D(1), D("1.8e8")), D(10))

    assert isinstance(found, DoseVolume) is given
    assert isinstance(found, Objection) or found.volume == 30


def test_of_labels_that_promise_nothing_there_is_no_recovery() -> None:
    assert recovery(Contents(D(30), D(0), D("6e6"), "{cells}", ()), 1) is None


@pytest.mark.parametrize("outside", ["fail", "action"])
def test_a_burden_that_nobody_knows_or_that_is_beyond_its_cap_forbids_the_dose(outside: str) -> None:
    cap = at_most("5.0", "[IU]/kg/h", outside=outside).model_copy(update={"key": "endotoxin_dose"})
    dose, patient = DoseVolume(D(10), D(1), D(0), ()), Patient(D(70), D(1), D(1))

    strengths = (None, D("35.345"), D("35.35"))
    told = [against_the_caps(PER_KG, (cap,), dose, patient, Strengths(one))[1] for one in strengths]

    # 10 mL of 35.35 EU/mL in 70 kg and one hour are 5.05, rounded 5.1; of 35.345 they are 5.0493, rounded once 5.0.
    assert [[one.code for one in found] for found in told] == [["burden_unknown"], [], ["burden_too_high"]]


# --- a share of the cells, per kg: the ladder of donor T cells -------------------------------------------------------
NKT = load(SEEDS / "products" / "cd8_nkt" / "v1").definition.dosing


@pytest.mark.parametrize(
    ("amount", "weight", "word", "codes"),
    [
        ("3.4e7", "68", "", []),  # 4.8 × 10⁵/kg
        ("1.0e9", "68", "", ["burden_needs_a_word"]),  # 1.4 × 10⁷/kg
        ("1.0e9", "68", "t_cell_override", []),
        ("1.0e9", "9.6", "t_cell_override", ["burden_too_high"]),  # 1.0 × 10⁸/kg
    ],
)
def test_donor_t_cells_above_ten_million_per_kg_need_the_word_of_the_order_and_from_a_hundred_million_on_are_refused(
    amount: str, weight: str, word: str, codes: list[str]
) -> None:
    ladder = [cap for cap in NKT.caps if cap.share]
    strengths = Strengths(shares={"cd3_share": D(96)}, words=(word,))
    dose, patient = DoseVolume(D(30), D(amount), D(0), ()), Patient(D(weight), D(1), D(amount))

    lines, found = against_the_caps(arm("fixed", amount), ladder, dose, patient, strengths)

    assert [one.code for one in found] == codes
    assert [line.unit for line in lines] == ["{cells}/kg"]


def test_without_the_share_of_t_cells_nobody_knows_the_ladder() -> None:
    ladder = [cap for cap in NKT.caps if cap.share]
    dose, patient = DoseVolume(D(30), D("1.0e9"), D(0), ()), Patient(D(68), D(1), D("1.0e9"))

    _lines, found = against_the_caps(arm("fixed", "1.0e9"), ladder, dose, patient, Strengths())

    assert [one.code for one in found] == ["burden_unknown"]
