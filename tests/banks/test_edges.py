"""The same draw by pages and by the API; what a bank shows of itself."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.banks.models import BelowReserve, Draw
from apps.batches.models import Batch
from tests.banks.story import LATER
from tests.cast import SECRET, Cast

U1 = "CT-0900-U01"
DRAW = "/api/v1/batches/WB-0001/draws/"


@pytest.fixture(autouse=True)
def _then() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


def test_two_people_draw_at_the_api(api_client: Any, cast: Cast, batch: Batch) -> None:
    olga, vera = api_client(cast.olga), cast.vera
    shown = olga.post(f"{DRAW}second/challenges/", {"units": [U1]}).json()
    second = {"challenge": shown["id"], "secret": SECRET, "username": vera.username}
    said = {"units": [U1], "countersignature": second}

    reply = olga.sign(DRAW, said, show={"units": [U1]}, person=cast.olga)

    assert reply.status_code == 201, reply.json()
    assert [(one["unit"], one["second_by"], one["left"]) for one in reply.json()["draws"]] == [(U1, "vera", 6)]
    stock = olga.get("/api/v1/banks/CT-0900/").json()
    assert (stock["tier"], stock["left"], stock["reserved"], stock["free"]) == ("MASTER", 6, 5, 1)
    assert [one["bank"] for one in olga.get("/api/v1/banks/").json()] == ["WB-0001", "CT-0900"]


def test_quality_lowers_the_reserve_on_the_page_and_two_people_draw_there(
    web_client: Any, cast: Cast, batch: Batch
) -> None:
    quinn, below = web_client(cast.quinn), "/banks/batches/WB-0001/below/"
    _sign(quinn, below, {"lowest": "4", "reason": "Retests are covered"}, cast.quinn.username)
    assert BelowReserve.objects.get().lowest == 4

    olga, draw = web_client(cast.olga), "/banks/batches/WB-0001/draw/"
    said = {"units": f"{U1}\nCT-0900-U02\nCT-0900-U03", "happened_at": "", "happened_reason": ""}
    shown = olga.post(draw, said).context
    signed = {
        **said,
        **{"challenge": shown["first"]["challenge"], "username": "olga", "secret": SECRET},
        **{"second_challenge": shown["second"]["challenge"], "second_username": "vera", "second_secret": SECRET},
    }
    assert olga.post(draw, signed).status_code == 302
    assert Draw.objects.count() == 3
    assert b"WB-0001" in olga.get("/banks/CT-0900/").content
    assert b"CT-0900" in olga.get("/banks/").content


@pytest.mark.parametrize("units", ["XX", f"{U1}\n{U1}"])
def test_what_cannot_be_drawn_stands_beside_its_field_before_anybody_signs(
    web_client: Any, cast: Cast, batch: Batch, units: str
) -> None:
    reply = web_client(cast.olga).post("/banks/batches/WB-0001/draw/", {"units": units})
    page = reply.content.decode()

    assert (reply.status_code, 'id="id_units_error"' in page, "second_secret" in page) == (400, True, False)
    assert units.split("\n")[0] in page


def _sign(client: Client, url: str, said: dict[str, str], username: str) -> None:
    context = client.post(url, said).context["signing"]
    answer = {**context["hidden"], "challenge": context["challenge"], "username": username, "secret": SECRET}
    assert client.post(url, answer).status_code == 302
