"""A complete copy of one batch record for an inspector: one package, each file of it told by its SHA-256."""

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage

from apps.audit.models import Record
from apps.audit.services import sequence_entries
from apps.batches.models import Attachment, RecordedValue
from apps.batches.selectors.files import path_of
from apps.core.errors import Happened
from apps.documents.models import Document
from apps.documents.selectors import judgement_of
from apps.documents.store import read_file
from apps.inspection.packing import Member, packed
from apps.signatures.models import Signature
from tests.architecture.source import ROOT
from tests.batches.story import PNG, Room
from tests.cast import AT, Cast
from tests.documents.story import issued

PAGE, API = "/inspection/records/batch%2FCT-0042/copy.zip", "/api/v1/audit/copies/batch%2FCT-0042/"


@pytest.fixture
def room(room: Room) -> Room:
    """CT-0042 with a print-out attached too early, its event, one certificate, and everything under a signed head."""
    room.receipt()
    room.attach("closing.papers.printout", happened=Happened(at=room.now, reason="Kept on paper"))
    issued(at=room.now + timedelta(minutes=1))
    sequence_entries(at=room.now + timedelta(minutes=2))
    return room


def unpacked(reply: Any) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(b"".join(reply.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def copy(room: Room, cast: Cast, web_client: Any) -> dict[str, bytes]:
    return unpacked(web_client(cast.ines).get(PAGE))


def rows_of(copy: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(copy[name].decode("utf-8-sig"))))


def test_every_file_of_the_package_is_in_the_manifest_with_its_hash_and_no_other(copy: dict[str, bytes]) -> None:
    manifest = json.loads(copy["manifest.json"])

    told = {member["name"]: (member["size"], member["sha256"]) for member in manifest["members"]}
    held = {name: (len(data), sha256(data).hexdigest()) for name, data in copy.items()}
    assert told == {name: held[name] for name in held if name not in ("manifest.json", "SHA256SUMS")}
    assert (manifest["record"], manifest["copied_by"], manifest["findings"]) == ("batch/CT-0042", "ines", [])


def test_a_stranger_checks_the_sums_with_the_tools_of_any_system(copy: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in copy.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(copy) - 1


def test_documents_and_attached_files_are_byte_for_byte_those_that_were_kept(copy: dict[str, bytes]) -> None:
    (document,), (file,) = Document.objects.all(), Attachment.objects.all()
    pdf = copy[f"documents/{document.file_name}"]

    assert pdf == read_file(document.file_sha256)
    assert judgement_of(pdf, at=document.issued_at).verdict.good
    assert copy[f"files/{file.pk}-printout.png"] == PNG


def test_a_stranger_verifies_the_trail_of_each_record_in_the_package(copy: dict[str, bytes], tmp_path: Path) -> None:
    trails = {name: data for name, data in copy.items() if name.startswith("trail/")}
    for data in trails.values():
        file = tmp_path / "trail.json"
        file.write_bytes(data)
        command = [sys.executable, "-P", str(ROOT / "deploy" / "verify_proof.py"), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (
            0,
            f"{len(json.loads(data)['entries'])} entries are as they were written.\n",
        )

    told = {unquote(name.removeprefix("trail/").removesuffix(".json")) for name in trails}
    wanted = Record.objects.filter(kind__in=("batch", "vessel", "event", "sample", "unit"))
    assert told == set(wanted.values_list("address", flat=True))
    assert len(told) > 1


def test_values_and_signatures_are_tables_that_people_read(copy: dict[str, bytes]) -> None:
    values, signatures = rows_of(copy, "values.csv"), rows_of(copy, "signatures.csv")

    assert len(values) == RecordedValue.objects.count()
    assert {"place", "text", "performed_by", "recorded_at", "supersedes", "file.sha256"} <= values[0].keys()
    signed = Signature.objects.filter(record__address__startswith="batch/").values_list("content_hash", flat=True)
    assert sorted(signed) == sorted(row["content_hash"] for row in signatures)
    assert all(row["printed_name"] and row["meaning"] and row["signed_at"] for row in signatures)
    assert b"CT-0042" in copy["README.txt"]


def test_the_api_gives_the_same_package(copy: dict[str, bytes], cast: Cast, api_client: Any) -> None:
    reply = api_client(cast.ines).get(API)
    same = unpacked(reply)

    assert reply["Content-Type"] == "application/zip"
    assert reply["Content-Disposition"] == 'attachment; filename="batch-CT-0042.zip"'
    assert same.keys() == copy.keys()
    assert all(same[name] == copy[name] for name in copy if not name.startswith(("trail/", "manifest", "SHA")))


def test_a_kept_file_that_changed_or_is_gone_is_named_and_the_rest_is_given(
    room: Room, cast: Cast, web_client: Any
) -> None:
    file = Attachment.objects.get()
    with default_storage.open(path_of(file.sha256), "wb") as kept:
        kept.write(b"another")
    changed = json.loads(unpacked(web_client(cast.ines).get(PAGE))["manifest.json"])["findings"]
    default_storage.delete(path_of(file.sha256))
    copy = unpacked(web_client(cast.ines).get(PAGE))

    name = f"files/{file.pk}-printout.png"
    assert changed == [f"{name}: not the file that was kept, whose SHA-256 is {file.sha256}"]
    assert json.loads(copy["manifest.json"])["findings"] == [
        f"{name}: the kept file is missing, whose SHA-256 is {file.sha256}"
    ]
    assert name not in copy


def test_who_does_not_see_the_record_gets_no_copy_and_what_is_no_batch_has_none(
    room: Room, cast: Cast, web_client: Any, api_client: Any
) -> None:
    event = Record.objects.filter(kind="event").first()

    assert web_client(cast.rita).get(PAGE).status_code == 404
    assert api_client(cast.rita).get(API).status_code == 404
    assert (
        web_client(cast.ines).get(PAGE.replace("batch%2FCT-0042", event.address.replace("/", "%2F"))).status_code == 404
    )


def test_the_page_of_a_batch_offers_the_package(room: Room, cast: Cast, web_client: Any) -> None:
    page = web_client(cast.ines).get(PAGE.removesuffix("copy.zip")).content.decode()

    assert f'href="{PAGE}"' in page


def test_a_package_of_any_length_is_made_piece_by_piece() -> None:
    noise = [sha256(str(n).encode()).digest() * 2048 for n in range(8)]  # 64 KiB each

    def long() -> Iterator[bytes]:
        for n in range(1024):
            yield noise[n % 8]

    tracemalloc.start()
    length = sum(len(piece) for piece in packed([Member("long", long())], {}, AT))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert length > 100_000
    assert peak < 4_000_000
