"""What a story says about the store: stores with their boxes, units that are put away, what a probe read."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.desk.story.stage import Stage, Verb
from apps.facility.facts import JUDGED_IN, Point, Quantity
from apps.facility.models import Instrument, Probe, Room
from apps.facility.services import install_probe, retire_probe
from apps.facility.services.probing import Came
from apps.quality.content import close_event_content
from apps.quality.services import close_event
from apps.storage.content import exposure_content
from apps.storage.facts import StoreKind, Warmth
from apps.storage.models import Box, Store
from apps.storage.selectors import cultures, excursions_between, exposures, free_places, store_watched_by
from apps.storage.services import (
    accept_exposure,
    add_box,
    name_instrument,
    open_store,
    set_limit,
    store_unit,
    take_out,
    take_readings,
)
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
        store_unit(unit=unit, box=found, place=place, actor=stage.actor(who), at=at, chain=stage.chain)


def unit_out(stage: Stage, who: str, at: datetime, *, unit: str, reason: str) -> None:
    """Take a unit out of the store."""
    found = Unit.objects.select_related("record", "batch__site").get(number=unit)
    take_out(unit=found, reason=reason, actor=stage.actor(who), at=at, chain=stage.chain)


def unit_in(stage: Stage, who: str, at: datetime, *, unit: str, box: str) -> None:
    """Put a unit into the first free position of a box."""
    found = _box(box)
    placed = Unit.objects.select_related("record", "batch__site").get(number=unit)
    place = free_places([found], 1)[0]
    store_unit(unit=placed, box=found, place=place, actor=stage.actor(who), at=at, chain=stage.chain)


def store_limit(stage: Stage, who: str, at: datetime, *, store: str, quantity: str, minutes: int, **more: str) -> None:
    """Say what a store keeps of a gas or of humidity, in percent."""
    ends = [Decimal(more[name]) if name in more else None for name in ("low", "high")]
    said = {"quantity": Quantity(quantity), "keeps": Warmth(*ends), "minutes": minutes, "reason": more["reason"]}
    set_limit(store=_store(store), actor=stage.actor(who), at=at, **said)


def store_scanned_as(stage: Stage, who: str, at: datetime, *, store: str, instrument: str) -> None:
    """Say under which number the steps scan a store."""
    found = Instrument.objects.select_related("record", "site").get(number=instrument)
    name_instrument(store=_store(store), instrument=found, actor=stage.actor(who), at=at)


def probe(
    stage: Stage, who: str, at: datetime, *, number: str, store: str, label: str, silent_after: int, **more: str
) -> None:
    """Put a probe into a store: of its temperature, unless another quantity is named."""
    watched, quantity = _store(store), Quantity(more.get("quantity", Quantity.TEMPERATURE))
    said = {"number": number, "label": label, "unit": JUDGED_IN[quantity], "silent_after": silent_after}
    said["quantity"] = quantity
    install_probe(watches=watched.record, site=watched.site, actor=stage.actor(who), at=at, **said)


def readings(
    stage: Stage, who: str, at: datetime, *, probe: str, begin: str, every: int, values: str, **more: str
) -> None:
    """Take what a probe read: from an instant on, every so many minutes."""
    found = Probe.objects.select_related("record", "watches", "site").get(number=probe)
    watched, first = store_watched_by(found), stage.instant(begin)
    if watched is None:
        raise LookupError(f"{probe} watches no store")
    points = [
        Point(n, first + timedelta(minutes=every * (n - 1)), Decimal(value), value)
        for n, value in enumerate(values.split(), start=1)
    ]
    came = Came("story", found.unit, quantity=Quantity(more.get("quantity", Quantity.TEMPERATURE)))
    take_readings(store=watched, probe=found, points=points, came=came, actor=stage.actor(who), at=at)


def excursion_judged(stage: Stage, who: str, at: datetime, *, store: str, evidence: str) -> None:
    """Judge all that an excursion of a store holds as fit, and close its event."""
    watched = _store(store)
    for excursion in excursions_between(watched, stage.first_day, at):
        units = [one.stay.unit for one in exposures(excursion) if one.is_held]
        batches = [one.batch for one in cultures(excursion, at) if one.is_held]
        named = {"units": [unit.number for unit in units], "batches": [batch.number for batch in batches]}
        signing = stage.signing(exposure_content(excursion=excursion, evidence=evidence, **named), at, who)
        said = {"excursion": excursion, "units": units, "batches": batches, "evidence": evidence, "signing": signing}
        accept_exposure(actor=stage.actor(who), at=at, **said)
        signing = stage.signing(close_event_content(event=excursion.event, reason=evidence), at, who)
        close_event(event=excursion.event, reason=evidence, signing=signing, actor=stage.actor(who), at=at)


def probe_away(stage: Stage, who: str, at: datetime, *, probe: str, reason: str) -> None:
    """Take a probe away."""
    found = Probe.objects.select_related("record", "site").get(number=probe)
    retire_probe(probe=found, reason=reason, actor=stage.actor(who), at=at)


def _store(number: str) -> Store:
    return Store.objects.select_related("record", "site", "instrument").get(number=number)


def _box(text: str) -> Box:
    number, rack, code = text.split("/")
    boxes = Box.objects.select_related("record", "store__record", "store__site")
    return boxes.get(store__number=number, rack=rack, code=code)


VERBS: dict[str, Verb] = {
    "store": store,
    "put_away": put_away,
    "unit_out": unit_out,
    "unit_in": unit_in,
    "store_limit": store_limit,
    "store_scanned_as": store_scanned_as,
    "probe": probe,
    "readings": readings,
    "excursion_judged": excursion_judged,
    "probe_away": probe_away,
}
