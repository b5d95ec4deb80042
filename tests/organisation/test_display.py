"""What a person chose for the screen is there again at the next sign-in, and the navigation says where one is."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_theme_of_the_menu_is_kept_with_the_account(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.olga)

    gone = client.post("/account/display/", {"theme": "dark", "next": "/batches/"})

    cast.olga.refresh_from_db()
    assert (gone.url, cast.olga.theme, cast.olga.language) == ("/batches/", "dark", "en")
    assert 'data-bs-theme="dark"' in web_client(cast.olga).get("/batches/").content.decode()


def test_the_menu_of_a_person_writes_to_the_account(cast: Cast, web_client: Any) -> None:
    page = web_client(cast.olga).get("/batches/").content.decode()

    before_the_theme = page.split('name="theme"')[0]
    assert before_the_theme.rsplit("<form", 1)[1].split(">")[0].endswith('action="/account/display/"')


def test_a_search_lights_no_section(cast: Cast, web_client: Any) -> None:
    page = web_client(cast.olga).get("/search/?q=nothing-like-it").content.decode()

    assert 'aria-current="page"' not in page.split('class="nav-main"')[1].split("</nav>")[0]


def test_the_list_of_people_costs_the_same_for_three_more_persons(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.adam)
    client.get("/people/")

    with CaptureQueriesContext(connection) as few:
        fewer = client.get("/people/").content.decode().count("data-row")
    assert {cast.olga, cast.vera, cast.quinn}
    with CaptureQueriesContext(connection) as many:
        more = client.get("/people/").content.decode().count("data-row")

    assert more == fewer + 3
    assert len(many) == len(few)
