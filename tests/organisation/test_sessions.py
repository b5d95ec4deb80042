"""Signing in and out, the lock, and what ends a period of controlled access."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.audit.models import Entry
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.organisation.services import deactivate_user, give_badge, give_new_secret, revoke_secret, set_idle_limit
from tests.cast import SECRET, Cast, actor

NOW = datetime(2026, 11, 5, 6, 0, tzinfo=UTC)
ACCOUNT = "/account/"


def actions_of(name: str) -> list[str]:
    return list(Entry.objects.filter(record__address=f"user/{name}").order_by("n").values_list("action", flat=True))


def test_signing_in_needs_both_components(cast: Cast, web_client: Any) -> None:
    client = web_client()

    reply = client.post("/sign-in/", {"username": cast.olga.username, "secret": "guess"})

    assert reply.status_code == 401
    assert "User name or password is wrong" in reply.content.decode()
    assert client.get(ACCOUNT).status_code == 302


def test_signing_in_leads_to_the_page_that_was_asked_for(cast: Cast, web_client: Any) -> None:
    reply = web_client().post(
        "/sign-in/", {"username": "olga", "secret": SECRET, "next": ACCOUNT} | {"u": cast.olga.pk}
    )

    assert (reply.status_code, reply.headers["Location"]) == (302, ACCOUNT)


def test_signing_in_never_leads_to_another_host(cast: Cast, web_client: Any) -> None:
    name = cast.olga.username

    reply = web_client().post("/sign-in/", {"username": name, "secret": SECRET, "next": "https://evil.example/"})

    assert reply.headers["Location"] == "/"


def test_sign_in_and_sign_out_are_in_the_persons_chain(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.olga)

    client.post("/sign-out/")

    assert actions_of("olga")[-2:] == ["session.opened", "session.closed"]
    assert client.get(ACCOUNT).status_code == 302


def test_a_badge_scan_serves_as_the_user_name(cast: Cast, web_client: Any) -> None:
    give_badge(user=cast.olga, badge="%B000123", at=NOW, actor=SYSTEM)

    reply = web_client().post("/sign-in/", {"username": "%B000123", "secret": SECRET})

    assert reply.status_code == 302


@pytest.mark.parametrize("typed", ["OLGA", "  olga ", "ｏｌｇａ"])
def test_a_user_name_is_found_in_whatever_case_or_width_it_is_typed(cast: Cast, web_client: Any, typed: str) -> None:
    assert cast.olga

    assert web_client().post("/sign-in/", {"username": typed, "secret": SECRET}).status_code == 302


def test_the_api_session_says_who_is_signed_in_and_what_they_may_do(cast: Cast, api_client: Any) -> None:
    session = api_client(cast.quinn).get("/api/v1/session/").json()

    assert (session["username"], session["may_sign"], session["locked"]) == ("quinn", True, False)
    assert [(role["site"], role["role"]) for role in session["roles"]] == [("NANHU", "QA")]
    assert session["csrf"]


def test_the_api_answers_a_stranger_with_401(api_client: Any) -> None:
    reply = api_client().get("/api/v1/session/")

    assert (reply.status_code, reply.json()["code"]) == (401, "not_authenticated")
    assert reply.headers["WWW-Authenticate"] == "Session"
    assert reply.headers["Content-Type"] == "application/problem+json"


def test_the_api_takes_a_sign_in_as_json_only(cast: Cast, api_client: Any) -> None:
    form = {"username": cast.olga.username, "secret": SECRET}

    assert api_client().post("/api/v1/session/", form, format="multipart").status_code == 415


def test_a_write_without_the_csrf_token_is_refused(cast: Cast, api_client: Any) -> None:
    client = api_client(cast.olga)
    client.credentials()

    assert client.post("/api/v1/session/lock/").status_code == 403


def test_an_idle_session_locks_after_the_limit_of_the_site(cast: Cast, web_client: Any, api_client: Any) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        page, api = web_client(cast.olga), api_client(cast.olga)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert page.get(ACCOUNT).status_code == 200
        clock.shift(timedelta(minutes=15))
        locked_page, locked_api = page.get(ACCOUNT), api.post("/api/v1/account/declaration/")

    assert (locked_page.status_code, locked_page.headers["Location"]) == (302, "/lock/?next=%2Faccount%2F")
    assert (locked_api.status_code, locked_api.json()["code"]) == (401, "session_locked")


def test_the_idle_limit_is_the_sites_own(cast: Cast, api_client: Any) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        set_idle_limit(site=cast.olga.roles.get().site, minutes=2, at=NOW, actor=actor(cast.adam))
        client = api_client(cast.olga)
        clock.shift(timedelta(minutes=2))

        assert client.get("/api/v1/session/").json()["locked"] is True


def test_the_administrator_sets_the_idle_limit_on_the_page_and_over_the_api(
    cast: Cast, web_client: Any, api_client: Any
) -> None:
    page, api = web_client(cast.adam), api_client(cast.adam)
    link = "/sites/NANHU/"

    assert link in page.get(ACCOUNT).content.decode()
    assert page.post(link, {"minutes": "7"}).status_code == 302
    assert api.get("/api/v1/sites/").json()["results"][0]["idle_minutes"] == 7
    assert api.post("/api/v1/sites/NANHU/idle-limit/", {"minutes": 9}).json()["idle_minutes"] == 9
    kept = Entry.objects.filter(record__address="site/NANHU", action="site.idle_limit.set")
    assert list(kept.values_list("username", flat=True)) == ["adam", "adam"]


@pytest.mark.parametrize("minutes", ["0", "31", "", "1.5", "x"])
def test_no_idle_limit_beyond_thirty_minutes_is_taken(
    cast: Cast, web_client: Any, api_client: Any, minutes: str
) -> None:
    page = web_client(cast.adam).post("/sites/NANHU/", {"minutes": minutes})
    reply = api_client(cast.adam).post("/api/v1/sites/NANHU/idle-limit/", {"minutes": minutes})

    assert (page.status_code, reply.status_code) == (400, 400)
    assert cast.adam.roles.get().site.idle_minutes == 15


def test_nobody_but_the_sites_own_administrator_sets_its_idle_limit(
    cast: Cast, rhine: Any, api_client: Any, web_client: Any
) -> None:
    limit = {"minutes": 30}

    assert api_client(cast.olga).post("/api/v1/sites/NANHU/idle-limit/", limit).status_code == 403
    assert web_client(cast.olga).post("/sites/NANHU/", limit).status_code == 403
    assert api_client(cast.adam).post("/api/v1/sites/RHINE/idle-limit/", limit).status_code == 404


def test_a_background_poll_keeps_no_session_open(cast: Cast, api_client: Any) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = api_client(cast.olga)
        for _ in range(3):
            clock.shift(timedelta(minutes=5))
            reply = client.get("/api/v1/session/", headers={"X-Background": "1"})

    assert reply.json()["locked"] is True


def test_only_the_owner_unlocks_and_is_back_at_the_same_place(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.olga)
    client.post("/lock/", {"next": ACCOUNT})

    refused = client.post("/lock/resume/", {"secret": "somebody else's", "next": ACCOUNT})
    opened = client.post("/lock/resume/", {"secret": SECRET, "next": ACCOUNT})

    assert refused.status_code == 401
    assert "Olga Orlova" in refused.content.decode()
    assert (opened.status_code, opened.headers["Location"]) == (302, ACCOUNT)
    assert client.get(ACCOUNT).status_code == 200


def test_the_lock_gives_the_session_a_new_key(cast: Cast, api_client: Any) -> None:
    client = api_client(cast.olga)
    before = client.session.session_key
    client.post("/api/v1/session/lock/")
    locked = client.session.session_key
    client.post("/api/v1/session/unlock/", {"secret": SECRET})

    assert len({before, locked, client.session.session_key}) == 3


def test_another_browser_or_address_gives_the_session_a_new_key(cast: Cast, api_client: Any) -> None:
    client = api_client(cast.olga)
    keys = [client.session.session_key]
    client.get("/api/v1/session/", headers={"User-Agent": "another"})
    keys.append(client.session.session_key)
    client.get("/api/v1/session/", headers={"User-Agent": "another"}, REMOTE_ADDR="10.0.0.9")
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3


def test_a_deactivated_persons_next_request_is_a_strangers(cast: Cast, api_client: Any, web_client: Any) -> None:
    api, page = api_client(cast.olga), web_client(cast.olga)

    deactivate_user(user=cast.olga, reason="Left the firm", at=NOW, actor=SYSTEM)

    assert api.get("/api/v1/session/").status_code == 401
    assert page.get(ACCOUNT).headers["Location"].startswith("/sign-in/")


def test_a_revoked_secret_ends_every_session_at_once(cast: Cast, api_client: Any) -> None:
    tablet, desk = api_client(cast.olga), api_client(cast.olga)

    revoke_secret(user=cast.olga, reason="Secret was seen", at=NOW, actor=SYSTEM)

    assert [client.get("/api/v1/session/").status_code for client in (tablet, desk)] == [401, 401]
    assert desk.post("/api/v1/session/", {"username": "olga", "secret": SECRET}).status_code == 401


def test_a_person_with_a_secret_that_others_know_gets_nowhere_before_changing_it(
    cast: Cast, web_client: Any, api_client: Any
) -> None:
    olga = cast.olga
    with audited(actor=SYSTEM, action="user.secret.reset", at=NOW, touching=[olga.record]) as change:
        give_new_secret(change, user=olga, secret="a temporary secret 1")
    client = web_client()
    client.post("/sign-in/", {"username": "olga", "secret": "a temporary secret 1"})

    assert client.get("/styleguide/").headers["Location"] == "/account/password/"
    form = {"old_secret": "a temporary secret 1", "new_secret": "my very own words", "again": "my very own words"}
    assert client.post("/account/password/", form).status_code == 302
    assert client.get("/styleguide/").status_code == 200


@pytest.mark.parametrize(
    ("new", "again"),
    [("short", "short"), ("password12345", "password12345"), ("words that differ", "words that differed")],
)
def test_a_weak_or_mistyped_secret_is_refused_beside_its_field(
    cast: Cast, web_client: Any, new: str, again: str
) -> None:
    form = {"old_secret": SECRET, "new_secret": new, "again": again}

    assert web_client(cast.olga).post("/account/password/", form).status_code == 400


def test_choosing_a_new_secret_ends_the_other_sessions(cast: Cast, api_client: Any) -> None:
    here, elsewhere = api_client(cast.olga), api_client(cast.olga)

    reply = here.post("/api/v1/account/secret/", {"old_secret": SECRET, "new_secret": "quite another sentence"})

    assert reply.status_code == 200
    assert [client.get("/api/v1/session/").status_code for client in (here, elsewhere)] == [200, 401]


@pytest.mark.parametrize("path", ["/people/ve%00ra/", "/quality/?q=%00", "/api/v1/people/%00/"])
def test_a_name_with_a_nul_character_is_refused_before_the_database_is_asked(
    cast: Cast, web_client: Any, path: str
) -> None:
    assert web_client(cast.adam).get(path).status_code == 400


def test_every_reply_names_its_request(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.olga)

    given = client.get(ACCOUNT, headers={"X-Request-ID": "tablet-4-000123"}).headers["X-Request-ID"]
    made = [client.get(ACCOUNT, headers={"X-Request-ID": sent}).headers["X-Request-ID"] for sent in ("", "a b\n")]

    assert given == "tablet-4-000123"
    assert [len(request_id) for request_id in made] == [32, 32]


def test_language_and_theme_are_kept_with_the_account_through_the_door(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.olga)

    client.post("/account/display/", {"language": "zh-hans", "theme": "dark"})

    cast.olga.refresh_from_db()
    assert (cast.olga.language, cast.olga.theme, actions_of("olga")[-1]) == ("zh-hans", "dark", "user.display.chosen")
