"""A product that ends as a sequence: what is read in a well leads back to the donor who gave the cells."""

import pytest

from apps.batches.models import Vessel
from apps.batches.services.vessels import open_vessels
from apps.core.errors import Happened
from apps.lineage.selectors import ancestors, descendant_ids
from apps.products.loader import SEEDS, load
from tests.batches.story import Room, start
from tests.cast import actor
from tests.products.making import planned

HEAVY, LIGHT = "CAGGTGCAGCTGGTGGAGTCT", "GACATCCAGATGACCCAGTCT"
PRODUCT = load(SEEDS / "products" / "bcell_antibody" / "v1")


def opened(room: Room, step: str, kind: str, count: int = 1, parents: tuple[Vessel, ...] = ()) -> list[Vessel]:
    """Vessels of a step that was done before the record was at hand."""
    at = room.later(minutes=5).now
    done = Happened(at, "The tablet was in the other room.")
    said = {"parents": parents, "happened": done, "actor": actor(room.cast.olga), "at": at}
    return open_vessels(batch=room.batch, step=step, kind=kind, count=count, **said)


@pytest.mark.django_db
def test_a_sequence_leads_back_through_cell_and_blood_to_the_donor_and_on_from_them(cast) -> None:
    room = start(Room(cast, planned(cast, PRODUCT)))
    (blood,) = opened(room, "isolation.gradient", "pbmc")
    (sorted_cells,) = opened(room, "cloning.sort_pool", "pool", parents=(blood,))
    wells = opened(room, "cloning.single_cells", "well", 2, parents=(sorted_cells,))
    done = Happened(room.later(minutes=5).now, "The tablet was in the other room.")
    read = [
        room.enter(f"cloning.sequence.well[{wells[1].row}].{chain}", letters, happened=done)
        for chain, letters in (("heavy", HEAVY), ("light", LIGHT))
    ]

    donation = room.batch.donation
    before = {record.address for record in ancestors([wells[1].record])}
    assert [row.text for row in read] == [HEAVY, LIGHT]
    assert {blood.record.address, sorted_cells.record.address} <= before
    assert {room.batch.record.address, donation.record.address, donation.donor.record.address} <= before
    assert {well.record_id for well in wells} <= descendant_ids([donation.donor.record])


def test_it_is_made_for_nobody_in_particular_and_given_to_nobody() -> None:
    assert PRODUCT.definition.given is None
    assert "Not for use in humans" in [line.en for line in PRODUCT.definition.units.label.statements]
