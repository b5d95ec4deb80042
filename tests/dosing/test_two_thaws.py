"""One unit is thawed once, kept for one order, sent or destroyed, whoever asks for which in the same moment."""

from functools import partial
from typing import Any

import pytest

from apps.core.errors import Refused
from apps.dosing.models import Thaw, TreatmentOrder
from apps.dosing.selectors import kept_units
from apps.dosing.services import free_reserved, reserve_units, ship_reserved, thaw_unit
from tests.audit.test_two_connections import PATIENCE, threads
from tests.cast import Cast, actor, cast
from tests.disposal.story import requested as to_be_destroyed
from tests.dosing.story import NOW, THAW, checked, released_units, reserved
from tests.dosing.test_two_takers import ONE_BAG
from tests.transport.story import asked

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


def test_a_unit_is_thawed_or_sent_to_its_bed_never_both(cast: Cast, threads: Any) -> None:
    order, number = story(cast)
    assert cast.stella

    thaw = threads(told, partial(thaw_unit, order=order, scanned=number, actor=actor(cast.olga), at=THAW))
    send = threads(told, partial(ship_reserved, order=order, asked=asked(), actor=actor(cast.stella), at=NOW))

    assert sorted([thaw.result(PATIENCE)[0], send.result(PATIENCE)[0]]) == [200, 409]


def test_of_a_disposal_and_an_order_that_ask_for_one_unit_at_once_the_order_never_takes_what_is_to_be_destroyed(
    cast: Cast, threads: Any
) -> None:
    """Both lock the unit: a request to destroy holds it, and comes after the order or before it."""
    units = released_units(cast)
    order = checked(cast, **ONE_BAG)
    assert cast.stella

    asking = [
        threads(told, partial(reserve_units, order=order, units=units[:1], actor=actor(cast.stella), at=NOW)),
        threads(told, partial(to_be_destroyed, cast, units[0].batch, units[0].number, at=NOW)),
    ]

    (kept, destroy) = (one.result(PATIENCE) for one in asking)
    assert destroy == (200, "")
    assert kept in ((200, ""), (409, "open_holds"))
    if kept[0] == 200:
        assert told(partial(thaw_unit, order=order, scanned=units[0].number, actor=actor(cast.olga), at=THAW))[0] == 409
