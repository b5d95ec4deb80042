"""What a stranger sees: status, number, issuer, date, hash; never a patient, a donor or a batch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from apps.documents.models import Document
from apps.documents.rules import code_key, verification_code
from apps.documents.store import read_file
from apps.documents.verify import LARGEST_FILE
from tests.cast import Cast
from tests.documents import demo
from tests.documents.seals import with_bytes_appended, with_one_byte_changed
from tests.documents.story import issued, requested
from tests.documents.test_register import withdrawn

pytestmark = pytest.mark.django_db
STRANGER_TO_KEEP_OUT = ["D-0117", "CT-0042", "91.5", "Zhao Min"]


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def page_of(document: Document) -> str:
    return Client().get(f"/verify/{document.code}/").content.decode()


def handed_in(pdf: bytes, name: str = "some.pdf", status: int = 200) -> str:
    reply = Client().post("/verify/", {"file": SimpleUploadedFile(name, pdf, "application/pdf")})
    assert reply.status_code == status
    return reply.content.decode()


def test_anybody_opens_the_verify_page_without_signing_in() -> None:
    reply = Client().get("/verify/")

    assert reply.status_code == 200
    assert b"Verify a document" in reply.content


def test_a_typed_code_leads_to_the_document_however_it_was_typed() -> None:
    document = issued()

    reply = Client().post("/verify/", {"code": f" {document.code.lower().replace('-', ' ')} "}, follow=True)

    assert reply.status_code == 200
    assert b"This document is in force" in reply.content


def test_the_public_page_says_number_issuer_status_date_and_hash_and_nothing_else() -> None:
    document = issued()
    page = page_of(document)

    for said in ("BC-0042 v1", "Nanhu Cell Centre", "Issued", "2026-11-05", document.code):
        assert said in page
    assert document.content_hash in page.replace(" ", "").replace("\u00a0", "").replace("\u2009", "")
    assert not [word for word in STRANGER_TO_KEEP_OUT if word in page]


def test_the_page_of_a_replaced_document_names_its_successor() -> None:
    old = issued()
    issued(demo.batch_certificate(version=2, supersedes="BC-0042 v1"))

    page = page_of(old)

    assert "This document was replaced" in page
    assert "BC-0042 v2" in page


def test_the_page_of_a_withdrawn_document_says_so_but_not_why(cast: Cast) -> None:
    document = withdrawn(cast, issued())

    page = page_of(document)

    assert "This document was withdrawn" in page
    assert "wrong sample number" not in page


def test_a_slip_of_the_finger_is_told_from_an_unknown_code() -> None:
    document = issued()
    wrong = document.code[:-1] + ("0" if document.code[-1] != "0" else "1")
    never = verification_code("BC-9999", 1, 12345)

    assert (Client().get(f"/verify/{wrong}/").status_code, Client().get(f"/verify/{never}/").status_code) == (404, 404)
    assert b"This is not a verification code" in Client().get(f"/verify/{wrong}/").content
    assert b"No document has this code" in Client().get(f"/verify/{never}/").content
    assert Client().post("/verify/", {"code": wrong}).status_code == 400


def test_a_document_that_waits_cannot_be_verified() -> None:
    assert Client().get(f"/verify/{requested().code}/").status_code == 404


def test_the_sealed_file_is_found_good_and_in_force() -> None:
    page = handed_in(read_file(issued().file_sha256))

    assert "This document is in force" in page
    assert "unchanged, to the last byte" in page
    assert not [word for word in STRANGER_TO_KEEP_OUT if word in page]


def test_a_changed_file_is_found_false_whatever_its_name() -> None:
    pdf = read_file(issued().file_sha256)

    for changed in (with_one_byte_changed(pdf), with_bytes_appended(pdf)):
        assert "Do not trust this file" in handed_in(changed, "BC-0042-v1.pdf")
    for nonsense in (b"%PDF-1.7 nonsense", b"x", pdf[: len(pdf) // 2]):
        assert "Do not trust this file" in handed_in(nonsense, "BC-0042-v1.pdf", status=400)


@pytest.mark.parametrize("name", ["SEAL_CHAIN", "SEAL_CERT"])
@pytest.mark.parametrize("content", [None, "no certificate at all"])
def test_without_its_own_certificates_no_file_is_called_false(
    settings: Any, tmp_path: Path, name: str, content: str | None
) -> None:
    pdf = read_file(issued().file_sha256)
    if content is not None:
        (tmp_path / "bad.pem").write_text(content)
    setattr(settings, name, tmp_path / "bad.pem")

    for file in (pdf, with_one_byte_changed(pdf)):
        page = Client().post("/verify/", {"file": SimpleUploadedFile("a.pdf", file)})
        api = APIClient().post("/api/v1/verify/", {"file": SimpleUploadedFile("a.pdf", file)}, format="multipart")
        assert (page.status_code, api.status_code, api.json()["code"]) == (409, 409, "cannot_judge")
        assert "can’t be judged here now" in page.content.decode().replace("&#x27;", "’").replace("'", "’")
    assert Client().get(f"/verify/{Document.objects.get().code}/").status_code == 200


def test_a_replaced_and_a_withdrawn_file_are_unchanged_but_no_longer_count(cast: Cast) -> None:
    old = issued()
    new = issued(demo.batch_certificate(version=2))
    withdrawn(cast, new)

    assert "This document was replaced" in handed_in(read_file(old.file_sha256))
    assert "This document was withdrawn" in handed_in(read_file(new.file_sha256))


def test_a_file_too_large_is_refused_unread() -> None:
    huge = SimpleUploadedFile("huge.pdf", b"%PDF" + b"0" * LARGEST_FILE)

    reply = Client().post("/verify/", {"file": huge})

    assert reply.status_code == 400
    assert b"larger than any document" in reply.content


def test_strangers_who_ask_too_often_wait() -> None:
    codes = [Client().get(f"/verify/{verification_code('BC-1', 1, n)}/").status_code for n in range(61)]
    assert codes == [404] * 60 + [429]

    reply = Client().get("/verify/whatever/")
    assert reply.status_code == 429
    assert int(reply["Retry-After"]) >= 1
    assert Client(REMOTE_ADDR="192.0.2.9").get("/verify/whatever/").status_code == 404


def test_a_code_of_any_bytes_is_answered_calmly() -> None:
    for typed in ("%00", "a" * 1000, "批放行证书", "..%2F..%2Fetc", "<script>"):
        reply = Client().get(f"/verify/{typed}/")
        assert reply.status_code in (400, 404)
        assert b"<script>" not in reply.content.replace(b"<script src", b"")


def test_the_code_printed_on_paper_is_the_one_that_is_looked_up() -> None:
    document = issued()

    assert document.code_key == code_key(document.code)
    assert len(document.code_key) == len("BC00421") + 10
