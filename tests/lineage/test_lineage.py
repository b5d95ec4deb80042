"""Made from: what a record came from and what came of it, in one statement each; never in a circle."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Entry, Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import RuleBroken
from apps.lineage.models import Edge
from apps.lineage.selectors import (
    ancestor_ids,
    ancestors,
    ancestors_of,
    descendant_ids,
    descendants_of,
    earlier_generations,
    edges_among,
    later_generations,
)
from apps.lineage.services import link
from tests.cast import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Callable[..., Record]:
    """`made("B", "A")`: a record B, made from A."""

    def made(number: str, *parents: Record) -> Record:
        with audited(actor=SYSTEM, action="test.made", at=AT) as change:
            record = change.open_record("test", number, site="NANHU")
            for parent in parents:
                link(change, children=[record], parent=parent)
        return record

    return made


def tie(child: Record, parent: Record) -> None:
    with audited(actor=SYSTEM, action="test.tied", at=AT, touching=[child]) as change:
        link(change, children=[child], parent=parent)


def names(ids: set[int]) -> list[str]:
    return sorted(record.number for record in Record.objects.filter(pk__in=ids))


def test_ancestors_and_descendants_reach_through_every_generation(made: Callable[..., Record]) -> None:
    donor = made("DONOR")
    lysate, medium = made("LYSATE"), made("MEDIUM")
    batch = made("BATCH", donor, lysate, medium)
    unit, sister = made("UNIT", batch), made("SISTER", batch)
    other = made("OTHER", medium)

    assert names(ancestor_ids([unit])) == ["BATCH", "DONOR", "LYSATE", "MEDIUM"]
    assert names(descendant_ids([medium])) == ["BATCH", "OTHER", "SISTER", "UNIT"]
    assert names(descendant_ids([donor])) == ["BATCH", "SISTER", "UNIT"]
    assert names(ancestor_ids([other])) == ["MEDIUM"]
    assert ancestor_ids([donor]) == descendant_ids([sister]) == set()
    assert sorted(record.number for record in ancestors([unit, other])) == ["BATCH", "DONOR", "LYSATE", "MEDIUM"]


def test_what_was_pooled_again_is_counted_once(made: Callable[..., Record]) -> None:
    """A flask split in two and pooled: two ways lead to it."""
    flask = made("FLASK")
    left, right = made("LEFT", flask), made("RIGHT", flask)
    pool = made("POOL", left, right)

    assert names(ancestor_ids([pool])) == ["FLASK", "LEFT", "RIGHT"]
    assert names(descendant_ids([flask])) == ["LEFT", "POOL", "RIGHT"]


def test_it_is_one_statement_however_long_the_line(
    made: Callable[..., Record], django_assert_num_queries: Callable[..., Any]
) -> None:
    last = made("G00")
    for n in range(1, 40):
        last = made(f"G{n:02}", last)

    with django_assert_num_queries(1):
        assert len(ancestor_ids([last])) == 39
    with django_assert_num_queries(0):
        assert ancestor_ids([]) == descendant_ids([]) == set()


def test_ancestors_are_asked_within_another_statement(
    made: Callable[..., Record], django_assert_num_queries: Callable[..., Any]
) -> None:
    donor = made("DONOR")
    unit = made("UNIT", made("BATCH", donor))

    with django_assert_num_queries(1):
        assert {record.number for record in Record.objects.filter(pk__in=ancestors_of(unit.pk))} == {"BATCH", "DONOR"}


def test_nothing_is_made_from_what_was_made_from_it(made: Callable[..., Record]) -> None:
    donor = made("DONOR")
    batch = made("BATCH", donor)
    unit = made("UNIT", batch)

    for child, parent in ((donor, unit), (donor, batch), (batch, unit), (batch, batch)):
        with pytest.raises(RuleBroken) as caught:
            tie(child, parent)
        assert caught.value.code == "circular_lineage"
        assert caught.value.objections[0].facts == {"parent": parent.address, "children": child.address}
    assert names(ancestor_ids([unit])) == ["BATCH", "DONOR"]
    assert Edge.objects.count() == 2


def test_one_circle_among_many_children_links_none_of_them(made: Callable[..., Record]) -> None:
    donor = made("DONOR")
    unit = made("UNIT", donor)
    fresh = made("FRESH")

    with (
        pytest.raises(RuleBroken),
        audited(actor=SYSTEM, action="test.tied", at=AT, touching=[fresh, donor]) as change,
    ):
        link(change, children=[fresh, donor], parent=unit)
    assert ancestor_ids([fresh]) == set()


def test_an_edge_stands_once_and_for_ever(made: Callable[..., Record]) -> None:
    donor = made("DONOR")
    batch = made("BATCH", donor)

    with pytest.raises(IntegrityError):
        tie(batch, donor)
    assert Edge.objects.count() == 1


def test_the_database_itself_refuses_a_thing_made_from_itself(made: Callable[..., Record]) -> None:
    record = made("A")
    made("B", record)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lineage_edge (record_id, parent_id, last_entry_id) "
            "SELECT record_id, record_id, last_entry_id FROM lineage_edge"
        )


def test_an_edge_stands_in_the_chain_of_the_child(made: Callable[..., Record]) -> None:
    donor = made("DONOR")
    batch = made("BATCH", donor)

    entry = Entry.objects.get(action="lineage.linked")
    assert entry.record == batch
    assert f'"parent_id":{donor.pk}' in entry.text.replace(" ", "")


def test_generations_count_the_nearest_way(made: Callable[..., Record]) -> None:
    donor = made("DONOR")
    donation = made("DONATION", donor)
    batch = made("BATCH", donation, donor)
    unit = made("UNIT", batch)

    assert earlier_generations([unit.pk], 10) == {batch.pk: 1, donation.pk: 2, donor.pk: 2}
    assert later_generations([donor.pk], 10) == {donation.pk: 1, batch.pk: 1, unit.pk: 2}
    assert later_generations([donor.pk], 2) == {donation.pk: 1, batch.pk: 1}
    assert names(set(Record.objects.filter(pk__in=descendants_of(donor.pk)).values_list("pk", flat=True))) == [
        "BATCH",
        "DONATION",
        "UNIT",
    ]
    assert edges_among([donor.pk, donation.pk, batch.pk]) == [
        (donation.pk, donor.pk),
        (batch.pk, donor.pk),
        (batch.pk, donation.pk),
    ]
