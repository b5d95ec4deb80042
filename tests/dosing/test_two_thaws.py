"""One unit is thawed once, and for one order, whoever asks in the same moment."""

from functools import partial
from typing import Any

import pytest

from apps.core.errors import Refused
from apps.dosing.models import Thaw, TreatmentOrder
from apps.dosing.selectors import kept_units
from apps.dosing.services import free_reserved, thaw_unit
from tests.audit.test_two_connections import PATIENCE, threads
from tests.cast import Cast, actor, cast
from tests.dosing.story import NOW, THAW, released_units, reserved

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)


def told(act: Any) -> tuple[int, str]:
    try:
        act()
    except Refused as refused:
        return refused.status, refused.code
    return 200, ""


def story(cast: Cast) -> tuple[TreatmentOrder, str]:
    released_units(cast)
    order = reserved(cast)
    assert cast.olga
    return order, kept_units(order)[0].number


def test_of_two_who_thaw_one_unit_one_does_and_one_is_refused(cast: Cast, threads: Any) -> None:
    order, number = story(cast)

    asking = [
        threads(told, partial(thaw_unit, order=order, scanned=number, actor=actor(cast.olga), at=THAW))
        for _ in range(2)
    ]

    assert sorted(one.result(PATIENCE) for one in asking) == [(200, ""), (409, "not_frozen")]
    assert Thaw.objects.count() == 1


def test_a_unit_is_thawed_or_given_back_never_both(cast: Cast, threads: Any) -> None:
    order, number = story(cast)
    assert cast.stella

    thaw = threads(told, partial(thaw_unit, order=order, scanned=number, actor=actor(cast.olga), at=THAW))
    back = threads(told, partial(free_reserved, order=order, reason="Not today", actor=actor(cast.stella), at=NOW))

    assert sorted([thaw.result(PATIENCE)[0], back.result(PATIENCE)[0]]) == [200, 409]
