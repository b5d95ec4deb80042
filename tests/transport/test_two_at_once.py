"""Two parallel requests for one unit: one success, one 409; and a hold against a shipment that leaves."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from apps.audit.selectors import Verification
from apps.core.errors import Refused
from apps.dosing.services import ship_reserved
from apps.transport.models import Shipment, ShippedUnit
from tests.audit.test_two_connections import PATIENCE, threads
from tests.cast import ApiPerson, Cast, actor, cast
from tests.disposal.story import requested as to_be_destroyed
from tests.dosing.story import checked, reserved
from tests.dosing.test_two_takers import ONE_BAG, taken
from tests.testing.story import HOUR, running_batch
from tests.transport.story import ASKED, U1, U2, U3, asked, released, requested

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {"mode": "dry_shipper", "receiver": "City Hospital", "contact": "+86 573 0000 0000", "hours": "12"}
BODY = {"batch": "CT-0042", "departs_at": (ASKED + HOUR).isoformat(), **WORDS}


def test_of_two_parallel_requests_for_one_unit_one_succeeds_and_one_is_409(cast: Cast, threads: Any) -> None:
    released(cast, running_batch(cast))
    people = []
    with time_machine.travel(ASKED, tick=False):
        for person in (cast.stella, cast.olga):
            client = ApiPerson()
            client.sign_in(person)
            people.append(client)

        def ask(client: ApiPerson, units: list[str]) -> int:
            return int(client.post("/api/v1/shipments/", {**BODY, "units": units}).status_code)

        asking = [threads(ask, client, units) for client, units in zip(people, ([U1], [U2, U1]), strict=True)]
        assert sorted(one.result(PATIENCE) for one in asking) == [201, 409]

    assert Shipment.objects.count() == 1
    assert ShippedUnit.objects.filter(unit__number=U1, stands=True).count() == 1
    assert list(Verification().findings()) == []


def test_two_requests_for_different_units_both_succeed(cast: Cast, threads: Any) -> None:
    batch = running_batch(cast)
    released(cast, batch)
    assert cast.stella

    asking = [threads(lambda unit: requested(cast, batch, unit).number, unit) for unit in (U1, U3)]

    assert sorted(one.result(PATIENCE) for one in asking) == ["CT-0042-T01", "CT-0042-T02"]


def test_of_a_shipment_and_a_disposal_of_one_unit_at_once_the_shipment_never_leaves_with_it(
    cast: Cast, threads: Any
) -> None:
    """Both lock the unit: who comes second meets what the first has done."""
    batch = running_batch(cast)
    released(cast, batch)
    assert cast.stella

    def ship() -> str:
        try:
            return requested(cast, batch, U1).state
        except Refused as refused:
            return refused.code

    def dispose() -> str:
        to_be_destroyed(cast, batch, U1)
        return "destroy"

    found = sorted(one.result(PATIENCE) for one in [threads(ship), threads(dispose)])

    assert found in (["REQUESTED", "destroy"], ["destroy", "open_holds"])


def test_of_an_order_and_a_shipment_that_ask_for_one_unit_at_once_one_gets_it(cast: Cast, threads: Any) -> None:
    batch = running_batch(cast)
    units = released(cast, batch)
    order = checked(cast, **ONE_BAG)
    assert cast.stella

    asking = [threads(taken, order, units[:1], cast), threads(status_of, lambda: requested(cast, batch, U1))]

    assert sorted(one.result(PATIENCE) for one in asking) == [(200, ""), (409, "wrong_unit_state")]
    assert list(Verification().findings()) == []


def test_the_units_of_an_order_are_sent_to_its_bed_once(cast: Cast, threads: Any) -> None:
    released(cast, running_batch(cast))
    order = reserved(cast, **ONE_BAG)
    assert cast.stella

    def send() -> Shipment:
        return ship_reserved(order=order, asked=asked(), actor=actor(cast.stella), at=ASKED)

    asking = [threads(status_of, send), threads(status_of, send)]

    assert sorted(one.result(PATIENCE) for one in asking) == [(200, ""), (409, "in_shipment")]
    assert ShippedUnit.objects.filter(stands=True).count() == 1


def status_of(ask: Callable[[], object]) -> tuple[int, str]:
    """What the API would answer, and why."""
    try:
        ask()
    except Refused as refused:
        return refused.status, refused.code
    return 200, ""
