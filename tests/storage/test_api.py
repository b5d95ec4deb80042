"""The store for programs: set up, put in, moved, taken out; the same refusals as the pages."""

from datetime import timedelta
from typing import Any

import pytest

from apps.storage.models import Stay, Store
from apps.units.models import Unit
from tests.cast import Cast
from tests.storage.story import STORED, put
from tests.testing.story import MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_that_day(time_machine: Any) -> None:
    time_machine.move_to(STORED, tick=False)


def test_a_store_and_a_box_are_set_up_by_a_program(cast: Cast, tank: Store, api_client: Any) -> None:
    stella = api_client(cast.stella)
    body = {"number": "F-20", "room": "ST-LN-03", "kind": "FREEZER", "label": "Freezer", "low": "-25", "high": "-15"}

    made = stella.post("/api/v1/stores/", body)
    box = stella.post("/api/v1/stores/F-20/boxes/", {"rack": "1", "code": "A", "rows": 2, "columns": 2})

    assert (made.status_code, made.json()["address"], made.json()["low"]) == (201, "store/F-20", "-25.0")
    assert (box.status_code, box.json()["capacity"]) == (201, 1)
    assert stella.post("/api/v1/stores/", body).json()["code"] == "number_taken"
    nowhere = stella.post("/api/v1/stores/", {**body, "number": "F-21", "room": "NONE"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (400, "unknown_room")
    assert [one["number"] for one in stella.get("/api/v1/stores/").json()["results"]] == ["F-20", "LN-03"]
    assert stella.get("/api/v1/stores/F-20/boxes/").json()[0]["free"] == 4
    assert api_client(cast.rita).get("/api/v1/stores/F-20/").status_code == 404


def test_a_unit_is_put_in_taken_out_and_told_of(cast: Cast, tank: Store, frozen: list[Unit], api_client: Any) -> None:
    stella, url = api_client(cast.stella), "/api/v1/units/CT-0042-U01/"

    stored = stella.post(f"{url}stays/", {"position": "ln-03/4/2/e6"})
    out = stella.post(f"{url}take-out/", {"reason": "For the count"})
    again = stella.post(f"{url}take-out/", {})

    assert (stored.status_code, stored.json()["position"]) == (201, "LN-03/4/2/E6")
    assert (out.status_code, out.json()["out_reason"]) == (200, "For the count")
    assert (again.status_code, again.json()["code"]) == (409, "not_stored")
    assert stella.get(f"{url}free-places/").json()[0] == "LN-03/4/2/A1"
    told = api_client(cast.ines).get(f"{url}stays/").json()
    assert (told["position"], told["limit"], len(told["stays"])) == ("", "≤ 2.0 min", 1)


def test_what_is_no_position_is_said_at_its_name(cast: Cast, tank: Store, frozen: list[Unit], api_client: Any) -> None:
    stella, url = api_client(cast.stella), "/api/v1/units/CT-0042-U01/stays/"

    for text, code in (("E6", "no_position"), ("LN-09/4/2/E6", "unknown_position")):
        reply = stella.post(url, {"position": text})
        assert (reply.status_code, reply.json()["code"]) == (400, code)


def test_a_taken_position_is_a_409_and_the_second_way_records_it(
    cast: Cast, tank: Store, frozen: list[Unit], api_client: Any, time_machine: Any
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")
    time_machine.move_to(STORED + MINUTE, tick=False)
    stella, url = api_client(cast.stella), "/api/v1/units/CT-0042-U02/stays/"
    body: dict[str, Any] = {"position": "LN-03/4/2/A1"}

    refused = stella.post(url, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "position_taken")
    happened = {"at": (STORED + timedelta(seconds=30)).isoformat(), "reason": "Two bags lie in one cassette."}
    recorded = stella.post(url, {**body, "happened": happened})
    assert recorded.status_code == 201
    assert [mark["code"] for mark in recorded.json()["overridden"]] == ["position_taken"]
    assert sorted(Stay.objects.values_list("slot", flat=True)) == [1, 2]
