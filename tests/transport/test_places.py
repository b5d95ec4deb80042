"""Accepted units stand at a place of the receiving site, not only with the receiver's name."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.facility.facts import Grade
from apps.facility.services import open_room
from apps.quality.selectors import open_holds
from apps.storage.facts import StoreKind
from apps.storage.models import Stay
from apps.storage.services import add_box, open_store
from apps.transport.content import decision_content
from apps.transport.facts import ShipmentVerb
from apps.transport.models import Shipment
from apps.transport.selectors import shipment_now
from apps.transport.services import accept_shipment
from apps.units.models import Unit
from apps.units.selectors import units_now
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor, sign_as, site_of
from tests.storage.story import out, put
from tests.testing.prologue import known_people, undone
from tests.testing.story import HOUR, MINUTE, running_batch
from tests.transport.story import (
    ARRIVED,
    ASKED,
    DECIDED,
    PACKED,
    U1,
    U2,
    U3,
    confirmed,
    curve,
    handed,
    packed,
    received,
    released,
    requested,
    returned,
    taken,
    with_file,
)

HERE = "WARD-7/1/1/A1"


@dataclass(frozen=True)
class World:
    """A shipment that two people received, and a tank on the ward."""

    cast: Cast
    shipment: Shipment


def arrived(cast: Cast, batch: Batch) -> Shipment:
    shipment = packed(cast, requested(cast, batch, ward="Ward 7"))
    shipment = taken(cast, handed(cast, shipment))
    with_file(cast, shipment, curve())
    return confirmed(cast, received(cast, shipment, ward="ward 7"))


def tank(cast: Cast, number: str, *, high: str = "-150") -> None:
    keeper: dict[str, Any] = {"actor": actor(cast.quinn), "at": AT}
    said: dict[str, Any] = {"grade": Grade.UNCLASSIFIED, "label_en": number, "label_zh": number}
    room = open_room(code=f"R-{number}", site=site_of("NANHU"), **said, **keeper)
    limits = {"low": None, "high": Decimal(high)}
    store = open_store(number=number, kind=StoreKind.TANK, label=number, room=room, **limits, **keeper)
    add_box(store=store, rack="1", code="1", rows=2, columns=2, **keeper)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with undone(django_db_blocker) as people:
        assert people.quinn  # the site is founded with its first person
        batch = running_batch(people)
        units = released(people, batch)
        tank(people, "HOME")
        put(people, units[0], "HOME/1/1/A1", at=ASKED - HOUR)
        out(people, units_now(units[:1])[0], PACKED - MINUTE)
        shipment = arrived(people, batch)
        tank(people, "WARD-7")
        tank(people, "WARM-7", high="-20")
        yield World(people, shipment)


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    return known_people(world.cast)


@pytest.fixture
def shipment(world: World, db: None) -> Shipment:
    return shipment_now(world.shipment)


def accepted(cast: Cast, shipment: Shipment, **places: str) -> Shipment:
    put = {f"CT-0042-{unit}": position for unit, position in places.items()}
    signing = sign_as(cast.nils, decision_content(shipment, ShipmentVerb.ACCEPT, "", put), at=DECIDED)
    return accept_shipment(
        shipment=shipment, reason="", places=put, signing=signing, actor=actor(cast.nils), at=DECIDED
    )


def test_a_unit_is_put_away_where_it_was_received(cast: Cast, shipment: Shipment) -> None:
    assert shipment.findings == []
    done = accepted(cast, shipment, U01=HERE)

    unit = Unit.objects.get(number=U1)
    assert (done.state, unit.custody, unit.position) == ("ACCEPTED", "AT_SITE", HERE)
    assert Stay.objects.get(unit=unit, out_at=None).in_by == "nils"
    assert Unit.objects.get(number=U2).position == ""


def test_the_way_is_no_time_out_of_the_store_and_what_comes_after_it_is(cast: Cast, shipment: Shipment) -> None:
    accepted(cast, shipment, U01=HERE)
    unit = Unit.objects.get(number=U1)
    assert open_holds([unit.record]) == []

    out(cast, unit, DECIDED + MINUTE)
    put(cast, units_now([unit])[0], HERE, at=DECIDED + 10 * MINUTE)
    assert "out_of_store" in [hold.code for hold in open_holds([unit.record])]


def held(unit: Unit) -> list[str]:
    return [hold.code for hold in open_holds([unit.record])]


def test_what_lay_out_too_long_before_it_was_packed_does_not_leave(cast: Cast, shipment: Shipment) -> None:
    unit = Unit.objects.select_related("record").get(number=U3)
    put(cast, unit, "HOME/1/1/A2", at=ASKED - HOUR)
    out(cast, units_now([unit])[0], ASKED)
    later = packed(cast, requested(cast, shipment.batch, U3))

    assert "out_of_store" in held(unit)
    assert codes(lambda: handed(cast, later)) == ["open_holds"]


def test_what_was_accepted_is_put_away_in_time_wherever_that_is(cast: Cast, shipment: Shipment) -> None:
    accepted(cast, shipment)
    unit = Unit.objects.select_related("record").get(number=U1)
    put(cast, unit, "HOME/1/1/A1", at=DECIDED + HOUR)

    assert "out_of_store" in held(unit)


def test_what_came_back_is_put_away_in_time_too(cast: Cast, shipment: Shipment) -> None:
    returned(cast, shipment, returned_at=ARRIVED)
    unit = Unit.objects.select_related("record").get(number=U1)
    put(cast, unit, "HOME/1/1/A1", at=DECIDED + HOUR)

    assert "out_of_store" in held(unit)


@pytest.mark.parametrize(
    ("unit", "position", "code"),
    [
        ("U01", "WARM-7/1/1/A1", "wrong_temperature"),
        ("U01", "WARD-7/1/1/C9", "outside_box"),
        ("U01", "WARD-8/1/1/A1", "no_such_position"),
        ("U01", "the fridge", "no_position"),
        ("U09", HERE, "no_such_position"),
    ],
)
def test_what_can_not_be_put_there_is_not_accepted_there(
    cast: Cast, shipment: Shipment, unit: str, position: str, code: str
) -> None:
    assert codes(lambda: accepted(cast, shipment, **{unit: position})) == [code]
    assert shipment_now(shipment).state == "RECEIVED"


def test_two_units_do_not_get_one_position(cast: Cast, shipment: Shipment) -> None:
    assert codes(lambda: accepted(cast, shipment, U01=HERE, U02=HERE)) == ["position_taken"]
