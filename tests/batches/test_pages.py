"""The two pages of the batch record: everything on them, in a constant number of statements."""

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.batches.facts.words import StepState
from apps.batches.selectors.pages import record_page, step_page
from apps.products.facts import Place, Verdict
from tests.batches.story import Room


def test_the_record_page_costs_the_same_however_full_the_record_is(room: Room) -> None:
    room.receipt()
    with CaptureQueriesContext(
        connection,
    ) as early:
        record_page(room.batch, room.now)
    room.passage(1, enough="no").again("culture[2]")
    room.passage(2)
    with CaptureQueriesContext(connection) as late:
        page = record_page(room.batch, room.now)

    assert len(late) == len(early) <= 20
    assert [str(section.place) for section in page.sections] == ["receipt", "culture[1]", "culture[2]", "closing"]
    assert page.counts.by_verdict[Verdict.PASS] > 10


def test_the_step_page_costs_the_same_however_full_the_record_is(room: Room) -> None:
    room.receipt()
    with CaptureQueriesContext(connection) as early:
        step_page(room.batch, Place.parse("culture[1].prepare"), room.now)
    room.passage(1, enough="no").again("culture[2]")
    with CaptureQueriesContext(connection) as late:
        page = step_page(room.batch, Place.parse("culture[2].prepare"), room.now)

    assert len(late) == len(early) <= 20
    assert page.line.state is StepState.OPEN
    assert [str(field.place) for field in page.fields] == [
        "culture[2].prepare.medium",
        "culture[2].prepare.lysate",
        "culture[2].prepare.share",
    ]


def test_the_list_offers_the_products_of_ones_sites_and_looks_for_no_batch_of_them(
    room: Room, web_client: Callable[..., Client]
) -> None:
    quinn, rolf = web_client(room.cast.quinn), web_client(room.cast.rolf)
    with CaptureQueriesContext(connection) as said:
        page = quinn.get("/batches/").content.decode()
    looked = [query["sql"] for query in said if "products_productversion" in query["sql"].partition("FROM")[2][:30]]

    assert f'value="{room.batch.product_version.key}"' in page
    assert looked
    assert not any("batches_batch" in sql for sql in looked)
    assert f'value="{room.batch.product_version.key}"' not in rolf.get("/batches/").content.decode()
