"""The trail in the API: entries, proofs, chains, traces, signed heads."""

from urllib.parse import quote

import pytest

from apps.audit.merkle import leaf_hash, proves_consistency, proves_inclusion
from apps.audit.models import Checkpoint, Entry
from apps.audit.services import sequence_entries
from tests.cast import AT


@pytest.fixture
def told(note):
    for n in range(5):
        note("A", line=n)
    sequence_entries(at=AT)
    note("B")
    sequence_entries(at=AT)


@pytest.fixture
def ines(api_client, cast):
    return api_client(cast.ines)


def test_entries_are_listed_newest_first_with_the_text_that_was_hashed(told, ines):
    entries = ines.get("/api/v1/audit/entries/?record=test/A").json()["results"]

    assert [entry["place"] for entry in entries if entry["n"] == 5] == ["test/A#5"]
    stored = Entry.objects.get(record__address="test/A", n=5)
    assert entries[0].keys() >= {"username", "printed_name", "role", "authenticated", "reason", "changes"}
    assert {entry["text"] for entry in entries} >= {stored.text}


def test_entries_are_paged(told, ines):
    first = ines.get("/api/v1/audit/entries/?record=test/A&page_size=3").json()
    second = ines.get(first["next"]).json()

    assert len(first["results"]) == 3
    assert len({entry["n"] for entry in first["results"] + second["results"]}) == 5


@pytest.mark.parametrize("question", ["person=olga", "action=test.", "since=2026-11-05&until=2026-11-05", "text=line"])
def test_entries_are_narrowed_like_on_the_page(told, ines, question):
    entries = ines.get(f"/api/v1/audit/entries/?record=test/A&{question}").json()["results"]

    assert len(entries) == 5


def test_a_day_that_can_not_be_read_is_refused_with_its_name(told, ines):
    reply = ines.get("/api/v1/audit/entries/?since=yesterday")

    assert reply.status_code == 400
    assert reply["Content-Type"] == "application/problem+json"
    assert [objection["place"] for objection in reply.json()["objections"]] == ["since"]


def test_one_entry_comes_with_the_proof_of_its_place(told, ines):
    entry = Entry.objects.get(record__address="test/A", n=2)
    body = ines.get(f"/api/v1/audit/entries/{entry.pk}/").json()
    path = [bytes.fromhex(step) for step in body["leaf"]["path"]]
    head = body["checkpoint"]

    leaf = leaf_hash(bytes.fromhex(body["hash"]))
    assert proves_inclusion(leaf, body["leaf"]["index"], head["size"], path, bytes.fromhex(head["root"]))


def test_an_entry_of_another_site_is_not_found(told, api_client, cast):
    entry = Entry.objects.get(record__address="test/A", n=2)

    assert api_client(cast.rita).get(f"/api/v1/audit/entries/{entry.pk}/").status_code == 404


def test_a_chain_is_one_segment_of_the_path(told, ines):
    body = ines.get(f"/api/v1/audit/chains/{quote('test/A', safe='')}/").json()

    assert [entry["n"] for entry in body["entries"]] == [1, 2, 3, 4, 5]
    assert body["record"]["address"] == "test/A"


def test_a_trace_names_its_hops_and_what_is_missing(room, api_client):
    room.enter("receipt.arrive.temperature", "4.10")
    address = quote("batch/CT-0042/receipt.arrive.temperature", safe="")
    body = api_client(room.cast.ines).get(f"/api/v1/trace/{address}/").json()

    assert body["row"]["text"] == "4.10"
    assert body["form"]["label"] == {"en": "Temperature", "zh": "温度"}
    assert body["entries"][0]["entry"]["action"] == "batch.value.recorded"
    assert body["entries"][0]["proof"] is None
    assert body["missing"].keys() == {"file", "documents"}

    sequence_entries(at=room.now)
    proof = api_client(room.cast.ines).get(f"/api/v1/trace/{address}/").json()["entries"][0]["proof"]
    assert proof["index"] < proof["checkpoint"]["size"]


def test_a_trace_of_another_site_is_not_found(room, api_client):
    address = quote("batch/CT-0042/receipt.arrive.temperature", safe="")

    assert api_client(room.cast.rita).get(f"/api/v1/trace/{address}/").status_code == 404


def test_signed_heads_are_listed_and_shown_with_the_key_that_verifies_them(told, ines):
    listed = ines.get("/api/v1/checkpoints/").json()["results"]
    newest = Checkpoint.objects.order_by("-size").first()
    shown = ines.get(f"/api/v1/checkpoints/{newest.size}/").json()

    assert [head["size"] for head in listed] == sorted((head["size"] for head in listed), reverse=True)
    assert shown["root"] == newest.root
    assert shown["public_key"].startswith("-----BEGIN PUBLIC KEY-----")


def test_a_later_head_is_proved_to_continue_an_older_one(told, ines):
    old, new = Checkpoint.objects.order_by("size")
    body = ines.get(f"/api/v1/checkpoints/{new.size}/?continues={old.size}").json()
    path = [bytes.fromhex(step) for step in body["continues"]["path"]]

    roots = bytes.fromhex(body["continues"]["old_root"]), bytes.fromhex(body["root"])
    assert proves_consistency(old.size, new.size, *roots, path)


@pytest.mark.parametrize("older", ["9999999", "x", "0", "-1"])
def test_a_head_that_is_no_older_one_is_refused(told, ines, older):
    size = Checkpoint.objects.order_by("-size").first().size

    reply = ines.get(f"/api/v1/checkpoints/{size}/?continues={older}")
    assert (reply.status_code, reply.json()["code"]) == (400, "no_such_head")


def test_nobody_reads_the_trail_without_signing_in(api_client, told):
    for url in ("audit/entries/", "checkpoints/", "trace/batch%2FCT-0042%2Fx/", "audit/chains/test%2FA/"):
        assert api_client().get(f"/api/v1/{url}").status_code in (401, 403)


def test_nothing_of_the_trail_can_be_written(told, ines):
    for verb in (ines.post, ines.put, ines.patch, ines.delete):
        assert verb("/api/v1/audit/entries/").status_code in (403, 405)
