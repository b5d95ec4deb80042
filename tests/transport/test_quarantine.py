"""Material whose donor nobody has decided about travels in quarantine only, with its statements (21 CFR 1271.60(c))."""

from typing import Any

import pytest

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import SYSTEM
from apps.documents.facts import DocumentContent, Table, read_content
from apps.documents.layout.drawing import draw
from apps.documents.models import Document
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.transport.facts import ShipmentState, ShipmentVerb
from apps.transport.models import Shipment
from apps.transport.selectors import shipment_now, units_to_ship
from apps.units.facts import Custody, Disposition, UnitKind
from apps.units.models import Unit
from apps.units.services import freeze_units
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.documents.reading import flowing
from tests.donation.story import undecided
from tests.testing.story import FILLED, filled
from tests.transport.story import (
    ASKED,
    asked,
    confirmed,
    decided,
    equipped,
    handed,
    packed,
    received,
    requested,
    taken,
    with_file,
)

THERE = "Cell Centre West, 4 Quay Road, Harbour City"
QUARANTINE: dict[str, Any] = {"in_quarantine": True, "establishment": THERE}


@pytest.fixture
def pending(cast: Cast, batch: Batch) -> Batch:
    """Filled and frozen while a test of the donor is not in: nobody has decided about the donation."""
    made = filled(cast, batch)
    freeze_units(batch=batch, units=made, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    equipped(cast)
    undecided(batch)
    return batch_now(batch)


def paper(shipment: Shipment) -> DocumentContent:
    return read_content(Document.objects.get(number=f"AR-{shipment.number}").wording.text)


def states(batch: Batch) -> set[tuple[str, str]]:
    found = Unit.objects.filter(batch=batch, number__in=["CT-0042-U01", "CT-0042-U02"])
    return set(found.values_list("disposition", "custody"))


@pytest.mark.django_db
def test_without_the_quarantine_it_stays(cast: Cast, pending: Batch) -> None:
    assert "open_holds" in codes(lambda: requested(cast, pending))
    assert not Shipment.objects.exists()


@pytest.mark.django_db
def test_it_goes_to_a_named_establishment_only(cast: Cast, pending: Batch) -> None:
    assert codes(lambda: requested(cast, pending, in_quarantine=True, establishment=" ")) == ["no_establishment"]


@pytest.mark.django_db
def test_its_paper_names_the_donor_by_code_and_says_that_nobody_may_use_it(cast: Cast, pending: Batch) -> None:
    shipment = requested(cast, pending, **QUARANTINE)

    content = paper(shipment)
    said = flowing(draw(content))
    assert pending.donor_code in said
    assert "The determination of donor eligibility has not been completed." in said
    assert "must not be implanted, transplanted, infused or transferred until the determination is completed" in said
    assert "供者适合性判定尚未完成" in said
    assert THERE in said
    (table,) = [block for block in content.blocks if isinstance(block, Table)]
    assert [row[0] for row in table.rows] == ["CT-0042-U01", "CT-0042-U02"]
    assert content.data["donor_eligibility"] == "NOT_COMPLETED"


@pytest.mark.django_db
def test_it_arrives_and_is_still_in_quarantine_and_held(cast: Cast, pending: Batch) -> None:
    shipment = taken(cast, handed(cast, packed(cast, requested(cast, pending, **QUARANTINE))))
    assert states(pending) == {(Disposition.QUARANTINED, Custody.IN_TRANSIT)}
    with_file(cast, shipment)
    shipment = decided(cast, confirmed(cast, received(cast, shipment)), ShipmentVerb.ACCEPT)

    assert shipment.state == ShipmentState.ACCEPTED
    assert states(pending) == {(Disposition.QUARANTINED, Custody.AT_SITE)}


@pytest.mark.django_db
def test_a_bad_answer_keeps_it_here_also_in_quarantine(cast: Cast, pending: Batch) -> None:
    with audited(actor=SYSTEM, action="test.failed", at=ASKED, touching=[pending.record]) as change:
        place_hold(
            change, record=pending.record, key="failed:x", blocks=[Blocks.ISSUE], code="test_failed", template="x"
        )

    assert codes(lambda: requested(cast, pending, **QUARANTINE)) == ["open_holds"]


@pytest.mark.django_db
def test_what_comes_to_stand_against_it_keeps_it_until_it_has_left(cast: Cast, pending: Batch) -> None:
    shipment = packed(cast, requested(cast, pending, **QUARANTINE))
    assert pending.donation
    Donation.objects.filter(pk=pending.donation.pk).update(eligibility=Eligibility.INELIGIBLE)

    assert codes(lambda: handed(cast, shipment)) == ["not_pending", "not_pending"]
    assert shipment_now(shipment).state == ShipmentState.PACKED


@pytest.mark.django_db
def test_what_was_found_eligible_does_not_travel_this_way(cast: Cast, batch: Batch) -> None:
    made = filled(cast, batch)
    freeze_units(batch=batch, units=made, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)

    assert "not_pending" in codes(lambda: requested(cast, batch, **QUARANTINE))


@pytest.mark.django_db
def test_the_page_and_the_api_ask_for_it_and_say_so(
    cast: Cast, pending: Batch, web_client: Any, api_client: Any, time_machine: Any
) -> None:
    time_machine.move_to(ASKED, tick=False)
    kept = [unit.number for unit in units_to_ship(pending)]
    assert kept == [unit.number for unit in Unit.objects.filter(batch=pending, kind=UnitKind.PRODUCT).order_by("pk")]
    client = api_client(cast.stella)
    way = asked()
    body = {"batch": pending.number, "units": kept[:1], "mode": way.mode, "receiver": way.receiver}
    body |= {"contact": way.contact, "departs_at": way.departs_at.isoformat(), "hours": "12", **QUARANTINE}
    refused = client.post("/api/v1/shipments/", body | {"establishment": ""}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_establishment")
    made = client.post("/api/v1/shipments/", body, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["in_quarantine"] is True

    pages = web_client(cast.stella)
    page = pages.get(f"/transport/{made.json()['number']}/").content.decode()
    assert "must not be implanted" in page
    assert f"AR-{made.json()['number']}" in page
    form = pages.get(f"/transport/batches/{pending.number}/request/").content.decode()
    assert 'name="in_quarantine"' in form
    assert f'value="{kept[1]}"' in form
