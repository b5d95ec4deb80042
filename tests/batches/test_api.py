"""The API of the batch record: the happy way, the refused ways, and the same thing said by a service."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import Entry
from apps.audit.selectors import version_of
from apps.batches.models import Batch, RecordedValue, Step
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.versions import version_of_part
from apps.products.facts import Place
from tests.batches.story import PNG, Room, approved, collected, donor, lot, screened, small_record
from tests.cast import train

BATCH = "/api/v1/batches/CT-0042/"
TEMPERATURE = "receipt.arrive.temperature"


@pytest.fixture
def olga(room: Room, api_client: Any) -> Any:
    """Olga at the API, her batch running."""
    return api_client(room.cast.olga)


def etag(batch: Batch) -> str:
    return f"{batch.record.address}#{version_of(batch.record)}"


def part_etag(client: Any, step: str) -> str:
    return client.get(f"{BATCH}steps/{step}/")["ETag"]


def test_a_value_is_entered_and_judged(olga: Any, room: Room) -> None:
    reply = olga.post(f"{BATCH}values/", {"place": TEMPERATURE, "text": "7.50"})

    assert reply.status_code == 201, reply.content
    body = reply.json()
    assert (body["text"], body["verdict"], body["printed_name"]) == ("7.50", "ALERT", "Olga Orlova")
    assert body["sentence"]["text"] == "Within the limit 2.0 – 8.0, beyond the alert level 3.0 – 7.0."
    assert reply["ETag"] == f'"{etag(room.batch)}"'


def test_one_value_over_the_api_takes_four_statements_more_than_the_service(olga: Any, room: Room) -> None:
    olga.post(f"{BATCH}values/", {"place": "receipt.arrive.arrived_at", "text": "2026-11-05T14:00:00+08:00"})
    with CaptureQueriesContext(connection) as statements:
        assert olga.post(f"{BATCH}values/", {"place": TEMPERATURE, "text": "4.1"}).status_code == 201

    beginnings = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    said = [query["sql"] for query in statements if not query["sql"].startswith(beginnings)]
    locks = sum("FOR NO KEY UPDATE" in sql for sql in said)
    assert len(said) - locks + 1 <= 8 + 4  # session, person with roles, batch, and the version afterwards


def test_two_tablets_on_one_place_are_shown_both_values(olga: Any, room: Room, api_client: Any) -> None:
    olga.post(f"{BATCH}values/", {"place": TEMPERATURE, "text": "4.1"})
    reply = api_client(room.cast.oscar).post(f"{BATCH}values/", {"place": TEMPERATURE, "text": "4.2"})

    assert (reply.status_code, reply["Content-Type"]) == (409, "application/problem+json")
    facts = reply.json()["objections"][0]["facts"]
    assert (reply.json()["code"], facts["theirs"], facts["yours"], facts["by"]) == (
        "already_recorded",
        "4.1 Cel",
        "4.2",
        "Olga Orlova",
    )


def test_two_tablets_in_two_steps_do_not_disturb_each_other(room: Room, api_client: Any) -> None:
    room.receipt()
    olga, oscar = api_client(room.cast.olga), api_client(room.cast.oscar)
    olga.post(f"{BATCH}values/", {"place": "culture[1].clear.clean", "text": "yes"})
    seen = part_etag(olga, "culture[1].clear")
    lot(room.cast, "PL-1", "lysate")
    assert oscar.post(f"{BATCH}values/", {"place": "culture[1].prepare.lysate", "text": "PL-1"}).status_code == 201

    signed = olga.sign(f"{BATCH}steps/culture[1].clear/witness/", person=room.cast.vera, if_match=seen)
    assert signed.status_code == 200, signed.content


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"place": TEMPERATURE, "text": "warm"}, 400, "no_number"),
        ({"place": TEMPERATURE}, 400, "invalid"),
        ({"place": "receipt.arrive.colour", "text": "4"}, 400, "no_such_place"),
        ({"place": "culture[1].clear.clean", "text": "yes"}, 409, "out_of_order"),
        ({"place": TEMPERATURE, "text": "4", "performed_at": "2099-01-01T00:00:00Z"}, 409, "in_the_future"),
        ({"place": TEMPERATURE, "text": "4", "performed_at": "2026-11-05T14:00:00"}, 400, "invalid"),
        ({"place": TEMPERATURE, "text": "4", "happened": {"at": "2026-11-05T14:00:00Z"}}, 400, "invalid"),
        ({"place": TEMPERATURE, "text": "4\x00"}, 400, "invalid"),
        ({"place": "x" * 300, "text": "4"}, 400, "invalid"),
        ([1, 2], 400, "invalid"),
    ],
)
def test_what_is_refused_says_why_and_where(olga: Any, body: Any, status: int, code: str) -> None:
    reply = olga.post(f"{BATCH}values/", body)

    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.content
    assert not RecordedValue.objects.exists()


def test_what_was_already_done_is_recorded_in_the_second_way(olga: Any) -> None:
    said = {"at": timezone.now().isoformat(), "reason": "The cells could not wait"}
    reply = olga.post(f"{BATCH}values/", {"place": "culture[1].clear.clean", "text": "yes", "happened": said})

    assert reply.status_code == 201, reply.content
    assert reply.json()["has_happened"] is True
    assert reply.json()["overridden"] == ["culture[1].clear comes after receipt.arrive."]


def test_several_values_are_entered_at_once(olga: Any) -> None:
    values = [{"place": "receipt.arrive.arrived_at", "text": "2026-11-05 14:00"}, {"place": TEMPERATURE, "text": "4.1"}]
    reply = olga.post(f"{BATCH}values/several/", {"values": values})

    assert reply.status_code == 201, reply.content
    assert [value["verdict"] for value in reply.json()["values"]] == ["RECORDED", "PASS"]


def test_a_value_is_corrected_and_shown_with_its_history(olga: Any) -> None:
    first = olga.post(f"{BATCH}values/", {"place": TEMPERATURE, "text": "4.1"}).json()
    correction = {"supersedes": first["id"], "text": "4.7", "reason": "Misread the display"}
    reply = olga.post(f"{BATCH}values/{TEMPERATURE}/corrections/", correction)

    assert reply.status_code == 201, reply.content
    history = olga.get(f"{BATCH}values/{TEMPERATURE}/").json()["values"]
    assert [(value["text"], value["is_correction"]) for value in history] == [("4.1", False), ("4.7", True)]
    listed = olga.get(f"{BATCH}values/?verdict=PASS").json()["results"]
    assert [value["text"] for value in listed] == ["4.7"]


def test_a_far_late_value_is_confirmed_by_a_second_person(olga: Any, room: Room) -> None:
    value = {"place": TEMPERATURE, "text": "4.1", "performed_at": "2026-11-05T07:00:00Z"}
    circumstances = {"values": [value], "reason": "Found on the paper of the night shift"}
    url = f"{BATCH}values/several/"
    assert olga.post(url, circumstances).json()["code"] == "late_second_person"

    reply = olga.sign(url, circumstances, person=room.cast.vera, challenges=f"{BATCH}values/challenges/")
    assert reply.status_code == 201, reply.content
    assert reply.json()["values"][0]["second"] == "Vera Voss"


def test_a_step_is_shown_completed_witnessed_and_signed(olga: Any, room: Room) -> None:
    room.receipt()
    step = f"{BATCH}steps/culture[1].clear/"
    olga.post(f"{BATCH}values/", {"place": "culture[1].clear.clean", "text": "yes"})
    assert olga.post(f"{step}complete/", {}).json()["code"] == "sign_it"

    seen = part_etag(olga, "culture[1].clear")
    witnessed = olga.sign(f"{step}witness/", person=room.cast.vera, if_match=seen)
    assert witnessed.status_code == 200, witnessed.content
    seen = witnessed["ETag"]
    signed = olga.sign(f"{step}sign/", {"happened": None}, person=room.cast.olga, if_match=seen)
    assert (signed.status_code, signed.json()["state"]) == (200, "DONE"), signed.content
    shown = olga.get(step).json()
    assert (shown["line"]["performed"]["printed_name"], shown["line"]["second"]["printed_name"]) == (
        "Olga Orlova",
        "Vera Voss",
    )


def test_a_signature_says_which_version_it_has_seen(olga: Any, room: Room) -> None:
    room.receipt()
    olga.post(f"{BATCH}values/", {"place": "culture[1].clear.clean", "text": "yes"})
    url = f"{BATCH}steps/culture[1].clear/witness/"
    assert olga.sign(url, person=room.cast.vera).status_code == 428

    seen = part_etag(olga, "culture[1].clear")
    shown = olga.get(f"{BATCH}values/culture[1].clear.clean/").json()["values"][-1]["id"]
    correction = {"supersedes": shown, "text": "no", "reason": "A label was found under the hood"}
    olga.post(f"{BATCH}values/culture[1].clear.clean/corrections/", correction)
    assert olga.sign(url, person=room.cast.vera, if_match=seen).status_code == 412


def test_a_section_is_signed_and_checked(olga: Any, room: Room, api_client: Any) -> None:
    room.receipt().clear_line().medium()
    vera = api_client(room.cast.vera)
    signed = olga.sign(
        f"{BATCH}sections/culture[1]/sign/", person=room.cast.olga, if_match=section_etag(room, "culture[1]")
    )
    assert signed.status_code == 200, signed.content
    url = f"{BATCH}sections/culture[1]/check/"
    own = olga.sign(url, person=room.cast.olga, if_match=signed["ETag"])
    assert own.status_code == 403
    checked = vera.sign(url, person=room.cast.vera, if_match=signed["ETag"])
    assert [step["place"] for step in checked.json()["steps"]] == ["culture[1].prepare"], checked.content


def section_etag(room: Room, section: str) -> str:
    return f"{room.batch.record.address}/{section}#{version_of_part(room.batch, Place.parse(section))}"


def test_a_batch_is_planned_started_and_shown(api_client: Any, cast: Any) -> None:
    version = approved(small_record())
    of = donor(cast)
    collected(cast, of)
    screened(cast, of)
    for person in (cast.olga, cast.oscar):
        train(person, version.record.address)
    olga, paula = api_client(cast.olga), api_client(cast.paula)
    din = "G123426000117"
    seen = olga.get(f"/api/v1/donations/{din}/")["ETag"]
    decision = {"product": version.number, "decision": "ELIGIBLE", "reason": ""}
    decided = paula.sign(f"/api/v1/donations/{din}/eligibility/", decision, person=cast.paula, if_match=seen.strip('"'))
    assert (decided.status_code, decided.json()["eligibility"]) == (200, "PENDING"), decided.content
    second = f"/api/v1/donations/{din}/countersignature/"
    decided = api_client(cast.quinn).sign(second, {}, person=cast.quinn, if_match=decided["ETag"].strip('"'))
    assert (decided.status_code, decided.json()["eligibility"]) == (200, "ELIGIBLE"), decided.content

    plan = {"number": "CT-0042", "product": version.number, "site": "NANHU", "donation": din}
    planned = olga.post("/api/v1/batches/", plan)
    assert planned.status_code == 201, planned.content
    started = olga.sign(f"{BATCH}start/", person=cast.olga, if_match=planned["ETag"])
    assert (started.status_code, started.json()["state"]) == (200, "RUNNING"), started.content
    shown = olga.get(BATCH).json()
    assert shown["header"]["donor"] == "D-0117"
    assert [section["place"] for section in shown["sections"]] == ["receipt", "culture[1]", "closing"]
    assert [move["verb"] for move in shown["moves"]] == ["FINISH", "TERMINATE"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("product", "nothing-v1", "unknown_number"),
        ("donation", "G123426999999", "unknown_number"),
        ("site", "RHINE", "unknown_number"),
        ("number", "CT-0042", "number_taken"),
        ("number", "ct 1", "number_malformed"),
    ],
)
def test_a_plan_that_names_what_is_not_there_is_refused(
    olga: Any, room: Room, field: str, value: str, code: str
) -> None:
    plan = {"number": "CT-0043", "product": room.batch.product_version.number, "site": "NANHU"}
    reply = olga.post("/api/v1/batches/", {**plan, "donation": "G123426000117", field: value})

    assert reply.status_code in (400, 409)
    assert reply.json()["code"] == code


def test_finishing_lists_what_is_missing(olga: Any, room: Room) -> None:
    reply = olga.sign(f"{BATCH}finish/", person=room.cast.olga, if_match=etag(room.batch))

    assert reply.status_code == 409
    assert {"step_open", "value_missing"} <= {objection["code"] for objection in reply.json()["objections"]}
    assert TEMPERATURE in [objection["place"] for objection in reply.json()["objections"]]


def test_a_batch_is_terminated_by_qa_with_a_reason(room: Room, api_client: Any) -> None:
    quinn = api_client(room.cast.quinn)
    url = f"{BATCH}terminate/"
    bare = quinn.sign(url, {"reason": ""}, person=room.cast.quinn, if_match=etag(room.batch))
    assert bare.json()["code"] == "reason_missing"

    ended = quinn.sign(url, {"reason": "The cord was too short"}, person=room.cast.quinn, if_match=etag(room.batch))
    assert (ended.status_code, ended.json()["state"]) == (200, "TERMINATED")


def test_vessels_are_opened_listed_and_scanned(olga: Any, room: Room) -> None:
    room.receipt().clear_line().medium()
    opened = olga.post(f"{BATCH}vessels/", {"step": "culture[1].seed", "kind": "flask", "count": 2})

    assert [vessel["number"] for vessel in opened.json()] == ["CT-0042-P1-F01", "CT-0042-P1-F02"], opened.content
    assert len(olga.get(f"{BATCH}vessels/").json()) == 2
    wrong = {"step": "culture[1].seed", "kind": "flask", "parents": ["CT-0001-P1-F01"]}
    assert olga.post(f"{BATCH}vessels/", wrong).json()["code"] == "unknown_number"


def test_a_further_occurrence_is_begun(olga: Any, room: Room) -> None:
    room.receipt().clear_line().medium().seed().feed(confluent="no")
    begun = olga.post(f"{BATCH}occurrences/", {"place": "culture[1].feed[2]"})

    assert [step["place"] for step in begun.json()["steps"]] == ["culture[1].feed[2]"], begun.content


def test_a_file_is_attached_read_and_certified(olga: Any, room: Room, api_client: Any) -> None:
    room.receipt().passage().flasks("closing.start_fill", 1, "pool")
    room.enter("closing.start_fill.started_at", room.now.isoformat())
    room.complete("closing.start_fill")
    image = SimpleUploadedFile("printout.png", PNG, "image/png")
    body = {"place": "closing.papers.printout", "file": image}
    reply = olga.post(f"{BATCH}attachments/", body, format="multipart")
    assert reply.status_code == 201, reply.content

    file = reply.json()["file"]
    read = olga.get(f"{BATCH}attachments/{file['id']}/")
    assert (read.content, read["Content-Type"], read["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    vera = api_client(room.cast.vera)
    certified = vera.sign(
        f"{BATCH}attachments/{file['id']}/true-copy/", person=room.cast.vera, if_match=etag(room.batch)
    )
    assert certified.json()["certified"]["printed_name"] == "Vera Voss", certified.content


def test_an_amendment_is_proposed_and_approved(room: Room, api_client: Any) -> None:
    arthur, quinn = api_client(room.cast.arthur), api_client(room.cast.quinn)
    body = {"changes": [{"change": "skip_step", "at": "receipt.arrive"}], "reason": "The tissue came from next door"}
    proposed = arthur.sign(f"{BATCH}amendments/", body, person=room.cast.arthur, if_match=etag(room.batch))
    assert (proposed.status_code, proposed.json()["number"]) == (201, "CT-0042-A01"), proposed.content

    url = f"{BATCH}amendments/CT-0042-A01/approval/"
    approved_ = quinn.sign(url, person=room.cast.quinn, if_match=etag(room.batch))
    assert approved_.json()["state"] == "APPROVED", approved_.content
    (note,) = quinn.get(BATCH).json()["notes"]
    assert [one["text"] for one in note["says"]] == ["receipt.arrive is left out."]
    assert Step.objects.get(batch=room.batch, place="receipt.arrive").state == "SKIPPED"


def test_a_deviation_is_planned_and_a_comment_made(room: Room, api_client: Any) -> None:
    quinn = api_client(room.cast.quinn)
    body = {"step": "culture[1].prepare", "what": "12 % lysate", "why": "The lot is weak by its certificate"}
    planned = quinn.sign(f"{BATCH}planned-deviations/", body, person=room.cast.quinn, if_match=etag(room.batch))
    assert planned.status_code == 201, planned.content
    said = quinn.post(f"{BATCH}comments/", {"text": "Agreed by telephone", "place": "culture[1].prepare"})
    assert said.status_code == 201, said.content

    kinds = [note["kind"] for note in quinn.get(BATCH).json()["notes"]]
    assert sorted(kinds) == ["comment", "planned_deviation"]


def test_going_on_at_risk_is_signed_and_ratified(room: Room, olga: Any, api_client: Any) -> None:
    quinn = api_client(room.cast.quinn)
    olga.post("/api/v1/holds/", {"record": "batch/CT-0042", "reason": "Smoke in the corridor"})
    body = {"named_qa": "quinn", "reason": "The cells are out of the incubator"}
    decided = olga.sign(f"{BATCH}risks/", body, person=room.cast.olga, if_match=etag(batch_now(room.batch)))
    assert decided.status_code == 201, decided.content
    assert olga.post(f"{BATCH}values/", {"place": TEMPERATURE, "text": "4.1"}).status_code == 201

    url = f"{BATCH}risks/{decided.json()['id']}/ratification/"
    ratified = quinn.sign(url, person=room.cast.quinn, if_match=etag(room.batch))
    assert ratified.json()["ratified_at"] is not None, ratified.content


def test_an_excursion_is_recorded(room: Room, olga: Any) -> None:
    room.receipt().clear_line().medium().seed().feed()
    body = {
        "instrument": "INC-07",
        "condition": "temperature",
        "worst": "35.2",
        "unit": "Cel",
        "began_at": "2026-11-06T08:00:00+08:00",
        "ended_at": "2026-11-06T09:35:00+08:00",
    }
    reply = olga.post("/api/v1/excursions/", body)

    assert reply.status_code == 201, reply.content
    assert room.events() == ["EXCURSION"]
    assert olga.get("/api/v1/instruments/INC-07/excursions/").json()[0]["worst"] == "35.2"


@pytest.mark.parametrize("url", [BATCH, f"{BATCH}values/", f"{BATCH}steps/receipt.arrive/", f"{BATCH}vessels/"])
def test_a_batch_of_another_site_is_not_there(room: Room, api_client: Any, url: str) -> None:
    assert api_client(room.cast.rita).get(url).status_code == 404


@pytest.mark.parametrize("url", ["values/", "occurrences/", "vessels/", "comments/", "steps/receipt.arrive/complete/"])
def test_who_only_reads_writes_nothing(room: Room, api_client: Any, url: str) -> None:
    before = Entry.objects.filter(record=room.batch.record).count()

    assert api_client(room.cast.ines).post(f"{BATCH}{url}", {}).status_code == 403
    assert Entry.objects.filter(record=room.batch.record).count() == before


def test_the_list_of_batches_costs_the_same_for_one_and_for_many(room: Room, olga: Any) -> None:
    with CaptureQueriesContext(connection) as few:
        olga.get("/api/v1/batches/")
    for n in range(5):
        plan = {"number": f"CT-1{n}", "product": room.batch.product_version.number, "site": "NANHU"}
        assert olga.post("/api/v1/batches/", {**plan, "donation": "G123426000117"}).status_code == 201
    with CaptureQueriesContext(connection) as many:
        listed = olga.get("/api/v1/batches/?state=PLANNED").json()["results"]

    assert len(listed) == 5
    assert len(many) == len(few)


def test_the_page_and_the_program_leave_the_same_rows(room: Room, olga: Any) -> None:
    by_service = room.enter("receipt.arrive.remark", "Box was wet")
    olga.post(f"{BATCH}values/", {"place": TEMPERATURE, "text": "4.1"})
    by_api = RecordedValue.objects.get(place=TEMPERATURE)

    same = ("record_id", "performed_by", "recorded_by", "printed_name", "origin", "is_late", "has_happened")
    assert [getattr(by_api, name) for name in same] == [getattr(by_service, name) for name in same]
    actions = Entry.objects.filter(pk__in=[by_api.last_entry_id, by_service.last_entry_id])
    assert set(actions.values_list("action", flat=True)) == {"batch.value.recorded"}
