"""The drill: whatever an owner of the database changes behind the application's back is found, and named.

Every test is an attack with raw SQL after the triggers were dropped; `verify_audit` must name the place and the column.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit import witness
from apps.audit.facts import Tally
from apps.audit.merkle import Frontier, leaf_hash
from apps.audit.models import Audited, Checkpoint, Entry, Head, Leaf, Record, Subtree
from apps.audit.selectors.chains import HIGHEST
from apps.audit.selectors.judging import link
from apps.audit.selectors.rows import audited_models, table_findings
from apps.audit.services import audited, sequence_entries
from apps.core.actor import SYSTEM
from apps.signatures.models import Signature
from tests.audit.everything import another, fill_everything, switch_on_check_constraints
from tests.audit.owner import drop_the_triggers, execute, findings, undone
from tests.cast import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _attacks_are_undone(db: None) -> Iterator[None]:
    """Before the end of the test looks for broken foreign keys."""
    with undone():
        yield


@pytest.fixture
def everything(db: None) -> Iterator[dict[type[Audited], Audited]]:
    """One row in each audited table, sequenced, and no trigger left to protect it."""
    rows = fill_everything()
    sequence_entries(at=AT)
    drop_the_triggers()
    yield rows
    switch_on_check_constraints()


def update(model: type[Any], pk: object, **columns: object) -> None:
    model._base_manager.filter(pk=pk).update(**columns)


def test_what_nobody_touched_is_found_to_be_as_it_was_written(everything):
    assert findings() == []


def test_every_audited_table_takes_part_in_the_drill(everything):
    assert {row._meta.db_table for row in everything.values()} == {m._meta.db_table for m in audited_models()}
    assert len(everything) >= 8


def named_in(model: type[Audited]) -> set[tuple[str, str, str]]:
    """What the verification names in one table: table, row, column."""
    return {(f.table, f.row, f.field) for f in table_findings(model, Tally())}


def test_every_edited_column_of_every_audited_table_is_found_and_named(everything):
    missed = []
    for model, row in everything.items():
        for field in model._meta.concrete_fields:
            if field.primary_key or field.name == "last_entry":
                continue
            with undone():
                update(model, row.pk, **{field.attname: another(field, getattr(row, field.attname))})
                named = named_in(model)
            if (model._meta.db_table, str(row.pk), field.attname) not in named:
                missed.append(f"{model._meta.db_table}.{field.attname}")

    assert missed == []


def test_rows_edited_in_all_audited_tables_at_once_are_all_named(everything):
    edited = set()
    for model, row in everything.items():
        fields = [
            f for f in model._meta.concrete_fields if not f.primary_key and f.name not in ("record", "last_entry")
        ]
        field = min(fields, key=lambda f: f.is_relation)
        update(model, row.pk, **{field.attname: another(field, getattr(row, field.attname))})
        edited.add((model._meta.db_table, str(row.pk), field.attname, row.record.address))

    assert {(f.table, f.row, f.field, f.address) for f in findings() if f.check != "seal"} == edited


def test_a_deleted_row_of_every_audited_table_is_found_and_named(everything):
    missed = []
    for model, row in everything.items():
        with undone():
            execute(f'DELETE FROM "{model._meta.db_table}" WHERE "{model._meta.pk.column}" = %s', row.pk)
            named = named_in(model)
        if (model._meta.db_table, str(row.pk), "") not in named:
            missed.append(model._meta.db_table)

    assert missed == []


@pytest.mark.parametrize("writer", ["no entry", "the entry of another row"])
def test_a_row_that_its_entry_did_not_write_is_found_in_every_audited_table(everything, writer):
    other = entry(1, "test/begun").pk if writer == "the entry of another row" else uuid.uuid4()
    missed = []
    for model, row in everything.items():
        with undone():
            update(model, row.pk, last_entry_id=other)
            named = named_in(model)
        if (model._meta.db_table, str(row.pk), "last_entry_id") not in named:
            missed.append(model._meta.db_table)

    assert missed == []


def test_a_signature_copied_to_another_record_is_found(recorded, cast):
    """21 CFR 11.70: a signature can't be cut, copied or moved."""
    copy = Signature.objects.first()
    copy.pk, copy.record = None, cast.vera.record
    drop_the_triggers()
    Signature._base_manager.bulk_create([copy])
    moved = Signature.objects.exclude(pk=copy.pk).get()
    update(Signature, moved.pk, record_id=cast.vera.record.pk)

    named = {(f.table, f.row, f.field) for f in findings()}
    assert ("signatures_signature", str(copy.pk), "last_entry_id") in named
    assert ("signatures_signature", str(moved.pk), "record_id") in named


