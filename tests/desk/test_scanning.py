"""A scan is read by its standard, and leads to what it names at one's own sites; what can't be read is refused."""

from typing import Any

import pytest

from apps.donation.models import Donation
from apps.identity.rules.donation_numbers import printed
from tests.batches.story import DIN, collected, donor
from tests.cast import Cast

LABEL = "=+04000=G12342600011700=%5100=<S1295000&>0263271830"


@pytest.fixture
def cord(cast: Cast) -> Donation:
    """The donation that the symbols name."""
    return collected(cast, donor(cast))


def test_a_symbol_says_what_it_is_and_which_record_it_names(cast: Cast, cord: Donation, api_client: Any) -> None:
    reply = api_client(cast.olga).post("/api/v1/scan/", {"symbol": LABEL})

    assert reply.status_code == 200, reply.content
    said = reply.json()
    assert said["standard"] == "ISBT_128"
    assert [(one["identifier"], one["content"]) for one in said["said"]] == [
        ("001", "G12342600011700"), ("002", "5100"), ("003", "S1295000"), ("005", "0263271830"),
    ]  # fmt: skip
    assert said["said"][0]["printed"] == "G1234 26 000117 H"
    assert [one["address"] for one in said["records"]] == [cord.record.address]


@pytest.mark.parametrize("text", [f"={DIN}00", printed(DIN), DIN, "d-0117", f"donation/{DIN}"])
def test_a_scan_or_a_typed_number_leads_to_its_record(
    cast: Cast, cord: Donation, api_client: Any, web_client: Any, text: str
) -> None:
    found = api_client(cast.olga).post("/api/v1/scan/", {"symbol": text}).json()["records"]
    page = web_client(cast.olga).get("/search/", {"q": text})

    assert [one["kind"] for one in found] == ["donor" if text == "d-0117" else "donation"]
    assert page.headers["Location"].endswith("/D-0117/" if text == "d-0117" else f"/{DIN}/")


def test_what_another_site_has_is_read_and_not_named(cast: Cast, cord: Donation, api_client: Any) -> None:
    reply = api_client(cast.rita).post("/api/v1/scan/", {"symbol": f"={DIN}00"})

    assert (reply.status_code, reply.json()["records"]) == (200, [])


def test_a_lot_of_a_supplier_is_read_from_its_gs1_symbol(cast: Cast, api_client: Any) -> None:
    reply = api_client(cast.olga).post("/api/v1/scan/", {"symbol": "]d20109501101020917172611301" + "0AB12\x1d217"})

    assert reply.json()["standard"] == "GS1"
    assert [one["content"] for one in reply.json()["said"]] == ["09501101020917", "261130", "AB12", "7"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=\\62000", "symbol_unreadable"),
        ("=G123426000117", "symbol_unreadable"),
        ("G1234 26 000117 B", "check_character_wrong"),
        ("]d20109501101020918", "symbol_unreadable"),
    ],
)
def test_what_can_not_be_read_is_refused_with_its_place(cast: Cast, api_client: Any, text: str, code: str) -> None:
    reply = api_client(cast.olga).post("/api/v1/scan/", {"symbol": text})

    assert (reply.status_code, reply.json()["code"]) == (400, code)


def test_a_number_that_nobody_knows_names_nothing(cast: Cast, api_client: Any) -> None:
    reply = api_client(cast.olga).post("/api/v1/scan/", {"symbol": "NONE-1"})

    assert reply.json() == {"standard": "HOUSE", "said": [], "records": []}
