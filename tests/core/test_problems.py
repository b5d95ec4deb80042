"""Whatever goes wrong under /api/, the answer is application/problem+json: machines read one form of refusal only."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import ApiPerson, Cast

JSON = "application/json"
PEOPLE = "/api/v1/people/"
HOLDS = "/api/v1/holds/"


def told(reply: Any) -> tuple[int, str, str]:
    """Status, media type and code of a reply; the members every problem has are there."""
    body = reply.json()
    assert body.keys() >= {"type", "title", "status", "code", "detail", "objections"}
    assert body["status"] == reply.status_code
    assert body["detail"]
    return reply.status_code, reply["Content-Type"], body["code"]


@pytest.mark.parametrize(
    ("verb", "path", "body", "headers", "status", "code"),
    [
        ("GET", "/api/", b"", {}, 404, "not_found"),
        ("GET", "/api/v1/nothing/", b"", {}, 404, "not_found"),
        ("POST", "/api/v2/batches/", b"{}", {}, 404, "not_found"),
        ("GET", "/api/v1/batches/CT-9999/", b"", {}, 404, "not_found"),
        ("GET", "/api/v1/checkpoints/x/", b"", {}, 404, "not_found"),
        ("PATCH", HOLDS, b"{}", {}, 405, "method_not_allowed"),
        ("GET", HOLDS, b"", {"Accept": "text/html"}, 406, "not_acceptable"),
        ("POST", HOLDS, b"<a/>", {"Content-Type": "application/xml"}, 415, "unsupported_media_type"),
        ("POST", HOLDS, b"{", {}, 400, "parse_error"),
        ("POST", HOLDS, b"\xff\xfe", {}, 400, "parse_error"),
        ("POST", HOLDS, b'{"record": "\\ud800"}', {}, 400, "parse_error"),
        ("POST", HOLDS, b"[" * 100_000, {}, 400, "parse_error"),
        ("GET", "/api/v1/units/?expires_before=9999-12-31T23:59:59-23:59", b"", {}, 400, "instant"),
        ("POST", HOLDS, b"[1, 2]", {}, 400, "invalid"),
        ("POST", HOLDS, b"{}", {}, 400, "invalid"),
        ("GET", "/api/v1/people/%00/", b"", {}, 400, "nul_character"),
        ("GET", "/api/v1/batches/?q=%00", b"", {}, 400, "nul_character"),
    ],
)
def test_every_refusal_is_a_problem_that_a_program_can_read(
    cast: Cast, api_client: Any, verb: str, path: str, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    kind = headers.pop("Content-Type", JSON)

    reply = api_client(cast.olga).generic(verb, path, body, content_type=kind, headers=headers)

    assert told(reply) == (status, "application/problem+json", code)


def test_a_path_without_its_last_slash_is_not_found_when_something_is_sent(cast: Cast, api_client: Any) -> None:
    reply = api_client(cast.olga).post("/api/v1/holds", {})

    assert told(reply) == (404, "application/problem+json", "not_found")


def test_a_missing_token_is_told_as_a_problem(cast: Cast, api_client: Any) -> None:
    client = api_client(cast.olga)
    client.credentials()

    assert told(client.post(HOLDS, {})) == (403, "application/problem+json", "permission_denied")


def test_a_refusal_of_405_names_what_is_allowed(cast: Cast, api_client: Any) -> None:
    assert api_client(cast.olga).patch(HOLDS, {})["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_what_would_overwrite_is_refused_before_anybody_is_recognised(
    cast: Cast, api_client: Any, web_client: Any, django_assert_num_queries: Any
) -> None:
    asked = ((api_client(cast.olga), HOLDS), (web_client(cast.olga), "/batches/"), (Client(), "/batches/"))

    with django_assert_num_queries(0):
        answers = {person.generic(verb, path).status_code for person, path in asked for verb in ("PUT", "PATCH")}

    assert answers == {405}


def test_an_unknown_address_is_not_found_whatever_is_asked_of_it(cast: Cast, api_client: Any) -> None:
    assert told(api_client(cast.olga).put("/api/v1/nothing/", {})) == (404, "application/problem+json", "not_found")


def test_a_body_that_is_too_large_is_told_as_a_problem(cast: Cast, api_client: Any, settings: Any) -> None:
    settings.LARGEST_REQUEST = 1000

    reply = api_client(cast.olga).post(HOLDS, {"record": "batch/CT-0042", "reason": "x" * 2000})

    assert told(reply) == (413, "application/problem+json", "too_large")


def test_a_host_that_is_not_ours_is_told_as_a_problem(cast: Cast, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["records.example"]

    assert told(ApiPerson().get(PEOPLE)) == (400, "application/problem+json", "bad_request")


def test_an_error_of_ours_is_told_as_a_problem_with_its_request_and_nothing_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ApiPerson(raise_request_exception=False)
    client.sign_in(cast.adam)
    monkeypatch.setattr("apps.organisation.api.account_page", lambda *_: 1 / 0)

    reply = client.get("/api/v1/session/")

    assert told(reply) == (500, "application/problem+json", "server_error")
    assert reply["X-Request-ID"] in reply.json()["detail"]
    assert "division" not in reply.content.decode()


def test_pages_keep_their_own_sentence(cast: Cast, web_client: Any) -> None:
    page = web_client(cast.olga).get("/nothing/")

    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
