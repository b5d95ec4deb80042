"""What the tests of pages and API of a code share: two signatures in one request."""

from typing import Any

from django.test import Client

from tests.cast import SECRET

LOT, PAGE = "/api/v1/blinding/BK-0001/", "/blinding/BK-0001/"
WHY = "Shock; the treatment depends on it"


def second_signature(api: Any, url: str, body: Any, person: str) -> dict[str, str]:
    shown = api.post(f"{url}second/challenges/", body).json()
    return {"challenge": shown["id"], "secret": SECRET, "username": person}


def signed(client: Client, url: str, said: dict[str, str], username: str) -> Any:
    """Fill the form, read the panel, answer it."""
    context = (client.post(url, said) if said else client.get(url)).context["signing"]
    answer = {**context["hidden"], "challenge": context["challenge"], "username": username, "secret": SECRET}
    return client.post(url, {**said, **answer})


def by_two(client: Client, url: str, said: dict[str, str], one: str, two: str) -> Any:
    shown = client.post(url, said).context
    first = {"challenge": shown["first"]["challenge"], "username": one, "secret": SECRET}
    second = {"second_challenge": shown["second"]["challenge"], "second_username": two, "second_secret": SECRET}
    return client.post(url, {**said, **first, **second})
