"""Units that are made for one patient: their labels bear the chain, and every move and allocation compares it."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from apps.audit.models import Entry, Record
from apps.batches.selectors.batches import chain_of_batch
from apps.dosing.facts import Bedside
from apps.dosing.models import Thaw
from apps.dosing.selectors import kept_units
from apps.dosing.services import compare_at_bedside, reserve_units, thaw_unit
from apps.identity.selectors import wristband_of
from apps.quality.models import Event
from apps.storage.models import Stay
from apps.transport.selectors import shipment_now
from apps.units.content import label_content
from apps.units.facts import Custody
from apps.units.models import Label, Unit
from apps.units.rules import code_text, read_code
from apps.units.selectors import units_now
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.story import END, NOW, THAW, checked, expiring, released_units
from tests.products.making import bound
from tests.storage.conftest import tank_of
from tests.storage.story import STORED, out, put
from tests.testing import story
from tests.transport.story import equipped, handed, packed, received, requested, taken

BOUND = bound()


@pytest.fixture
def units(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """The released units of CT-0042, made from D-0101 for R-0101."""
    monkeypatch.setattr(story, "loaded", lambda: BOUND)
    return released_units(cast)


def chain_number(unit: Unit) -> str:
    chain = chain_of_batch(unit.batch)
    assert chain is not None
    return chain.number


def test_the_label_of_a_unit_shows_the_chain_and_its_symbol_carries_it(units: list[Unit]) -> None:
    label = Label.objects.filter(unit=units[0]).get()
    drawn, number = label_content(label), chain_number(units[0])

    assert ("Chain of identity", number) in [(field.label.en, field.value) for field in drawn.fields]
    assert drawn.barcode is not None
    read = read_code(drawn.barcode.text)
    assert (read.address, read.chain) == (units[0].record.address, number)  # type: ignore[union-attr]
    assert code_text(read) == drawn.barcode.text  # type: ignore[arg-type]


def test_a_unit_is_moved_only_with_its_chain_scanned(cast: Cast, units: list[Unit]) -> None:
    tank_of(cast)

    assert codes(lambda: put(cast, units[0], "LN-03/4/2/E6")) == ["chain_not_scanned"]
    assert not Event.objects.filter(kind="NEAR_MISS").exists()
    put(cast, units[0], "LN-03/4/2/E6", chain=f"&/{chain_number(units[0])}")
    assert codes(lambda: out(cast, units[0], STORED)) == ["chain_not_scanned"]


def test_a_unit_whose_label_shows_another_chain_is_not_moved_and_it_is_kept(cast: Cast, units: list[Unit]) -> None:
    tank_of(cast)

    assert codes(lambda: put(cast, units[0], "LN-03/4/2/E6", chain="CHA999926ABC123")) == ["chain_mismatch"]

    assert not Stay.objects.exists()
    event = Event.objects.get(kind="NEAR_MISS")
    assert (event.severity, event.subject) == ("CRITICAL", units[0].record)
    assert Entry.objects.filter(record=units[0].record, action="chain.near_miss").exists()


def test_a_scanned_label_says_the_chain_by_itself_on_the_page(cast: Cast, units: list[Unit], web_client: Any) -> None:
    tank_of(cast)
    symbol = label_content(Label.objects.get(unit=units[0])).barcode
    assert symbol is not None
    moved = {"unit": symbol.text, "position": "LN-03/4/2/E6"}
    wrong = web_client(cast.stella).post("/storage/move/", {**moved, "chain": "CHA999926ABC123"})
    right = web_client(cast.stella).post("/storage/move/", moved)

    assert (wrong.status_code, right.status_code) == (409, 302)
    assert "Stop. CHA999926ABC123 was scanned" in wrong.content.decode()


def test_units_go_to_their_own_patient(cast: Cast, units: list[Unit]) -> None:
    order = reserve_units(order=checked(cast, "R-0101"), actor=actor(cast.stella), at=NOW)

    assert order.state == "RESERVED"


def test_units_of_another_patient_are_a_hard_stop_that_is_kept_and_are_never_proposed(
    cast: Cast, units: list[Unit]
) -> None:
    others = released_units(cast, "CT-0043", 2)
    for unit in others[:2]:
        expiring(unit, END + timedelta(days=1))  # the first to expire, were they not another's
    order = checked(cast, "R-0101")
    named = codes(lambda: reserve_units(order=order, units=others[:2], actor=actor(cast.stella), at=NOW))

    assert named == ["chain_mismatch"]
    event = Event.objects.get(kind="NEAR_MISS")
    assert (event.severity, event.subject, event.facts["expected"]) == ("CRITICAL", others[0].record, "R-0101")
    assert {unit.custody for unit in units_now(others)} == {Custody.IN_STORE}
    reserve_units(order=order, actor=actor(cast.stella), at=NOW)
    assert {row.unit.batch.number for row in order.reservations.all()} == {"CT-0042"}


# --- on the way, at the thaw, at the bed ------------------------------------------------------------------------------
def near_misses(record: Record) -> list[str]:
    """The severity of each near miss that is kept on a record."""
    return list(Event.objects.filter(kind="NEAR_MISS", subject=record).values_list("severity", flat=True))


def test_a_shipment_is_packed_handed_over_and_received_only_with_the_chain_scanned(
    cast: Cast, units: list[Unit]
) -> None:
    equipped(cast)
    shipment = requested(cast, units[0].batch)
    right: dict[str, Any] = {"chain": f"&/{chain_number(units[0])}"}
    wrong: dict[str, Any] = {"chain": "CHA999926ABC123"}

    for step in (packed, handed, taken, received):
        assert codes(partial(step, cast, shipment)) == ["chain_not_scanned"]
        assert codes(partial(step, cast, shipment, **wrong)) == ["chain_mismatch"]
        step(cast, shipment, **right)

    assert near_misses(shipment.record) == ["CRITICAL"] * 4
    assert shipment_now(shipment).state == "ARRIVED"


def test_a_bag_of_another_patient_is_not_packed_even_beside_the_right_chain(cast: Cast, units: list[Unit]) -> None:
    equipped(cast)
    other, shipment = released_units(cast, "CT-0043", 2)[0], requested(cast, units[0].batch)
    hand: dict[str, Any] = {"units": (units[0].number, other.number), "chain": chain_number(units[0])}

    assert codes(lambda: packed(cast, shipment, **hand)) == ["chain_mismatch"]
    assert near_misses(shipment.record) == ["CRITICAL"]
    assert shipment_now(shipment).state == "REQUESTED"


def test_the_chain_is_compared_at_the_thaw_and_at_the_bed(cast: Cast, units: list[Unit]) -> None:
    other = released_units(cast, "CT-0043", 2)[0]
    order = reserve_units(order=checked(cast, "R-0101"), actor=actor(cast.stella), at=NOW)
    symbol = label_content(Label.objects.get(unit=units[0])).barcode
    assert symbol is not None

    def thaw(scanned: str, chain: str = "") -> Thaw:
        return thaw_unit(order=order, scanned=scanned, chain=chain, actor=actor(cast.olga), at=THAW)

    assert codes(lambda: thaw(units[0].number)) == ["chain_not_scanned"]
    assert codes(lambda: thaw(other.number, chain_number(units[0]))) == ["chain_mismatch"]
    assert codes(lambda: thaw(units[0].number, chain_number(other))) == ["chain_mismatch"]
    assert thaw(symbol.text).unit == units[0]

    worn = wristband_of(order.recipient)
    assert worn is not None
    scan = Bedside(worn.identifier, worn.born, tuple(unit.number for unit in kept_units(order)))

    def compare(**words: str) -> None:
        compare_at_bedside(order=order, bedside=replace(scan, **words), actor=actor(cast.nils), at=THAW)

    assert codes(compare) == ["chain_not_scanned"]
    assert codes(lambda: compare(chain=chain_number(other))) == ["chain_mismatch"]
    assert codes(lambda: compare(chain=chain_number(units[0]), first="H-999999")) == ["another_patient_at_bed"]
    assert near_misses(order.record) == ["CRITICAL"] * 4
    compare(chain=chain_number(units[0]))


def test_the_pages_of_what_is_for_one_patient_ask_for_its_chain(cast: Cast, units: list[Unit], web_client: Any) -> None:
    equipped(cast)
    shipment = requested(cast, units[0].batch)
    order = reserve_units(order=checked(cast, "R-0101"), actor=actor(cast.stella), at=NOW)
    pages = {
        f"/transport/{shipment}/pack/": cast.olga,
        f"/transport/{shipment}/hand-over/": cast.olga,
        f"/transport/{shipment}/receive/": cast.nils,
        f"/dosing/orders/{order}/thaw/": cast.olga,
        f"/dosing/orders/{order}/bedside/start/": cast.nils,
    }

    assert [url for url, who in pages.items() if 'name="chain"' not in web_client(who).get(url).content.decode()] == []
