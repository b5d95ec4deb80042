"""The same on pages and through the API; another site finds nothing."""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.batches.models import Batch
from apps.desk.selectors import desk_of
from apps.organisation.models import User
from apps.transport.models import HandOver, LoggerFile, Shipment
from apps.units.models import Unit
from tests.cast import SECRET, ApiPerson, Cast
from tests.desk.test_my_work import NANHU
from tests.testing.prologue import Prologue
from tests.testing.story import HOUR
from tests.transport.story import (
    ARRIVED,
    ASKED,
    CHECKED,
    DECIDED,
    GOOD,
    LAYERS,
    LEFT,
    PACKED,
    RECORDED,
    SEAL,
    SERIAL,
    TAKEN,
    U1,
    U2,
    arrived,
    confirmed,
    curve,
    handed,
    on_the_way,
    packed,
    packing,
    received,
    released,
    requested,
    taken,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/shipments/"
ONE = f"{API}CT-0042-T01/"
PAGE = "/transport/CT-0042-T01/"
FILE = {
    "format": "TABLE",
    "unit": "Cel",
    "zone": "UTC+00:00",
    "decimal_sign": "POINT",
    "time_column": "time",
    "value_column": "temperature",
    "serial": SERIAL,
}


@pytest.fixture(scope="module", autouse=True)
def _units(prologue: Prologue) -> None:
    released(prologue.cast, prologue.batch)


def body(*units: str, **words: Any) -> dict[str, Any]:
    said = {"mode": "dry_shipper", "receiver": "City Hospital", "contact": "+86 573 0000 0000", "hours": "12"}
    return {"batch": "CT-0042", "units": list(units), "departs_at": (ASKED + 2 * HOUR).isoformat(), **said, **words}


def at_the_api(person: User) -> ApiPerson:
    client = ApiPerson()
    assert client.sign_in(person).status_code == 200
    return client


def signs(person: User, verb: str, said: dict[str, Any] | None = None) -> Any:
    client = at_the_api(person)
    return client.sign(f"{ONE}{verb}/", said, person=person, if_match=client.get(ONE).headers["ETag"])


def codes(reply: Any) -> list[str]:
    return [one["code"] for one in reply.json()["objections"]]


def sent_file(content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("TL-17.csv", content or curve(), "text/csv")


# --- the API --------------------------------------------------------------------------------------------------------
def test_from_the_request_to_the_acceptance_through_the_api(cast: Cast, batch: Batch) -> None:
    with time_machine.travel(ASKED, tick=False) as clock:
        asked = at_the_api(cast.stella).post(API, body(U1, U2))
        assert (asked.status_code, asked.json()["units"], asked.json()["state"]) == (201, [U1, U2], "REQUESTED")
        code = at_the_api(cast.stella).post(f"{ONE}codes/", {"name": "Lu Wei"}).json()["code"]

        clock.move_to(PACKED)
        papers = list(packing(Shipment.objects.get()).documents)
        box = {"units": [U1, U2], "shipper": "DS-04", "logger": "TL-17", "seal": SEAL, "layers": list(LAYERS)}
        did = {"packed_at": PACKED.isoformat(), "documents": papers, **box}
        assert codes(signs(cast.olga, "pack", {**did, "hold_hours": "17"})) == ["holds_too_short"]
        assert signs(cast.olga, "pack", {**did, "hold_hours": "18"}).json()["state"] == "PACKED"

        clock.move_to(LEFT)
        given = {"given_at": LEFT.isoformat(), "taker": "Lu Wei", "seal": SEAL, "temperature": "-188"}
        assert signs(cast.olga, "hand-over", given).json()["state"] == "HANDED_OVER"
        clock.move_to(TAKEN)
        assert codes(at_the_api(cast.olga).post(f"{ONE}acknowledge/", {"code": "1", "seal": SEAL})) == ["no_such_code"]
        taken = at_the_api(cast.olga).post(f"{ONE}acknowledge/", {"code": code, "seal": SEAL})
        assert taken.json()["hand_overs"][0]["acknowledged"] == "CODE"

        clock.move_to(RECORDED)
        short = {name: said for name, said in FILE.items() if name != "zone"}
        asks = at_the_api(cast.nils).post(f"{ONE}logger-files/", {**short, "file": sent_file()}, format="multipart")
        assert (asks.status_code, codes(asks)) == (400, ["logger_zone_needed"])
        kept = at_the_api(cast.nils).post(f"{ONE}logger-files/", {**FILE, "file": sent_file()}, format="multipart")
        assert (kept.status_code, kept.json()["count"]) == (201, 121)
        came = {"arrived_at": ARRIVED.isoformat(), "checked_at": CHECKED.isoformat(), "seal": SEAL, "units": [U1, U2]}
        assert signs(cast.nils, "receive", {**came, "texts": GOOD}).json()["state"] == "ARRIVED"
        assert codes(signs(cast.nils, "confirm")) == ["own_work"]
        assert signs(cast.paula, "confirm").json()["findings"] == []
        done = signs(cast.nils, "accept", {"reason": ""}).json()

    assert (done["state"], done["received_by"], done["confirmed_by"]) == ("ACCEPTED", "nils", "paula")
    assert set(Unit.objects.filter(number__in=[U1, U2]).values_list("custody", flat=True)) == {"AT_SITE"}


def test_the_api_records_what_already_happened(cast: Cast, batch: Batch) -> None:
    requested(cast, batch)
    given = {"given_at": LEFT.isoformat(), "taker": "Lu Wei", "seal": SEAL, "temperature": "-188"}
    with time_machine.travel(LEFT, tick=False):
        happened = {"at": LEFT.isoformat(), "reason": "The courier could not wait."}
        assert sorted(codes(signs(cast.olga, "hand-over", given))) == ["not_packed", "seal_differs"]
        reply = signs(cast.olga, "hand-over", {**given, "happened": happened}).json()

    assert (reply["state"], reply["happened"]) == ("HANDED_OVER", True)


def test_quarantine_and_rejection_and_a_cancelled_request_through_the_api(cast: Cast, batch: Batch) -> None:
    arrived(cast, batch, curve({40: "-120"}), U1)
    requested(cast, batch, U2)
    with time_machine.travel(DECIDED, tick=False):
        assert signs(cast.nils, "accept", {"reason": "Good"}).status_code == 403
        back = {"returned_at": DECIDED.isoformat(), "seal": SEAL, "reason": "Warm"}
        assert codes(signs(cast.quinn, "return", back)) == ["not_restocked"]
        assert signs(cast.quinn, "reject", {"reason": "Warm"}).json()["state"] == "REJECTED"
        gone = at_the_api(cast.stella).post(f"{API}CT-0042-T02/cancel/", {"reason": "Too ill"})

    assert (gone.status_code, gone.json()["state"]) == (200, "CANCELLED")


def test_another_site_finds_nothing_and_asks_for_nothing(cast: Cast, batch: Batch) -> None:
    requested(cast, batch)
    with time_machine.travel(ASKED, tick=False):
        rolf = at_the_api(cast.rolf)

        assert rolf.get(ONE).status_code == 404
        assert rolf.get(API).json()["results"] == []
        assert codes(rolf.post(API, body("CT-0042-U03"))) == ["unknown_batch"]
        assert codes(at_the_api(cast.stella).post(API, body("CT-0042-U99"))) == ["unknown_unit"]


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


def clock_of(at: Any) -> str:
    return f"{at.astimezone(ASKED.tzinfo) + 8 * HOUR:%Y-%m-%dT%H:%M}"


def test_from_the_request_to_the_acceptance_on_the_pages(cast: Cast, batch: Batch) -> None:
    with time_machine.travel(ASKED, tick=False) as clock:
        stella = at_the_pages(cast.stella)
        assert "/transport/batches/CT-0042/request/" in stella.get("/units/batches/CT-0042/").content.decode()
        said = {**body(), "units": [U1, U2], "departs_at": clock_of(ASKED + 2 * HOUR)}
        assert stella.post("/transport/batches/CT-0042/request/", said).status_code == 302
        assert "CT-0042-T01" in stella.get("/transport/?q=CT-0042").content.decode()

        clock.move_to(PACKED)
        olga = at_the_pages(cast.olga)
        ticks = {f"layer_{key}": "on" for key in LAYERS}
        ticks |= {f"document_{key}": "on" for key in packing(Shipment.objects.get()).documents}
        symbol = f"(91)unit/{U1}(92)20271105T0700Z"
        box = {"unit_1": symbol, "unit_2": U2, "shipper": "DS-04", "logger": "TL-17", "seal": SEAL, "hold_hours": "20"}
        did = {"packed_at": clock_of(PACKED), **box, **ticks}
        assert signs_page(olga, f"{PAGE}pack/", {**did, "unit_2": ""}, cast.olga) == 409
        assert signs_page(olga, f"{PAGE}pack/", did, cast.olga) == 302

        clock.move_to(LEFT)
        olga = at_the_pages(cast.olga)
        given = {"given_at": clock_of(LEFT), "taker": "Kurt Kern", "seal": SEAL, "temperature": "-188"}
        assert signs_page(olga, f"{PAGE}hand-over/", given, cast.olga) == 302
        assert signs_page(olga, f"{PAGE}take/", {"seal": SEAL}, cast.kurt) == 302

        clock.move_to(RECORDED)
        nils = at_the_pages(cast.nils)
        asks = nils.post(f"{PAGE}logger/", {**FILE, "zone": "", "file": sent_file()})
        assert asks.status_code == 400
        assert "zone" in asks.context["form"].errors
        warm = curve({40: "-130", 41: "-120"})
        assert nils.post(f"{PAGE}logger/", {**FILE, "file": sent_file(warm)}).status_code == 302
        came = {
            "arrived_at": clock_of(ARRIVED),
            "checked_at": clock_of(CHECKED),
            "seal": SEAL,
            "unit_1": U1,
            "unit_2": U2,
        }
        answers = {f"answer_{key}": text for key, text in GOOD.items()}
        assert signs_page(nils, f"{PAGE}receive/", {**came, **answers}, cast.nils) == 302
        assert signs_page(nils, f"{PAGE}confirm/", {}, cast.paula) == 302
        page = nils.get(PAGE).content.decode()
        raw = nils.get(f"{PAGE}logger/{LoggerFile.objects.get().pk}/")
        assert nils.get(f"{PAGE}accept/").status_code == 200
        quinn = at_the_pages(cast.quinn)
        assert (
            signs_page(
                quinn, f"{PAGE}accept/", {"reason": "Short, and above the glass transition only once."}, cast.quinn
            )
            == 302
        )

    assert Shipment.objects.get().state == "ACCEPTED"
    drawing = page.partition('class="way-curve"')[2].partition("</svg>")[0]
    assert 'class="growth-line"' in drawing
    assert "<span" not in drawing  # a browser would end the picture there
    assert "worst -120" in page
    assert raw.content == warm


def test_a_code_is_shown_once_and_typed_on_the_givers_screen(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, requested(cast, batch))
    with time_machine.travel(LEFT, tick=False):
        stella = at_the_pages(cast.stella)
        made = stella.post(f"{PAGE}code/", {"name": "Lu Wei", "organisation": "Cold Wheels"})
        code = made.context["code"]
        assert code in made.content.decode()
        assert made["Cache-Control"] == "no-store"
        assert code not in stella.get(PAGE).content.decode()
        handed(cast, shipment)
        olga = at_the_pages(cast.olga)
        assert olga.post(f"{PAGE}acknowledge/", {"code": "12345678", "seal": SEAL}).status_code == 409
        assert olga.post(f"{PAGE}acknowledge/", {"code": code, "seal": SEAL}).status_code == 302

    assert HandOver.objects.get().taken_by == "Lu Wei, Cold Wheels"


def test_every_page_of_a_shipment_opens_in_every_state_it_can_be_in(cast: Cast, batch: Batch) -> None:
    requested(cast, batch, "CT-0042-U03")
    on_the_way(cast, batch, U1)
    arrived(cast, batch, curve({40: "-120"}), U2)
    with time_machine.travel(DECIDED, tick=False):
        for person in (cast.quinn, cast.stella, cast.olga, cast.nils, cast.ines):
            client = at_the_pages(person)
            for number in ("CT-0042-T01", "CT-0042-T02", "CT-0042-T03"):
                assert client.get(f"/transport/{number}/").status_code == 200


def test_what_was_answered_at_a_receipt_is_read_in_words(cast: Cast, batch: Batch) -> None:
    arrived(cast, batch, curve({}), U1)
    with time_machine.travel(DECIDED, tick=False):
        quinn = at_the_pages(cast.quinn)
        page = quinn.get(PAGE).content.decode()
        session = quinn.session
        session["screen_language"] = "zh-hans"
        session.save()
        chinese = quinn.get(PAGE).content.decode()

    assert "must be Yes" in page
    assert "须为 是" in chinese
    assert "= yes" not in page + chinese


# --- my work --------------------------------------------------------------------------------------------------------
def asked_of(person: User, at: Any) -> list[tuple[str, str]]:
    desk = desk_of(person, at, NANHU)
    told = [(task.ask, task.record) for task in (*desk.overdue, *desk.today, *desk.later)]
    return [one for one in told if one[1] == "CT-0042-T01"]


def test_each_step_is_asked_of_who_can_do_it_and_of_nobody_else(cast: Cast, batch: Batch) -> None:
    number = "CT-0042-T01"
    shipment = requested(cast, batch)
    assert asked_of(cast.olga, ASKED) == [("Pack a shipment", number)]
    assert asked_of(cast.nils, ASKED) == []

    packed(cast, shipment)
    assert asked_of(cast.stella, PACKED) == [("Hand a shipment over", number)]

    taken(cast, handed(cast, shipment))
    assert asked_of(cast.olga, TAKEN) == []
    assert asked_of(cast.nils, TAKEN) == [("Receive a shipment", number)]

    received(cast, shipment)
    assert asked_of(cast.nils, RECORDED) == []
    assert asked_of(cast.paula, RECORDED) == [("Confirm a receipt", number)]

    confirmed(cast, shipment)
    assert asked_of(cast.quinn, RECORDED) == [("Decide about a shipment in quarantine", number)]
