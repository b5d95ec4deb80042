"""The pages and the API of treatments: each verb on both edges, what the page says, what is refused and how."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.audit.selectors import version_of
from apps.dosing.facts import OrderState
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import order_now, reservations_of
from apps.organisation.models import User
from tests.cast import SECRET, Cast
from tests.dosing.story import END, GOOD, MASTER, NOW, START, checked, ordered, patient, released_units
from tests.testing.story import approved_master

pytestmark = pytest.mark.django_db
begins_with = approved_master
INDICATION = MASTER.authorisation.indications[0].en
BODY = {
    "product": "msc_covid19-v1",
    "arm": "per_kg_single",
    "indication": INDICATION,
    "planned_start": START.isoformat(),
    "planned_end": END.isoformat(),
    "answers": dict(GOOD),
}
SHANGHAI = "%Y-%m-%dT%H:%M"


def form(**words: str) -> dict[str, str]:
    from_site = {"planned_start": "2026-11-26T15:00", "planned_end": "2026-11-26T16:00"}
    return {"arm": "per_kg_single", "indication": INDICATION, **from_site, **GOOD, **words}


def signed_on(page: Client, url: str, told: dict[str, str], person: User) -> Any:
    shown = page.post(url, told) if told else page.get(url)
    panel = shown.context["signing"]
    answer = {**panel["hidden"], "challenge": panel["challenge"], "username": person.username, "secret": SECRET}
    return page.post(url, {**told, **answer})


def tag(order: TreatmentOrder) -> str:
    return f"{order.record.address}#{version_of(order.record)}"


@pytest.fixture(autouse=True)
def _at_that_time() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


def test_a_physician_orders_on_the_page(cast: Cast, web_client: Any) -> None:
    approved_master(cast)
    page, url = web_client(cast.paula), f"/dosing/recipients/{patient(cast).number}/order/"

    shown = page.post(url, form())
    assert "7.0×10⁷ cells" in str([line["value"] for line in shown.context["signing"]["lines"]])
    done = signed_on(page, url, form(), cast.paula)

    assert (done.status_code, done.headers["Location"]) == (302, "/dosing/orders/R-0001-T01/")
    order = TreatmentOrder.objects.get()
    assert (order.planned_start, order.ordered_by) == (START, "paula")
    told = page.get("/dosing/orders/R-0001-T01/").content.decode()
    assert "7.0×10⁷ cells ÷ (5.0×10⁷ cells × 80 %)" in told
    assert "rounded up to whole units" in told


def test_what_stands_against_an_order_is_said_beside_its_field(cast: Cast, web_client: Any) -> None:
    approved_master(cast)
    url = f"/dosing/recipients/{patient(cast).number}/order/"

    shown = web_client(cast.paula).post(url, {**form(filing_number="X-1"), "exclusions": ["hiv"]})

    assert shown.status_code == 409
    assert set(shown.context["form"].errors) == {"filing_number", "exclusions"}
    assert not TreatmentOrder.objects.exists()


def test_the_api_orders_the_same(cast: Cast, api_client: Any) -> None:
    approved_master(cast)
    client = api_client(cast.paula)

    reply = client.sign(f"/api/v1/recipients/{patient(cast).number}/orders/", BODY, person=cast.paula)

    assert reply.status_code == 201, reply.content
    told = reply.json()
    assert (told["number"], told["units_to_thaw"], told["state"]) == ("R-0001-T01", 2, "ORDERED")
    assert told["workings"][-1]["exact"] == "1.75"
    assert client.get("/api/v1/orders/?recipient=R-0001").json()["results"][0]["number"] == "R-0001-T01"
    assert client.get("/api/v1/orders/R-0001-T01/").status_code == 200


def test_the_api_says_every_reason_against_an_order(cast: Cast, api_client: Any) -> None:
    approved_master(cast)
    bad = {**BODY, "exclusions": ["hiv"], "answers": {**GOOD, "consent_signed": "no"}}

    reply = api_client(cast.paula).sign(f"/api/v1/recipients/{patient(cast).number}/orders/", bad, person=cast.paula)

    assert reply.status_code == 409
    assert {one["code"] for one in reply.json()["objections"]} == {"contraindicated", "answer_forbids"}


def test_a_product_that_is_not_there_is_named(cast: Cast, api_client: Any) -> None:
    approved_master(cast)
    url = f"/api/v1/recipients/{patient(cast).number}/orders/challenges/"

    reply = api_client(cast.paula).post(url, {**BODY, "product": "none-v1"})

    assert (reply.status_code, reply.json()["objections"][0]["place"]) == (400, "product")


def test_a_second_person_checks_on_the_page_and_over_the_api(cast: Cast, web_client: Any, api_client: Any) -> None:
    by_page, by_api = ordered(cast), ordered(cast, "R-0002")

    done = signed_on(web_client(cast.vera), f"/dosing/orders/{by_page.number}/check/", {}, cast.vera)
    reply = api_client(cast.quinn).sign(
        f"/api/v1/orders/{by_api.number}/check/", person=cast.quinn, if_match=tag(by_api)
    )

    assert (done.status_code, reply.status_code) == (302, 200)
    assert [order_now(one).state for one in (by_page, by_api)] == [OrderState.CHECKED] * 2


def test_units_are_kept_and_given_back_on_both_edges(cast: Cast, web_client: Any, api_client: Any) -> None:
    released_units(cast)
    order = checked(cast)
    url, api_url = f"/dosing/orders/{order.number}/", f"/api/v1/orders/{order.number}/reservation/"
    page, client = web_client(cast.stella), api_client(cast.stella)

    assert "CT-0042-U01" in page.get(f"{url}reserve/").content.decode()
    assert page.post(f"{url}reserve/", {"reason": ""}).status_code == 302
    kept = [row.unit.number for row in reservations_of(order)]
    assert page.post(f"{url}free/", {"reason": "Too early"}).status_code == 302
    reply = client.post(api_url, {"units": kept})
    assert (reply.status_code, reply.json()["units"]) == (200, kept)
    assert client.post(f"{api_url}end/", {"reason": "Too early"}).json()["units"] == []
    assert client.post(api_url, {"units": ["NONE-1"]}).json()["code"] == "unknown_number"


def test_an_order_is_cancelled_on_both_edges(cast: Cast, web_client: Any, api_client: Any) -> None:
    by_page, by_api = ordered(cast), ordered(cast, "R-0002")

    page = web_client(cast.paula).post(f"/dosing/orders/{by_page.number}/cancel/", {"reason": "Refused"})
    reply = api_client(cast.paula).post(f"/api/v1/orders/{by_api.number}/cancellation/", {"reason": "Refused"})

    assert (page.status_code, reply.status_code) == (302, 200)
    assert {one.cancel_reason for one in TreatmentOrder.objects.all()} == {"Refused"}


def test_a_recipient_is_registered_on_both_edges_and_shown_to_few(cast: Cast, web_client: Any, api_client: Any) -> None:
    who = {"name": "Patient Two", "born": "1970-01-02", "identifier": "H-2"}
    page = web_client(cast.paula).post("/dosing/recipients/register/", {"number": "R-1", "site": "NANHU", **who})
    reply = api_client(cast.paula).post("/api/v1/recipients/", {"number": "R-2", "site": "NANHU", "person": who})

    assert (page.status_code, reply.status_code) == (302, 201), reply.content
    assert "H-2" in web_client(cast.nils).get("/dosing/recipients/R-1/").content.decode()
    assert "H-2" not in web_client(cast.quinn).get("/dosing/recipients/R-1/").content.decode()
    assert api_client(cast.nils).get("/api/v1/recipients/R-2/").json()["person"] == who
    assert api_client(cast.quinn).get("/api/v1/recipients/R-2/").json()["person"] is None
    assert len(api_client(cast.quinn).get("/api/v1/recipients/").json()["results"]) == 2


def test_lists_show_what_there_is_and_say_where_nothing_is(cast: Cast, web_client: Any) -> None:
    page = web_client(cast.quinn)
    assert "No treatment order is here." in page.get("/dosing/").content.decode()
    assert "No recipient is here." in page.get("/dosing/recipients/").content.decode()
    ordered(cast)

    assert "R-0001-T01" in page.get("/dosing/?state=ORDERED&q=R-0001").content.decode()
    assert "R-0001-T01" not in page.get("/dosing/?state=CHECKED").content.decode()


def test_an_order_says_its_answers_in_the_words_of_the_reader(cast: Cast, web_client: Any) -> None:
    page, url = web_client(cast.paula), f"/dosing/orders/{ordered(cast).number}/"

    english = page.get(url).context
    session = page.session
    session["screen_language"] = "zh-hans"
    session.save()
    chinese = page.get(url).context

    assert dict(english["answers"])["Body weight"] == "70.0 kg"
    assert dict(english["answers"])["Patient's consent signed"] == "Yes"
    assert dict(chinese["answers"])[definition_word("consent_signed")] == "是"
    assert chinese["indication"] == MASTER.authorisation.indications[0].zh


def definition_word(key: str) -> str:
    return next(field.label.zh for field in MASTER.dosing.order if field.key == key)
