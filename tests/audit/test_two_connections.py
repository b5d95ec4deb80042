"""Several connections at once: locks in one order, chains without forks, late commits, holds that arrive meanwhile.

Each thread has a connection of its own, and really commits. What needs row locks is asked of PostgreSQL only; SQLite
lets one writer in at a time.
"""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children
from typing import Any

import pytest
from django.db import connection

from apps.audit.facts import Finding
from apps.audit.models import Entry, Head, Leaf, Record
from apps.audit.selectors import Verification, hands_on
from apps.audit.selectors.helpers import helpers
from apps.audit.services import Change, audited, sequence_entries
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import KeptRefusal, Objection, RuleBroken, Stale
from apps.lineage.models import Edge
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.selectors import open_holds
from apps.quality.services import place_hold
from tests.cast import AT

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20.0  # seconds after which a thread that still waits has failed the test
A_MOMENT = 0.4  # seconds in which a thread that is not held up would be through


@pytest.fixture
def threads() -> Iterator[Callable[..., Future[Any]]]:
    """`threads(function, *arguments)` runs it on a connection of its own."""

    def closing(function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        yield lambda function, *arguments: pool.submit(closing, function, *arguments)


def opened(*numbers: str) -> list[Record]:
    with audited(actor=SYSTEM, action="test.opened", at=AT) as change:
        return [change.open_record("test", number, site="NANHU") for number in numbers]


def noted(record: Record, line: int, actor: Actor = SYSTEM) -> None:
    with audited(actor=actor, action="test.noted", at=AT, touching=[record]) as change:
        change.note(record, "test.noted", line=line)


def record_of(key: int) -> Record:
    return Record.objects.get(pk=key)


def numbers_of(record: Record) -> list[int]:
    return list(Entry.objects.filter(record=record).order_by("n").values_list("n", flat=True))


@contextmanager
def a_change_that_waits(threads: Any, **door: Any) -> Iterator[threading.Event]:
    """A door opened on another connection: everything is written, and the commit waits until the block ends."""
    is_written, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        act = door.pop("act")
        with audited(actor=SYSTEM, action="test.slow", at=AT, **door) as change:
            act(change)
            change.flush()
            is_written.set()
            assert may_commit.wait(PATIENCE)

    writing = threads(write)
    assert is_written.wait(PATIENCE) or writing.result(0)
    try:
        yield may_commit
    finally:
        may_commit.set()
        writing.result(PATIENCE)


def test_eight_writers_of_one_chain_make_no_fork(threads):
    (record,) = opened("A")
    people = [Actor(f"person{n}", f"Person {n}") for n in range(8)]
    for done in [threads(noted, record, line, person) for line in range(12) for person in people]:
        done.result(PATIENCE)

    assert numbers_of(record) == list(range(1, 98))
    assert hands_on([record]) == {"system", *(person.username for person in people)}
    assert list(Verification().findings()) == []


def test_a_row_changed_by_someone_else_meanwhile_is_not_overwritten(threads):
    (record,) = opened("A")
    with audited(actor=SYSTEM, action="hold.placed", at=AT, touching=[record]) as change:
        hold = place_hold(change, record=record, key="k", blocks=[Blocks.USE], code="c", template="t")
    read_before = Hold.objects.get(pk=hold.pk)
    threads(lift, record, hold.pk, "by the first").result(PATIENCE)

    with pytest.raises(Stale):
        lift(record, read_before, "by the second")
    assert Hold.objects.get(pk=hold.pk).lift_reason == "by the first"


def lift(record: Record, hold: Hold | int, reason: str) -> None:
    with audited(actor=SYSTEM, action="hold.lifted", at=AT, touching=[record]) as change:
        row = hold if isinstance(hold, Hold) else Hold.objects.get(pk=hold)
        change.update(row, lifted_at=AT, lift_reason=reason)


def test_a_near_miss_is_kept_although_its_change_is_rolled_back(threads):
    unit, other = opened("U", "V")
    keep = KeptRefusal(unit.address, "identity.mismatch", {"scanned": "V"})
    with pytest.raises(RuleBroken):
        use_the_wrong(unit, other, keep)

    def as_others_see_it() -> list[list[str]]:
        actions = Entry.objects.order_by("n").values_list("action", flat=True)
        return [list(actions.filter(record=record)) for record in (unit, other)]

    assert threads(as_others_see_it).result(PATIENCE) == [["record.opened", "identity.mismatch"], ["record.opened"]]


def use_the_wrong(unit: Record, other: Record, keep: KeptRefusal | None) -> None:
    """Something is written, then the act turns out to be wrong."""
    with audited(actor=SYSTEM, action="test.used", at=AT, touching=[unit, other]) as change:
        change.note(other, "test.used")
        raise RuleBroken(Objection("mismatch", "The scanned unit is {unit}.", {"unit": "V"}), keep=keep)


def test_what_was_rolled_back_without_being_kept_leaves_no_trace():
    unit, other = opened("U", "V")
    with pytest.raises(RuleBroken):
        use_the_wrong(unit, other, None)

    assert numbers_of(unit) == numbers_of(other) == [1]


def test_the_sequencer_misses_nobody_who_writes_meanwhile(threads):
    records = opened(*"ABCDEF")
    stop = threading.Event()

    def sequence_all_the_time() -> None:
        while not stop.wait(0.01):
            sequence_entries(at=AT, chunk=5)

    sequencing = [threads(sequence_all_the_time) for _ in range(2)]
    for done in [threads(noted, record, line) for line in range(15) for record in records]:
        done.result(PATIENCE)
    stop.set()
    for done in sequencing:
        done.result(PATIENCE)
    sequence_entries(at=AT)

    assert Leaf.objects.count() == Entry.objects.count() == 6 * 16
    assert list(Verification().findings()) == []


@pytest.mark.postgres
def test_an_entry_that_commits_while_the_sequencer_waits_is_sequenced_with_the_others(threads):
    (record,) = opened("A")
    with a_change_that_waits(threads, touching=[record], act=lambda change: change.note(record, "test.slow")) as commit:
        sequencing = threads(lambda: sequence_entries(at=AT))
        assert_waits(sequencing)
        commit.set()
        assert sequencing.result(PATIENCE) == 2

    assert Head.objects.get(record=record).sequenced == 2
    assert sequence_entries(at=AT) == 0


@pytest.mark.postgres
def test_why_heads_and_entries_are_read_in_two_statements(threads):
    """One statement waits for the head, reads its new number, and yet sees only the entries from before its wait."""
    (record,) = opened("A")

    def in_one_statement() -> list[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT h.n, e.n FROM audit_head h JOIN audit_entry e ON e.record_id = h.record_id "
                "WHERE h.n > h.sequenced FOR NO KEY UPDATE OF h"
            )
            return cursor.fetchall()

    with a_change_that_waits(threads, touching=[record], act=lambda change: change.note(record, "test.slow")) as commit:
        reading = threads(in_one_statement)
        assert_waits(reading)
        commit.set()
        assert reading.result(PATIENCE) == [(2, 1)]  # the head says two entries; one was read


def assert_waits(future: Future[Any]) -> None:
    with pytest.raises(TimeoutError):
        future.result(A_MOMENT)


@pytest.mark.postgres
def test_eight_changes_of_overlapping_records_never_deadlock(threads):
    records = opened(*(f"{n:02}" for n in range(50)))
    dice = random.Random(7)

    def ship(mine: list[Record], relied_on: list[Record]) -> None:
        with audited(actor=SYSTEM, action="test.shipped", at=AT, touching=mine, relying_on=relied_on) as change:
            for record in mine:
                change.note(record, "test.shipped")

    shipped = []
    for _ in range(40):
        chosen = dice.sample(records, 40)
        shipped.append(threads(ship, chosen[:30], chosen[30:]))
    for done in shipped:
        done.result(PATIENCE)

    assert Entry.objects.filter(action="test.shipped").count() == 40 * 30
    assert list(Verification().findings()) == []


@pytest.mark.postgres
def test_two_who_rely_on_what_the_other_changes_never_wait_for_each_other_for_ever(threads):
    one, other = opened("A", "B")

    def change_relying(mine: Record, relied_on: Record) -> None:
        for line in range(20):
            with audited(actor=SYSTEM, action="test.noted", at=AT, touching=[mine], relying_on=[relied_on]) as change:
                change.note(mine, "test.noted", line=line)

    for done in [threads(change_relying, one, other), threads(change_relying, other, one)]:
        done.result(PATIENCE)
    assert numbers_of(one) == numbers_of(other) == list(range(1, 22))


def ship_unless_held(unit: Record, donor: Record, relying_on: list[Record]) -> None:
    """What a shipment does: judge the holds of everything the unit was made from, then write."""
    with audited(actor=SYSTEM, action="unit.shipped", at=AT, touching=[unit], relying_on=relying_on) as change:
        if open_holds([donor]):
            raise RuleBroken(Objection("held", "The donor is held."))
        change.note(unit, "unit.shipped")


def hold_the(donor: Record) -> Callable[[Change], Any]:
    return lambda change: place_hold(change, record=donor, key="k", blocks=[Blocks.ISSUE], code="c", template="t")


@pytest.mark.postgres
def test_a_unit_does_not_ship_past_a_hold_that_is_being_placed_on_its_donor(threads):
    unit, donor = opened("U", "D")
    with a_change_that_waits(threads, touching=[donor], act=hold_the(donor)) as commit:
        shipping = threads(ship_unless_held, unit, donor, [donor])
        assert_waits(shipping)
        commit.set()
        with pytest.raises(RuleBroken):
            shipping.result(PATIENCE)

    assert numbers_of(unit) == [1]


@pytest.mark.postgres
def test_without_relying_on_the_donor_the_unit_would_ship_past_the_hold(threads):
    unit, donor = opened("U", "D")
    with a_change_that_waits(threads, touching=[donor], act=hold_the(donor)):
        threads(ship_unless_held, unit, donor, []).result(PATIENCE)

    assert [open_holds([donor])[0].key, numbers_of(unit)] == ["k", [1, 2]]


@pytest.mark.postgres
def test_a_hold_waits_until_the_shipment_that_relies_on_the_donor_is_through(threads):
    unit, donor = opened("U", "D")

    def hold() -> None:
        with audited(actor=SYSTEM, action="hold.placed", at=AT, touching=[donor]) as change:
            hold_the(donor)(change)

    shipped = {"touching": [unit], "relying_on": [donor], "act": lambda change: change.note(unit, "unit.shipped")}
    with a_change_that_waits(threads, **shipped) as commit:
        holding = threads(hold)
        assert_waits(holding)
        commit.set()
        holding.result(PATIENCE)


@pytest.mark.postgres
def test_two_shipments_rely_on_one_donor_at_the_same_time(threads):
    one, other, donor = opened("U", "V", "D")
    shipped = {"touching": [one], "relying_on": [donor], "act": lambda change: change.note(one, "unit.shipped")}
    with a_change_that_waits(threads, **shipped):
        threads(ship_unless_held, other, donor, [donor]).result(PATIENCE)

    assert numbers_of(other) == [1, 2]


@pytest.mark.postgres
def test_two_batches_never_wait_for_each_other(threads):
    one, other = opened("A", "B")
    with a_change_that_waits(threads, touching=[one], act=lambda change: change.note(one, "test.slow")):
        threads(noted, other, 1).result(PATIENCE)

    assert numbers_of(other) == [1, 2]


@pytest.mark.postgres
def test_a_row_may_point_at_a_record_that_someone_is_changing(threads):
    """A plain FOR UPDATE would make every foreign key wait, and bring the deadlocks back."""
    one, other = opened("A", "B")

    def hold_other() -> None:
        with audited(actor=SYSTEM, action="edge.linked", at=AT, touching=[other]) as change:
            change.create(Edge(record=other, parent=one))

    with a_change_that_waits(threads, touching=[one], act=lambda change: change.note(one, "test.slow")):
        threads(hold_other).result(PATIENCE)


def write_until(stop: threading.Event, record: Record) -> None:
    line = 0
    while not stop.is_set():
        line += 1
        noted(record, line)
        if line % 5 == 0:
            opened_below(record, line)
            sequence_entries(at=AT)


def opened_below(parent: Record, line: int) -> None:
    with audited(actor=SYSTEM, action="test.opened", at=AT) as change:
        record = change.open_record("test", f"{parent.number}-{line}", site="NANHU")
        change.create(Edge(record=record, parent=parent))


def test_verification_sees_one_moment_while_others_write(threads):
    records = opened(*"ABCDEFGH")
    stop = threading.Event()

    writing = [threads(write_until, stop, record) for record in records[:3]]
    found = [finding for _ in range(15) for finding in Verification().findings()]
    stop.set()
    for done in writing:
        done.result(PATIENCE)

    assert found == []


def test_several_processes_find_what_one_finds_in_the_same_order():
    records = opened(*"ABCDEF")
    for record in records[1::2]:
        noted(record, 1)
        with audited(actor=SYSTEM, action="edge.linked", at=AT, touching=[record]) as change:
            change.create(Edge(record=record, parent=records[0]))
        Head.objects.filter(pk=record.pk).update(n=9)
    alone, together = Verification(), Verification(processes=2, part=2)
    found = list(alone.findings())

    assert [finding.address for finding in found if finding.check == "chain"] == ["test/B", "test/D", "test/F"]
    assert alone.tally.rows >= 3
    assert list(together.findings()) == found
    assert together.tally == alone.tally


def begun_in_parts() -> Iterator[Finding]:
    """A verification by two processes that has already told the first thing that it found."""
    Record.objects.create(pk=-5, address="test/BELOW", kind="test", site="NANHU", opened_at=AT)
    going_on = Verification(processes=2, part=2).findings()
    assert next(going_on).address == "test/BELOW"
    return going_on


def test_what_is_written_between_two_parts_is_no_finding(threads):
    """On SQLite each part is looked at as it stands at a moment of its own."""
    records, stop = opened(*"ABCDEFGH"), threading.Event()
    for record in records:
        opened_below(record, 0)
    going_on = begun_in_parts()
    writing = [threads(write_until, stop, record) for record in records[:3]]
    found = list(going_on)
    stop.set()
    for done in writing:
        done.result(PATIENCE)

    assert found == []


def test_a_process_that_was_killed_ends_the_verification_and_never_counts_as_nothing_found():
    opened(*"ABCDEFGH")
    going_on = begun_in_parts()
    for helper in active_children():
        helper.kill()

    with pytest.raises(BrokenProcessPool):
        list(going_on)


def test_what_fails_in_another_process_fails_here():
    with helpers(2) as shared, pytest.raises(Record.DoesNotExist):
        list(shared.look_at([0], record_of))


@pytest.mark.postgres
def test_every_process_sees_the_moment_at_which_the_verification_began(threads):
    (record,) = opened("A")
    with helpers(2) as shared:
        threads(noted, record, 1).result(PATIENCE)
        assert list(shared.look_at([record, record], numbers_of)) == [[1], [1]]
    assert numbers_of(record) == [1, 2]
