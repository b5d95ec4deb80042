"""A search finds what begins with the words among all records, and reads no more when there are more of them."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Record
from apps.desk.selectors.scanning import LOOKED_AT, SHOWN
from tests.cast import AT, Cast
from tests.plans import read_from_end_to_end

pytestmark = pytest.mark.django_db
SEARCHES = ("/search/?q=OLD-0", "/search/?q=lot/OLD-0", "/search/?q=LD-00", "/search/?q=NONE")


def lots(*numbers: str, site: str = "NANHU") -> None:
    Record.objects.bulk_create(Record(address=f"lot/{one}", kind="lot", site=site, opened_at=AT) for one in numbers)


@pytest.fixture
def olga(cast: Cast, web_client: Callable[..., Client]) -> Client:
    lots("OLD-0001", "OLD-0002")
    lots("OLD-0003", site="RHINE")
    return web_client(cast.olga)


def test_an_old_record_is_found_by_the_beginning_of_its_number_a_new_one_by_any_part(olga: Client) -> None:
    lots(*(f"N-{n:05}" for n in range(LOOKED_AT)))

    beginning = olga.get("/search/", {"q": "old-0"}).content.decode()
    assert "OLD-0001" in beginning
    assert "OLD-0002" in beginning
    assert "OLD-0003" not in beginning  # of another site
    assert "No record was found." in olga.get("/search/", {"q": "LD-0001"}).content.decode()
    assert olga.get("/search/", {"q": "-01999"}).headers["Location"].endswith("lots/N-01999/")


def test_a_search_that_finds_more_than_it_shows_says_so(olga: Client) -> None:
    lots(*(f"M-{n:03}" for n in range(SHOWN + 1)))

    page = olga.get("/search/", {"q": "M-"}).content.decode()
    assert page.count("data-row") == SHOWN
    assert "Only the first 50 are shown" in page
    assert "Only the first 50 are shown" not in olga.get("/search/", {"q": "M-00"}).content.decode()


@pytest.mark.parametrize("url", SEARCHES)
@pytest.mark.usefixtures("prefers_indexes")
def test_a_search_reads_nothing_from_end_to_end_and_costs_the_same_for_many(olga: Client, url: str) -> None:
    with CaptureQueriesContext(connection) as few:
        olga.get(url)
    lots(*(f"OLD-00{n}" for n in range(100, 200)))
    with CaptureQueriesContext(connection) as many:
        olga.get(url)

    assert len(many) == len(few)
    assert read_from_end_to_end(olga, url) == []


def test_an_empty_search_says_what_can_be_sought(olga: Client) -> None:
    assert "Type or scan a number." in olga.get("/search/").content.decode()
