"""A person keeps a list as they filter it, under a name of their own; others never see it."""

from typing import Any

import pytest

from apps.audit.models import Entry
from apps.organisation.models import User
from apps.organisation.services import forget_view, keep_view
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor

pytestmark = pytest.mark.django_db
LATE = {"name": "Mine, grave", "path": "/?whose=mine&risk=high"}


def kept(person: User) -> list[dict[str, str]]:
    return User.objects.get(pk=person.pk).saved_views


def test_a_view_is_kept_replaced_and_forgotten_and_the_trail_knows(cast: Cast) -> None:
    who: dict[str, Any] = {"user": cast.quinn, "actor": actor(cast.quinn), "at": AT}
    keep_view(**LATE, **who)
    keep_view(name=" Mine, grave ", path="/?risk=high", **who)
    assert kept(cast.quinn) == [{"name": "Mine, grave", "path": "/?risk=high"}]

    forget_view(name="Mine, grave", **who)
    assert kept(cast.quinn) == []
    assert codes(lambda: forget_view(name="Mine, grave", **who)) == ["no_saved_view"]
    written = Entry.objects.filter(record=cast.quinn.record, action__startswith="user.view.").order_by("n")
    assert list(written.values_list("action", flat=True)) == ["user.view.kept"] * 2 + ["user.view.forgotten"]


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere", "batches/", "/a\nb"]
)
def test_a_view_leads_to_a_page_of_this_house_only(cast: Cast, path: str) -> None:
    who: dict[str, Any] = {"user": cast.quinn, "actor": actor(cast.quinn), "at": AT}

    assert codes(lambda: keep_view(name="Elsewhere", path=path, **who)) == ["not_a_page"]
    assert codes(lambda: keep_view(name=" ", path="/batches/", **who)) == ["name_missing"]


def test_a_list_offers_to_keep_what_it_shows_and_leads_to_what_was_kept(cast: Cast, web_client: Any) -> None:
    quinn = web_client(cast.quinn)
    reply = quinn.post("/account/views/", LATE)
    mine, others = quinn.get("/batches/").content.decode(), web_client(cast.olga).get("/batches/").content.decode()

    assert (reply.status_code, reply.headers["Location"]) == (302, LATE["path"])
    assert 'href="/?whose=mine&amp;risk=high"' in mine
    assert "Mine, grave" not in others
    assert quinn.post("/account/views/", {"forget": "Mine, grave", "path": "/batches/"}).status_code == 302
    assert kept(cast.quinn) == []


def test_the_api_keeps_lists_and_forgets_ones_views(cast: Cast, api_client: Any) -> None:
    client = api_client(cast.quinn)

    assert client.post("/api/v1/account/views/", LATE).json() == [LATE]
    assert client.get("/api/v1/account/views/").json() == [LATE]
    assert client.post("/api/v1/account/views/forget/", {"name": LATE["name"]}).json() == []
    assert client.post("/api/v1/account/views/", {**LATE, "path": "//x"}).status_code == 409
