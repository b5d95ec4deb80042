"""Two who enter one donation into two pools at one moment: one pool has it, the other is told so."""

from typing import Any

import pytest

from apps.audit.selectors import Verification
from apps.batches.facts.inputs import PoolInput
from apps.batches.models import Batch, Pooled
from apps.batches.services.pooling import pool_donations
from apps.core.errors import Refused
from tests.audit.test_two_connections import PATIENCE, threads
from tests.batches.story import Room, start
from tests.batches.test_pools import changed, donation, of_two_donors
from tests.cast import AT, Cast, actor, cast
from tests.products.making import planned

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_pools_that_are_given_one_donation_at_once_one_has_it(cast: Cast, threads: Any) -> None:
    product = changed(of_two_donors)
    batches = [start(Room(cast, planned(cast, product, n))).batch for n in (0, 9)]
    gave = [donation(cast, product, n) for n in (1, 2, 3)]
    orders = [[gave[0], gave[1]], [gave[2], gave[0]]]

    def enter(batch: Batch, given: list[Any]) -> tuple[int, str]:
        lines = [PoolInput(one.din, "6.500") for one in given]
        try:
            pool_donations(batch=batch, lines=lines, actor=actor(cast.olga), at=AT)
        except Refused as refused:
            return refused.status, refused.code
        return 201, ""

    asking = [threads(enter, batch, given) for batch, given in zip(batches, orders, strict=True)]

    assert sorted(one.result(PATIENCE) for one in asking) == [(201, ""), (409, "pooled_twice")]
    assert Pooled.objects.count() == 2
    assert list(Verification().findings()) == []
