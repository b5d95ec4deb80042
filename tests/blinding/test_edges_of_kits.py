"""The same by pages and by the API: a code opened for one patient and for everybody; the table of the list."""

from typing import Any

import pytest
import time_machine

from apps.blinding.models import CodeBreak, CodeOpening, SealedBag
from apps.units.models import Unit
from tests.blinding.edges import LOT, PAGE, WHY, by_two, second_signature, signed
from tests.blinding.story import BROKEN, kept
from tests.cast import Cast
from tests.dosing.story import NOW


def test_codes_are_opened_at_the_api(api_client: Any, cast: Cast, kits: list[Unit]) -> None:
    order = kept(cast)
    assert cast.cora
    with time_machine.travel(BROKEN, tick=False):
        paula, quinn, url = api_client(cast.paula), api_client(cast.quinn), "/api/v1/recipients/R-0001/code/"
        seen = paula.get(f"/api/v1/orders/{order.number}/").json()
        assert (seen["trial"], seen["kit"], seen["units"]) == ("NCT04288102", "BK-0001-K001", ["BK-0001-K001-1"])
        broken = paula.sign(f"{url}breaking/", {"reason": WHY}, person=cast.paula)
        assert (broken.status_code, broken.json()["told"]) == (201, [{"kit": "BK-0001-K001", "arm": "Placebo"}])
        assert paula.get(url).json()["told"] == broken.json()["told"]
        assert quinn.get(url).status_code == 403

        tag = quinn.get(LOT).headers["ETag"].strip('"')
        said = {"reason": "Data locked"}
        both = {**said, "countersignature": second_signature(quinn, f"{LOT}opening/", said, "cora")}
        refused = quinn.sign(f"{LOT}opening/", both, show=said, person=cast.quinn, if_match=tag)
        assert (refused.status_code, refused.json()["code"]) == (409, "being_given")


def test_codes_are_opened_on_pages(web_client: Any, cast: Cast, kits: list[Unit]) -> None:
    kept(cast)
    with time_machine.travel(BROKEN, tick=False):
        paula, quinn, url = web_client(cast.paula), web_client(cast.quinn), "/blinding/recipients/R-0001/"
        assert url in paula.get("/dosing/recipients/R-0001/").content.decode()
        assert paula.post(url, {"reason": ""}).status_code == 400
        assert signed(paula, url, {"reason": WHY}, "paula").status_code == 302
        assert "Placebo" in paula.get(url).content.decode()
        assert quinn.get(url).status_code == 403
        assert CodeBreak.objects.get().reason == WHY
        page = quinn.get("/dosing/orders/R-0001-T01/").content.decode()
    assert "NCT04288102" in page
    assert "BK-0001-K001" in page


def test_what_tells_an_arm_stays_in_no_cache_for_whoever_takes_the_tablet_next(
    web_client: Any, api_client: Any, cast: Cast, kits: list[Unit]
) -> None:
    kept(cast)
    url, coded = "/blinding/recipients/R-0001/", "/api/v1/recipients/R-0001/code/"
    with time_machine.travel(BROKEN, tick=False):
        paula, at_api, stella = web_client(cast.paula), api_client(cast.paula), web_client(cast.stella)
        signed(paula, url, {"reason": WHY}, "paula")
        shown = [paula.get(url), at_api.get(coded), signed(stella, f"{PAGE}list/reading/", {}, "stella")]

    assert ["lacebo" in one.content.decode() for one in shown] == [True] * 3
    assert ["no-store" in one.headers.get("Cache-Control", "") for one in shown] == [True] * 3


def test_two_people_open_the_code_of_a_lot_on_its_page(web_client: Any, cast: Cast, kits: list[Unit]) -> None:
    assert cast.cora
    assert cast.nils
    with time_machine.travel(NOW, tick=False):
        quinn = web_client(cast.quinn)
        assert "PB-0001-U01" not in quinn.get(PAGE).content.decode()
        assert by_two(quinn, f"{PAGE}opening/", {"reason": "Data locked"}, "quinn", "cora").status_code == 302
        assert CodeOpening.objects.get().second_by == "cora"
        assert "PB-0001-U01" in web_client(cast.nils).get(PAGE).content.decode()
        assert b"BK-0001" in web_client(cast.nils).get("/blinding/").content


@pytest.mark.parametrize("column", ["arm", "source__startswith", "salt"])
def test_no_row_of_the_list_is_found_by_what_it_says_nor_shown(
    web_client: Any, cast: Cast, kits: list[Unit], column: str
) -> None:
    client, url = web_client(cast.ines), "/admin/blinding/sealedbag/"
    row = SealedBag.objects.get(number="BK-0001-K001-1")

    assert client.get(url, {column: "placebo"}).status_code == 400
    pages = [client.get(one).content.decode() for one in (url, f"{url}{row.pk}/change/")]
    assert [word for page in pages for word in ("placebo", "PB-0001", row.salt) if word in page] == []
    assert "BK-0001-K001-1" in pages[0]
