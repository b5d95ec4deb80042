"""How the tests of the store act."""

from datetime import datetime, timedelta
from typing import Any

from apps.storage.facts import Place
from apps.storage.models import Stay
from apps.storage.rules import read_place
from apps.storage.selectors import box_at
from apps.storage.services import store_unit, take_out
from apps.units.models import Unit
from tests.cast import Cast, actor
from tests.testing.story import FILLED

STORED = FILLED + timedelta(hours=2)


def place(text: str) -> Place:
    found = read_place(text)
    assert isinstance(found, Place)
    return found


def put(cast: Cast, unit: Unit, where: str, at: datetime = STORED, **more: Any) -> Stay:
    """Stella puts a unit into a position."""
    spot = place(where)
    box = box_at(spot, ["NANHU"])
    assert box is not None
    return store_unit(unit=unit, box=box, place=spot, actor=actor(cast.stella), at=at, **more)


def out(cast: Cast, unit: Unit, at: datetime) -> Stay:
    """Stella takes a unit out of the store."""
    return take_out(unit=unit, actor=actor(cast.stella), at=at)