def test_an_earlier_state_put_back_is_found(cast):
    user = cast.olga
    before = type(user).objects.filter(pk=user.pk).values().get()
    with audited(actor=SYSTEM, action="test.changed", at=AT, touching=[user.record]) as change:
        change.update(type(user).objects.get(pk=user.pk), printed_name="Olga Married")
    drop_the_triggers()
    update(type(user), user.pk, **before)

    (finding,) = findings()
    assert (finding.table, finding.row, finding.field) == ("organisation_user", str(user.pk), "last_entry_id")
    assert "An earlier state was put back" in finding.sentence


def test_an_edited_personal_value_is_found_although_the_trail_never_knew_it(cast):
    drop_the_triggers()
    update(type(cast.olga), cast.olga.pk, password="argon2$another")

    (finding,) = findings()
    assert (finding.table, finding.field) == ("organisation_user", "password")


# --- the trail itself ------------------------------------------------------------------------------------------------


@pytest.fixture
def story(db: None) -> Record:
    """Two records with four entries each, sequenced in pieces, so that there are several heads; no trigger left."""
    for number in ("A", "B"):
        with audited(actor=SYSTEM, action="test.told", at=AT) as change:
            record = change.open_record("test", number, site="NANHU")
            for n in range(4):
                change.note(record, "test.told", line=n)
        sequence_entries(at=AT, chunk=3)
    drop_the_triggers()
    return Record.objects.get(address="test/A")


def entry(n: int, address: str = "test/A") -> Entry:
    return Entry.objects.get(record__address=address, n=n)


def forge(model: type[Any], pick: Callable[[], Any], column: str, value: object) -> None:
    update(model, pick().pk, **{column: value})


FORGED = "0" * 64
FORGED_TEXT = '{"action":"test.told"}'
EDITS_OF_ENTRIES = {
    "text": FORGED_TEXT,
    "hash": FORGED,
    "previous": FORGED,
    "action": "test.forged",
    "table": "forged",
    "row": "7",
    "username": "somebody",
    "at": AT.replace(year=2020),
    "request_id": "forged",
    "id": "00000000-0000-4000-8000-000000000000",
}


@pytest.mark.parametrize("column", EDITS_OF_ENTRIES)
@pytest.mark.parametrize("n", [1, 2, 4])
def test_an_edited_entry_is_found_with_its_place_and_column(story, n, column):
    forge(Entry, lambda: entry(n), column, EDITS_OF_ENTRIES[column])

    first = findings()[0]
    assert (first.address, first.n, first.field) == ("test/A", n, column)


def test_an_edited_entry_accuses_no_other_entry(story):
    forge(Entry, lambda: entry(2), "hash", FORGED)
    forge(Entry, lambda: entry(3, "test/B"), "text", FORGED_TEXT)

    accused = {(f.address, f.n, f.field) for f in findings() if f.check == "chain"}
    assert accused == {("test/A", 2, "hash"), ("test/B", 3, "text")}


def test_an_entry_moved_to_another_place_is_found(story):
    forge(Entry, lambda: entry(4), "n", 9)

    assert [f.field for f in findings(chains_only=True)] == ["n"]
    first = findings()[0]
    assert (first.address, first.n, first.field) == ("test/A", 9, "n")


def test_an_entry_moved_to_another_record_is_found(story):
    forge(Entry, lambda: entry(4), "n", 5)
    forge(Entry, lambda: entry(5), "record_id", Record.objects.get(address="test/B").pk)

    named = {(f.address, f.n, f.field) for f in findings()}
    assert ("test/B", 5, "record_id") in named
    assert ("test/A", 4, "") in named


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_deleted_entry_is_found_with_its_number(story, n):
    execute("DELETE FROM audit_entry WHERE id = %s", db_id(entry(n)))

    first = findings()[0]
    assert (first.address, first.n) == ("test/A", n)
    assert "missing" in first.sentence


def db_id(of: Entry) -> str:
    return of.pk.hex if connection.vendor == "sqlite" else str(of.pk)


