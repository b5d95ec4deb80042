"""Several who ask at one moment: one unit goes to one order; different units go to everybody; nothing deadlocks."""

from collections.abc import Sequence
from typing import Any

import pytest

from apps.audit.selectors import Verification
from apps.core.errors import Refused
from apps.dosing.models import Reservation, TreatmentOrder
from apps.dosing.selectors import first_units
from apps.dosing.services import reserve_units
from apps.units.models import Unit
from tests.audit.test_two_connections import PATIENCE, threads
from tests.cast import Cast, actor, cast
from tests.dosing.story import NOW, checked, released_units

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)
ONE_BAG = {"answers": {"weight": "30.0"}}  # 3 × 10⁷ cells: one unit is enough


def taken(order: TreatmentOrder, units: Sequence[Unit], cast: Cast) -> tuple[int, str]:
    """What the API would answer, and why."""
    try:
        reserve_units(order=order, units=units, reason="Asked for", actor=actor(cast.stella), at=NOW)
    except Refused as refused:
        return refused.status, refused.code
    return 200, ""


def test_of_two_who_ask_for_one_unit_one_gets_it_and_one_is_refused(cast: Cast, threads: Any) -> None:
    unit = released_units(cast)[0]
    orders = [checked(cast, number, **ONE_BAG) for number in ("R-0001", "R-0002")]
    assert cast.stella

    asking = [threads(taken, order, [unit], cast) for order in orders]

    assert sorted(one.result(PATIENCE) for one in asking) == [(200, ""), (409, "wrong_unit_state")]
    assert Reservation.objects.filter(unit=unit, freed_at=None).count() == 1
    assert list(Verification().findings()) == []


def test_twenty_who_ask_for_twenty_different_units_all_get_theirs(cast: Cast, threads: Any) -> None:
    units = [unit for n in (1, 2, 3) for unit in released_units(cast, f"CT-004{n}", n)][:20]
    orders = [checked(cast, f"R-{n:04}", **ONE_BAG) for n in range(20)]
    assert cast.stella
    assert len(units) == 20

    asking = [threads(taken, order, [unit], cast) for order, unit in zip(orders, units, strict=True)]

    assert {one.result(PATIENCE * 3) for one in asking} == {(200, "")}
    assert Reservation.objects.filter(freed_at=None).values("unit").distinct().count() == 20


def test_six_who_ask_for_whatever_expires_first_get_six_units(cast: Cast, threads: Any) -> None:
    released_units(cast)
    orders = [checked(cast, f"R-{n:04}", **ONE_BAG) for n in range(6)]
    assert cast.stella
    assert len(first_units(orders[0])) == 1

    asking = [threads(taken, order, [], cast) for order in orders]

    assert {one.result(PATIENCE * 3) for one in asking} == {(200, "")}
    assert Reservation.objects.filter(freed_at=None).values("unit").distinct().count() == 6
