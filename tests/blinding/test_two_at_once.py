"""Two patients and one kit at one moment: one gets it, the other is refused; without naming a bag, each gets a kit."""

from typing import Any

import pytest

from apps.audit.selectors import Verification
from apps.blinding.models import KitAllocation
from apps.dosing.models import TreatmentOrder
from apps.dosing.services import reserve_units
from apps.units.models import Unit
from tests.audit.test_two_connections import PATIENCE, threads
from tests.blinding.story import lot_of_kits, packed_kits, trial_order
from tests.cast import Cast, actor, cast
from tests.dosing.story import NOW
from tests.transport.test_two_at_once import status_of

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_patients_one_gets_the_kit_and_without_naming_it_each_gets_one(cast: Cast, threads: Any) -> None:
    assert cast.vera
    assert cast.nils
    packed_kits(cast, lot_of_kits(cast))
    orders = [trial_order(cast, f"R-000{n}") for n in range(1, 5)]

    def at_once(asked: list[tuple[TreatmentOrder, str]]) -> list[tuple[int, str]]:
        acting = [threads(taken, *who) for who in asked]
        return sorted(act.result(PATIENCE) for act in acting)

    def taken(order: TreatmentOrder, bag: str) -> tuple[int, str]:
        units = Unit.objects.filter(number=bag).select_related("record", "batch__record")
        said: dict[str, Any] = {"units": list(units), "reason": "Asked for", "actor": actor(cast.nils), "at": NOW}
        return status_of(lambda: reserve_units(order=order, **said))

    named = [(orders[0], "BK-0001-K003-1"), (orders[1], "BK-0001-K003-2")]
    assert at_once(named) == [(200, ""), (409, "kit_of_another")]
    assert at_once([(orders[2], ""), (orders[3], "")]) == [(200, ""), (200, "")]

    kits = KitAllocation.objects.order_by("kit").values_list("kit", flat=True)
    assert list(kits) == ["BK-0001-K001", "BK-0001-K002", "BK-0001-K003"]
    assert list(Verification().findings()) == []
