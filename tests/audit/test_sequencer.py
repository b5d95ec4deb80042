"""The sequencer: every committed entry gets one leaf, in order, under a head signed by a key outside the database."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from apps.audit import keyring, triggers, witness
from apps.audit.merkle import leaf_hash, proves_consistency, proves_inclusion, root_of
from apps.audit.models import Checkpoint, Entry, Head, Leaf, Record
from apps.audit.selectors import checkpoint_covering, consistency_proof, inclusion_proof, inclusion_proofs
from apps.audit.selectors.proofs import head_of
from apps.audit.services import audited, sequence_entries
from apps.audit.services.sequencing import TreeBroken
from apps.audit.tasks import sequence_trail
from apps.core.actor import SYSTEM
from tests.cast import AT

pytestmark = pytest.mark.django_db


def note(number: str, times: int = 1, at: datetime = AT) -> Record:
    """Entries in the chain of one record, opened on first use."""
    record = Record.objects.filter(address=f"test/{number}").first()
    with audited(actor=SYSTEM, action="test.noted", at=at, touching=[record] if record else []) as change:
        record = record or change.open_record("test", number, site="NANHU")
        for n in range(times):
            change.note(record, "test.noted", times=n)
    return record


def leaves() -> list[bytes]:
    return [bytes.fromhex(leaf.hash) for leaf in Leaf.objects.order_by("index")]


def test_every_entry_gets_one_leaf_without_a_gap():
    note("A", 3)
    note("B", 4)

    assert sequence_entries(at=AT) == 7
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(7))
    assert {leaf.hash for leaf in Leaf.objects.all()} == {
        leaf_hash(bytes.fromhex(entry.hash)).hex() for entry in Entry.objects.all()
    }
    assert [head.sequenced for head in Head.objects.order_by("pk")] == [3, 4]


def test_running_again_takes_only_what_is_new():
    note("A", 3)
    sequence_entries(at=AT)
    note("A", 2)

    assert sequence_entries(at=AT) == 2
    assert sequence_entries(at=AT) == 0
    assert [c.size for c in Checkpoint.objects.order_by("size")] == [3, 5]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
def test_the_tree_is_the_same_in_whatever_pieces_it_grew(chunk):
    for number in "ABCDE":
        note(number, 3)

    assert sequence_entries(at=AT, chunk=chunk) == 15
    newest = Checkpoint.objects.order_by("-size").first()
    assert newest.root == root_of(leaves()).hex()
    assert [head.sequenced for head in Head.objects.all()] == [3] * 5
    in_order = Entry.objects.order_by("record", "n").values_list("pk", flat=True)
    assert list(Leaf.objects.order_by("index").values_list("entry", flat=True)) == list(in_order)


def test_a_head_is_signed_by_the_key_outside_the_database():
    note("A", 5)
    sequence_entries(at=AT)
    checkpoint = Checkpoint.objects.get()
    key = keyring.public_keys()[checkpoint.key_id]

    assert keyring.is_signed_by(key, head_of(checkpoint).text, checkpoint.signature)
    assert not keyring.is_signed_by(key, replace(head_of(checkpoint), size=4).text, checkpoint.signature)
    assert not keyring.is_signed_by(key, head_of(checkpoint).text, "not base64")


@pytest.mark.parametrize("make", [ed25519.Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP256R1())])
def test_heads_of_an_old_key_stay_valid_when_a_new_key_signs(settings: LazySettings, tmp_path: Path, make):
    note("A", 2)
    sequence_entries(at=AT)
    pem = make().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.CHECKPOINT_KEY = tmp_path / "new.pem"
    settings.CHECKPOINT_KEY.write_bytes(pem)
    note("A", 2)
    sequence_entries(at=AT)

    keys = keyring.public_keys()
    old, new = Checkpoint.objects.order_by("size")
    assert old.key_id != new.key_id
    assert all(keyring.is_signed_by(keys[c.key_id], head_of(c).text, c.signature) for c in (old, new))


def test_without_its_key_nothing_is_sequenced(settings: LazySettings, tmp_path: Path):
    note("A")
    settings.CHECKPOINT_KEY = tmp_path / "missing.pem"

    with pytest.raises(ImproperlyConfigured, match=r"missing\.pem"):
        sequence_entries(at=AT)
    assert not Leaf.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_signed_head_leaves_the_database_as_well():
    note("A", 2)
    sequence_entries(at=AT)
    checkpoint = Checkpoint.objects.get()

    assert list(witness.heads()) == [
        {
            "size": 2,
            "previous_size": 0,
            "root": checkpoint.root,
            "made_at": "2026-11-05T06:00:00.000000Z",
            "key_id": checkpoint.key_id,
            "signature": checkpoint.signature,
        }
    ]


def test_a_line_cut_short_by_a_loss_of_power_is_left_out():
    witness.append_head(size=1)
    with open(witness.heads_file(), "a", encoding="utf-8") as file:
        file.write(json.dumps({"size": 2})[:5])

    assert list(witness.heads()) == [{"size": 1}]


def test_a_hole_in_one_chain_stops_only_that_chain():
    broken, whole = note("A", 3), note("B", 2)
    triggers.remove(connection)
    Entry.objects.filter(record=broken, n=2).delete()

    assert sequence_entries(at=AT, chunk=2) == 2
    assert Head.objects.get(record=broken).sequenced == 0
    assert Head.objects.get(record=whole).sequenced == 2


def test_a_chain_whose_newest_entry_is_gone_is_not_sequenced():
    broken = note("A", 3)
    triggers.remove(connection)
    Entry.objects.filter(record=broken, n=3).delete()

    assert sequence_entries(at=AT) == 0


def test_a_tree_that_disagrees_with_its_newest_head_is_not_continued():
    note("A", 3)
    sequence_entries(at=AT)
    note("A")
    triggers.remove(connection)
    Leaf.objects.filter(index=2).delete()

    with pytest.raises(TreeBroken, match="Run verify_audit"):
        sequence_entries(at=AT)


def test_a_certificate_waits_for_the_head_that_covers_its_entry():
    record = note("A", 2)
    assert checkpoint_covering(record) is None

    sequence_entries(at=AT)
    first = checkpoint_covering(record)
    note("A", at=AT + timedelta(seconds=1))

    assert first is not None
    assert first.size == 2
    assert checkpoint_covering(record) is None
    assert checkpoint_covering(record, n=2) == first
    assert checkpoint_covering(record, n=9) is None


def test_a_head_covers_what_was_sequenced_up_to_it_and_not_what_came_later():
    early, late = note("A", 2), note("B", 1)
    sequence_entries(at=AT, chunk=2)

    assert [checkpoint_covering(early).size, checkpoint_covering(late).size] == [2, 3]


def test_the_place_of_an_entry_in_the_tree_can_be_proved_to_a_stranger():
    record = note("A", 600)
    sequence_entries(at=AT, chunk=170)
    root = bytes.fromhex(Checkpoint.objects.order_by("-size").first().root)

    for n in (1, 2, 256, 257, 512, 513, 600):
        entry = Entry.objects.get(record=record, n=n)
        proof = inclusion_proof(entry)
        path = [bytes.fromhex(digest) for digest in proof.path]
        assert proves_inclusion(leaf_hash(bytes.fromhex(entry.hash)), n - 1, 600, path, root)


def test_a_proof_reads_kept_subtrees_and_not_every_leaf(django_assert_max_num_queries):
    record = note("A", 600)
    sequence_entries(at=AT)
    entry = Entry.objects.get(record=record, n=600)

    with django_assert_max_num_queries(13) as queries:
        inclusion_proof(entry)
    assert any("audit_subtree" in query["sql"] for query in queries)


def test_the_proofs_of_many_entries_read_once_what_their_ways_share(django_assert_max_num_queries):
    entries = list(Entry.objects.filter(record=note("A", 600)).order_by("-n"))
    sequence_entries(at=AT)
    head = Checkpoint.objects.get()
    with django_assert_max_num_queries(5):
        proofs = inclusion_proofs(entries, head)

    for entry, proof in zip(entries, proofs, strict=True):
        path = [bytes.fromhex(digest) for digest in proof.path]
        leaf = leaf_hash(bytes.fromhex(entry.hash))
        assert proves_inclusion(leaf, entry.n - 1, 600, path, bytes.fromhex(head.root))


def test_an_entry_that_is_not_sequenced_has_no_proof_yet():
    record = note("A", 2)
    entry = Entry.objects.get(record=record, n=2)

    assert inclusion_proof(entry) is None


def test_a_later_head_is_proved_to_continue_the_one_on_an_old_certificate():
    note("A", 500)
    sequence_entries(at=AT, chunk=90)
    heads = list(Checkpoint.objects.order_by("size"))

    for old in heads:
        proof = consistency_proof(old, heads[-1])
        path = [bytes.fromhex(digest) for digest in proof.path]
        roots = bytes.fromhex(old.root), bytes.fromhex(heads[-1].root)
        assert proves_consistency(old.size, heads[-1].size, *roots, path)


def test_the_beat_sequences_every_twenty_seconds(settings: LazySettings):
    beat = settings.CELERY_BEAT_SCHEDULE["trail"]
    note("A", 2)
    sequence_trail(from_a_newer_version="ignored")

    assert (beat["task"], beat["schedule"]) == (sequence_trail.name, 20.0)
    assert Leaf.objects.count() == 2
