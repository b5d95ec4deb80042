"""Every role at every address with every verb: nothing breaks, and nobody gets where they are not admitted.

Generated from the resolver: a new view is tested from the day it has an address. Each role walks alone through all
that an address offers, inspectors and administrators through all verbs; the verbs that an address does not offer are
tried by one person with all the roles that may not write there: who is refused with all of them is refused with each.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from rest_framework.permissions import SAFE_METHODS

from apps.audit.models import Entry
from apps.core.roles import Role
from apps.organisation.access import ADMINISTRATION_PAGES, ANYONE, DEFAULT, NO_ROLE, Access
from apps.organisation.models import User
from tests.access.world import Place, every_place
from tests.cast import ApiPerson, Cast, Part, give_role, join

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ENDS_THE_SESSION = ("sign-out/", "lock/", "api/v1/session/", "api/v1/session/lock/")
KEPT_OF_READERS = {"access.refused", "session.opened", "user.opened", "user.identity.confirmed"}
KEPT_OF_READERS |= {"user.declaration.accepted", "user.display.chosen", "secret_change.failed", "unlock.failed"}
# A master record names the sites it is approved for; the signed heads are of the whole installation.
SHARED = ("styleguide/", "products/", "api/v1/products/", "api/v1/checkpoints/")
ASKS_THE_SECRET = ("lock/resume/", "api/v1/session/unlock/")
ALL_BUT_INSPECTOR = [role for role in Role if role is not Role.INSPECTOR]
# Addresses that lead nowhere, for the world holds no value, no file, no decision at risk and no amendment.
NOT_IN_THE_WORLD = [
    "api/v1/batches/<str:number>/attachments/<int:pk>/",
    "api/v1/batches/<str:number>/values/<str:place>/",
    "batches/<str:number>/amendments/<int:pk>/approve/",
    "batches/<str:number>/files/<int:pk>/",
    "batches/<str:number>/files/<int:pk>/certify/",
    "batches/<str:number>/risks/<int:pk>/ratify/",
]
READERS = (Role.INSPECTOR, Role.SITE_ADMIN)
ALL_BUT_READERS = [role for role in Role if role not in READERS]
NOT_FOUND = (403, 404, 405)
OWN_ACCOUNT = ("account/", "api/v1/account/", "preferences/", "lock/", "sign-out/", "api/v1/session/")


def send(client: Client, verb: str, place: Place) -> Any:
    if place.is_api and place.takes_json:
        return client.generic(verb, place.path, b"" if verb == "GET" else b"{}", content_type="application/json")
    if verb == "POST":
        return client.post(place.path, {"nothing": ""}, **({"format": "multipart"} if place.is_api else {}))
    return client.generic(verb, place.path)


def at_the_door(person: User) -> tuple[ApiPerson, Client]:
    """The same person at the API and at the pages; failures come back as replies."""
    api, pages = ApiPerson(raise_request_exception=False), Client(raise_request_exception=False)
    assert api.sign_in(person).status_code == 200
    pages.force_login(person)
    return api, pages


def person_with(cast: Cast, roles: frozenset[Role]) -> User:
    """Somebody who holds just these roles: one of the cast, or a new colleague."""
    if len(roles) < 2:
        return cast.holding(*roles) if roles else cast.nora
    colleague = join(f"colleague-{User.objects.count()}", Part("Colleague", "同事", None))
    for role in roles:
        give_role(colleague, role)
    return colleague


def wrong(place: Place, verb: str, status: int, roles: Collection[Role]) -> str:
    """What is wrong with an answer to somebody who is signed in; nothing when all is right."""
    if status >= 500:
        return "breaks"
    if place.is_public:
        return ""
    if not place.access.admits(verb, list(roles)):
        return "" if status == 403 else "is not refused"
    return "takes no notice of the session" if status == 401 and place.route not in ASKS_THE_SECRET else ""


def offered(place: Place) -> list[str]:
    """What may do something here. Of a page nobody can tell before it is asked; no page knows more than these two."""
    return [v for v in VERBS if v == "GET" or (hasattr(place.view.cls, v.lower()) if place.is_api else v == "POST")]


def tried(door: tuple[ApiPerson, Client], place: Place, verbs: Iterable[str], roles: Collection[Role]) -> Iterator[str]:
    """One person tries verbs at an address; what went wrong, in words."""
    api, pages = door
    for verb in verbs:
        status = send(api if place.is_api else pages, verb, place).status_code
        if fault := wrong(place, verb, status, roles):
            yield f"{[role.value for role in roles]} {verb} /{place.route} -> {status}: {fault}"


def walk(person: User, roles: Collection[Role], places: Iterable[Place], verbs: Any = VERBS) -> list[str]:
    """One person tries every address, with every verb or with those that it offers."""
    door = at_the_door(person)
    walked = [place for place in places if place.route not in ENDS_THE_SESSION]
    return [
        fault for place in walked for fault in tried(door, place, verbs(place) if callable(verbs) else verbs, roles)
    ]


def some(places: list[Place], short_form: bool) -> list[Place]:
    return places[::8] if short_form else places


@pytest.mark.heavy
@pytest.mark.parametrize("role", [None, *ALL_BUT_READERS])
def test_nobody_passes_where_the_declaration_does_not_admit_their_role(
    world: Cast, role: Role | None, short_form: bool
) -> None:
    person, places = world.holding(role) if role else world.nora, some(every_place(), short_form)

    assert "\n".join(walk(person, [role] if role else [], places, offered)) == ""


@pytest.mark.heavy
def test_a_verb_that_an_address_does_not_offer_is_refused_to_all_who_may_not_write_and_unknown_to_others(
    world: Cast, short_form: bool
) -> None:
    """Every role meets every one of these verbs: those that are not admitted in one person, the others in turn."""

    @cache
    def door_of(roles: frozenset[Role]) -> tuple[ApiPerson, Client]:
        return at_the_door(person_with(world, roles))

    found = []
    for n, place in enumerate(some(every_place(), short_form)):
        if place.is_public or place.route in ENDS_THE_SESSION:
            continue
        admitted = [role for role in ALL_BUT_READERS if place.access.admits("POST", [role])]
        shut_out = frozenset(ALL_BUT_READERS) - frozenset(admitted)
        verbs = [verb for verb in VERBS if verb not in offered(place)]
        found += tried(door_of(shut_out), place, verbs, shut_out)
        if admitted:
            alone = frozenset([admitted[n % len(admitted)]])
            found += tried(door_of(alone), place, verbs, alone)

    assert "\n".join(found) == ""


@pytest.mark.heavy
@pytest.mark.parametrize("role", READERS)
def test_inspectors_and_administrators_pass_nowhere_else_either_and_write_no_record(
    world: Cast, role: Role, short_form: bool
) -> None:
    person, places = world.holding(role), some(every_place(), short_form)
    acts = Entry.objects.filter(username=person.username).order_by("at")
    before = acts.count()

    faults = walk(person, [role], [place for place in places if "people" not in place.route])
    written = set(acts[before:].values_list("action", flat=True))
    faults += walk(person, [role], [place for place in places if "people" in place.route])

    assert "\n".join(faults) == ""
    assert written <= KEPT_OF_READERS


@pytest.mark.heavy
def test_a_stranger_gets_past_no_door(world: Cast, short_form: bool) -> None:
    client, found = Client(raise_request_exception=False), []
    for place in some(every_place(), short_form):
        for verb in VERBS:
            reply = send(client, verb, place)
            if place.is_public or place.route == "api/v1/session/":
                passed = reply.status_code >= 500
            elif place.is_api:
                passed = reply.status_code != 401
            else:
                passed = reply.status_code != 302 or not reply.headers["Location"].startswith("/sign-in/")
            if passed:
                found.append(f"{verb} /{place.route} -> {reply.status_code}")

    assert found == []


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["rita", "rolf"])
def test_another_site_finds_no_thing_of_ours(world: Cast, name: str, short_form: bool) -> None:
    api, pages = at_the_door(getattr(world, name))
    found = []
    for place in some(every_place(), short_form):
        if place.is_public or not place.names_a_thing or place.route.startswith(SHARED):
            continue
        for verb in offered(place):
            client = api if place.is_api else pages
            reply = send(client, verb, place)
            if reply.status_code not in NOT_FOUND and said(reply) != said(send(client, verb, place.nowhere)):
                found.append(f"{name} {verb} /{place.route} -> {reply.status_code}")

    assert found == []


def test_what_another_site_does_not_find_is_found_at_home(world: Cast) -> None:
    """Else an address that leads nowhere would keep the other site out."""
    for role in ALL_BUT_INSPECTOR:
        give_role(world.nora, role)
    api, pages = at_the_door(world.nora)
    places = [place for place in every_place() if place.names_a_thing and not place.is_public]

    lost = {place.route for place in places if send(api if place.is_api else pages, "GET", place).status_code == 404}

    assert sorted(lost) == NOT_IN_THE_WORLD


def said(reply: Any) -> tuple[int, bytes]:
    """What a reply tells: a form that is judged before the thing is looked for tells nothing of the thing."""
    return reply.status_code, b"" if reply.status_code >= 500 else reply.content


def test_only_the_named_views_are_open_without_signing_in(db: None) -> None:
    public = sorted(place.route for place in every_place() if place.is_public)

    assert public == [
        "api/v1/verify/",
        "api/v1/verify/<str:code>/",
        "healthz",
        "preferences/",
        "sign-in/",
        "verify/",
        "verify/<str:code>/",
    ]


def test_only_ones_own_account_is_open_without_a_role(db: None) -> None:
    without_role = [place.route for place in every_place() if place.access.without_role]

    assert without_role
    assert [route for route in without_role if not route.startswith(OWN_ACCOUNT)] == []


def test_no_declaration_lets_inspectors_write(db: None) -> None:
    declared = [place for place in every_place() if not place.access.without_role]

    assert [place.route for place in declared if Role.INSPECTOR in place.access.write] == []


def test_administrators_write_in_access_only(db: None) -> None:
    declared = [place for place in every_place() if not place.access.without_role]
    written = [place.route for place in declared if Role.SITE_ADMIN in place.access.write]

    assert written
    assert [r for r in written if not r.removeprefix("api/v1/").lstrip("^").startswith(("people/", "sites/"))] == []


def test_who_holds_several_roles_is_admitted_where_one_of_them_is() -> None:
    for access in (DEFAULT, ANYONE, ADMINISTRATION_PAGES, Access(write={Role.QA, Role.NURSE})):
        alone = {role: access.admits("POST", [role]) for role in Role}
        for some_of_them in combinations(Role, 3):
            assert access.admits("POST", some_of_them) == any(alone[role] for role in some_of_them)
        assert access.admits("POST", list(Role)) == any(alone.values())


def test_what_declares_nothing_is_read_by_roles_and_written_by_neither_inspectors_nor_administrators() -> None:
    assert DEFAULT.admits("GET", [Role.INSPECTOR])
    assert DEFAULT.admits("POST", [Role.OPERATOR])
    assert not DEFAULT.admits("POST", [Role.INSPECTOR, Role.SITE_ADMIN])
    assert not DEFAULT.admits("GET", NO_ROLE)
    assert set(SAFE_METHODS) == {"GET", "HEAD", "OPTIONS"}
