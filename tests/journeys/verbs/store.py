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


def probe(stage: ApiStage, who: str, *, number: str, store: str, label: str, silent_after: int) -> None:
    """Put a probe into a store."""
    body = {"number": number, "label": label, "unit": "Cel", "silent_after": silent_after}
    stage.post(who, f"{API}/stores/{store}/probes/", body)


def readings(stage: ApiStage, who: str, *, probe: str, begin: str, every: int, values: str) -> None:
    """Take what a probe read: from an instant on, every so many minutes."""
    first = stage.stage.instant(begin)
    rows = [
        {"at": (first + timedelta(minutes=every * n)).isoformat(), "value": value}
        for n, value in enumerate(values.split())
    ]
    stage.post(who, f"{API}/probes/{probe}/readings/bulk/", {"source": "story", "unit": "Cel", "readings": rows})


def excursion_judged(stage: ApiStage, who: str, *, store: str, evidence: str) -> None:
    """Judge every unit that an excursion of a store holds as fit, and close its event."""
    for found in stage.all(who, f"{API}/store-excursions/", store=store):
        url = f"{API}/store-excursions/{found['id']}/"
        units = [one["unit"] for one in stage.get(who, url)["units"] if one["held"]]
        stage.sign(who, f"{url}acceptance/", {"units": units, "evidence": evidence}, seen=url)
        event = f"{API}/events/{found['event']}/"
        stage.sign(who, f"{event}closure/", {"reason": evidence}, seen=event)


VERBS: dict[str, ApiVerb] = {
    "store": store,
    "put_away": put_away,
    "unit_out": unit_out,
    "probe": probe,
    "readings": readings,
    "excursion_judged": excursion_judged,
}
