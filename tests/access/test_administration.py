"""The administration pages: every table is there to be looked at, none can be changed, and nothing secret is shown."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from apps.audit.models import Entry, Leaf
from apps.core.roles import Role
from apps.organisation.administration import NEVER_SHOWN, shown_fields
from apps.organisation.models import User
from tests.cast import Cast

TABLES = [model for model in apps.get_models() if model not in NEVER_SHOWN]
VERBS = ("post", "put", "patch", "delete")
TAKEN_NOWHERE = ("put", "patch")  # answered before anybody is recognised


@pytest.fixture
def tables(short_form: bool) -> list[type[Model]]:
    return [*TABLES[::6], User] if short_form else TABLES


def url_of(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def in_turn(client: Client, pages: dict[str, str]) -> dict[str, int]:
    return {name: client.get(url).status_code for name, url in pages.items()}


def test_every_table_but_the_sessions_is_registered() -> None:
    assert set(admin.site._registry) == set(apps.get_models()) - {Session}


@pytest.mark.heavy
def test_inspectors_see_every_list_and_can_add_to_none(cast: Cast, web_client: Any, tables: list[type[Model]]) -> None:
    client = web_client(cast.ines)

    lists = in_turn(client, {model._meta.label: url_of(model, "changelist") for model in tables})
    adding = in_turn(client, {model._meta.label: url_of(model, "add") for model in tables})

    assert lists == dict.fromkeys(lists, 200)
    assert adding == dict.fromkeys(adding, 403)


@pytest.mark.heavy
def test_every_existing_row_is_shown_and_none_can_be_changed_or_deleted(
    cast: Cast, web_client: Any, tables: list[type[Model]]
) -> None:
    client, rows = web_client(cast.adam), [(model, model._base_manager.first()) for model in tables]
    standing = [(model, row) for model, row in rows if row is not None]
    assert User in dict(standing)

    pages = {model._meta.label: url_of(model, "change", row.pk) for model, row in standing}
    shown = in_turn(client, pages)
    deleting = in_turn(client, {model._meta.label: url_of(model, "delete", row.pk) for model, row in standing})
    changing = {label: client.post(url, {"username": "mallory"}).status_code for label, url in pages.items()}

    assert shown == dict.fromkeys(shown, 200)
    assert deleting == dict.fromkeys(deleting, 403)
    assert changing == dict.fromkeys(changing, 403)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SITE_ADMIN, Role.INSPECTOR)])
def test_no_other_role_opens_the_administration(cast: Cast, web_client: Any, role: Role) -> None:
    client = web_client(cast.holding(role))

    assert [client.get(url).status_code for url in ("/admin/", url_of(User, "changelist"))] == [403, 403]


def test_a_stranger_is_sent_to_the_one_sign_in_page(db: None, client: Client) -> None:
    reply = client.get("/admin/audit/entry/", follow=True)

    assert reply.redirect_chain[-1] == ("/sign-in/?next=/admin/audit/entry/", 302)


def test_the_administrations_own_sign_in_takes_no_password(cast: Cast, client: Client) -> None:
    reply = client.post("/admin/login/", {"username": cast.adam.username, "password": "guess", "next": "/admin/"})

    assert reply.status_code == 302
    assert client.get("/admin/").status_code == 302


def test_no_page_offers_an_action(cast: Cast, web_client: Any) -> None:
    page = web_client(cast.adam).get(url_of(User, "changelist")).content.decode()

    assert 'name="action"' not in page
    assert "addlink" not in page
    assert all(not registered.get_actions(None) for registered in admin.site._registry.values())


def test_no_row_is_found_by_a_column_that_is_not_shown(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.ines)

    for lookup in ("password", "password__startswith", "salt__contains"):
        assert client.get(url_of(User, "changelist"), {lookup: "a"}).status_code == 400
    assert client.get(url_of(User, "changelist"), {"username": "ines"}).status_code == 200


def test_secrets_and_personal_columns_are_not_shown(cast: Cast, web_client: Any) -> None:
    client, olga = web_client(cast.adam), cast.olga
    page = client.get(url_of(User, "change", olga.pk)).content.decode()

    assert olga.password not in page
    assert olga.salt not in page
    for model in TABLES:
        assert not set(shown_fields(model)) & {"password", "salt", *getattr(model, "personal", ())}


def test_rows_of_another_site_are_not_shown(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.adam)
    other = cast.rita.roles.get()

    listed = client.get(url_of(type(other.site), "changelist")).content.decode()

    assert client.get(url_of(type(other.site), "change", other.site.pk)).status_code == 302
    assert "RHINE" not in listed
    assert "NANHU" in listed


def every_address() -> list[str]:
    """Every address of the administration, with a row that exists where one is named."""
    found = []
    for pattern in walked(admin.site.get_urls()):
        model = next((m for m in TABLES if pattern.startswith(f"{m._meta.app_label}/{m._meta.model_name}/")), None)
        row = model._base_manager.order_by("pk").first() if model else None
        path = re.sub(r"<path:object_id>", str(row.pk if row else 1), pattern)
        found.append(f"/admin/{re.sub(r'<[^>]+>', '1', path)}")
    return found


def walked(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walked(pattern.url_patterns, route)
        else:
            yield re.sub(r"\(\?P<\w+>[^)]*\)|[\^$]", lambda found: "organisation" if "(" in found[0] else "", route)


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["ines", "adam"])
def test_no_verb_but_reading_passes_at_any_address(cast: Cast, web_client: Any, name: str, short_form: bool) -> None:
    client, before = web_client(getattr(cast, name)), {model: model._base_manager.count() for model in TABLES}
    addresses = every_address()[::9] if short_form else every_address()

    passed = [
        f"{verb} {address} -> {status}"
        for address in addresses
        for verb in VERBS
        if (status := send(client, verb, address)) != (405 if verb in TAKEN_NOWHERE else 403)
    ]

    assert len(every_address()) > 5 * len(TABLES)
    assert passed == []
    changed = {model for model, rows in before.items() if model._base_manager.count() != rows}
    assert changed <= {Entry, Leaf}  # each refusal is kept in the person's own chain


def send(client: Client, verb: str, address: str) -> int:
    body = json.dumps({"username": "mallory", "post": "yes", "action": "delete_selected"})
    return getattr(client, verb)(address, body, content_type="application/json").status_code
