"""Complaints and adverse events through the API and on the pages: the same services, the same signatures."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Record
from apps.audit.selectors import version_of
from apps.core.http import etag_of
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import kept_units
from apps.dosing.services import record_reaction
from apps.organisation.models import User
from apps.vigilance.models import AdverseEvent, Complaint
from apps.vigilance.selectors import duties_for
from tests.cast import ApiPerson, Cast, actor
from tests.dosing.story import START, started_order
from tests.vigilance.story import (
    CHILLS,
    CLOUDY,
    LATER,
    NOTHING,
    answered,
    assessed,
    closed,
    complained,
    recorded,
    told_authority,
    triaged,
)

begins_with = started_order
BODY = {
    "reporter": CLOUDY.reporter, "channel": CLOUDY.channel, "received_at": CLOUDY.received_at.isoformat(),
    "category": "PRODUCT_QUALITY", "severity": "MAJOR", "what": CLOUDY.what,
}  # fmt: skip
GRAVE = {
    "term": "Anaphylaxis", "grade": 4, "seriousness": ["LIFE_THREATENING"], "outcome": "RECOVERING",
    "onset_at": (START + timedelta(minutes=30)).isoformat(), "known_at": (START + timedelta(minutes=40)).isoformat(),
}  # fmt: skip
JUDGED = {"causality": "PROBABLE", "expectedness": "UNEXPECTED", "reference": "IB v3", "rationale": "At once."}
TRIAGE = {"severity": "MAJOR", "rationale": "Particles.", "deviation": True, "hold": True}


@pytest.fixture(autouse=True)
def _at_later(order: TreatmentOrder) -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def api_of(person: User) -> ApiPerson:
    api = ApiPerson()
    assert api.sign_in(person).status_code == 200
    return api


def pages_of(person: User) -> Client:
    pages = Client()
    pages.force_login(person)
    return pages


def signed(person: User, url: str, address: str, body: dict[str, Any]) -> Any:
    record = Record.objects.get(address=address)
    return api_of(person).sign(url, body, person=person, if_match=etag_of(address, version_of(record)))


def on_clock(at: Any) -> str:
    """As the field of a page shows an instant on the clock of Nanhu."""
    return (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


def test_a_complaint_goes_its_whole_way_through_the_api(cast: Cast, order: TreatmentOrder) -> None:
    units = kept_units(order)
    made = api_of(cast.nils).post("/api/v1/complaints/", {**BODY, "concerned": [units[0].record.address]})
    number = made.json()["number"]
    url, address = f"/api/v1/complaints/{number}", f"complaint/{number}"
    more = api_of(cast.nils).post(f"{url}/concerned/", {"concerned": [units[1].number]})
    assert (made.status_code, more.status_code) == (201, 200)
    assert [row["unit"] for row in more.json()["concerned"]] == [units[0].number, units[1].number]

    judged = signed(cast.quinn, f"{url}/triage/", address, {**TRIAGE, "deviation": False})
    reply = api_of(cast.quinn).post(f"{url}/answer/", {"answer": "Held.", "answered_at": LATER.isoformat()})
    done = signed(cast.quinn, f"{url}/closure/", address, {"conclusion": "The closure sheds."})
    again = signed(cast.quinn, f"{url}/reopening/", address, {"reason": "Another ward."})

    states = [one.json()["state"] for one in (judged, reply, done, again)]
    assert states == ["INVESTIGATED", "ANSWERED", "CLOSED", "INVESTIGATED"]
    assert judged.json()["held"] is True
    found = api_of(cast.ines).get(f"/api/v1/complaints/?unit={units[0].number}&state=INVESTIGATED").json()["results"]
    assert [one["number"] for one in found] == [number]
    assert api_of(cast.ines).get("/api/v1/complaints/?category=LABEL").json()["results"] == []
    row = api_of(cast.ines).get("/api/v1/complaints-trend/").json()[0]
    assert (row["complaints"]["PRODUCT_QUALITY"], row["adverse_events"], row["doses"]) == (1, 0, 1)


def test_an_adverse_event_goes_its_whole_way_through_the_api(cast: Cast, order: TreatmentOrder) -> None:
    said = {"grade": 4, "what": "Anaphylaxis", "actor": actor(cast.nils), "at": START + timedelta(minutes=40)}
    record_reaction(order=order, **said)
    nils, quinn = api_of(cast.nils), api_of(cast.quinn)
    made = nils.post(f"/api/v1/orders/{order.number}/adverse-events/", {**GRAVE, "reaction": 1})
    number = made.json()["number"]
    url, address = f"/api/v1/adverse-events/{number}", f"adverse/{number}"
    assert (made.status_code, made.json()["reaction"], made.json()["held"]) == (201, 1, True)
    assert [row["stage"] for row in made.json()["duties"]] == ["FIRST", "COMPLETE"]

    signed(cast.paula, f"{url}/assessment/", address, JUDGED)
    for n, duty in enumerate(made.json()["duties"], 1):
        body = {"sent_to": "The authority", "reference": f"SR-{n}", "sent_at": LATER.isoformat()}
        sent = quinn.post(f"{url}/reports/", {**body, "answers": f"{duty['clock']}:{duty['stage']}"})
        assert sent.status_code == 201, sent.json()
    learned = {"grade": 4, "seriousness": ["LIFE_THREATENING"], "outcome": "RECOVERED", "what": "Went home."}
    followed = nils.post(f"{url}/follow-ups/", {**learned, "learned_at": LATER.isoformat()})
    signed(cast.paula, f"{url}/assessment/", address, JUDGED)
    done = signed(cast.quinn, f"{url}/closure/", address, {"conclusion": "Recovered."})
    again = signed(cast.paula, f"{url}/reopening/", address, {"reason": "Antibodies."})

    assert [one.json()["state"] for one in (followed, done, again)] == ["UNASSESSED", "CLOSED", "UNASSESSED"]
    assert [row["reference"] for row in again.json()["reports"]] == ["SR-1", "SR-2"]
    found = api_of(cast.ines).get(f"/api/v1/adverse-events/?recipient={order.recipient.number}&serious=true").json()
    assert [one["number"] for one in found["results"]] == [number]


@pytest.mark.parametrize(
    ("words", "code", "place"),
    [
        ({"concerned": ["NONE-1"]}, "unknown_number", "concerned"),
        ({"concerned": ["\0"]}, "", ""),
        ({"received_at": "2026-11-05T14:06:00"}, "", ""),
        ({"category": "TASTE"}, "", ""),
        ({"what": ""}, "", ""),
        ({"what": "x" * 2001}, "", ""),
        ({"concerned": "CT-0042"}, "", ""),
    ],
)
def test_what_cannot_be_read_is_a_400_and_nothing_is_kept(
    cast: Cast, order: TreatmentOrder, words: dict[str, Any], code: str, place: str
) -> None:
    reply = api_of(cast.nils).post("/api/v1/complaints/", {**BODY, "concerned": ["CT-0042"], **words})

    assert reply.status_code == 400, reply.content
    if code:
        assert (reply.json()["code"], reply.json()["objections"][0]["place"]) == (code, place)
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"grade": 6}, 400),
        ({"grade": 5}, 409),
        ({"seriousness": ["RUDE"]}, 400),
        ({"reaction": 9}, 400),
        ({"onset_at": "yesterday"}, 400),
        ({"known_at": (LATER + timedelta(days=1)).isoformat()}, 409),
    ],
)
def test_an_adverse_event_that_cannot_be_is_refused_and_nothing_is_kept(
    cast: Cast, order: TreatmentOrder, words: dict[str, Any], status: int
) -> None:
    reply = api_of(cast.nils).post(f"/api/v1/orders/{order.number}/adverse-events/", {**GRAVE, **words})

    assert reply.status_code == status, reply.content
    assert not AdverseEvent.objects.exists()


def test_a_complaint_about_nothing_is_a_409_with_its_place(cast: Cast, order: TreatmentOrder) -> None:
    reply = api_of(cast.nils).post("/api/v1/complaints/", {**BODY, "concerned": []})

    assert (reply.status_code, reply.json()["objections"][0]["place"]) == (409, "concerned")


def test_the_page_takes_a_complaint_down_by_scan_and_says_what_it_does_not_know(
    cast: Cast, order: TreatmentOrder
) -> None:
    pages, unit = pages_of(cast.nils), kept_units(order)[0]
    asked = pages.get(f"/vigilance/receive/?about={unit.number}")
    body = {**BODY, "received_at": on_clock(CLOUDY.received_at)}
    wrong = pages.post("/vigilance/receive/", {**body, "scanned_1": unit.number, "scanned_2": "NONE-1"})
    nothing = pages.post("/vigilance/receive/", body)
    done = pages.post("/vigilance/receive/", {**body, "scanned_1": unit.record.address, "scanned_2": "CT-0042"})

    assert unit.number in asked.content.decode()
    assert (wrong.status_code, nothing.status_code, done.status_code) == (400, 400, 302)
    assert "No unit and no batch of your sites has this number." in wrong.content.decode()
    complaint = Complaint.objects.get()
    assert complaint.received_at == CLOUDY.received_at
    for url in ("/vigilance/?q=cloudy", "/batches/CT-0042/", f"/units/{unit.number}/"):
        assert complaint.number in pages_of(cast.quinn).get(url).content.decode(), url


def test_the_page_of_triage_reads_back_what_was_ticked_before_the_signature(cast: Cast, order: TreatmentOrder) -> None:
    complaint = complained(cast, order)
    url, said = f"/vigilance/complaints/{complaint.number}/triage/", {"severity": "MAJOR", "rationale": "Particles."}
    panel = pages_of(cast.quinn).post(url, {**said, "hold": "on"}).content.decode()
    page = pages_of(cast.quinn).get(f"/vigilance/complaints/{complaint.number}/").content.decode()

    assert 'name="challenge"' in panel
    assert 'name="hold" value="True"' in panel
    assert 'name="deviation" value="False"' in panel
    assert url in page
    assert url not in pages_of(cast.olga).get(f"/vigilance/complaints/{complaint.number}/").content.decode()
    assert pages_of(cast.olga).get(url).status_code == 403


def test_the_bed_carries_a_reaction_over_without_typing_it_twice(cast: Cast, order: TreatmentOrder) -> None:
    said = {"grade": 4, "what": "Anaphylaxis", "actor": actor(cast.nils), "at": START + timedelta(minutes=40)}
    record_reaction(order=order, **said)
    pages, url = pages_of(cast.nils), f"/vigilance/orders/{order.number}/?reaction=1"
    assert url in pages.get(f"/dosing/orders/{order.number}/bedside/").content.decode()
    asked = pages.get(url).content.decode()
    assert 'value="Anaphylaxis"' in asked
    assert on_clock(START + timedelta(minutes=40)) in asked
    body = {name: GRAVE[name] for name in ("term", "grade", "seriousness", "outcome")}
    times = {"onset_at": on_clock(START + timedelta(minutes=40)), "known_at": on_clock(START + timedelta(minutes=40))}

    done = pages.post(url, {**body, **times})

    event = AdverseEvent.objects.get()
    assert (done.status_code, event.reaction.n) == (302, 1)
    for shown in (
        f"/vigilance/adverse/{event.number}/",
        "/vigilance/adverse/?q=anaphyl",
        f"/dosing/orders/{order.number}/bedside/",
        f"/dosing/recipients/{order.recipient.number}/",
        "/batches/CT-0042/",
    ):
        assert event.number in pages.get(shown).content.decode(), shown
    for nowhere in ("?reaction=9", "?reaction=x"):
        assert pages.get(f"/vigilance/orders/{order.number}/{nowhere}").status_code == 404


def test_a_page_refuses_beside_the_field(cast: Cast, order: TreatmentOrder) -> None:
    body = {**GRAVE, "grade": 5, "onset_at": on_clock(START + timedelta(minutes=30)), "known_at": on_clock(LATER)}
    reply = pages_of(cast.nils).post(f"/vigilance/orders/{order.number}/", body)

    assert reply.status_code == 409
    assert "Death is said by grade 5" in reply.content.decode()


def test_a_report_that_is_due_stands_first_and_says_which_it_is(cast: Cast, order: TreatmentOrder) -> None:
    event = assessed(cast, recorded(cast, order))
    pages, url = pages_of(cast.quinn), f"/vigilance/adverse/{event.number}/"
    assert next(act["url"] for act in pages.get(url).context["acts"]) == f"{url}report/"

    sent = {"sent_to": "The authority", "reference": "SR-9", "sent_at": on_clock(LATER)}
    refused = pages.post(f"{url}report/", sent)
    assert (refused.status_code, 'id="id_answers_error"' in refused.content.decode()) == (400, True)
    assert pages.post(f"{url}report/", {**sent, "answers": "further"}).status_code == 302
    assert all(duty.is_open for duty in duties_for(event))


def test_what_somebody_wrote_is_no_formula_in_the_tables(cast: Cast, order: TreatmentOrder) -> None:
    complained(cast, order, replace(CLOUDY, reporter="=HYPERLINK(1)", what="@SUM(A1)"))
    recorded(cast, order, replace(CHILLS, term="+1+1"))
    pages = pages_of(cast.quinn)

    (_, complaint) = rows_of(pages.get("/vigilance/complaints.csv").content)
    (_, event) = rows_of(pages.get("/vigilance/adverse.csv").content)

    assert (complaint[5], complaint[6], event[3]) == ("'=HYPERLINK(1)", "'@SUM(A1)", "'+1+1")


def rows_of(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))


def test_the_pages_of_a_finished_story_tell_it(cast: Cast, order: TreatmentOrder) -> None:
    complaint = triaged(cast, complained(cast, order), NOTHING)
    answered(cast, complaint)
    closed(cast, complaint)
    event = assessed(cast, recorded(cast, order))
    told_authority(cast, event, answers="fatal_or_life_threatening:FIRST")
    pages = pages_of(cast.ines)
    told = pages.get(f"/vigilance/complaints/{complaint.number}/").content.decode()
    shown = pages.get(f"/vigilance/adverse/{event.number}/").content.decode()

    assert "Particles of the closure" in told
    for words in ("SR-1", "Probable", "Unexpected", "Life-threatening", "site to confirm"):
        assert words in shown, words
    table = pages.get("/vigilance/complaints.csv").content.decode()
    assert f"{complaint.number}," in table
    assert "SR-1" in pages.get("/vigilance/adverse.csv").content.decode()
    assert pages.get("/vigilance/trend/").status_code == 200


def test_another_site_sees_nothing_of_it(cast: Cast, order: TreatmentOrder) -> None:
    complaint, event = complained(cast, order), recorded(cast, order)
    rolf = api_of(cast.rolf)

    for url in (f"complaints/{complaint.number}/", f"adverse-events/{event.number}/"):
        assert rolf.get(f"/api/v1/{url}").status_code == 404
    assert rolf.get("/api/v1/complaints/").json()["results"] == []
    assert complaint.number not in pages_of(cast.rolf).get("/vigilance/").content.decode()
    assert rolf.post("/api/v1/complaints/", {**BODY, "concerned": ["CT-0042"]}).status_code == 400


def test_lists_cost_the_same_however_long_they_are(cast: Cast, order: TreatmentOrder) -> None:
    complained(cast, order)
    recorded(cast, order)
    pages = pages_of(cast.quinn)
    urls = ("/vigilance/", "/vigilance/adverse/", "/api/v1/complaints/", "/api/v1/adverse-events/")

    def cost(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert pages.get(url).status_code == 200
        return len(captured)

    [cost(url) for url in urls]
    before = [cost(url) for url in urls]
    for n in range(3):
        complained(cast, order, replace(CLOUDY, what=f"Bag {n} is cloudy."))
        recorded(cast, order, replace(CHILLS, term=f"Chills {n}"))
    assert [cost(url) for url in urls] == before
