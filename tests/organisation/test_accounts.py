"""Accounts: opened once, never again under the same name, closed and never deleted; how the first ones begin."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core.actor import SYSTEM
from apps.core.errors import BadInput, NotAllowed, Refused, RuleBroken, SignatureRefused
from apps.core.roles import Role
from apps.organisation.models import RoleHeld, Site, User
from apps.organisation.selectors import people_with, roles_at, visible_people, visible_to
from apps.organisation.services import (
    accept_declaration,
    change_secret,
    confirm_identity,
    deactivate_user,
    give_badge,
    open_account,
    recognise,
    record_training,
    require,
    set_idle_limit,
    withdraw_role,
)
from tests.cast import AT, JOINED, SECRET, Cast, actor, give_role, train


def refusal(refused: type[Refused], act: Callable[[], object]) -> str:
    with pytest.raises(refused) as caught:
        act()
    return caught.value.code


def open_named(username: str) -> User:
    return open_account(username=username, printed_name="New Comer", secret=SECRET, at=AT, actor=SYSTEM)


@pytest.mark.parametrize("name", ["olga", "OLGA", "Olga ", "ｏｌｇａ", "ᴼlga"])
def test_a_user_name_is_given_once_in_whatever_case_or_width(cast: Cast, name: str) -> None:
    deactivate_user(user=cast.olga, reason="Left the firm", at=AT, actor=actor(cast.adam))

    assert refusal(RuleBroken, lambda: open_named(name)) == "username_taken"


@pytest.mark.parametrize("name", ["", "o", "оlga", "olga orlova", "o.orlova", "o/orlova", "-olga", "system", "x" * 41])
def test_a_user_name_that_could_look_like_another_is_no_user_name(cast: Cast, name: str) -> None:
    assert refusal(RuleBroken, lambda: open_named(name)) == "username_form"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_ask_for_one_name_at_once_one_gets_it() -> None:
    def ask(spelling: str) -> str:
        try:
            return str(open_named(spelling).pk)
        except RuleBroken as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, ["newcomer", "NewComer", "NEWCOMER", "ｎewcomer"] * 5))

    assert answers.count("username_taken") == 19
    assert User.objects.filter(username_key="newcomer").count() == 1


@pytest.mark.parametrize("name", ["olga", "quinn", "ines"])
def test_only_an_administrator_opens_accounts(cast: Cast, name: str) -> None:
    who = actor(getattr(cast, name))

    assert (
        refusal(
            NotAllowed,
            lambda: open_account(username="newcomer", printed_name="New", secret=SECRET, at=AT, actor=who),
        )
        == "role_missing"
    )


def test_an_administrator_does_nothing_to_their_own_account(cast: Cast) -> None:
    adam, me = cast.adam, actor(cast.adam)
    acts: list[Callable[[], object]] = [
        lambda: confirm_identity(user=adam, at=AT, actor=me),
        lambda: deactivate_user(user=adam, reason="On leave", at=AT, actor=me),
        lambda: record_training(user=adam, subject="product/x-v1", reference="TR", at=AT, actor=me),
    ]

    assert [refusal(RuleBroken, act) for act in acts] == ["own_account"] * 3


def test_an_administrator_of_another_site_does_nothing_to_an_account(cast: Cast) -> None:
    acts: list[Callable[[], object]] = [
        lambda: deactivate_user(user=cast.rita, reason="On leave", at=AT, actor=actor(cast.adam)),
        lambda: confirm_identity(user=cast.rita, at=AT, actor=actor(cast.adam)),
        lambda: withdraw_role(held=cast.rita.roles.get(), reason="On leave", at=AT, actor=actor(cast.adam)),
    ]

    assert [refusal(NotAllowed, act) for act in acts] == ["role_missing"] * 3
    assert roles_at(cast.rita, "RHINE", AT) == {Role.OPERATOR}


def test_nobody_accepts_the_declaration_for_somebody_else(cast: Cast) -> None:
    assert (
        refusal(NotAllowed, lambda: accept_declaration(user=cast.olga, at=AT, actor=actor(cast.adam)))
        == "own_declaration"
    )


def test_a_badge_belongs_to_one_person_and_never_looks_like_a_user_name(cast: Cast) -> None:
    give_badge(user=cast.olga, badge="%B1", at=AT, actor=actor(cast.adam))

    codes = [
        refusal(RuleBroken, lambda badge=badge: give_badge(user=cast.vera, badge=badge, at=AT, actor=actor(cast.adam)))
        for badge in ("%B1", "olga")
    ]

    assert codes == ["badge_taken", "badge_form"]


def test_the_new_secret_differs_from_the_old_and_is_not_weak(cast: Cast) -> None:
    def change(new: str, old: str = SECRET) -> Callable[[], object]:
        return lambda: change_secret(user=cast.olga, old=old, new=new, at=AT, actor=actor(cast.olga))

    assert refusal(BadInput, change(SECRET)) == "same_secret"
    assert refusal(BadInput, change("olga")) in ("password_too_short", "password_too_similar")
    assert refusal(SignatureRefused, change("words of my own", old="guess")) == "wrong_secret"


@pytest.mark.parametrize(("minutes", "is_right"), [(0, False), (1, True), (30, True), (31, False)])
def test_the_idle_limit_is_one_to_thirty_minutes(cast: Cast, site: Site, minutes: int, is_right: bool) -> None:
    def limit() -> Site:
        return set_idle_limit(site=site, minutes=minutes, at=AT, actor=actor(cast.adam))

    if is_right:
        assert limit().idle_minutes == minutes
    else:
        assert refusal(RuleBroken, limit) == "idle_limit"


def test_a_role_counts_from_its_first_to_its_last_instant(cast: Cast) -> None:
    late = AT + timedelta(days=1)
    give_role(cast.nora, Role.CHECKER, at=AT)
    withdraw_role(held=cast.nora.roles.get(), reason="Moved", at=late, actor=actor(cast.adam))

    roles = [roles_at(cast.nora, "NANHU", at) for at in (AT - timedelta(seconds=1), AT, late - timedelta(1), late)]

    assert roles == [set(), {Role.CHECKER}, {Role.CHECKER}, set()]


def test_a_training_counts_while_it_is_valid(cast: Cast) -> None:
    train(cast.olga, "product/msc-v1", at=AT, until=AT + timedelta(days=365))

    def ask(days: int) -> str:
        at = AT + timedelta(days=days)
        return require(actor(cast.olga), Role.OPERATOR, "NANHU", at=at, trained_on="product/msc-v1").role

    assert ask(0) == ask(364) == "OPERATOR"
    assert refusal(RuleBroken, lambda: ask(-1)) == refusal(RuleBroken, lambda: ask(365)) == "training_missing"


def test_people_are_seen_by_those_of_their_site(cast: Cast) -> None:
    people = {cast.olga, cast.rita, cast.nora}

    assert people & set(visible_people(cast.adam, AT)) == {cast.olga, cast.nora}
    assert visible_to(cast.rita, AT) == {"RHINE"}
    assert list(people_with(Role.OPERATOR, "NANHU", AT)) == [cast.olga]


def create_admin(*more: str, people: tuple[str, ...] = ("adam", "astrid")) -> str:
    said = StringIO()
    named = [word for name in people for word in ("--admin", name, name.title())]
    call_command("create_admin", "--site", "NANHU", "--secrets-from-stdin", *more, *named, stdout=said)
    return said.getvalue()


NEW_SITE = (
    *("--name-en", "Nanhu", "--name-zh", "南湖", "--address-en", "8 Nanhu Road", "--address-zh", "南湖路8号"),
    *("--timezone", "Asia/Shanghai"),
)


def type_in(monkeypatch: pytest.MonkeyPatch, *secrets: str) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("".join(f"{secret}\n" for secret in secrets)))


@pytest.mark.django_db
def test_an_installation_begins_with_two_administrators(monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "first words of adam", "first words of astrid")

    said = create_admin(*NEW_SITE)

    assert said.startswith("adam and astrid administer NANHU")
    grants = RoleHeld.objects.order_by("user__username").values_list("user__username", "granted_by", "approved_by")
    assert list(grants) == [("adam", "system", "astrid"), ("astrid", "system", "adam")]
    adam = recognise(identification="adam", secret="first words of adam", purpose="sign_in", at=AT, actor=SYSTEM)
    assert adam.must_change_secret


@pytest.mark.parametrize(
    ("people", "site", "secrets", "reason"),
    [
        (("adam", "astrid"), (), ("nine copper kettles", "ten copper kettles"), "There is no site NANHU yet"),
        (("adam",), NEW_SITE, ("nine copper kettles",), "Name two administrators"),
        (("adam", "adam"), NEW_SITE, ("nine copper kettles", "ten copper kettles"), "Name two administrators"),
        (("adam", "astrid"), NEW_SITE, ("short", "ten copper kettles"), "too short"),
    ],
)
@pytest.mark.django_db
def test_what_is_missing_for_the_first_administrators_is_said(
    monkeypatch: pytest.MonkeyPatch,
    people: tuple[str, ...],
    site: tuple[str, ...],
    secrets: tuple[str, ...],
    reason: str,
) -> None:
    type_in(monkeypatch, *secrets)

    with pytest.raises(CommandError, match=reason):
        create_admin(*site, people=people)

    assert not User.objects.exists()


def test_first_administrators_are_named_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cast.adam
    type_in(monkeypatch, "first words of max", "first words of moritz")

    with pytest.raises(CommandError, match="administrators already"):
        create_admin(people=("max", "moritz"))


def test_the_periodic_check_names_dormant_accounts_and_closes_them(cast: Cast) -> None:
    assert cast.olga
    said = StringIO()
    with time_machine.travel(JOINED + timedelta(days=90), tick=False):
        call_command("review_accounts", stdout=said)
        assert User.objects.get(username="olga").is_active
        call_command("review_accounts", "--close", stdout=said)

    assert said.getvalue().splitlines() == [
        "olga: never signed in",
        "1 accounts to be closed",
        "olga: never signed in",
        "1 accounts closed",
    ]
    assert not User.objects.get(username="olga").is_active
