"""`manage.py verify_certificate FILE`: exit 0 only for what is unchanged, ours and in force."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.documents.store import read_file
from apps.documents.verify import LARGEST_FILE
from tests.cast import Cast
from tests.documents import demo
from tests.documents.seals import (
    keys_in,
    sealed_by,
    unsealed,
    with_bytes_appended,
    with_one_byte_changed,
    with_page_replaced,
)
from tests.documents.story import issued
from tests.documents.test_register import withdrawn

pytestmark = pytest.mark.django_db


def said_of(pdf: bytes, folder: Path, *options: str) -> tuple[int, str]:
    file, said = folder / "file.pdf", StringIO()
    file.write_bytes(pdf)
    try:
        call_command("verify_certificate", str(file), *options, stdout=said)
    except SystemExit as exit_:
        return int(exit_.code or 0), said.getvalue()
    return 0, said.getvalue()


def test_a_document_in_force_passes(tmp_path: Path) -> None:
    document = issued()

    code, said = said_of(read_file(document.file_sha256), tmp_path)

    assert (code, said.splitlines()[0]) == (0, "VALID")
    assert document.code in said
    assert document.content_hash in said


def test_every_other_file_fails_and_says_why(tmp_path: Path) -> None:
    good = read_file(issued().file_sha256)
    theirs = keys_in(tmp_path / "theirs")

    for pdf, why in (
        (with_one_byte_changed(good), "This file was changed after it was sealed."),
        (with_bytes_appended(good), "Something was added to this file after it was sealed."),
        (with_page_replaced(good), "The document was changed by a later revision of the file."),
        (unsealed(), "This file carries no seal."),
        (sealed_by(theirs, unsealed()), "the certificate is not one of ours"),
        (b"no pdf", "This file is not a readable PDF."),
    ):
        code, said = said_of(pdf, tmp_path)
        assert (code, said.splitlines()[0]) == (1, "NOT VALID")
        assert why in said


def test_a_replaced_and_a_withdrawn_document_fail_although_unchanged(cast: Cast, tmp_path: Path) -> None:
    old = issued()
    new = withdrawn(cast, issued(demo.batch_certificate(version=2)))

    for document, why in ((old, "It was replaced by a later version."), (new, "It was withdrawn.")):
        code, said = said_of(read_file(document.file_sha256), tmp_path)
        assert code == 1
        assert "The file is unchanged" in said
        assert why in said


def test_machines_get_json(tmp_path: Path) -> None:
    document = issued()

    code, said = said_of(read_file(document.file_sha256), tmp_path, "--json")

    assert code == 0
    assert json.loads(said)["valid"] is True
    assert json.loads(said)["code"] == document.code


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_certificate", str(tmp_path / "nothing.pdf"))


def test_a_file_larger_than_any_of_ours_is_not_read_to_its_end(tmp_path: Path) -> None:
    code, said = said_of(b"%PDF-1.7" + b"0" * LARGEST_FILE, tmp_path)

    assert (code, said.splitlines()) == (1, ["NOT VALID", "This file is larger than any document of this system."])


def test_without_its_own_certificates_it_says_that_it_cannot_judge(tmp_path: Path, settings: Any) -> None:
    good = read_file(issued().file_sha256)
    settings.SEAL_CERT = tmp_path / "gone.pem"

    with pytest.raises(CommandError, match="can't be judged here now"):
        said_of(good, tmp_path)
