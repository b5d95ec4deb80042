"""The pages and the API from the thaw to the dose."""

from typing import Any

import pytest
import time_machine

from apps.dosing.facts import OrderState
from apps.dosing.models import Dose, Thaw, TreatmentOrder
from apps.dosing.selectors import kept_units, order_now
from tests.cast import Cast
from tests.dosing.story import COUNT, READINGS, START, THAW, prepared, reserved_order, thawed
from tests.dosing.test_edges import signed_on, tag

pytestmark = pytest.mark.django_db
begins_with = reserved_order
FORM = {"counted": "4.0e6", "endotoxin": "<0.05", "dmso": "10", **READINGS}
BODY = {"counted": "4.0e6", "endotoxin": "<0.05", "dmso": "10", "answers": dict(READINGS)}


@pytest.fixture(autouse=True)
def _at_that_time() -> Any:
    with time_machine.travel(COUNT, tick=True):
        yield


def test_units_are_thawed_on_both_edges(cast: Cast, order: TreatmentOrder, web_client: Any, api_client: Any) -> None:
    by_page, by_api = [unit.number for unit in kept_units(order)]

    page = web_client(cast.olga).post(f"/dosing/orders/{order.number}/thaw/", {"unit": by_page})
    reply = api_client(cast.olga).post(f"/api/v1/orders/{order.number}/thaws/", {"unit": by_api})

    assert (page.status_code, reply.status_code) == (302, 201), reply.content
    assert reply.json()["storage_state"] == "thawed"
    assert Thaw.objects.filter(order=order).count() == 2


def test_the_wrong_unit_is_a_hard_stop_on_both_edges(
    cast: Cast, order: TreatmentOrder, web_client: Any, api_client: Any
) -> None:
    page = web_client(cast.olga).post(f"/dosing/orders/{order.number}/thaw/", {"unit": "CT-0042-U09"})
    reply = api_client(cast.olga).post(f"/api/v1/orders/{order.number}/thaws/", {"unit": "CT-0042-U09"})

    assert (page.status_code, reply.status_code, reply.json()["code"]) == (409, 409, "another_unit")
    assert "CT-0042-U09 was scanned" in page.content.decode()


def test_a_thaw_that_happened_is_recorded_on_both_edges(
    cast: Cast, order: TreatmentOrder, web_client: Any, api_client: Any
) -> None:
    by_page, by_api = [unit.number for unit in kept_units(order)]
    early = {"at": "2026-11-26T04:00:00+00:00", "reason": "Taken out too early"}
    told = {"unit": by_page, "happened_at": early["at"], "happened_reason": early["reason"]}

    page = web_client(cast.olga).post(f"/dosing/orders/{order.number}/thaw/", told)
    reply = api_client(cast.olga).post(f"/api/v1/orders/{order.number}/thaws/", {"unit": by_api, "happened": early})

    assert (page.status_code, reply.status_code) == (302, 201), reply.content
    assert set(Thaw.objects.values_list("happened", flat=True)) == {True}


def test_the_dose_is_worked_out_and_checked_on_the_pages(cast: Cast, order: TreatmentOrder, web_client: Any) -> None:
    thawed(cast, order)
    url = f"/dosing/orders/{order.number}/"

    shown = web_client(cast.olga).post(f"{url}dose/", FORM)
    assert "19.4 mL" in str([line["value"] for line in shown.context["signing"]["lines"]])
    assert signed_on(web_client(cast.olga), f"{url}dose/", FORM, cast.olga).status_code == 302
    assert signed_on(web_client(cast.vera), f"{url}dose/check/", {}, cast.vera).status_code == 302

    assert order_now(order).state == OrderState.READY
    told = web_client(cast.quinn).get(url).content.decode()
    assert "7.0×10⁷ cells ÷ 3.6×10⁶ cells/mL" in told
    assert "19.4 mL" in told


def test_what_stands_against_a_dose_is_said_beside_its_field(
    cast: Cast, order: TreatmentOrder, web_client: Any
) -> None:
    thawed(cast, order)

    shown = web_client(cast.olga).post(
        f"/dosing/orders/{order.number}/dose/", {**FORM, "counted": "6.0e6", "viability": "60", "endotoxin": "900"}
    )

    assert shown.status_code == 409
    assert {"viability", "__all__"} == set(shown.context["form"].errors)
    assert not Dose.objects.exists()


def test_the_dose_is_worked_out_and_checked_over_the_api(cast: Cast, order: TreatmentOrder, api_client: Any) -> None:
    thawed(cast, order)
    url = f"/api/v1/orders/{order.number}/dose/"

    made = api_client(cast.olga).sign(url, BODY, person=cast.olga, if_match=tag(order))
    seen = api_client(cast.vera).sign(f"{url}check/", person=cast.vera, if_match=tag(order))

    assert (made.status_code, seen.status_code) == (201, 200), made.content
    assert (made.json()["volume"], seen.json()["confirmed_by"]) == ("19.4", "vera")


def test_there_is_nothing_to_check_before_the_dose_is_worked_out(
    cast: Cast, order: TreatmentOrder, web_client: Any, api_client: Any
) -> None:
    thawed(cast, order)

    page = web_client(cast.vera).get(f"/dosing/orders/{order.number}/dose/check/")
    reply = api_client(cast.vera).post(f"/api/v1/orders/{order.number}/dose/check/challenges/", {})

    assert (page.status_code, reply.status_code, reply.json()["code"]) == (409, 409, "no_dose")
    assert START > THAW
    prepared(cast, order)
    assert web_client(cast.vera).get(f"/dosing/orders/{order.number}/dose/check/").status_code == 200
