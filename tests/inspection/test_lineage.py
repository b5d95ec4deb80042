"""Where a record comes from and what became of it: page, picture, table and API say the same."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.inspection.drawing import TOGETHER, draw
from apps.inspection.selectors.genealogy import Genealogy, genealogy
from apps.lineage.services import link
from apps.storage.models import Box, Stay
from apps.units.models import Unit
from tests.access.world import build_world
from tests.cast import AT, ApiPerson, Cast
from tests.testing.prologue import known_people, undone

BATCH = "batch/CT-0042"


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """One of everything, played once for the module."""
    with undone(django_db_blocker) as people:
        assert people.rita.is_active  # of the other site
        build_world(people)
        yield people


@pytest.fixture
def world(played: Cast, db: None) -> Cast:
    return known_people(played)


def family_of(cast: Cast, address: str = BATCH, most: int = 400) -> Genealogy:
    return genealogy(cast.quinn, address, AT, most)


def children(of: str, number: str, count: int, site: str = "NANHU") -> None:
    parent = Record.objects.get(address=of)
    with audited(actor=SYSTEM, action="test.made", at=AT, touching=[parent]) as change:
        made = [change.open_record("test", f"{number}-{n}", site=site) for n in range(count)]
        link(change, children=made, parent=parent)


def test_a_batch_comes_from_its_donation_and_became_its_units_and_samples(world: Cast) -> None:
    family = family_of(world)

    assert {"donor", "donation"} <= family.earlier.keys()
    assert family.later["unit"] == sum(relative.kind == "unit" for relative in family.after)
    assert family.later["sample"] == 1
    assert family.is_whole
    assert [relative.generation for relative in family.before if relative.kind == "donor"] == [-2]
    (donation,) = [relative for relative in family.before if relative.kind == "donation"]
    assert donation.made_from == tuple(relative.address for relative in family.before if relative.kind == "donor")


def test_both_ways_lead_back_to_each_other(world: Cast) -> None:
    for relative in family_of(world).relatives:
        assert BATCH in {other.address for other in family_of(world, relative.address).relatives}


def test_relatives_of_other_sites_are_counted_and_not_named(world: Cast) -> None:
    children(BATCH, "ELSEWHERE", 2, site="RHINE")

    family = family_of(world)

    assert family.elsewhere == 2
    assert not any("ELSEWHERE" in relative.address for relative in family.relatives)
    assert family.is_whole


def test_nobody_sees_the_family_of_another_site(world: Cast) -> None:
    with pytest.raises(Http404):
        genealogy(world.rita, BATCH, AT)


def test_a_large_family_shows_its_nearest_and_says_so(world: Cast) -> None:
    children(BATCH, "MANY", 30)

    family = family_of(world, most=5)

    assert len([relative for relative in family.after if not relative.met]) == 5
    assert family.later["test"] == 30
    assert not family.is_whole


def test_the_picture_draws_every_relative_once_and_many_of_a_kind_together(world: Cast) -> None:
    children(BATCH, "MANY", TOGETHER + 1)
    family = family_of(world)

    picture = draw(family)

    assert sum(box.count for box in picture.boxes) == len(family.relatives) + 1
    assert [box.count for box in picture.boxes if box.kind == "test"] == [TOGETHER + 1]
    assert [box.address for box in picture.boxes if box.is_self] == [BATCH]
    places = [(box.x, box.y) for box in picture.boxes]
    assert len(set(places)) == len(places)
    assert all(0 <= box.x < picture.width and 0 <= box.y < picture.height for box in picture.boxes)
    assert len(picture.paths) >= len(picture.boxes) - 1


def test_a_batch_leads_to_the_shipment_store_and_instrument_that_it_met(world: Cast) -> None:
    family = family_of(world, "batch/CT-0043")

    met = {relative.kind: relative for relative in family.relatives if relative.met}
    assert {"shipment", "equipment", "lookback"} <= met.keys()
    assert met["shipment"].made_from == ("unit/CT-0043-U01", "unit/CT-0043-U02")
    assert met["shipment"].generation > 0 > met["equipment"].generation


def test_a_shipment_leads_to_its_donor_and_to_nothing_that_did_not_travel(world: Cast) -> None:
    address = family_of(world, "batch/CT-0043").after
    shipment = next(relative.address for relative in address if relative.kind == "shipment")

    family = family_of(world, shipment)

    assert [relative.number for relative in family.before if relative.kind == "unit"] == ["CT-0043-U01", "CT-0043-U02"]
    assert {"batch", "donation", "donor"} <= family.earlier.keys()
    assert not [one for one in family.relatives if one.kind == "unit" and one.address.startswith("unit/CT-0042")]


def test_one_position_of_a_store_leads_to_what_lay_there(world: Cast) -> None:
    unit = Unit.objects.get(number="CT-0042-U01")
    with audited(actor=SYSTEM, action="test.stored", at=AT, touching=[unit.record]) as change:
        stay = Stay(record=unit.record, unit=unit, box=Box.objects.get(), row=1, column=2, in_at=AT, in_by="quinn")
        change.create(stay)

    there, beside = (family_of(world, f"store/LN-03/4/2/{spot}") for spot in ("A2", "A3"))

    assert [relative.number for relative in there.before if relative.kind == "unit"] == ["CT-0042-U01"]
    assert "donor" in there.earlier
    assert not beside.relatives
    assert "store/LN-03" in {relative.address for relative in family_of(world, unit.record.address).after}


def test_a_record_without_relatives_says_so(world: Cast) -> None:
    client = Client()
    client.force_login(world.quinn)

    page = client.get(lonely()).content.decode()

    assert "It has no relatives." in page


def lonely() -> str:
    with audited(actor=SYSTEM, action="test.made", at=AT) as change:
        change.open_record("test", "LONELY", site="NANHU")
    return "/inspection/lineage/test%2FLONELY/"


def test_page_table_and_api_name_the_same_records(world: Cast) -> None:
    client, api = Client(), ApiPerson()
    client.force_login(world.quinn)
    api.sign_in(world.quinn)
    expected = {relative.address for relative in family_of(world).relatives}

    page = client.get("/inspection/lineage/batch%2FCT-0042/").content.decode()
    table = client.get("/inspection/lineage/batch%2FCT-0042/export.csv").getvalue().decode("utf-8-sig")
    told = api.get("/api/v1/lineage/batch%2FCT-0042/").json()

    assert {row["address"] for row in csv.DictReader(io.StringIO(table))} == expected
    assert {row["address"] for row in told["relatives"]} == expected
    linked = set(re.findall(r'<td class="text-nowrap"><a href="/inspection/lineage/([^"]+)/"', page))
    assert {address.replace("%2F", "/") for address in linked} == expected


def test_the_page_asks_the_same_number_of_questions_whatever_the_family(world: Cast) -> None:
    client = Client()
    client.force_login(world.quinn)

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/inspection/lineage/batch%2FCT-0042/").status_code == 200
        return len(asked)

    questions()
    few = questions()
    children(BATCH, "MANY", 120)

    assert questions() == few
