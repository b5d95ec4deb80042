"""Lists in the API: pages by keyset, filters that are known, by introspection over every list there is."""

from base64 import b64encode
from typing import Any

import pytest

from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.filters import KnownFilters
from apps.quality.services import stop_record
from tests.access.world import Place, build_world, every_place
from tests.cast import AT, Cast, actor

HOLDS = "/api/v1/holds/"


def lists() -> list[Place]:
    """Every list: its view is filtered by the backend that all lists share."""
    return [
        place
        for place in every_place()
        if place.is_api and hasattr(place.view.cls, "filter_backends") and hasattr(place.view.cls, "list")
    ]


def cursor(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.fixture
def stopped(cast: Cast) -> Any:
    """`stopped(3)`: three more holds on a batch."""
    with audited(actor=SYSTEM, action="batch.planned", at=AT) as change:
        record = change.open_record("batch", "CT-0042", site="NANHU")
        change.note(record, "batch.planned")

    def stop(times: int) -> None:
        for n in range(times):
            stop_record(record=record, reason=f"Seen {n}", actor=actor(cast.olga), at=AT)

    return stop


def keys(reply: Any) -> list[int]:
    assert reply.status_code == 200, reply.content
    return [row["id"] for row in reply.json()["results"]]


def test_a_page_is_not_moved_by_what_is_recorded_meanwhile(cast: Cast, stopped: Any, api_client: Any) -> None:
    stopped(7)
    client = api_client(cast.quinn)
    first = client.get(f"{HOLDS}?page_size=3")
    stopped(4)

    second = client.get(first.json()["next"])
    third = client.get(second.json()["next"])

    found = keys(first) + keys(second) + keys(third)
    assert len(found) == 7
    assert found == sorted(found, reverse=True)
    assert keys(client.get(second.json()["previous"])) == keys(first)


@pytest.mark.parametrize(
    "sent", ["garbage", "%F0%9F%98%80", cursor("p=abc"), cursor("p=1&r=x"), cursor("hello"), cursor("p=" + "9" * 5000)]
)
def test_a_cursor_that_nobody_gave_out_is_refused(cast: Cast, api_client: Any, sent: str) -> None:
    reply = api_client(cast.quinn).get(f"{HOLDS}?cursor={sent}")

    assert (reply.status_code, reply.json()["code"]) == (400, "cursor")


@pytest.mark.parametrize("sent", ["0", "-1", "abc", "1.5"])
def test_a_page_of_no_size_is_refused(cast: Cast, api_client: Any, sent: str) -> None:
    reply = api_client(cast.quinn).get(f"{HOLDS}?page_size={sent}")

    assert (reply.status_code, reply.json()["code"]) == (400, "page_size")


def test_a_page_is_never_larger_than_200_rows(cast: Cast, stopped: Any, api_client: Any) -> None:
    stopped(3)

    assert len(keys(api_client(cast.quinn).get(f"{HOLDS}?page_size=99999999999999999999"))) == 3


def test_every_list_refuses_a_filter_it_does_not_know_and_a_cursor_of_its_own(cast: Cast, api_client: Any) -> None:
    build_world(cast)
    client = api_client(cast.quinn)

    unknown = {place.route: client.get(f"{place.path}?stat=RUNNING") for place in lists()}
    foreign = {place.route: client.get(f"{place.path}?cursor={cursor('p=abc')}") for place in lists()}

    assert len(unknown) >= 12
    assert {route: (r.status_code, r.json()["code"]) for route, r in unknown.items()} == dict.fromkeys(
        unknown, (400, "unknown_filter")
    )
    assert {route: r.status_code for route, r in foreign.items()} == dict.fromkeys(foreign, 400)


def test_every_list_is_filtered_by_the_backend_that_knows_its_filters(db: None) -> None:
    assert [place.route for place in lists() if place.view.cls.filter_backends != [KnownFilters]] == []