def test_two_entries_that_swapped_their_texts_are_both_found(story):
    one, other = entry(2), entry(3)
    update(Entry, one.pk, text=other.text)
    update(Entry, other.pk, text=one.text)

    assert {2, 3} <= {f.n for f in findings() if f.field == "text"}


def test_two_entries_that_swapped_their_places_are_both_found(story):
    one, other = entry(2), entry(3)
    update(Entry, one.pk, n=99)
    update(Entry, other.pk, n=2)
    update(Entry, one.pk, n=3)

    assert {("n", 2), ("n", 3)} <= {(f.field, f.n) for f in findings()}


def test_two_chains_that_swapped_whole_entries_are_both_found(story):
    one, other = entry(2), entry(2, "test/B")
    columns = ("text", "hash", "previous")
    update(Entry, one.pk, **{name: getattr(other, name) for name in columns})
    update(Entry, other.pk, **{name: getattr(one, name) for name in columns})

    named = {(f.address, f.n) for f in findings()}
    assert {("test/A", 2), ("test/B", 2)} <= named


def test_a_chain_under_a_key_below_zero_is_looked_at(story):
    record = Record.objects.create(pk=-5, address="test/BELOW", kind="test", site="NANHU", opened_at=AT)
    forged = {"previous": FORGED, "text": FORGED_TEXT, "hash": FORGED, "action": "test.told"}
    Entry.objects.create(record=record, n=1, username="mallory", at=AT, **forged)

    assert ("test/BELOW", 1) in {(f.address, f.n) for f in findings(chains_only=True)}


def test_a_record_under_the_highest_key_is_looked_at(story):
    Record.objects.create(pk=HIGHEST, address="test/LAST", kind="test", site="NANHU", opened_at=AT)

    assert "test/LAST" in {f.address for f in findings(chains_only=True)}


def test_a_head_that_stayed_when_its_record_was_taken_away_is_found(story):
    gone = story.pk + 1000
    Head.objects.create(record_id=gone, n=1, hash=FORGED)

    assert [(f.table, f.row) for f in findings(chains_only=True)] == [("audit_head", str(gone))]


@pytest.mark.parametrize("table", ["audit_entry", "audit_head", "audit_leaf", "audit_checkpoint"])
def test_an_emptied_table_of_the_trail_is_found(story, table):
    if connection.vendor == "sqlite":
        execute("PRAGMA defer_foreign_keys=ON")
        execute(f"DELETE FROM {table}")
    else:
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute(f"TRUNCATE {table} CASCADE")

    assert table in {f.table for f in findings()}


def test_all_tables_of_the_trail_emptied_together_are_found_by_the_records_that_stay(story):
    execute("DELETE FROM audit_checkpoint")
    execute("DELETE FROM audit_leaf")
    execute("DELETE FROM audit_entry")
    execute("DELETE FROM audit_head")

    assert [f.sentence for f in findings()] == ["The record has no entry at all."] * 2


@pytest.mark.parametrize(
    ("column", "value"),
    [("address", "test/FORGED"), ("kind", "forged"), ("site", "RHINE"), ("opened_at", AT.replace(year=2020))],
)
def test_an_edited_record_is_found_and_its_column_named(story, column, value):
    update(Record, story.pk, **{column: value})

    named = [(f.table, f.row, f.field) for f in findings()]
    assert named == [("audit_record", str(story.pk), column)]


@pytest.mark.parametrize(
    ("column", "value"), [("n", 3), ("hash", FORGED), ("sequenced", 2), ("sequenced", 3), ("sequenced", 9)]
)
def test_an_edited_head_is_found_and_its_column_named(story, column, value):
    update(Head, story.pk, **{column: value})

    assert ("audit_head", str(story.pk), column) in {(f.table, f.row, f.field) for f in findings()}


def test_a_head_that_counts_entries_which_are_not_there_is_found(story):
    update(Head, story.pk, n=9)

    assert findings()[0].sentence == "At the end of the chain #5 to #9 are missing."


def test_a_deleted_head_is_found(story):
    execute("DELETE FROM audit_head WHERE record_id = %s", story.pk)

    assert ("audit_head", str(story.pk)) in {(f.table, f.row) for f in findings()}


def test_an_edited_leaf_is_found(story):
    update(Leaf, 5, hash=FORGED)

    assert ("leaf", "audit_leaf", "5", "hash") in {(f.check, f.table, f.row, f.field) for f in findings()}


