"""Every operation of the API, whatever is sent to it: an answer in its own form, never a failure of ours."""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from apps.core.roles import Role
from apps.organisation.models import User
from tests.access.oddities import ODD, body_of, description, operations, strange
from tests.access.world import Place, every_place
from tests.audit.owner import undone
from tests.cast import Cast, give_role

pytestmark = pytest.mark.heavy
TEXTS = {name: odd for name, odd in ODD.items() if isinstance(odd, str) and len(odd) < 1000}


def paths() -> dict[str, Place]:
    """The places of the API by the path that the description gives them."""
    found = [place for place in every_place() if place.is_api]
    named = {"/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", place.route): place for place in found}
    return {path.replace("{pk}", "{id}"): place for path, place in named.items()}


@pytest.fixture
def everybody(world: Cast) -> dict[str, User]:
    """An operator, quality assurance, and somebody whom every declaration admits."""
    for role in (role for role in Role if role is not Role.INSPECTOR):
        give_role(world.nora, role)
    return {"olga": world.olga, "quinn": world.quinn, "nora": world.nora}


class Sender:
    """Sends to the API as one person; what was recorded is taken back, failures are kept in words."""

    def __init__(self, person: User) -> None:
        self.person, self.failures, self.client = person, list[str](), Client(raise_request_exception=False)
        self.client.force_login(person)
        self.key = self.client.cookies[settings.SESSION_COOKIE_NAME].value

    def send(self, verb: str, path: str, body: bytes = b"", said: str = "", **how: Any) -> int:
        self.client.cookies[settings.SESSION_COOKIE_NAME] = self.key  # whatever the last request did to it
        with undone():
            reply = self.client.generic(verb.upper(), path, body, **{"content_type": "application/json", **how})
        is_told = reply.status_code < 400 or reply["Content-Type"] == "application/problem+json"
        if reply.status_code >= 500 or not is_told:
            self.failures.append(f"{self.person.username} {verb} {path[:200]} {said} -> {reply.status_code}")
        return reply.status_code


def encoded(body: Any) -> bytes:
    """JSON with NaN, lone surrogates and endless numbers, as a program may write it."""
    return json.dumps(body).encode()


def escaped(text: object) -> str:
    """Any text in a part of an address, lone surrogates as the bytes a careless program makes of them."""
    return quote(str(text), safe="", errors="surrogatepass")


def some(things: Iterable[Any], each: int, offset: int) -> list[Any]:
    """One in so many, beginning elsewhere for each operation; no divisor of 26, so every place meets another value."""
    return list(things)[offset % each :: each]


def test_the_description_names_every_operation_of_every_address(db: None) -> None:
    described = {(path, verb) for verb, path, _ in operations(description())}
    verbs = ("get", "post", "put", "patch", "delete")
    offered = {(path, verb) for path, place in paths().items() for verb in verbs if hasattr(place.view.cls, verb)}

    assert described == {(path, verb) for path, verb in offered if path.startswith("/api/v1/")}


def test_the_description_is_served_as_it_is_drawn(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.olga)
    served = [client.get("/api/schema/", headers={"Accept": "application/json"}) for _ in range(2)]

    assert [reply.json() for reply in served] == [description()] * 2


@pytest.mark.parametrize(("name", "each"), [("olga", 27), ("quinn", 27), ("nora", 9)])
def test_a_strange_value_in_any_place_of_any_body_is_answered_and_breaks_nothing(
    everybody: dict[str, User], short_form: bool, name: str, each: int
) -> None:
    described, places, sender, sent = description(), paths(), Sender(everybody[name]), 0
    for number, (verb, path, operation) in enumerate(operations(described)):
        body = body_of(operation, described)
        for said, changed in some(strange(body), 27 if short_form else each, number) if body is not None else ():
            sender.send(verb, places[path].path, encoded(changed), said)
            sent += 1

    assert sent > 200
    assert "\n".join(sender.failures) == ""


def test_a_strange_name_in_any_address_and_any_question_breaks_nothing(
    everybody: dict[str, User], short_form: bool
) -> None:
    sender, places = Sender(everybody["nora"]), paths()
    for number, (verb, path, operation) in enumerate(operations(description())):
        parts = re.findall(r"\{(\w+)\}", path)
        asked = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        place = places[path]
        for name, odd in some(TEXTS.items(), 5 if short_form else 3, number):
            told = escaped(odd)
            if parts:
                sender.send(verb, re.sub(r"\{\w+\}", told, path), b"{}", name)
            for question in asked:
                sender.send(verb, f"{place.path}?{question}={told}", said=name)

    assert "\n".join(sender.failures) == ""


@pytest.mark.parametrize("kind", ["", "application/json; charset=utf-16", "multipart/form-data", "text/plain", "x"])
def test_a_strange_kind_of_body_breaks_nothing(everybody: dict[str, User], kind: str) -> None:
    sender, places = Sender(everybody["nora"]), paths()
    for verb, path, _ in operations(description()):
        if verb != "get":
            sender.send(verb, places[path].path, b'\xff{"a":', kind, content_type=kind)

    assert "\n".join(sender.failures) == ""
