"""The drill on the trail of each audited table: the entries over its row are edited, deleted, swapped and cut off.

`test_drill.py` attacks the rows themselves and the trail as a whole; here no table's trail is forgotten.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from apps.audit import witness
from apps.audit.facts import Finding, Tally
from apps.audit.models import Audited, Entry, Head, Leaf, Record
from apps.audit.selectors.chains import chain_findings
from apps.audit.selectors.tree import tree_findings
from tests.audit.owner import execute, undone
from tests.audit.test_drill import FORGED, FORGED_TEXT, db_id, everything, named_in

__all__ = ["everything"]
pytestmark = pytest.mark.django_db
Rows = dict[type[Audited], Audited]
Attack = Callable[[list[Entry]], None]


@pytest.fixture(autouse=True)
def _attacks_are_undone(db: None) -> Iterator[None]:
    with undone():
        yield


def write(entry: Entry, column: str, value: object) -> None:
    execute(f'UPDATE audit_entry SET "{column}" = %s WHERE id = %s', value, db_id(entry))


def edit(column: str, value: object) -> Attack:
    return lambda entries: write(entries[1], column, value)


def delete_the_second(entries: list[Entry]) -> None:
    execute("DELETE FROM audit_entry WHERE id = %s", db_id(entries[1]))


def swap_two(entries: list[Entry]) -> None:
    for column in ("text", "hash", "previous"):
        write(entries[0], column, getattr(entries[1], column))
        write(entries[1], column, getattr(entries[0], column))


def cut_off_the_tail(entries: list[Entry]) -> None:
    execute("DELETE FROM audit_entry WHERE record_id = %s AND n > 1", entries[0].record_id)


def cut_off_with_its_head(entries: list[Entry]) -> None:
    """The careful owner: the head ends before the cut, and the leaves over what is gone are gone as well."""
    gone = [db_id(entry) for entry in entries[1:]]
    execute(f"DELETE FROM audit_leaf WHERE entry_id IN ({', '.join(['%s'] * len(gone))})", *gone)
    cut_off_the_tail(entries)
    head = (1, 1, entries[0].hash, entries[0].record_id)
    execute("UPDATE audit_head SET n = %s, sequenced = %s, hash = %s WHERE record_id = %s", *head)


ATTACKS: dict[str, tuple[Attack, Callable[[Finding], bool]]] = {
    "an edited text": (edit("text", FORGED_TEXT), lambda f: (f.n, f.field) == (2, "text")),
    "an edited hash": (edit("hash", FORGED), lambda f: (f.n, f.field) == (2, "hash")),
    "an edited person": (edit("username", "mallory"), lambda f: (f.n, f.field) == (2, "username")),
    "an edited action": (edit("action", "test.forged"), lambda f: (f.n, f.field) == (2, "action")),
    "a deleted entry": (delete_the_second, lambda f: f.n == 2 and "missing" in f.sentence),
    "two swapped entries": (swap_two, lambda f: f.n == 1 and bool(f.field)),
    "a tail cut off": (cut_off_the_tail, lambda f: f.n == 2 and "missing" in f.sentence),
}


def test_an_attack_on_the_entries_of_any_audited_table_is_found_and_its_record_named(everything: Rows) -> None:
    missed = []
    for model, row in everything.items():
        entries = list(Entry.objects.filter(record=row.record).order_by("n"))
        for name, (attack, names_it) in ATTACKS.items():
            with undone():
                attack(entries)
                found = list(chain_findings(Tally(), columns=True, within=(row.record_id, row.record_id)))
            if not any(one.address == row.record.address and names_it(one) for one in found):
                missed.append(f"{model._meta.db_table}: {name}")

    assert missed == []


def test_a_tail_cut_off_with_its_head_looks_whole_and_is_found_by_the_tree_whatever_table_it_was_of(
    everything: Rows,
) -> None:
    missed = []
    for model, row in everything.items():
        with undone():
            cut_off_with_its_head(list(Entry.objects.filter(record=row.record).order_by("n")))
            chain = list(chain_findings(Tally(), columns=True, within=(row.record_id, row.record_id)))
            tree = {found.check for found in tree_findings(Tally(), {}, witness.length())}
        if chain or not tree & {"leaf", "checkpoint"}:
            missed.append(model._meta.db_table)

    assert missed == []


def test_the_whole_trail_of_a_row_cut_off_is_named_by_the_row_in_any_audited_table(everything: Rows) -> None:
    missed = []
    for model, row in everything.items():
        with undone():
            execute("DELETE FROM audit_entry WHERE record_id = %s", row.record_id)
            named = named_in(model)
        if (model._meta.db_table, str(row.pk), "last_entry_id") not in named:
            missed.append(model._meta.db_table)

    assert missed == []


def test_every_audited_table_emptied_is_named_with_its_rows(everything: Rows) -> None:
    """TRUNCATE of one table takes along what points at it."""
    missed = []
    for model, row in everything.items():
        with undone():
            empty(model._meta.db_table)
            named = named_in(model)
        if (model._meta.db_table, str(row.pk), "") not in named:
            missed.append(model._meta.db_table)

    assert missed == []


def empty(table: str) -> None:
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute(f'TRUNCATE "{table}" CASCADE')
        return
    execute("PRAGMA defer_foreign_keys=ON")
    execute(f'DELETE FROM "{table}"')


def test_the_attacks_reach_every_audited_table_and_every_table_of_the_trail(everything: Rows) -> None:
    reached = {row.record.address for row in everything.values()}

    assert len(reached) == len(everything)
    assert all(Entry.objects.filter(record__address=address).count() >= 2 for address in reached)
    assert Head.objects.count() == Record.objects.count()
    assert Leaf.objects.count() == Entry.objects.count()
