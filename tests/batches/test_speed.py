"""What a page costs does not grow with what stands on it, nor a list with what it leaves out."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.batches.models import Batch
from apps.batches.selectors.listing import chosen_batches
from apps.batches.services.planning import plan_batch
from tests.batches.story import Room
from tests.cast import actor
from tests.plans import plan_of, read_from_end_to_end

PAGES = ("/batches/{}/", "/batches/{}/record/", "/release/{}/review/", "/api/v1/batches/{}/")
LISTS = (
    "/batches/",
    "/batches/?state=",
    "/batches/?state=&after=999999999",
    "/batches/?state=RUNNING",
    "/api/v1/batches/",
    "/api/v1/batches/?state=RUNNING",
    "/api/v1/batches/?number=CT-",
    "/inspection/audit/",
    "/inspection/audit/?person=olga",
    "/inspection/audit/?action=batch.value.recorded",
    "/api/v1/audit/entries/",
)


@pytest.fixture
def quinn(room: Room, web_client: Callable[..., Client]) -> Client:
    return web_client(room.cast.quinn)


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as said:
        assert client.get(url).status_code == 200, url
    return len(said)


@pytest.mark.parametrize("url", PAGES)
def test_a_page_costs_the_same_with_three_passages_as_with_one(room: Room, quinn: Client, url: str) -> None:
    page = url.format(room.batch.number)
    room.receipt().passage(1, enough="no").again("culture[2]")
    statements(quinn, page)
    few, rows = statements(quinn, page), room.batch.values.count()
    room.passage(2, enough="no").again("culture[3]")
    room.passage(3)

    assert room.batch.values.count() > 2.5 * rows
    assert statements(quinn, page) == few


@pytest.mark.parametrize("url", LISTS)
def test_a_list_costs_the_same_for_one_and_for_many(room: Room, quinn: Client, url: str) -> None:
    statements(quinn, url)
    few = statements(quinn, url)
    for n in range(6):
        plan_batch(
            number=f"CT-1{n}",
            product_version=room.batch.product_version,
            site=room.batch.site,
            donation=room.batch.donation,
            planned_start=None,
            actor=actor(room.cast.olga),
            at=room.now,
        )

    assert statements(quinn, url) == few


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.usefixtures("prefers_indexes")
def test_a_page_of_a_batch_reads_nothing_of_the_others(room: Room, quinn: Client, url: str) -> None:
    room.receipt()

    found = read_from_end_to_end(quinn, url.format(room.batch.number))

    assert [table for table in found if not table.endswith("sorted")] == []  # the few of one batch may be sorted


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.usefixtures("prefers_indexes")
def test_a_list_reads_nothing_from_end_to_end(room: Room, quinn: Client, url: str) -> None:
    room.receipt()

    assert read_from_end_to_end(quinn, url) == []


@pytest.mark.usefixtures("prefers_indexes")
def test_what_is_in_hand_is_found_without_walking_through_the_archive(room: Room) -> None:
    room.receipt()

    with CaptureQueriesContext(connection) as said:
        batches = Batch.objects.filter(site=room.batch.site).order_by("-pk")
        assert list(chosen_batches(batches, {"state": "open"})[:20])

    assert "batches_in_hand" in " ".join(plan_of(said[0]["sql"]))


@pytest.mark.usefixtures("prefers_indexes")
def test_what_has_no_index_is_seen_to_be_read_from_end_to_end(room: Room) -> None:
    plan = " ".join(plan_of("SELECT 1 FROM batches_batch WHERE definition_sha256 = 'x'"))

    assert "Seq Scan on batches_batch" in plan or "SCAN batches_batch" in plan
