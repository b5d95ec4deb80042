"""What must be true of every dose, whatever the weight and whatever was counted."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Objection
from apps.dosing.rules.amounts import ordered_amounts, units_to_thaw
from apps.dosing.rules.burdens import endotoxin_burden
from apps.dosing.rules.volumes import dose_volume
from tests.dosing.arms import BY_VOLUME, FIXED, PER_KG

WEIGHTS = st.decimals("0.5", "400", places=1)
COUNTS = st.integers(1, 10**9).map(Decimal)


@given(WEIGHTS)
def test_a_dose_lies_between_floor_and_cap(weight: Decimal) -> None:
    ordered = ordered_amounts(BY_VOLUME, weight)

    assert 200 <= ordered.low <= ordered.high <= 500


@given(WEIGHTS)
def test_a_fixed_dose_knows_no_weight(weight: Decimal) -> None:
    assert ordered_amounts(FIXED, weight).low == Decimal("4.0e7")


@given(COUNTS, COUNTS, st.integers(1, 100).map(Decimal))
def test_units_to_thaw_cover_the_dose_and_one_less_does_not(amount: Decimal, each: Decimal, recovery: Decimal) -> None:
    thaw = units_to_thaw(amount, each, recovery, "{cells}")
    assert thaw is not None
    content = each * recovery / 100

    assert thaw.shown * content >= amount > (thaw.shown - 1) * content


@given(WEIGHTS, st.integers(10**4, 10**8).map(Decimal), st.integers(1, 600).map(Decimal))
def test_a_volume_lies_within_the_tolerance_or_is_refused(weight: Decimal, counted: Decimal, there: Decimal) -> None:
    amount = ordered_amounts(PER_KG, weight).low
    dose = dose_volume(amount, "{cells}", counted, there, Decimal(10))
    if isinstance(dose, Objection):
        return

    assert 0 < dose.volume <= there
    assert dose.volume + dose.remainder == there
    assert abs(dose.amount - amount) <= amount / 10
    assert dose.amount == dose.volume * counted


@given(WEIGHTS, st.decimals("0.01", "1", places=2))
def test_an_hour_is_the_least_that_endotoxin_is_spread_over(weight: Decimal, hours: Decimal) -> None:
    burden = [endotoxin_burden(Decimal("0.5"), Decimal(100), weight, time).exact for time in (hours, Decimal(1))]

    assert burden[0] == burden[1]


@given(WEIGHTS)
def test_every_line_of_the_working_says_how_and_what_came_out(weight: Decimal) -> None:
    for line in ordered_amounts(BY_VOLUME, weight).workings:
        assert line.what
        assert line.how
        assert line.shown == line.exact
