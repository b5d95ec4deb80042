"""Somebody tried at an account until it locked: the administrator and quality assurance are told, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.alerts.models import Alert
from apps.alerts.selectors import alerts_for
from apps.alerts.services import acknowledge_alert, raise_due_alerts
from apps.organisation.models import User
from apps.signatures import content
from apps.signatures.services import unlock_account
from tests.cast import ApiPerson, Cast, actor, sign_as

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 5, 6, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def guess_until_it_locks(person: User, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        for _ in range(5):
            ApiPerson().sign_in(person, "guess")


def told(person: User, at: datetime) -> list[str]:
    """Of whose locked accounts a person is told."""
    return [alert.subject.address for alert in alerts_for(person, at) if alert.kind == "ACCOUNT_LOCKED"]


def test_a_locked_account_is_told_to_administrator_and_quality_assurance_of_its_site_once(cast: Cast) -> None:
    guess_until_it_locks(cast.olga, NOW)
    for minute in range(3):
        raise_due_alerts(at=NOW + minute * MINUTE)

    people = (cast.adam, cast.quinn, cast.olga, cast.vera, cast.rita)
    assert {person.username: told(person, NOW) for person in people} == {
        "adam": ["user/olga"],
        "quinn": ["user/olga"],
        "olga": [],
        "vera": [],
        "rita": [],
    }


def test_it_stands_on_the_screen_of_the_administrator(cast: Cast, web_client: Any) -> None:
    guess_until_it_locks(cast.olga, NOW)
    raise_due_alerts(at=NOW)

    page = web_client(cast.adam).get("/alerts/").content.decode()

    assert f"The account of {cast.olga.printed_name} locked after wrong passwords." in page


def test_four_wrong_passwords_are_nobodys_alert(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        for _ in range(4):
            ApiPerson().sign_in(cast.olga, "guess")
    raise_due_alerts(at=NOW)

    assert told(cast.adam, NOW) == []


def test_it_outlives_the_lock_and_can_be_taken_until_the_end_of_the_next_day(cast: Cast) -> None:
    guess_until_it_locks(cast.olga, NOW)
    raise_due_alerts(at=NOW)
    raise_due_alerts(at=NOW + DAY)
    alert = alerts_for(cast.adam, NOW + DAY).get(kind="ACCOUNT_LOCKED")
    acknowledge_alert(alert=alert, note="She forgot it", actor=actor(cast.adam), at=NOW + DAY)
    standing = told(cast.adam, NOW + DAY)

    raise_due_alerts(at=NOW + 2 * DAY)
    assert (standing, told(cast.adam, NOW + 2 * DAY)) == (["user/olga"], [])


def test_who_tries_all_day_fills_nobodys_screen(cast: Cast) -> None:
    for quarter in range(3):
        guess_until_it_locks(cast.olga, NOW + quarter * 15 * MINUTE)
    raise_due_alerts(at=NOW + 45 * MINUTE)

    assert told(cast.adam, NOW) == ["user/olga"]
    assert told(cast.quinn, NOW) == ["user/olga"]


def test_an_unlocked_account_is_told_no_more_and_told_anew_when_it_locks_again(cast: Cast) -> None:
    guess_until_it_locks(cast.olga, NOW)
    raise_due_alerts(at=NOW)
    unlock_account(
        user=cast.olga,
        signing=sign_as(cast.adam, content.unlock_content(user=cast.olga), at=NOW + MINUTE),
        countersigning=sign_as(
            cast.quinn, content.unlock_approval_content(user=cast.olga), on=cast.adam, at=NOW + MINUTE
        ),
        actor=actor(cast.adam),
        at=NOW + MINUTE,
    )
    raise_due_alerts(at=NOW + MINUTE)
    after_unlocking = told(cast.adam, NOW + MINUTE)
    guess_until_it_locks(cast.olga, NOW + 2 * MINUTE)
    raise_due_alerts(at=NOW + 2 * MINUTE)

    assert (after_unlocking, told(cast.adam, NOW + 2 * MINUTE)) == ([], ["user/olga"])
    assert Alert.objects.filter(kind="ACCOUNT_LOCKED", role="SITE_ADMIN").count() == 2
