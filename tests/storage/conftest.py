"""The store begins with the units of a batch, filled and frozen, and one tank with two boxes."""

from decimal import Decimal
from typing import Any

import pytest

from apps.batches.models import Batch
from apps.facility.facts import Grade
from apps.facility.services import open_room
from apps.storage.facts import StoreKind
from apps.storage.models import Store
from apps.storage.services import add_box, open_store
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import freeze_units
from tests.cast import AT, Cast, actor, site_of
from tests.testing.prologue import batch, cast, filled_units, prologue
from tests.testing.story import FILLED

__all__ = ["batch", "cast", "filled_units", "prologue"]


@pytest.fixture
def tank(cast: Cast) -> Store:
    """LN-03 in ST-001: rack 4 with box 2 (8 by 8) and box 3 (one by two)."""
    return tank_of(cast)


def tank_of(cast: Cast, number: str = "LN-03", site: str = "NANHU", **more: Any) -> Store:
    keeper = actor(cast.quinn if site == "NANHU" else cast.rolf)
    said = {"code": f"ST-{number}", "grade": Grade.UNCLASSIFIED, "label_en": "Cryo store", "label_zh": "低温库"}
    room = open_room(site=site_of(site), actor=keeper, at=AT, **said)
    particulars = {"kind": StoreKind.TANK, "label": "Nitrogen tank 3", "low": None, "high": Decimal("-150"), **more}
    store = open_store(number=number, room=room, actor=keeper, at=AT, **particulars)
    for code, rows, columns in (("2", 8, 8), ("3", 1, 2)):
        add_box(store=store, rack="4", code=code, rows=rows, columns=columns, actor=keeper, at=AT)
    return store


@pytest.fixture
def frozen(cast: Cast, batch: Batch, filled_units: list[Unit]) -> list[Unit]:
    """The units of the batch, frozen half an hour after their fill."""
    units = units_now(filled_units)
    freeze_units(batch=batch, units=units, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    return [Unit.objects.select_related("record", "batch__site").get(pk=unit.pk) for unit in units]


@pytest.fixture
def fresh(db: None, filled_units: list[Unit]) -> list[Unit]:
    """The units of the batch, filled and not yet frozen."""
    return [Unit.objects.select_related("record", "batch__site").get(pk=unit.pk) for unit in filled_units]
