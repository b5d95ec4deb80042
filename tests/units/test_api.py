"""The fill through the API: the same service, the same refusals, in the words of problem+json."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from apps.batches.models import Batch
from apps.units.models import Unit
from tests.cast import AT, Cast
from tests.testing.story import FILLED, HOUR, bags, filled, released_lot

pytestmark = pytest.mark.django_db
URL = "/api/v1/batches/CT-0042"


@pytest.fixture(autouse=True)
def _on_that_day(time_machine: Any) -> None:
    time_machine.move_to(FILLED, tick=False)


@pytest.fixture
def olga(cast: Cast, batch: Batch, api_client: Callable[..., Any]) -> Any:
    return api_client(cast.olga)


def codes(reply: Any) -> list[str]:
    return [objection["code"] for objection in reply.json()["objections"]]


def test_the_whole_fill_through_the_api(cast: Cast, olga: Any, time_machine: Any) -> None:
    released_lot(cast, "FB-1", "freezing_bag")
    issued = olga.post(f"{URL}/containers/", {"lot": "FB-1", "count": 13})
    printed = olga.post(f"{URL}/labels/", {"specimens": 1, "dated_from": AT.isoformat()})
    made = olga.post(f"{URL}/fill/", {"filled_at": FILLED.isoformat()})
    assert [reply.status_code for reply in (issued, printed, made)] == [201, 201, 201]
    assert (len(printed.json()), len(made.json())) == (13, 12)
    assert made.json()[0]["address"] == "unit/CT-0042-U01"
    assert made["ETag"].startswith('"batch/CT-0042#')

    open_ones = olga.get(f"{URL}/reconciliations/").json()
    assert [(row["counted"], row["difference"], row["reconciled"]) for row in open_ones] == [
        ("LABELS", 1, False),
        ("CONTAINERS", 1, False),
    ]
    early = olga.post(f"{URL}/reconciliations/", {"counted": "LABELS"})
    assert (early.status_code, codes(early)) == (409, ["balance_open"])
    kept = olga.post(f"{URL}/labels/fates/", {"serials": [13], "fate": "SPECIMEN"})
    lost = olga.post(f"{URL}/containers/losses/", {"count": 1, "returned": True, "reason": "Not needed."})
    closed = [olga.post(f"{URL}/reconciliations/", {"counted": counted}) for counted in ("LABELS", "CONTAINERS")]
    assert [reply.status_code for reply in (kept, lost, *closed)] == [200, 201, 201, 201]
    assert all(reply.json()["closed"] for reply in closed)

    time_machine.move_to(FILLED + HOUR, tick=False)
    olga.sign_in(cast.olga)  # an hour at the bench: the session has locked
    numbers = [unit["number"] for unit in made.json()]
    frozen_at = FILLED + timedelta(minutes=40)
    frozen = olga.post(f"{URL}/freeze/", {"units": numbers, "frozen_at": frozen_at.isoformat()})
    assert frozen.status_code == 200
    assert {unit["condition"] for unit in frozen.json()} == {"FROZEN"}


def test_a_thirteenth_unit_is_refused_and_the_second_way_is_open(cast: Cast, batch: Batch, olga: Any) -> None:
    filled(cast, batch)

    refused = olga.post(f"{URL}/fill/", {"filled_at": FILLED.isoformat(), "counts": {"product": 1}})
    assert (refused.status_code, codes(refused)) == (409, ["no_container", "no_label"])
    assert refused["Content-Type"] == "application/problem+json"
    assert "CT-0042-U13" in refused.json()["detail"]

    happened = {"at": FILLED.isoformat(), "reason": "A spare bag was filled."}
    body = {"filled_at": FILLED.isoformat(), "counts": {"product": 1}, "happened": happened}
    recorded = olga.post(f"{URL}/fill/", body)
    assert (recorded.status_code, recorded.json()[0]["number"]) == (201, "CT-0042-U13")


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("fill", {}, 400, "required"),
        ("fill", {"filled_at": "2026-11-05T07:00:00"}, 400, "no_offset"),
        ("fill", {"filled_at": "yesterday"}, 400, "invalid"),
        ("fill", {"filled_at": FILLED.isoformat(), "volume": "ten"}, 400, "no_number"),
        ("fill", {"filled_at": FILLED.isoformat(), "counts": {"product": "x"}}, 400, "invalid"),
        ("fill", {"filled_at": FILLED.isoformat(), "counts": {"bags": 1}}, 409, "unknown_division"),
        ("containers", {"lot": "FB-9", "count": 1}, 400, "unknown_lot"),
        ("containers/losses", {"count": 0, "returned": True, "reason": "x"}, 409, "no_count"),
        ("labels/fates", {"serials": [1], "fate": "LOST"}, 400, "invalid_choice"),
        ("labels/fates", {"serials": [99], "fate": "APPLIED"}, 404, "not_found"),
        ("freeze", {"units": ["CT-0099-U01"], "frozen_at": FILLED.isoformat()}, 400, "unknown_unit"),
        ("reconciliations", {"counted": "CELLS"}, 400, "invalid_choice"),
    ],
)
def test_what_is_wrong_is_named(olga: Any, verb: str, body: dict[str, Any], status: int, code: str) -> None:
    reply = olga.post(f"{URL}/{verb}/", body)

    assert (reply.status_code, codes(reply)[0]) == (status, code)


def test_units_are_listed_and_filtered(cast: Cast, batch: Batch, olga: Any) -> None:
    filled(cast, batch)

    assert len(olga.get("/api/v1/units/").json()["results"]) == 12
    assert len(olga.get("/api/v1/units/?kind=RETAINED&kind=QC").json()["results"]) == 3
    assert olga.get("/api/v1/units/?disposition=RELEASED").json()["results"] == []
    assert len(olga.get("/api/v1/units/?page_size=5").json()["results"]) == 5
    before = (FILLED + HOUR).isoformat().replace("+", "%2B")
    assert olga.get(f"/api/v1/units/?expires_before={before}").json()["results"] == []
    one = olga.get("/api/v1/units/CT-0042-U12/")
    assert (one.json()["kind"], one["ETag"]) == ("QC", '"unit/CT-0042-U12#2"')


def test_the_other_site_sees_nothing(cast: Cast, batch: Batch, api_client: Callable[..., Any]) -> None:
    filled(cast, batch)
    rita = api_client(cast.rita)

    assert rita.get("/api/v1/units/").json()["results"] == []
    for url in ("/api/v1/units/CT-0042-U01/", f"{URL}/labels/", f"{URL}/reconciliations/"):
        assert rita.get(url).status_code == 404
    assert rita.post(f"{URL}/fill/", {"filled_at": FILLED.isoformat()}).status_code == 404


def test_only_operators_fill(cast: Cast, batch: Batch, api_client: Callable[..., Any]) -> None:
    bags(cast, batch)

    for person in (cast.anna, cast.quinn, cast.ines, cast.adam):
        assert api_client(person).post(f"{URL}/fill/", {"filled_at": FILLED.isoformat()}).status_code == 403
    assert api_client().post(f"{URL}/fill/", {}).status_code in (401, 403)
    assert not Unit.objects.exists()
