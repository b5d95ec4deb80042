"""The register and the verification over the API: the same services, the same answers."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from apps.documents.models import Document
from apps.documents.rules import verification_code
from apps.documents.store import read_file
from tests.cast import ApiPerson, Cast
from tests.documents import demo
from tests.documents.seals import with_bytes_appended
from tests.documents.story import issued, requested

pytestmark = pytest.mark.django_db
ApiClient = Callable[..., ApiPerson]
URL = "/api/v1/documents/BC-0042/1/"


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def judged(pdf: bytes) -> dict[str, object]:
    reply = APIClient().post("/api/v1/verify/", {"file": SimpleUploadedFile("a.pdf", pdf)}, format="multipart")
    assert reply.status_code == 200, reply.content
    return dict(reply.json())


def test_the_list_and_the_detail_say_the_same(cast: Cast, api_client: ApiClient) -> None:
    document = issued()
    client = api_client(cast.olga)

    (row,) = client.get("/api/v1/documents/").json()["results"]
    detail = client.get(URL)

    assert row == detail.json()
    assert detail["ETag"] == '"document/BC-0042-v1#3"'
    assert (row["address"], row["subject"], row["state"]) == ("document/BC-0042-v1", "batch/CT-0042", "ISSUED")
    assert (row["content_hash"], row["file_sha256"]) == (document.content_hash, document.file_sha256)


def test_the_list_is_filtered(cast: Cast, api_client: ApiClient) -> None:
    issued()
    requested(demo.certificate_of_analysis(version=1))
    client = api_client(cast.olga)

    for query, numbers in (
        ("state=DRAFT", ["COA-0042"]),
        ("kind=BATCH_CERTIFICATE", ["BC-0042"]),
        ("q=bc", ["BC-0042"]),
    ):
        assert [row["number"] for row in client.get(f"/api/v1/documents/?{query}").json()["results"]] == numbers


def test_the_file_comes_as_it_was_sealed(cast: Cast, api_client: ApiClient) -> None:
    document = issued()

    assert api_client(cast.olga).get(f"{URL}file/").content == read_file(document.file_sha256)


def test_other_sites_and_strangers_find_nothing(cast: Cast, api_client: ApiClient) -> None:
    issued()

    assert api_client(cast.rita).get(URL).status_code == 404
    assert api_client(cast.rita).get(f"{URL}file/").status_code == 404
    assert api_client().get(URL).status_code in (401, 403)


def test_a_document_is_withdrawn_by_signature(cast: Cast, api_client: ApiClient) -> None:
    issued()
    client = api_client(cast.quinn)

    reply = client.sign(
        f"{URL}withdraw/",
        {"reason": "a wrong sample number"},
        person=cast.quinn,
        if_match='"document/BC-0042-v1#3"',
    )

    assert reply.status_code == 200, reply.content
    assert reply.json()["state"] == "WITHDRAWN"
    assert Document.objects.get().withdrawn_reason == "a wrong sample number"


def test_a_withdrawal_needs_the_version_that_was_seen(cast: Cast, api_client: ApiClient) -> None:
    issued()
    client = api_client(cast.quinn)
    body = {"reason": "a wrong sample number"}

    assert client.sign(f"{URL}withdraw/", body, person=cast.quinn).status_code == 428
    assert (
        client.sign(f"{URL}withdraw/", body, person=cast.quinn, if_match='"document/BC-0042-v1#1"').status_code == 412
    )
    assert Document.objects.get().state == "ISSUED"


def test_only_quality_assurance_withdraws(cast: Cast, api_client: ApiClient) -> None:
    issued()

    reply = api_client(cast.hugo).post(f"{URL}withdraw/challenges/", {"reason": "a wrong sample number"})

    assert reply.status_code == 403


def test_a_code_is_verified_by_anybody_and_tells_nothing_of_the_batch() -> None:
    document = issued()

    reply = APIClient().get(f"/api/v1/verify/{document.code}/")

    assert reply.json() == {
        "number": "BC-0042",
        "version": 1,
        "title": {"en": "Batch certificate", "zh": "批放行证书"},
        "issuer": {"en": "Nanhu Cell Centre", "zh": "南湖细胞中心"},
        "standing": "CURRENT",
        "issued_at": "2026-11-05T06:01:00Z",
        "changed_at": None,
        "replaced_by": "",
        "content_hash": document.content_hash,
        "code": document.code,
        "demo": True,
    }


def test_a_mistyped_code_and_an_unknown_one_are_told_apart() -> None:
    mistyped = APIClient().get("/api/v1/verify/BC-0042-1-7F3KQ-9TDXM/")
    unknown = APIClient().get(f"/api/v1/verify/{verification_code('BC-9', 1, 5)}/")

    assert (mistyped.status_code, mistyped.json()["code"]) == (400, "code_mistyped")
    assert unknown.status_code == 404


def test_a_file_is_judged_by_the_strict_rule_and_the_register() -> None:
    document = issued()
    pdf = read_file(document.file_sha256)

    good = judged(pdf)
    assert (good["valid"], good["unchanged"], good["standing"], good["findings"]) == (True, True, "CURRENT", [])
    assert good["document"]["code"] == document.code  # type: ignore[index]

    bad = judged(with_bytes_appended(pdf))
    assert (bad["valid"], bad["document"]) == (False, None)
    assert [finding["code"] for finding in bad["findings"]] == ["appended"]  # type: ignore[union-attr]


def test_something_else_than_a_file_is_bad_input() -> None:
    assert APIClient().post("/api/v1/verify/", {"file": "text"}, format="multipart").status_code == 400
    assert APIClient().post("/api/v1/verify/", {}, format="multipart").status_code == 400


def test_files_of_strangers_are_counted() -> None:
    replies = [APIClient().post("/api/v1/verify/", {}, format="multipart") for _ in range(13)]

    assert [reply.status_code for reply in replies] == [400] * 12 + [429]
    assert "Retry-After" in replies[-1]