def test_two_leaves_that_swapped_their_entries_are_found(story):
    one, other = Leaf.objects.get(index=1), Leaf.objects.get(index=5)
    spare = entry(4, "test/B").pk
    Leaf.objects.filter(entry=spare).delete()
    update(Leaf, 1, entry_id=spare)
    update(Leaf, 5, entry_id=one.entry_id)
    update(Leaf, 1, entry_id=other.entry_id)

    assert {"1", "5"} <= {f.row for f in findings() if f.table == "audit_leaf"}


@pytest.mark.parametrize("index", [0, 3, 7])
def test_a_deleted_leaf_is_found(story, index):
    execute('DELETE FROM audit_leaf WHERE "index" = %s', index)

    assert findings()[0].check in ("leaf", "checkpoint")
    assert any("leaf of this entry is gone" in f.sentence for f in findings())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size", 6),
        ("previous_size", 1),
        ("root", FORGED),
        ("peaks", FORGED),
        ("made_at", AT.replace(year=2020)),
        ("key_id", FORGED),
        ("signature", "AAAA"),
    ],
)
def test_an_edited_checkpoint_is_found(story, column, value):
    checkpoint = Checkpoint.objects.get(size=4)
    update(Checkpoint, checkpoint.pk, **{column: value})
    size = value if column == "size" else 4

    assert ("audit_checkpoint", f"of size {size}") in {(f.table, f.row) for f in findings()}


@pytest.mark.parametrize("size", [3, 4, 7, 8])
def test_a_deleted_checkpoint_is_found_wherever_it_stood(story, size):
    execute("DELETE FROM audit_checkpoint WHERE size = %s", size)

    assert "taken away" in " ".join(f.sentence for f in findings())


def test_two_checkpoints_that_swapped_their_roots_are_found(story):
    one, other = Checkpoint.objects.get(size=4), Checkpoint.objects.get(size=7)
    update(Checkpoint, one.pk, root=other.root, peaks=other.peaks)
    update(Checkpoint, other.pk, root=one.root, peaks=one.peaks)

    assert {"of size 4", "of size 7"} <= {f.row for f in findings() if f.field == "signature"}


@pytest.fixture
def large_story(db: None) -> None:
    """More than 256 leaves, so that a subtree is kept."""
    with audited(actor=SYSTEM, action="test.told", at=AT) as change:
        record = change.open_record("test", "L", site="NANHU")
        for n in range(300):
            change.note(record, "test.told", line=n)
    sequence_entries(at=AT)
    drop_the_triggers()


@pytest.mark.parametrize("attack", ["UPDATE audit_subtree SET hash = 'forged'", "DELETE FROM audit_subtree"])
def test_a_kept_subtree_that_was_edited_or_deleted_is_found(large_story, attack):
    execute(attack)

    assert [(f.check, f.row) for f in findings()] == [("subtree", "8:0")]


def test_a_kept_subtree_of_nothing_is_found(large_story):
    Subtree.objects.create(level=8, index=9, hash=FORGED)

    assert [f.check for f in findings()] == ["subtree"]


# --- what a chain alone can't show ---------------------------------------------------------------------------------


def recompute(record: Record, text_of: Callable[[Entry], str]) -> None:
    """Write a whole chain anew: texts, hashes, head and leaves all agree afterwards."""
    last = record.genesis
    for old in Entry.objects.filter(record=record).order_by("n"):
        text = text_of(old)
        previous, last = last, link(last, text)
        update(Entry, old.pk, text=text, previous=previous, hash=last)
        Leaf.objects.filter(entry=old).update(hash=leaf_hash(bytes.fromhex(last)).hex())
    update(Head, record.pk, hash=last)


def test_a_chain_computed_anew_looks_whole_and_is_found_by_the_signed_head(story):
    recompute(story, lambda old: old.text.replace('"line":2', '"line":3'))

    assert findings(chains_only=True) == []
    found = findings()
    assert {f.check for f in found} == {"checkpoint"}
    assert "root or leaves were changed" in found[0].sentence


def test_a_chain_and_its_heads_computed_anew_are_found_by_the_signature(story):
    recompute(story, lambda old: old.text.replace('"line":2', '"line":3'))
    tree = Frontier()
    for leaf in Leaf.objects.order_by("index"):
        tree.add(bytes.fromhex(leaf.hash))
        peaks = " ".join(peak.hex() for peak in tree.peaks)
        Checkpoint.objects.filter(size=tree.size).update(root=tree.root.hex(), peaks=peaks)

    assert {f.field for f in findings()} == {"signature"}


