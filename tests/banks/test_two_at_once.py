"""Two who draw at once: of one unit, and of the last above what is kept back, one gets it and one is refused."""

from typing import Any

import pytest

from apps.audit.selectors import Verification
from apps.banks.models import Draw
from apps.batches.models import Batch
from apps.organisation.models import User
from apps.units.selectors import stock_of
from tests.audit.test_two_connections import PATIENCE, threads
from tests.banks.story import bank_of_seven, drawn, from_it
from tests.cast import Cast, cast
from tests.transport.test_two_at_once import status_of

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)
U1, U2, U3 = "CT-0900-U01", "CT-0900-U02", "CT-0900-U03"


def test_of_two_drawers_for_two_batches_one_gets_the_unit_and_one_the_last_above_the_reserve(
    cast: Cast, threads: Any
) -> None:
    bank = bank_of_seven(cast)
    one, other = from_it(cast, bank), from_it(cast, bank, "WB-0002")
    pairs = {"by": cast.olga, "second": cast.vera}, {"by": cast.stella, "second": cast.oscar}

    def at_once(*units: str) -> list[tuple[int, str]]:
        acting = [threads(taken, *who) for who in zip((one, other), units, pairs, strict=True)]
        return sorted(act.result(PATIENCE) for act in acting)

    def taken(batch: Batch, unit: str, pair: dict[str, User]) -> tuple[int, str]:
        return status_of(lambda: drawn(cast, batch, unit, **pair))

    assert at_once(U1, U1) == [(200, ""), (409, "wrong_unit_state")]
    assert at_once(U2, U3) == [(200, ""), (409, "below_the_reserve")]

    assert (stock_of(bank).left, Draw.objects.count()) == (5, 2)
    assert list(Verification().findings()) == []
