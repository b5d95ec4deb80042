"""The published test vectors that concern doses, each by its number."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.core.errors import Objection
from apps.dosing.facts import DoseVolume
from apps.dosing.rules.amounts import (
    falls_short,
    is_outside_the_arm,
    leaves_part_of_the_lot,
    ordered_amounts,
    units_to_thaw,
)
from apps.dosing.rules.burdens import dmso_burden, endotoxin_allowed, endotoxin_burden, is_over
from apps.dosing.rules.schedule import is_conditioned_without, is_off_its_day, is_outside_the_window, window_after
from apps.dosing.rules.volumes import dose_volume, volume_of_mass
from apps.products.facts import Duration
from apps.units.facts import Condition, Custody, Disposition, UnitFacts, UnitKind
from apps.units.rules import expiry_of, is_expired
from tests.dosing.arms import BY_MASS, BY_VOLUME, FIXED, PER_KG, WHOLE_LOT, arm, at_most

D = Decimal
CELLS = "{cells}"


def drawn(amount: str, concentration: str, available: str) -> DoseVolume:
    found = dose_volume(D(amount), CELLS, D(concentration), D(available), D(10))
    assert isinstance(found, DoseVolume)
    return found


# --- plasma, immunoglobulin, NKT, HSC -------------------------------------------------------------------------------
def test_1_seventy_kilograms_at_4_to_5_ml_per_kg_get_280_to_350_ml() -> None:
    ordered = ordered_amounts(BY_VOLUME, D(70))

    assert (ordered.low, ordered.high, ordered.unit) == (280, 350, "mL")


@pytest.mark.parametrize(("weight", "low", "high"), [(45, 200, 225), (110, 440, 500)])
def test_2_the_floor_of_200_ml_and_the_cap_of_500_ml_hold(weight: int, low: int, high: int) -> None:
    ordered = ordered_amounts(BY_VOLUME, D(weight))

    assert (ordered.low, ordered.high) == (low, high)


@pytest.mark.parametrize(("amount", "fits"), [("279.9", False), ("280", True), ("350", True), ("350.1", False)])
def test_an_order_lies_within_the_arm_both_ends_included(amount: str, fits: bool) -> None:
    assert (is_outside_the_arm(D(amount), ordered_amounts(BY_VOLUME, D(70))) is None) is fits


def test_6_a_unit_thawed_at_08_00_is_refused_at_08_01_of_the_next_day() -> None:
    thawed = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
    ends = expiry_of(Duration.parse("24 h"), thawed, ZoneInfo("Asia/Shanghai"))
    unit = UnitFacts("U", UnitKind.PRODUCT, Disposition.RELEASED, Condition.THAWED, Custody.AT_SITE, ends)

    assert is_expired(unit, thawed + timedelta(hours=23, minutes=59)) is None
    assert is_expired(unit, thawed + timedelta(hours=24, minutes=1)) is not None


def test_9_sixty_kilograms_at_0_15_g_per_kg_get_9_g_in_180_ml() -> None:
    ordered = ordered_amounts(BY_MASS, D(60))
    volume = volume_of_mass(ordered.low, D("2.5") / 50)

    assert (ordered.low, ordered.unit) == (9, "g")
    assert (volume.shown, volume.shown * 200) == (D("180.0"), 36_000)


def test_13_endotoxin_of_sixty_kilograms_and_100_ml_in_one_hour_may_be_3_eu_per_ml() -> None:
    assert endotoxin_allowed(D(5), D(100), D(60), D(1)).shown == D("3.00")


def test_14_five_vials_reach_4_million_per_kg_three_do_not_reach_3_million() -> None:
    ordered, weight, vial = ordered_amounts(WHOLE_LOT, D(60)), D(60), D(6) * D("8e6")

    assert falls_short(5 * vial, ordered, weight) is None
    assert 5 * vial / weight == D("4.0e6")
    short = falls_short(3 * vial, ordered, weight)
    assert short is not None
    assert short.facts["each"] == "2.4×10⁶"
    assert leaves_part_of_the_lot(WHOLE_LOT, 3, 5) is not None
    assert leaves_part_of_the_lot(WHOLE_LOT, 5, 5) is None
    assert leaves_part_of_the_lot(WHOLE_LOT, 6, 5) is not None
    assert falls_short(ordered.low, ordered, weight) is None
    assert falls_short(ordered.low - 1, ordered, weight) is not None


def test_16_after_busulfan_on_monday_at_ten_the_window_is_wednesday_to_monday_at_ten() -> None:
    monday = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
    window = WHOLE_LOT.after_conditioning
    assert window is not None

    assert window_after(window, monday) == (
        datetime(2026, 11, 4, 10, 0, tzinfo=UTC),
        datetime(2026, 11, 9, 10, 0, tzinfo=UTC),
    )
    minute = timedelta(minutes=1)
    opens, closes = monday + timedelta(hours=48), monday + timedelta(days=7)
    assert [is_outside_the_window(WHOLE_LOT, monday, at) is None for at in (opens, closes)] == [True, True]
    outside = (opens - minute, closes + minute)
    assert [is_outside_the_window(WHOLE_LOT, monday, at) is None for at in outside] == [False, False]
    unknown = is_outside_the_window(WHOLE_LOT, None, opens)
    assert unknown is not None
    assert unknown.code == "conditioning_unknown"


def test_nobody_is_conditioned_before_the_product_is_released_and_there() -> None:
    conditioned = datetime(2026, 3, 2, 10, tzinfo=UTC)
    minute = timedelta(minutes=1)

    assert is_conditioned_without(WHOLE_LOT, conditioned, conditioned - minute) is None
    for released in (None, conditioned, conditioned + minute):
        assert is_conditioned_without(WHOLE_LOT, conditioned, released)
    assert is_conditioned_without(PER_KG, conditioned, None) is None


def test_directed_cells_500_thousand_per_kg_for_68_kg_are_47_0_of_50_ml() -> None:
    ordered = ordered_amounts(arm("per_kg", "5.0e5"), D(68))
    dose = drawn(str(ordered.low), str(D("3.617e7") / 50), "50")

    assert ordered.low == D("3.4e7")
    assert (dose.volume, dose.remainder) == (D("47.0"), D("3.0"))


# --- mesenchymal cells, section 8 -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("weight", "per_kg", "units", "percent"), [(70, "1e6", 3, "72.92"), (90, "3e6", 9, "93.75")])
def test_8_the_units_to_thaw_and_the_share_of_them_that_is_given(
    weight: int, per_kg: str, units: int, percent: str
) -> None:
    ordered = ordered_amounts(arm("per_kg", per_kg), D(weight))
    thaw = units_to_thaw(ordered.low, D("4e7"), D(80), CELLS)
    assert thaw is not None
    dose = drawn(str(ordered.low), "3.2e6", str(units * 10))  # ten millilitres a unit

    assert thaw.shown == units
    share = next(line for line in dose.workings if line.what == "Share of what was thawed")
    assert abs(share.exact - D(percent)) < D("0.2")


def test_8_all_three_units_would_overdose_by_37_percent() -> None:
    assert (3 * D("3.2e7") / D("7e7") * 100 - 100).quantize(D(1)) == 37


def test_8_endotoxin_of_a_bag_in_seventy_kilograms_is_0_71() -> None:
    assert endotoxin_burden(D("0.5"), D(100), D(70), D(1)).shown == D("0.71")


def test_8_the_same_bag_in_a_child_in_forty_minutes_is_5_and_meets_5() -> None:
    burden = endotoxin_burden(D("0.5"), D(100), D(10), D(40) / 60)

    assert burden.shown == D("5.00")
    assert is_over(at_most("5.0", "[IU]/kg/h"), burden) is None
    assert is_over(at_most("4.9", "[IU]/kg/h"), burden) is not None


def test_8_dmso_of_twenty_millilitres_in_seventy_kilograms_is_0_031() -> None:
    burden = dmso_burden(D(20), D(10), D(70))

    assert burden.shown == D("0.031")
    assert is_over(at_most("1.00", "g/kg", decimals=2), burden) is None


@pytest.mark.parametrize(("day", "code"), [(2, "too_early"), (3, None), (5, "too_late")])
def test_8_a_second_dose_planned_for_day_3_fits_on_day_3(day: int, code: str | None) -> None:
    first = date(2026, 11, 5)
    found = is_off_its_day(FIXED, 2, first, first + timedelta(days=day))

    assert (found.code if found else None) == code


def test_the_days_of_a_plan_count_from_its_first_day_whichever_number_that_has() -> None:
    from_one, first = FIXED.model_copy(update={"days": (1, 4, 7)}), date(2026, 11, 5)

    assert is_off_its_day(from_one, 2, first, first + timedelta(days=3)) is None
    assert is_off_its_day(from_one, 2, first, first + timedelta(days=4)) is not None


def test_8_a_window_of_one_day_gives_days_2_to_4_only_where_the_master_says_so() -> None:
    wide, first = FIXED.model_copy(update={"window_days": 1}), date(2026, 11, 5)
    fits = [day for day in range(7) if is_off_its_day(wide, 2, first, first + timedelta(days=day)) is None]

    assert fits == [2, 3, 4]


def test_a_dose_per_kg_never_passes_its_cap() -> None:
    generous = PER_KG.model_copy(update={"dose": PER_KG.dose.model_copy(update={"value": D("9e6")})})

    assert ordered_amounts(generous, D(70)).low == D("3.0e6") * 70


def test_what_was_thawed_and_holds_too_little_is_refused() -> None:
    found = dose_volume(D("7e7"), CELLS, D("2e6"), D(30), D(10))

    assert isinstance(found, Objection)
    assert found.code == "outside_tolerance"


def test_no_more_is_drawn_up_than_there_is() -> None:
    dose = drawn("29.96e6", "1e6", "29.97")  # 29.96 mL would be rounded to 30.0

    assert (dose.volume, dose.remainder) == (D("29.97"), 0)


@pytest.mark.parametrize(("concentration", "given"), [("2.1e6", True), ("2.0999e6", False)])
def test_the_tolerance_itself_is_allowed_and_nothing_beyond_it(concentration: str, given: bool) -> None:
    found = dose_volume(D("7e7"), CELLS, D(concentration), D(30), D(10))  # 30 mL hold 6.3e7: 10 % short

    assert isinstance(found, DoseVolume) is given


def test_what_holds_too_little_within_the_tolerance_is_given_whole() -> None:
    dose = drawn("7e7", "2.2e6", "30")

    assert (dose.volume, dose.remainder) == (30, 0)
