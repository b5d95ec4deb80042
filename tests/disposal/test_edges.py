"""The same on pages and through the API; two who act at once; my work."""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.batches.models import Batch
from apps.desk.selectors import desk_of
from apps.disposal.models import Disposal
from apps.organisation.models import User
from apps.units.models import Unit
from tests.cast import SECRET, ApiPerson, Cast
from tests.desk.test_my_work import NANHU
from tests.disposal.story import (
    APPROVED,
    ASKED,
    DONE,
    PRINT_OUT,
    approved,
    destroyed,
    requested,
    treated,
    with_print_out,
)
from tests.testing.story import DAY, FILLED, MINUTE

pytestmark = pytest.mark.django_db
API = "/api/v1/disposals/"
ONE = f"{API}CT-0042-W01/"
PAGE = "/disposal/CT-0042-W01/"
U8, U9 = "CT-0042-U08", "CT-0042-U09"


@pytest.fixture(autouse=True)
def _units(filled_units: list[Unit]) -> None:
    """What is to be destroyed."""


def body(*units: str) -> dict[str, object]:
    said = {"reason": "damaged", "treatment": "autoclave_121", "note": "Torn at the port."}
    return {"batch": "CT-0042", "units": list(units), **said}


def at_the_api(person: User) -> ApiPerson:
    client = ApiPerson()
    assert client.sign_in(person).status_code == 200
    return client


def signs(person: User, verb: str, said: dict[str, Any] | None = None) -> Any:
    client = at_the_api(person)
    return client.sign(f"{ONE}{verb}/", said, person=person, if_match=client.get(ONE).headers["ETag"])


def test_from_the_request_to_the_witness_through_the_api(cast: Cast, batch: Batch) -> None:
    with time_machine.travel(ASKED, tick=False) as clock:
        asked = at_the_api(cast.stella).post(API, body(U8, U9))
        assert (asked.status_code, asked.json()["units"], asked.json()["state"]) == (201, [U8, U9], "REQUESTED")
        assert signs(cast.quinn, "approve").json()["objections"][0]["code"] == "consent_unchecked"
        assert signs(cast.quinn, "approve", {"consent_checked": True}).json()["state"] == "APPROVED"
        clock.move_to(DONE)
        sent = {"parameter": "printout", "file": SimpleUploadedFile("AC-02-118.pdf", PRINT_OUT, "application/pdf")}
        assert at_the_api(cast.olga).post(f"{ONE}files/", sent, format="multipart").status_code == 201
        did = {"treated_at": (DONE - MINUTE).isoformat(), "waste_number": "MW-7"}
        short = signs(cast.olga, "destroy", {**did, "readings": {"temperature": "120", "minutes": "32"}})
        assert [one["code"] for one in short.json()["objections"]] == ["treatment_not_proven"]
        done = signs(cast.olga, "destroy", {**did, "readings": {"temperature": "121.4", "minutes": "32"}})
        assert done.json()["state"] == "TREATED"
        assert signs(cast.olga, "witness").json()["objections"][0]["code"] == "own_work"
        seen = signs(cast.vera, "witness").json()

    assert (seen["state"], seen["treated_by"], seen["witnessed_by"]) == ("WITNESSED", "olga", "vera")
    assert set(Unit.objects.filter(number__in=[U8, U9]).values_list("custody", flat=True)) == {"DESTROYED"}


def test_the_api_records_what_already_happened(cast: Cast, batch: Batch) -> None:
    requested(cast, batch, U9)
    happened = {"at": (DONE - MINUTE).isoformat(), "reason": "The bag burst and went into the autoclave."}
    said = {"treated_at": DONE.isoformat(), "waste_number": "MW-7", "happened": happened}
    with time_machine.travel(DONE, tick=False):
        reply = signs(cast.olga, "destroy", said).json()

    assert (reply["state"], reply["happened"]) == ("TREATED", True)
    assert reply["overridden"][0]["code"] == "not_approved"


def test_another_site_finds_nothing_and_asks_for_nothing(cast: Cast, batch: Batch) -> None:
    requested(cast, batch, U9)
    with time_machine.travel(ASKED, tick=False):
        rolf = at_the_api(cast.rolf)

        assert rolf.get(ONE).status_code == 404
        assert rolf.get(API).json()["results"] == []
        assert rolf.post(API, body(U8)).json()["objections"][0]["code"] == "unknown_batch"


