"""The units of an order travel to its bed and stay its own; what arrived is kept for an order where it stands."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from apps.batches.models import Batch
from apps.core.errors import Happened
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import kept_units, order_now
from apps.dosing.services import cancel_order, free_reserved, reserve_units, ship_reserved, thaw_unit
from apps.quality.models import Event
from apps.transport.facts import ShipmentState, ShipmentVerb
from apps.transport.models import Shipment
from apps.transport.selectors import shipment_now
from apps.transport.services import cancel_shipment
from apps.units.facts import Custody
from apps.units.models import Unit
from apps.units.selectors import units_now
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.conftest import World
from tests.dosing.story import NOW, START, THAW, checked, reserved, thawed
from tests.testing.story import running_batch
from tests.transport.story import (
    ARRIVED,
    U1,
    U2,
    U3,
    arrived,
    asked,
    confirmed,
    decided,
    handed,
    packed,
    received,
    released,
    returned,
    taken,
    with_file,
)

pytestmark = pytest.mark.django_db
AT_BED = {"receiver": "City Hospital, ward 7", "contact": "+86 573 0000 0000", "mode": "dry_shipper", "hours": "12"}


def begins_with(cast: Cast) -> Batch:
    """A batch whose frozen units are released."""
    running = running_batch(cast)
    released(cast, running)
    return running


def sent(cast: Cast, order: TreatmentOrder, **words: Any) -> Shipment:
    return ship_reserved(order=order, asked=asked(**words), actor=actor(cast.stella), at=NOW)


def custody(*numbers: str) -> set[str]:
    return set(Unit.objects.filter(number__in=numbers or (U1, U2)).values_list("custody", flat=True))


def under_way(cast: Cast, shipment: Shipment) -> Shipment:
    gone = taken(cast, handed(cast, packed(cast, shipment)))
    with_file(cast, gone)
    return gone


def test_the_units_of_an_order_travel_to_its_bed_and_are_thawed_there(cast: Cast) -> None:
    order = reserved(cast)
    shipment = sent(cast, order)

    assert (shipment.kept_for, custody()) == (order.record, {Custody.RESERVED})
    decided(cast, confirmed(cast, received(cast, under_way(cast, shipment))), ShipmentVerb.ACCEPT)
    assert custody() == {Custody.AT_SITE}
    assert [unit.number for unit in kept_units(order)] == [U1, U2]
    assert thawed(cast, order).state == "THAWED"


def test_a_unit_is_thawed_by_nobody_while_it_waits_for_its_shipment_or_travels_and_what_happened_is_kept(
    cast: Cast,
) -> None:
    order = reserved(cast)
    shipment = sent(cast, order)
    assert codes(lambda: thawed(cast, order)) == ["in_shipment"]
    under_way(cast, shipment)
    assert set(codes(lambda: thawed(cast, order))) == {"in_shipment", "wrong_unit_state"}

    happened = Happened(THAW, "The shipper stood open and the bag was thawed at once")
    thaw = thaw_unit(order=order, scanned=U1, actor=actor(cast.olga), at=THAW, happened=happened)

    unit = Unit.objects.get(number=U1)
    assert (unit.condition, unit.custody, thaw.happened) == ("THAWED", Custody.IN_TRANSIT, True)
    assert {mark["code"] for mark in thaw.overridden} == {"in_shipment"}
    assert Event.objects.filter(subject=unit.batch.record, severity="CRITICAL").exists()


def test_a_shipment_that_is_cancelled_or_comes_back_leaves_its_units_to_the_order(cast: Cast) -> None:
    order = reserved(cast)
    cancel_shipment(shipment=sent(cast, order), reason="No shipper", actor=actor(cast.stella), at=NOW)
    assert custody() == {Custody.RESERVED}

    back = returned(cast, under_way(cast, sent(cast, order)), returned_at=ARRIVED)
    assert (back.state, custody()) == (ShipmentState.RETURNED, {Custody.RESERVED})


def test_an_order_that_ends_leaves_its_units_to_the_shipment_that_has_them(cast: Cast) -> None:
    order = reserved(cast)
    shipment = sent(cast, order)
    cancel_order(order=order, reason="Unwell", actor=actor(cast.paula), at=NOW)

    assert (shipment_now(shipment).kept_for, custody()) == (None, {Custody.RESERVED})
    cancel_shipment(shipment=shipment, reason="No patient", actor=actor(cast.stella), at=NOW)
    assert custody() == {Custody.IN_STORE}


def test_nothing_is_sent_that_is_not_kept_is_under_way_already_or_arrives_after_the_start(cast: Cast) -> None:
    order = checked(cast)
    assert codes(lambda: sent(cast, order)) == ["wrong_state"]
    reserve_units(order=order, actor=actor(cast.stella), at=NOW)
    assert codes(lambda: sent(cast, order, departs_at=START, hours=Decimal(2))) == ["arrives_too_late"]
    sent(cast, order)
    assert codes(lambda: sent(cast, order)) == ["in_shipment"] * 2


def test_units_that_were_accepted_at_a_site_are_kept_for_one_order_there(cast: Cast, world: World) -> None:
    shipment = arrived(cast, world.made)
    order, later = checked(cast), checked(cast, "R-0002")
    here = list(Unit.objects.filter(number__in=[U1, U2]).select_related("record", "batch__donation"))
    third = Unit.objects.select_related("record", "batch__donation").get(number=U3)

    def keep(one: TreatmentOrder, units: list[Unit]) -> TreatmentOrder:
        return reserve_units(order=one, units=units, reason="At the ward", actor=actor(cast.stella), at=NOW)

    assert codes(lambda: keep(order, here)) == ["open_holds"]
    decided(cast, shipment, ShipmentVerb.ACCEPT)
    assert codes(lambda: keep(order, [here[0], third])) == ["stand_apart"]
    assert keep(order, here).state == "RESERVED"
    assert codes(lambda: keep(later, here)) == ["kept_already"] * 2
    assert {unit.custody for unit in units_now(here)} == {Custody.AT_SITE}
    free_reserved(order=order, reason="Later", actor=actor(cast.stella), at=NOW)
    assert (custody(), keep(later, here).state) == ({Custody.AT_SITE}, "RESERVED")


def test_both_edges_send_the_units_of_an_order(cast: Cast, web_client: Any, api_client: Any) -> None:
    order = reserved(cast)
    page, url = f"/dosing/orders/{order}/ship/", f"/api/v1/orders/{order}/shipment/"
    with time_machine.travel(NOW, tick=False):
        stella = web_client(cast.stella)
        assert U1 in stella.get(page).content.decode()
        local = f"{NOW + timedelta(hours=10):%Y-%m-%dT%H:%M}"
        assert stella.post(page, {**AT_BED, "departs_at": local}).status_code == 302
        shipment = Shipment.objects.get()
        assert shipment.number in stella.get(f"/dosing/orders/{order}/").content.decode()
        assert order.record.number in stella.get(f"/transport/{shipment}/").content.decode()
        body = {**AT_BED, "departs_at": (NOW + timedelta(hours=2)).isoformat()}
        assert api_client(cast.stella).post(url, body).status_code == 409
        cancel_shipment(shipment=shipment, reason="Another way", actor=actor(cast.stella), at=NOW)
        reply = api_client(cast.stella).post(url, body)
    assert (reply.status_code, reply.json()["kept_for"]) == (201, order.record.address)
    assert order_now(order).state == "RESERVED"
