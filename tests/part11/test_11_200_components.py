"""21 CFR 11.200: two components, one continuous period, only the owner. (b), biometrics, is not used."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import get_resolver

from apps.audit.models import Record
from apps.organisation.models import User
from apps.quality.facts import EventState
from apps.quality.models import Event
from apps.signatures.content import reset_content
from apps.signatures.models import Signature
from apps.signatures.services import reset_secret
from tests.cast import AT, SECRET, ApiPerson, Cast, actor, sign_as
from tests.part11.steps import REASON, answer, challenge, signed_in, tag

NOW = datetime(2026, 11, 5, 6, 0, tzinfo=UTC)


@pytest.fixture
def events(batch: Record, happen: Callable[..., Event]) -> list[Event]:
    return [happen(batch) for _ in range(4)]


def test_11_200_a_1_a_session_alone_signs_nothing(cast: Cast, events: list[Event]) -> None:
    quinn, event = signed_in(cast.quinn), events[0]
    url, headers = f"/api/v1/events/{event.record.number}/closure/", {"If-Match": tag(event.record)}

    without = quinn.post(url, {"reason": REASON}, headers=headers)
    empty = answer(quinn, event, secret="", username="quinn")
    name_only = answer(quinn, event, secret="guess", username="quinn")
    secret_only = answer(quinn, event)

    assert (without.status_code, empty[0], name_only[0]) == (400, 400, 401)
    assert secret_only == (401, "id_needed")
    assert not Signature.objects.exists()


def test_11_200_a_1_i_the_first_of_a_series_takes_both_components_and_later_ones_the_secret(
    cast: Cast, events: list[Event]
) -> None:
    quinn = signed_in(cast.quinn)

    asked = [challenge(quinn, events[0])["asks_username"]]
    first = answer(quinn, events[0], username="quinn")
    asked.append(challenge(quinn, events[1])["asks_username"])
    second = answer(quinn, events[1])
    third = answer(quinn, events[2], secret="guess")

    assert (asked, first, second, third) == ([True, False], (200, ""), (200, ""), (401, "wrong_secret"))
    assert list(Signature.objects.order_by("pk").values_list("components", flat=True)) == ["both", "secret, in series"]


def _locks(client: ApiPerson, clock: Any) -> ApiPerson:
    client.post("/api/v1/session/lock/")
    client.post("/api/v1/session/unlock/", {"secret": SECRET})
    return client


def _idles(client: ApiPerson, clock: Any) -> ApiPerson:
    clock.shift(timedelta(minutes=15))
    assert client.get("/api/v1/events/").json()["code"] == "session_locked"
    client.post("/api/v1/session/unlock/", {"secret": SECRET})
    return client


def _signs_out(client: ApiPerson, clock: Any) -> ApiPerson:
    client.delete("/api/v1/session/")
    client.credentials()
    client.sign_in(User.objects.get(username="quinn"))
    return client


def _changes_browser(client: ApiPerson, clock: Any) -> ApiPerson:
    client.defaults["HTTP_USER_AGENT"] = "another browser"
    return client


def _changes_address(client: ApiPerson, clock: Any) -> ApiPerson:
    client.defaults["REMOTE_ADDR"] = "10.0.0.9"
    return client


def _goes_away_and_back(client: ApiPerson, clock: Any) -> ApiPerson:
    _changes_address(client, clock).get("/api/v1/events/")
    client.defaults["REMOTE_ADDR"] = "127.0.0.1"
    return client


def _gives_way_to_another(client: ApiPerson, clock: Any) -> ApiPerson:
    client.sign_in(User.objects.get(username="quentin"))
    client.sign_in(User.objects.get(username="quinn"))
    return client


@pytest.mark.parametrize(
    "ends",
    [
        _locks,
        _idles,
        _signs_out,
        _changes_browser,
        _changes_address,
        _goes_away_and_back,
        _gives_way_to_another,
    ],
)
def test_11_200_a_1_ii_what_ends_the_period_asks_for_both_components_again(
    cast: Cast, events: list[Event], ends: Callable[[ApiPerson, Any], ApiPerson]
) -> None:
    assert cast.quentin
    with time_machine.travel(NOW, tick=False) as clock:
        quinn = signed_in(cast.quinn)
        assert answer(quinn, events[0], username="quinn") == (200, "")
        assert answer(quinn, events[1]) == (200, "")

        quinn = ends(quinn, clock)

        assert challenge(quinn, events[2])["asks_username"] is True
        assert answer(quinn, events[2]) == (401, "id_needed")
        assert answer(quinn, events[2], username="quinn") == (200, "")


def test_11_200_a_1_ii_work_without_a_signature_keeps_the_period_and_idleness_ends_it(
    cast: Cast, events: list[Event]
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        quinn = signed_in(cast.quinn)
        answer(quinn, events[0], username="quinn")
        for _ in range(4):
            clock.shift(timedelta(minutes=10))
            assert quinn.get("/api/v1/events/").status_code == 200
        while_at_work = answer(quinn, events[1])
        clock.shift(timedelta(minutes=30))
        afterwards = quinn.get("/api/v1/events/")

    assert while_at_work == (200, "")
    assert (afterwards.status_code, afterwards.json()["code"]) == (401, "session_locked")


def test_11_200_a_2_a_locked_session_signs_nothing(cast: Cast, events: list[Event]) -> None:
    quinn = signed_in(cast.quinn)
    shown = challenge(quinn, events[0])
    quinn.post("/api/v1/session/lock/")

    reply = quinn.post(
        f"/api/v1/events/{events[0].record.number}/closure/",
        {"reason": REASON, "signature": {"challenge": shown["id"], "secret": SECRET, "username": "quinn"}},
        headers={"If-Match": tag(events[0].record)},
    )

    assert (reply.status_code, reply.json()["code"]) == (401, "session_locked")


def test_11_200_a_2_an_administrator_has_no_way_to_act_as_somebody_else(cast: Cast, api_client: Any) -> None:
    names = {str(key) for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert not [name for name in names if "impersonate" in name or "hijack" in name or "login_as" in name]

    reply = api_client(cast.adam).post("/api/v1/session/", {"username": cast.quinn.username, "secret": "guess"})

    assert reply.status_code == 401


def test_11_200_a_3_a_reset_secret_takes_two_people_and_signs_nothing_before_its_owner_changed_it(
    cast: Cast, events: list[Event], api_client: Any
) -> None:
    signing = sign_as(cast.quentin, reset_content(user=cast.quinn), on=cast.adam)
    reset_secret(user=cast.quinn, secret="temporary words 1", signing=signing, actor=actor(cast.adam), at=AT)

    client = ApiPerson()
    client.sign_in(cast.quinn, "temporary words 1")
    refused = client.post(f"/api/v1/events/{events[0].record.number}/closure/challenges/", {"reason": REASON})
    own = {"old_secret": "temporary words 1", "new_secret": "words of my own only"}
    client.credentials(HTTP_X_CSRFTOKEN=client.post("/api/v1/account/secret/", own).json()["csrf"])
    done = answer(client, events[0], username="quinn", secret="words of my own only")

    assert (refused.status_code, refused.json()["code"], done) == (403, "secret_to_change", (200, ""))
    approved = Signature.objects.get(record=cast.quinn.record)
    assert (approved.username, approved.verb) == ("quentin", "user.secret.reset_approved")


def test_11_200_a_3_the_second_person_signs_in_place_for_themselves_only(cast: Cast, events: list[Event]) -> None:
    quinn = signed_in(cast.quinn)

    assert answer(quinn, events[0], username=cast.quentin.username) == (200, "")

    assert Signature.objects.get().username == "quentin"
    assert Event.objects.get(pk=events[0].pk).state == EventState.CLOSED
    assert challenge(quinn, events[1])["asks_username"] is True
