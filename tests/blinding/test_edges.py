"""The same by pages and by the API: a holder named, the list brought in, sealed and read."""

from dataclasses import asdict
from typing import Any

import time_machine

from apps.batches.models import Batch
from apps.blinding.models import CodeHolder, SealedBag
from tests.blinding.edges import LOT, PAGE, by_two, second_signature, signed
from tests.blinding.story import PACKED, lines_of
from tests.cast import Cast


def test_the_code_of_a_lot_at_the_api(api_client: Any, cast: Cast, lot: Batch) -> None:
    assert cast.anna
    with time_machine.travel(PACKED, tick=False):
        quinn, stella = api_client(cast.quinn), api_client(cast.stella)
        tag = quinn.get(LOT).headers["ETag"].strip('"')
        named = quinn.sign(f"{LOT}holders/", {"person": "anna"}, person=cast.quinn, if_match=tag)
        assert (named.status_code, named.json()["person"]) == (201, "anna")
        ended = quinn.sign(f"{LOT}holders/{named.json()['id']}/end/", {"reason": "Left"}, person=cast.quinn)
        assert (ended.status_code, ended.json()["ended_by"]) == (200, "quinn")
        assert quinn.post(f"{LOT}holders/challenges/", {"person": "nobody"}).status_code == 400

        body = {"lines": [asdict(line) for line in lines_of()]}
        said = {**body, "countersignature": second_signature(stella, f"{LOT}list/", body, "ada")}
        sealed = stella.sign(f"{LOT}list/", said, show=body, person=cast.stella)
        assert (sealed.status_code, sealed.json()["bags"][0]) == (201, "BK-0001-K001-1")
        assert "arm" not in sealed.json()

        read = stella.sign(f"{LOT}list/reading/", {}, person=cast.stella)
        assert (read.status_code, len(read.json()["lines"]), read.json()["lines"][0]["arm"]) == (200, 12, "placebo")
        refused = quinn.sign(f"{LOT}list/reading/", {}, person=cast.quinn)
        assert (refused.status_code, refused.json()["code"]) == (403, "no_holder")
        assert quinn.get(LOT).json()["lines"] == []
        assert [one["lot"] for one in quinn.get("/api/v1/blinding/").json()] == ["BK-0001"]


def test_the_code_of_a_lot_on_pages(web_client: Any, cast: Cast, lot: Batch) -> None:
    assert cast.anna
    with time_machine.travel(PACKED, tick=False):
        quinn, stella = web_client(cast.quinn), web_client(cast.stella)
        assert signed(quinn, f"{PAGE}holders/", {"person": "anna"}, "quinn").status_code == 302
        anna = CodeHolder.objects.get(person=cast.anna)
        assert signed(quinn, f"{PAGE}holders/{anna.pk}/end/", {"reason": "Left"}, "quinn").status_code == 302

        text = "\n".join(f"{line.bag}, {line.arm}, {line.unit}" for line in lines_of())
        odd = stella.post(f"{PAGE}list/", {"lines": f"{text}\nBK-0001-K005-1"})
        assert (odd.status_code, "Line 13 does not name bag, arm and unit." in odd.content.decode()) == (400, True)
        assert by_two(stella, f"{PAGE}list/", {"lines": text}, "stella", "ada").status_code == 302
        assert SealedBag.objects.count() == 12
        assert quinn.get(f"{PAGE}list/").status_code == quinn.get(f"{PAGE}list/reading/").status_code == 403

        read = signed(stella, f"{PAGE}list/reading/", {}, "stella")
        assert (read.status_code, "PB-0001-U01" in read.content.decode()) == (200, True)
        shown = quinn.get(PAGE).content.decode()
        assert "BK-0001-K004" in shown
        assert "PB-0001-U01" not in shown
