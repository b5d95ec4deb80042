"""The store at the API: stores with their boxes, units that are put away, what a probe read, excursions judged."""

from datetime import timedelta
from typing import Any

from tests.journeys.api_player import API, ApiStage, ApiVerb


def store(stage: ApiStage, who: str, *, number: str, boxes: list[dict[str, Any]], **particulars: str) -> None:
    """Bring a store into use, with its boxes."""
    stage.post(who, f"{API}/stores/", {"number": number, **particulars})
    for box in boxes:
        stage.post(who, f"{API}/stores/{number}/boxes/", box)


def put_away(stage: ApiStage, who: str, *, batch: str, box: str) -> None:
    """Put every unit of a batch into the free positions of a box, row by row."""
    number, rack, code = box.split("/")
    boxes = stage.get(who, f"{API}/stores/{number}/boxes/")
    its = next(one for one in boxes if (one["rack"], one["code"]) == (rack, code))
    places = [
        f"{box}/{'ABCDEFGH'[row]}{column}" for row in range(its["rows"]) for column in range(1, its["columns"] + 1)
    ]
    units = sorted(unit["number"] for unit in stage.all(who, f"{API}/units/", batch=batch))
    for unit, place in zip(units, places[its["taken"] :], strict=False):
        stage.post(who, f"{API}/units/{unit}/stays/", {"position": place, "chain": stage.stage.chain})


def unit_out(stage: ApiStage, who: str, *, unit: str, reason: str) -> None:
    """Take a unit out of the store."""
    stage.post(who, f"{API}/units/{unit}/take-out/", {"reason": reason, "chain": stage.stage.chain})


def store_limit(stage: ApiStage, who: str, *, store: str, **said: Any) -> None:
    """Say what a store keeps of a gas or of humidity."""
    stage.post(who, f"{API}/stores/{store}/limits/", said)


def store_scanned_as(stage: ApiStage, who: str, *, store: str, instrument: str) -> None:
    """Say under which number the steps scan a store."""
    stage.post(who, f"{API}/stores/{store}/instrument/", {"instrument": instrument})


def probe(stage: ApiStage, who: str, *, number: str, store: str, quantity: str = "TEMPERATURE", **more: Any) -> None:
    """Put a probe into a store."""
    unit = "Cel" if quantity == "TEMPERATURE" else "%"
    stage.post(who, f"{API}/stores/{store}/probes/", {"number": number, "quantity": quantity, "unit": unit, **more})


def probe_away(stage: ApiStage, who: str, *, probe: str, reason: str) -> None:
    """Take a probe away."""
    stage.post(who, f"{API}/probes/{probe}/retire/", {"reason": reason})


def readings(
    stage: ApiStage, who: str, *, probe: str, begin: str, every: int, values: str, quantity: str = "TEMPERATURE"
) -> None:
    """Take what a probe read: from an instant on, every so many minutes."""
    first = stage.stage.instant(begin)
    rows = [
        {"at": (first + timedelta(minutes=every * n)).isoformat(), "value": value}
        for n, value in enumerate(values.split())
    ]
    unit = "Cel" if quantity == "TEMPERATURE" else "%"
    body = {"source": "story", "quantity": quantity, "unit": unit, "readings": rows}
    stage.post(who, f"{API}/probes/{probe}/readings/bulk/", body)


def excursion_judged(stage: ApiStage, who: str, *, store: str, evidence: str) -> None:
    """Judge all that an excursion of a store holds as fit, and close its event."""
    for found in stage.all(who, f"{API}/store-excursions/", store=store):
        url = f"{API}/store-excursions/{found['id']}/"
        shown = stage.get(who, url)
        units = [one["unit"] for one in shown["units"] if one["held"]]
        batches = [one["batch"] for one in shown["batches"] if one["held"]]
        body = {"units": units, "batches": batches, "evidence": evidence}
        stage.sign(who, f"{url}acceptance/", body, seen=url)
        event = f"{API}/events/{found['event']}/"
        stage.sign(who, f"{event}closure/", {"reason": evidence}, seen=event)


VERBS: dict[str, ApiVerb] = {
    "store": store,
    "put_away": put_away,
    "unit_out": unit_out,
    "store_limit": store_limit,
    "store_scanned_as": store_scanned_as,
    "probe": probe,
    "probe_away": probe_away,
    "readings": readings,
    "excursion_judged": excursion_judged,
}
