"""What must be true of every dose, whatever the weight and whatever was counted."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Objection
from apps.dosing.facts import Candidate
from apps.dosing.rules.amounts import ordered_amounts, units_to_thaw
from apps.dosing.rules.burdens import endotoxin_burden
from apps.dosing.rules.choosing import first_to_expire, is_usable, turn
from apps.dosing.rules.volumes import dose_volume
from apps.products.facts import Fit
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


# --- first to expire first --------------------------------------------------------------------------------------------
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 99).map(lambda n: f"U{n:02}"),
        st.integers(-3, 9).map(lambda days: NOW + timedelta(days=days)),
        free=st.booleans(),
        held=st.booleans(),
        for_another=st.booleans(),
        fit=st.sampled_from(Fit),
        lot=st.sampled_from(["A", "B"]),
    ),
    max_size=12,
    unique_by=lambda one: one.number,
)


def its_turn(one: Candidate) -> tuple[bool, datetime, str]:
    return turn(one.fit, one.expires_at, one.number)


@given(CANDIDATES, st.integers(0, 6))
def test_what_expires_first_is_taken_first_and_nothing_expired_held_reserved_or_unfit_ever(
    there: list[Candidate], wanted: int
) -> None:
    usable = [one for one in there if is_usable(one, NOW)]

    taken = first_to_expire(sorted(there, key=its_turn), NOW, wanted)

    assert len(taken) == min(wanted, len(usable))
    assert all(one.free and not one.held and not one.for_another and one.expires_at > NOW for one in taken)
    assert all(one.fit in (Fit.SAME, Fit.COMPATIBLE) for one in taken)
    left = [its_turn(one) for one in usable if one not in taken]
    assert not left or not taken or max(its_turn(one) for one in taken) < min(left)


@given(CANDIDATES)
def test_where_the_whole_lot_is_the_dose_it_is_one_lot_and_every_usable_unit_of_it(there: list[Candidate]) -> None:
    usable = sorted((one for one in there if is_usable(one, NOW)), key=its_turn)

    taken = first_to_expire(sorted(there, key=its_turn), NOW, None)

    assert taken == [one for one in usable if one.lot == usable[0].lot]