def cut_the_tail() -> None:
    """Take the last entry away, and the leaf over it, and let the head end before it."""
    last, before = entry(4, "test/B"), entry(3, "test/B")
    Leaf.objects.filter(entry=last).delete()
    update(Head, last.record_id, n=3, sequenced=3, hash=before.hash)
    last.delete()


def test_a_tail_cut_off_looks_whole_to_the_chain_and_is_found_by_the_signed_head(story):
    cut_the_tail()

    assert findings(chains_only=True) == []
    assert [f.sentence for f in findings()] == ["A checkpoint was signed over 8 leaves; only 7 are there."]


def test_a_tail_cut_off_with_its_head_is_found_only_by_a_copy_of_the_head_elsewhere(story):
    newest = Checkpoint.objects.get(size=8)
    cut_the_tail()
    newest.delete()

    assert findings() == []  # without a copy outside of the database nothing shows it
    assert [f.check for f in findings(known_heads={8: newest.root})] == ["checkpoint"]
    witness.append_head(size=8, root=newest.root, signature=newest.signature, made_at=newest.made_at)
    assert ["left the database" in f.sentence for f in findings()] == [True]


def test_a_head_printed_on_a_certificate_is_held_against_the_tree(story):
    printed = Checkpoint.objects.get(size=4)

    assert findings(known_heads={4: printed.root}) == []
    assert [f.check for f in findings(known_heads={4: FORGED})] == ["checkpoint"]


# --- the command ---------------------------------------------------------------------------------------------------


def verify(*arguments: str) -> tuple[str, str]:
    """What the command says, and its last word when it fails."""
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_the_command_succeeds_on_what_is_as_it_was_written(cast, db):
    assert cast.olga
    said, failure = verify()

    assert failure == ""
    assert "Everything looked at is as it was written." in said


def test_the_command_fails_and_names_the_first_bad_record_and_column_in_plain_words(cast):
    drop_the_triggers()
    update(type(cast.olga), cast.olga.pk, printed_name="Somebody Else")
    said, failure = verify("--record", "user/olga")

    assert failure == "1 findings: what is stored is not what was written."
    assert f"user/olga#3; organisation_user {cast.olga.pk}, column printed_name: The table says 'Somebody Else'" in said
    assert "the entry that wrote the row says 'Olga Orlova'" in said


def test_the_command_fails_when_a_trigger_is_missing(db):
    drop_the_triggers()
    said, failure = verify()

    assert "The trigger audit_entry_refuses" in said
    assert failure


def test_the_report_can_be_read_by_a_machine(story):
    forge(Entry, lambda: entry(2), "text", FORGED_TEXT)
    said, failure = verify("--json", "--chains-only")
    report = json.loads(said)

    assert failure
    assert report["is_as_written"] is False
    assert report["looked_at"]["entries"] == 8
    assert [(f["address"], f["n"], f["field"]) for f in report["findings"]] == [("test/A", 2, "text")]


def test_one_record_is_verified_alone(story):
    forge(Entry, lambda: entry(2, "test/B"), "text", FORGED_TEXT)

    assert findings(record=story) == []
    assert {f.address for f in findings(record=Record.objects.get(address="test/B"))} == {"test/B"}


def test_one_record_is_held_against_the_signed_head(story):
    recompute(story, lambda old: old.text.replace('"line":2', '"line":3'))

    assert [f.field for f in findings(record=story)] == ["root"]


@pytest.mark.parametrize(
    ("arguments", "says"), [(["--record", "batch/NONE"], "no record batch/NONE"), (["--head", "8"], "SIZE:ROOT")]
)
def test_a_question_that_can_not_be_answered_is_refused(db, arguments, says):
    assert says in verify(*arguments)[1]


def test_a_head_from_a_certificate_can_be_given_to_the_command(story):
    assert "not the one known from elsewhere" in verify("--head", f"4:{FORGED}")[0]


def test_a_verification_changes_nothing_and_sees_one_moment(story):
    with CaptureQueriesContext(connection) as queries:
        findings()
    assert [
        q["sql"] for q in queries if not q["sql"].lstrip().upper().startswith(("SELECT", "DECLARE", "FETCH", "CLOSE"))
    ] == []
