"""What a story says about the store: stores with their boxes, and units that are put away."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.desk.story.stage import Stage, Verb
from apps.facility.models import Room
from apps.storage.facts import StoreKind
from apps.storage.models import Box
from apps.storage.selectors import free_places
from apps.storage.services import add_box, open_store, store_unit, take_out
from apps.units.models import Unit


def store(
    stage: Stage, who: str, at: datetime, *, number: str, room: str, kind: str, boxes: list[dict[str, Any]], **more: str
) -> None:
    """Bring a store into use, with its boxes; `low` and `high` in degrees Celsius."""
    actor = stage.actor(who)
    opened = open_store(
        number=number,
        room=Room.objects.select_related("site").get(code=room),
        kind=StoreKind(kind),
        label=more["label"],
        low=Decimal(more["low"]) if "low" in more else None,
        high=Decimal(more["high"]) if "high" in more else None,
        actor=actor,
        at=at,
    )
    for box in boxes:
        add_box(store=opened, actor=actor, at=at, **box)


def put_away(stage: Stage, who: str, at: datetime, *, batch: str, box: str) -> None:
    """Put every unit of a batch into the free positions of a box."""
    found = _box(box)
    units = list(Unit.objects.filter(batch__number=batch).select_related("record", "batch__site").order_by("pk"))
    for unit, place in zip(units, free_places([found], len(units)), strict=True):
        store_unit(unit=unit, box=found, place=place, actor=stage.actor(who), at=at)


def unit_out(stage: Stage, who: str, at: datetime, *, unit: str, reason: str) -> None:
    """Take a unit out of the store."""
    found = Unit.objects.select_related("record", "batch__site").get(number=unit)
    take_out(unit=found, reason=reason, actor=stage.actor(who), at=at)


def unit_in(stage: Stage, who: str, at: datetime, *, unit: str, box: str) -> None:
    """Put a unit into the first free position of a box."""
    found = _box(box)
    placed = Unit.objects.select_related("record", "batch__site").get(number=unit)
    store_unit(unit=placed, box=found, place=free_places([found], 1)[0], actor=stage.actor(who), at=at)


def _box(text: str) -> Box:
    number, rack, code = text.split("/")
    boxes = Box.objects.select_related("record", "store__record", "store__site")
    return boxes.get(store__number=number, rack=rack, code=code)


VERBS: dict[str, Verb] = {"store": store, "put_away": put_away, "unit_out": unit_out, "unit_in": unit_in}