def test_units_of_another_batch_and_units_that_are_none_are_refused(cast: Cast, batch: Batch) -> None:
    with time_machine.travel(ASKED, tick=False):
        reply = at_the_api(cast.stella).post(API, body("CT-0042-U99"))

    assert (reply.status_code, reply.json()["objections"][0]["code"]) == (400, "unknown_unit")


# --- pages ----------------------------------------------------------------------------------------------------------
def at_the_pages(person: User) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"username": person.username, "secret": SECRET}).status_code == 302
    return client


def signs_page(client: Client, url: str, form: dict[str, Any], person: User) -> int:
    shown = client.post(url, form) if form else client.get(url)
    panel = shown.context["signing"]
    answer = {**panel["hidden"], "challenge": panel["challenge"], "username": person.username, "secret": SECRET}
    return client.post(url, {**form, **answer}).status_code


def test_from_the_request_to_the_witness_on_the_pages(cast: Cast, batch: Batch) -> None:
    with time_machine.travel(ASKED, tick=False) as clock:
        stella, quinn = at_the_pages(cast.stella), at_the_pages(cast.quinn)
        assert "/disposal/batches/CT-0042/request/" in stella.get("/units/batches/CT-0042/").content.decode()
        said = {"units": [U9], "reason": "damaged", "treatment": "autoclave_121"}
        assert stella.post("/disposal/batches/CT-0042/request/", said).status_code == 302
        assert signs_page(quinn, f"{PAGE}approve/", {"consent_checked": "on"}, cast.quinn) == 302
        clock.move_to(DONE)
        olga = at_the_pages(cast.olga)
        file = SimpleUploadedFile("AC-02-118.pdf", PRINT_OUT, "application/pdf")
        assert olga.post(f"{PAGE}proof/", {"parameter": "printout", "file": file}).status_code == 302
        did = {"treated_at": "2026-11-06T16:00", "waste_number": "MW-7", "reading_temperature": "121.5"}
        assert signs_page(olga, f"{PAGE}destroy/", did, cast.olga) == 409
        assert signs_page(olga, f"{PAGE}destroy/", {**did, "reading_minutes": "30"}, cast.olga) == 302
        assert signs_page(olga, f"{PAGE}witness/", {}, cast.vera) == 302

        page = olga.get(PAGE).content.decode()
        printed = olga.get(f"{PAGE}files/{Disposal.objects.get().files.get().pk}/")
        listed = olga.get("/disposal/?q=CT-0042").content.decode()

    assert Disposal.objects.get().state == "WITNESSED"
    assert "CD-CT-0042-W01" in page
    assert printed.content == PRINT_OUT
    assert "CT-0042-W01" in listed


def test_a_reading_that_cannot_be_read_is_said_in_words(cast: Cast, batch: Batch) -> None:
    approved(cast, requested(cast, batch, U9))
    with time_machine.travel(DONE, tick=False):
        did = {"treated_at": "2026-11-06T16:00", "waste_number": "MW-7", "reading_temperature": "hot"}
        reply = at_the_pages(cast.olga).post(f"{PAGE}destroy/", did)

    assert reply.status_code == 400


# --- my work --------------------------------------------------------------------------------------------------------
def asked_of(person: User, at: Any) -> list[tuple[str, str]]:
    desk = desk_of(person, at, NANHU)
    told = [(task.ask, task.record) for task in (*desk.overdue, *desk.today, *desk.later)]
    return [one for one in told if "estr" in one[0]]


def test_each_step_is_asked_of_who_can_do_it_and_of_nobody_else(cast: Cast, batch: Batch) -> None:
    number = "CT-0042-W01"
    disposal = requested(cast, batch, U9)
    assert asked_of(cast.quinn, ASKED) == [("Decide about a destruction", number)]
    assert ("Destroy the units", number) not in asked_of(cast.olga, ASKED)

    approved(cast, disposal)
    assert asked_of(cast.quinn, APPROVED) == []
    assert asked_of(cast.olga, APPROVED) == [("Destroy the units", number)]

    with_print_out(cast, disposal)
    treated(cast, disposal)
    assert asked_of(cast.olga, DONE) == []
    assert asked_of(cast.vera, DONE) == [("Witness the destruction", number)]


def test_the_store_is_asked_about_units_that_expired_until_somebody_asks_for_their_end(
    cast: Cast, batch: Batch
) -> None:
    expired = FILLED + 2 * DAY
    assert asked_of(cast.stella, FILLED) == []
    assert asked_of(cast.stella, expired) == [("Ask for a destruction", "CT-0042")]

    destroyed(cast, batch, *Unit.objects.values_list("number", flat=True))
    assert asked_of(cast.stella, expired) == []
