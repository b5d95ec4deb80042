"""21 CFR 11.300: controls for identification codes and passwords."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from apps.audit.models import Entry, Record
from apps.core.actor import SYSTEM
from apps.core.errors import RuleBroken
from apps.organisation.models import User
from apps.organisation.selectors import locked_accounts
from apps.organisation.services import deactivate_user, give_badge, open_account, revoke_secret
from apps.quality.models import Event
from tests.cast import AT, JOINED, SECRET, ApiPerson, Cast, actor
from tests.part11.steps import answer, signed_in

NOW = datetime(2026, 11, 5, 6, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_11_300_a_of_twenty_parallel_requests_for_one_name_one_is_granted() -> None:
    def ask(n: int) -> bool:
        try:
            open_account(username="twin", printed_name=f"Twin {n}", secret=SECRET, at=AT, actor=SYSTEM)
        except RuleBroken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        granted = list(threads.map(ask, range(20)))

    assert (granted.count(True), User.objects.count(), Record.objects.filter(kind="user").count()) == (1, 1, 1)


def test_11_300_b_accounts_are_checked_periodically_and_dormant_ones_closed(cast: Cast) -> None:
    assert cast.olga
    with time_machine.travel(JOINED + timedelta(days=89), tick=False):
        assert ApiPerson().sign_in(cast.vera).status_code == 200
    with time_machine.travel(JOINED + timedelta(days=91), tick=False):
        call_command("review_accounts", "--close", stdout=StringIO())
        assert ApiPerson().sign_in(cast.olga).status_code == 401
        assert ApiPerson().sign_in(cast.vera).status_code == 200

    assert Entry.objects.filter(record=cast.olga.record, action="user.deactivated", username="system").exists()


def test_11_300_c_a_lost_secret_is_worthless_at_once_everywhere(cast: Cast) -> None:
    tablet, desk = signed_in(cast.olga), signed_in(cast.olga)

    revoke_secret(user=cast.olga, reason="Written on a glove box", at=AT, actor=actor(cast.adam))

    assert [client.get("/api/v1/session/").status_code for client in (tablet, desk)] == [401, 401]
    assert ApiPerson().sign_in(cast.olga).status_code == 401


def test_11_300_d_five_wrong_secrets_lock_the_account_for_fifteen_minutes(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        failures = [ApiPerson().sign_in(cast.olga, "guess").json()["code"] for _ in range(5)]
        while_locked = ApiPerson().sign_in(cast.olga).json()["code"]
        clock.shift(timedelta(minutes=14, seconds=59))
        still_locked = ApiPerson().sign_in(cast.olga).json()["code"]
        clock.shift(timedelta(seconds=1))
        afterwards = ApiPerson().sign_in(cast.olga).status_code

    assert failures == ["wrong_secret"] * 5
    assert (while_locked, still_locked, afterwards) == ("locked", "locked", 200)


def test_11_300_d_wrong_secrets_that_came_slowly_lock_for_the_whole_fifteen_minutes_too(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            clock.shift(timedelta(minutes=3))
            ApiPerson().sign_in(cast.olga, "guess")
        clock.shift(timedelta(minutes=14, seconds=59))
        still_locked = ApiPerson().sign_in(cast.olga).json()["code"]
        clock.shift(timedelta(seconds=1))
        afterwards = ApiPerson().sign_in(cast.olga).status_code

    assert (still_locked, afterwards) == ("locked", 200)


def test_11_300_d_wrong_secrets_at_signing_count_like_those_at_sign_in(
    cast: Cast, batch: Record, happen: Callable[..., Event]
) -> None:
    event, quinn = happen(batch), signed_in(cast.quinn)

    failures = [answer(quinn, event, username="quinn", secret="guess") for _ in range(3)]
    failures += [(ApiPerson().sign_in(cast.quinn, "guess").status_code, "wrong_secret") for _ in range(2)]

    assert failures == [(401, "wrong_secret")] * 5
    assert answer(quinn, event, username="quinn") == (401, "locked")


def test_11_300_d_a_locked_account_stops_nobody_else(cast: Cast, batch: Record, happen: Callable[..., Event]) -> None:
    event, tablet = happen(batch), signed_in(cast.olga)
    for _ in range(6):
        answer(signed_in(cast.quentin), event, username=cast.quinn.username, secret="guess")

    entered = tablet.post("/api/v1/holds/", {"record": batch.address, "reason": "Cloudy"})
    signed = answer(signed_in(cast.quentin), event, username="quentin")

    assert locked_accounts(datetime.now(UTC)) == [cast.quinn]
    assert (entered.status_code, signed) == (201, (200, ""))


def test_11_300_d_attempts_are_kept_with_their_address_and_the_lock_is_a_duty_at_once(cast: Cast) -> None:
    attacker = ApiPerson(REMOTE_ADDR="10.6.6.6")
    for _ in range(5):
        attacker.sign_in(cast.olga, "guess")
    attacker.sign_in(User(username="ghost"), "guess")

    kept = Entry.objects.filter(record=cast.olga.record, username="nobody").order_by("n")
    assert list(kept.values_list("action", flat=True)) == ["sign_in.failed"] * 4 + ["account.locked"]
    assert all('"address":"10.6.6.6"' in entry.text for entry in kept)
    assert Entry.objects.filter(record__address="access/unknown", action="sign_in.failed").count() == 1
    assert locked_accounts(datetime.now(UTC)) == [cast.olga]


def test_11_300_d_nothing_that_was_typed_as_a_secret_is_kept_anywhere(cast: Cast) -> None:
    ApiPerson().sign_in(cast.olga, "a secret typed in the wrong field")

    assert not Entry.objects.filter(text__contains="typed in the wrong field").exists()


def test_11_300_d_secrets_are_stored_as_argon2id_with_19_mib_two_passes_one_lane(
    cast: Cast, real_secrets: None
) -> None:
    stored = cast.olga.password

    assert re.match(r"argon2\$argon2id\$v=19\$m=19456,t=2,p=1\$", stored)
    assert cast.olga.check_password(SECRET)
    assert SECRET not in stored


def test_11_300_e_a_badge_identifies_only_while_it_belongs_to_an_open_account(cast: Cast) -> None:
    def scan(badge: str) -> int:
        return ApiPerson().post("/api/v1/session/", {"username": badge, "secret": SECRET}).status_code

    unknown = scan("%B1")
    give_badge(user=cast.olga, badge="%B1", at=AT, actor=actor(cast.adam))
    enrolled = scan("%B1")
    give_badge(user=cast.olga, badge="%B2", at=AT, actor=actor(cast.adam))
    replaced = [scan("%B1"), scan("%B2")]
    deactivate_user(user=cast.olga, reason="Left the firm", at=AT, actor=actor(cast.adam))

    assert (unknown, enrolled, replaced, scan("%B2")) == (401, 200, [401, 200], 401)


def test_11_300_e_a_badge_alone_is_no_secret(cast: Cast, api_client: Any) -> None:
    give_badge(user=cast.olga, badge="%B1", at=AT, actor=actor(cast.adam))

    assert ApiPerson().post("/api/v1/session/", {"username": "%B1", "secret": "%B1"}).status_code == 401
