"""A product of which one unit holds a volume and no counted cells, and whose name hangs on when it was frozen."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import TestCase, override_settings
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.errors import BadInput, Happened, RuleBroken
from apps.documents.facts import read_content
from apps.documents.selectors import documents_about
from apps.products.loader import SEEDS, load
from apps.quality.models import Event
from apps.release.content.described import units_table
from apps.units.facts import LabelFate
from apps.units.models import Label, Unit
from apps.units.selectors import units_of, why_not_certifiable
from apps.units.services import (
    apply_labels,
    destroy_labels,
    fill_units,
    freeze_units,
    issue_containers,
    print_labels,
)
from tests.batches.story import Room, start
from tests.cast import AT, Cast, actor
from tests.products.making import planned
from tests.testing.story import HOUR, released_lot

PRODUCT = load(SEEDS / "products" / "convalescent_plasma" / "v1")
COLLECTED = AT - 2 * HOUR
FILLED = AT + HOUR
FRESH, LATER = "Convalescent fresh frozen plasma", "Convalescent plasma frozen within 24 h"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def poured(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Cast, Batch]]:
    """One donation, split into two bags with their labels; what a test does to it is undone after the test."""
    undone = type("Undone", (TestCase,), {})
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=["tests.cast.QuickArgon2"]):
        undone.setUpClass()
        try:
            people = Cast()
            batch = start(Room(people, planned(people, PRODUCT, collected=COLLECTED))).batch
            lot = released_lot(people, "PB-1", "plasma_bag")
            issue_containers(batch=batch, lot=lot, count=2, actor=actor(people.olga), at=AT)
            print_labels(batch=batch, actor=actor(people.olga), at=AT)
            fill_units(batch=batch, filled_at=FILLED, actor=actor(people.olga), at=FILLED)
            yield people, batch
        finally:
            undone.tearDownClass()


@pytest.fixture
def cast(poured: tuple[Cast, Batch], db: None) -> Cast:
    people = Cast()
    people._people |= poured[0]._people
    return people


@pytest.fixture
def batch(poured: tuple[Cast, Batch], db: None) -> Batch:
    return batch_now(poured[1])


def frozen(cast: Cast, batch: Batch, units: list[Unit], hours: float, **more: Any) -> list[Unit]:
    """Frozen so many hours after the collection."""
    at = COLLECTED + timedelta(hours=hours)
    return freeze_units(batch=batch, units=units, frozen_at=at, actor=actor(cast.olga), at=at, **more)


def printed(batch: Batch) -> str:
    """What all sheets of labels say."""
    return " ".join(read_content(sheet.wording.text).text for sheet in documents_about(batch.record))


def test_one_unit_holds_a_volume_and_no_counted_cells(batch: Batch) -> None:
    units = units_of(batch)

    assert [(unit.number, unit.volume, unit.volume_unit) for unit in units] == [
        ("CT-0900-U01", 200, "mL"),
        ("CT-0900-U02", 200, "mL"),
    ]
    assert {(unit.viable_cells, unit.cells_unit) for unit in units} == {(None, "")}
    table = units_table(batch, PRODUCT.definition, units)
    assert getattr(table.columns[2].title, "en", "") == "Volume"
    assert table.rows[0][2] == "200 mL"


def test_a_liquid_unit_expires_48_hours_after_its_collection(batch: Batch) -> None:
    assert {unit.expires_at for unit in units_of(batch)} == {COLLECTED + 48 * HOUR}


def test_nobody_enters_cells_of_it(cast: Cast, batch: Batch) -> None:
    with pytest.raises(BadInput) as refusal:
        fill_units(batch=batch, filled_at=FILLED, viable_cells="5e7", actor=actor(cast.olga), at=FILLED)

    assert [one.place for one in refusal.value.objections] == ["viable_cells"]


def test_pages_and_api_show_the_volume_and_ask_for_no_cells(cast: Cast, batch: Batch, web_client, api_client) -> None:
    browser = web_client(cast.olga)
    pages = [browser.get(f"/units/{name}/").content.decode() for name in ("batches/CT-0900", "CT-0900-U01")]
    form = browser.get("/units/batches/CT-0900/fill/").content.decode()
    unit = api_client(cast.olga).get("/api/v1/units/CT-0900-U01/").json()

    assert all("200 mL" in page and "iable cells" not in page for page in pages)
    assert "Volume of each" in form
    assert "Viable cells in each" not in form
    assert (unit["volume"], unit["viable_cells"], unit["cells_unit"]) == ("200", None, "")


def test_a_unit_frozen_in_time_bears_the_name_on_its_label(cast: Cast, batch: Batch) -> None:
    (unit,) = frozen(cast, batch, units_of(batch)[:1], 7)

    assert (unit.storage_state, unit.condition) == ("fresh_frozen", "FROZEN")
    assert unit.expires_at.date().isoformat() == "2027-11-05"
    assert not [one for one in why_not_certifiable(batch) if one.code == "another_name"]


def test_a_unit_frozen_late_bears_another_name_and_is_labelled_anew(cast: Cast, batch: Batch) -> None:
    (unit,) = frozen(cast, batch, units_of(batch)[1:], 23)
    olga, at = actor(cast.olga), AT + 22 * HOUR

    assert (unit.storage_state, unit.expires_at.date().isoformat()) == ("frozen_24h", "2027-11-05")
    (wrong,) = [one for one in why_not_certifiable(batch) if one.code == "another_name"]
    assert FRESH in str(wrong.facts["printed"])
    assert LATER in str(wrong.facts["now"])

    old = Label.objects.get(unit=unit, fate=LabelFate.APPLIED)
    destroy_labels(labels=[old], reason="Frozen after 23 h", actor=olga, at=at)
    new = print_labels(batch=batch, units=[unit.number], reason="Component renamed", actor=olga, at=at)
    apply_labels(labels=new, actor=olga, at=at)

    assert (new[0].storage_state, new[0].expires_at) == ("frozen_24h", unit.expires_at)
    assert not [one for one in why_not_certifiable(batch) if one.code == "another_name"]
    assert FRESH in printed(batch)
    assert LATER in printed(batch)


def test_after_the_last_deadline_freezing_is_refused_and_what_happened_is_recorded_with_an_event(
    cast: Cast, batch: Batch
) -> None:
    units = units_of(batch)
    with pytest.raises(RuleBroken) as refusal:
        frozen(cast, batch, units, 24.5)
    assert [one.code for one in refusal.value.objections] == ["deadline_passed"]

    happened = Happened(COLLECTED + 24.5 * HOUR, "The freezer was full")
    late = frozen(cast, batch, units, 24.5, happened=happened)

    assert {unit.storage_state for unit in late} == {"frozen_24h"}
    assert Event.objects.filter(subject=batch.record).exists()
