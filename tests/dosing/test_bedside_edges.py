"""The pages and the API at the bed: one dialog for two people, a full stop, the end; reactions and outcomes."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.dosing.facts import OrderState
from apps.dosing.models import Infusion, OutcomeValue, Reaction, TreatmentOrder, VitalSigns
from apps.dosing.selectors import order_now
from tests.cast import SECRET, Cast
from tests.dosing.story import END, GIVEN, PATIENT, START, at_bed, ready_order, started
from tests.dosing.test_edges import signed_on, tag

pytestmark = pytest.mark.django_db


begins_with = ready_order


def scans(order: TreatmentOrder, **words: str) -> dict[str, str]:
    units = {f"unit_{n}": number for n, number in enumerate(at_bed(order).units, 1)}
    return {"first": PATIENT.identifier, "second": PATIENT.born, **units, **words}


def body(order: TreatmentOrder, **words: Any) -> dict[str, Any]:
    return {"first": PATIENT.identifier, "second": PATIENT.born, "units": list(at_bed(order).units), **words}


def both_sign(page: Client, url: str, told: dict[str, str], second: str) -> Any:
    shown = page.post(url, told)
    answer = {"challenge": shown.context["first"]["challenge"], "username": "nils", "secret": SECRET}
    other = {"second_challenge": shown.context["second"]["challenge"], "second_username": second}
    return page.post(url, {**told, **answer, **other, "second_secret": SECRET})


def test_one_dialog_serves_two_people(cast: Cast, order: TreatmentOrder, web_client: Any) -> None:
    assert cast.paula
    url = f"/dosing/orders/{order.number}/bedside/"
    with time_machine.travel(START, tick=True):
        page = web_client(cast.nils)
        assert both_sign(page, f"{url}start/", scans(order), "nils").status_code == 409
        done = both_sign(page, f"{url}start/", scans(order), "paula")
        seen = page.get(url).content.decode()
        quality = web_client(cast.quinn).get(url).content.decode()

    assert (done.status_code, done.headers["Location"]) == (302, url)
    assert (Infusion.objects.get().started_by, Infusion.objects.get().second_by) == ("nils", "paula")
    assert PATIENT.name in seen
    assert PATIENT.name not in quality
    assert PATIENT.identifier not in quality


def test_the_wrong_wristband_stops_the_page_and_the_api(
    cast: Cast, order: TreatmentOrder, web_client: Any, api_client: Any
) -> None:
    with time_machine.travel(START, tick=True):
        page = web_client(cast.nils).post(
            f"/dosing/orders/{order.number}/bedside/start/", scans(order, first="H-999999")
        )
        reply = api_client(cast.nils).post(
            f"/api/v1/orders/{order.number}/infusion/challenges/", body(order, first="H-999999")
        )

    assert (page.status_code, reply.status_code) == (409, 409)
    assert "STOP: do not give" in page.content.decode()
    assert reply.json()["code"] == "another_patient_at_bed"
    assert "H-999999" not in reply.content.decode()


def test_the_api_starts_with_two_signatures_and_ends_with_one(
    cast: Cast, order: TreatmentOrder, api_client: Any
) -> None:
    url, told = f"/api/v1/orders/{order.number}/infusion/", body(order)
    with time_machine.travel(START, tick=True):
        client = api_client(cast.nils)
        first = client.post(f"{url}challenges/", told).json()["id"]
        second = client.post(f"{url}second/challenges/", told).json()["id"]
        signed = {
            "signature": {"challenge": first, "secret": SECRET, "username": "nils"},
            "countersignature": {"challenge": second, "secret": SECRET, "username": cast.paula.username},
        }
        begun = client.post(url, {**told, **signed})
        assert begun.status_code == 201, begun.content
        assert client.post(f"{url}moments/", {"kind": "RATE", "rate": "40 drops/min"}).status_code == 201
        vitals = client.post(f"/api/v1/orders/{order.number}/vitals/", {"signs": {"pulse": "84"}})
        assert vitals.status_code == 201
    with time_machine.travel(END, tick=True):
        client = api_client(cast.nils)
        ending = {"ended_at": END.isoformat(), "answers": dict(GIVEN)}
        done = client.sign(f"{url}end/", ending, person=cast.nils, if_match=tag(order_now(order)))

    assert done.status_code == 200, done.content
    assert (done.json()["second_by"], done.json()["answers"]["duration"]) == ("paula", "60")
    assert order_now(order).state == OrderState.GIVEN


def test_vital_signs_pauses_and_the_end_are_recorded_on_the_pages(
    cast: Cast, order: TreatmentOrder, web_client: Any
) -> None:
    started(cast, order)
    url = f"/dosing/orders/{order.number}/bedside/"
    with time_machine.travel(END, tick=True):
        page = web_client(cast.nils)
        assert page.post(f"{url}vitals/", {"systolic": "118", "pulse": "84"}).status_code == 302
        assert page.post(f"{url}moment/", {"kind": "PAUSED", "note": "Line blocked"}).status_code == 302
        ending = {"ended_at": "2026-11-26T16:00", **GIVEN}
        assert signed_on(page, f"{url}end/", ending, cast.nils).status_code == 302
        told = page.get(url).content.decode()

    assert VitalSigns.objects.get().signs == {"systolic": "118", "pulse": "84"}
    assert order_now(order).state == OrderState.GIVEN
    assert "Line blocked" in told


def test_reactions_and_outcomes_are_recorded_on_both_edges(
    cast: Cast, order: TreatmentOrder, web_client: Any, api_client: Any
) -> None:
    started(cast, order)
    url, api_url = f"/dosing/orders/{order.number}/", f"/api/v1/orders/{order.number}/"
    with time_machine.travel(END, tick=True):
        page, client = web_client(cast.nils), api_client(cast.nils)
        assert page.post(f"{url}bedside/reaction/", {"grade": "2", "what": "Chills"}).status_code == 302
        assert client.post(f"{api_url}reactions/", {"grade": 3, "what": "Hypotension"}).json()["holds"] is True
        assert page.post(f"{url}outcomes/record/?of=oxygenation.0", {"text": "95"}).status_code == 302
        reply = client.post(f"{api_url}outcomes/", {"key": "severity", "day": 0, "text": "severe"})
        assert reply.status_code == 201, reply.content
        due = client.get(f"{api_url}outcomes/").json()
        listed = page.get(f"{url}outcomes/").content.decode()

    assert Reaction.objects.count() == 2
    assert OutcomeValue.objects.count() == 2
    said = {"key": "severity", "day": 0, "due_on": "2026-11-26", "due_at": "2026-11-27T00:00:00+08:00"}
    assert {**said, "found": "severe"} in due
    assert "95 %" in listed
