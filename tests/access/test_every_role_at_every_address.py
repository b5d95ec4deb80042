"""Every role at every address with every verb: nothing breaks, and nobody gets where they are not admitted.

Generated from the resolver: a new view is tested from the day it has an address.
"""

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from django.test import Client
from rest_framework.permissions import SAFE_METHODS

from apps.audit.models import Entry
from apps.core.roles import Role
from apps.organisation.access import DEFAULT, NO_ROLE
from apps.organisation.models import User
from tests.access.world import Place, every_place
from tests.cast import ApiPerson, Cast, give_role

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TAKEN_NOWHERE = ("PUT", "PATCH")  # nothing is overwritten: answered before anybody is recognised
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


def wrong(place: Place, verb: str, status: int, roles: Collection[Role]) -> str:
    """What is wrong with an answer to somebody who is signed in; nothing when all is right."""
    if status >= 500:
        return "breaks"
    if verb in TAKEN_NOWHERE:
        return "" if status == 405 else "is taken"
    if place.is_public:
        return ""
    if not place.access.admits(verb, list(roles)):
        return "" if status == 403 else "is not refused"
    return "takes no notice of the session" if status == 401 and place.route not in ASKS_THE_SECRET else ""


def walk(person: User, roles: Collection[Role], places: Iterable[Place]) -> list[str]:
    """One person tries every verb at every address; what went wrong, in words."""
    api, pages = at_the_door(person)
    found = []
    for place in places:
        if place.route in ENDS_THE_SESSION:
            continue
        for verb in VERBS:
            status = send(api if place.is_api else pages, verb, place).status_code
            if fault := wrong(place, verb, status, roles):
                found.append(f"{person.username} {verb} /{place.route} -> {status}: {fault}")
    return found


def some(places: list[Place], short_form: bool) -> list[Place]:
    return places[::8] if short_form else places


@pytest.mark.heavy
@pytest.mark.parametrize("role", [None, *(role for role in Role if role not in READERS)])
def test_nobody_passes_where_the_declaration_does_not_admit_their_role(
    world: Cast, role: Role | None, short_form: bool
) -> None:
    person, places = world.holding(role) if role else world.nora, some(every_place(), short_form)

    assert "\n".join(walk(person, [role] if role else [], places)) == ""


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
            if verb in TAKEN_NOWHERE:
                passed = reply.status_code != 405
            elif place.is_public or place.route == "api/v1/session/":
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
        for verb in VERBS:
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


def test_what_declares_nothing_is_read_by_roles_and_written_by_neither_inspectors_nor_administrators() -> None:
    assert DEFAULT.admits("GET", [Role.INSPECTOR])
    assert DEFAULT.admits("POST", [Role.OPERATOR])
    assert not DEFAULT.admits("POST", [Role.INSPECTOR, Role.SITE_ADMIN])
    assert not DEFAULT.admits("GET", NO_ROLE)
    assert set(SAFE_METHODS) == {"GET", "HEAD", "OPTIONS"}
