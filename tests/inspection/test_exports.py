"""The trail to take away: a table that opens safely, and a file that a stranger verifies without us."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from apps.audit.models import Checkpoint
from apps.audit.services import sequence_entries
from apps.inspection import views
from tests.architecture.source import ROOT
from tests.cast import AT

TABLE, PROOF = "/inspection/audit/export.csv", "/inspection/audit/export.json"
CHAIN = "/inspection/records/test%2FA/export.json"


@pytest.fixture
def told(note):
    for n in range(5):
        note("A", line=n)
    note("B", reason="=HYPERLINK(0)", who="-olga")
    sequence_entries(at=AT)
    note("A", line=5)


@pytest.fixture
def ines(web_client, cast):
    assert cast.ines
    return web_client(cast.ines)


def rows_of(reply) -> list[dict[str, str]]:
    text = b"".join(reply.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_has_every_entry_that_was_asked_for(told, ines):
    rows = rows_of(ines.get(f"{TABLE}?record=test/"))

    asked_for = [("test/A", str(n)) for n in range(1, 7)] + [("test/B", "1")]
    assert sorted((row["record"], row["n"]) for row in rows) == asked_for
    assert {row["action"] for row in rows} == {"test.said"}
    assert rows[-1].keys() >= {"at", "username", "role", "reason", "before", "after", "previous", "hash"}


def test_no_cell_of_the_table_is_a_formula(told, ines):
    (row,) = rows_of(ines.get(f"{TABLE}?record=test/B"))

    assert (row["username"], row["reason"]) == ("'-olga", "'=HYPERLINK(0)")


def test_the_table_is_a_file_in_utf_8_that_spreadsheets_read(told, ines):
    reply = ines.get(f"{TABLE}?record=test/")

    assert reply["Content-Type"] == "text/csv; charset=utf-8"
    assert reply["Content-Disposition"].startswith('attachment; filename="trail-')
    assert b"".join(reply.streaming_content).startswith(b"\xef\xbb\xbf")


def test_the_table_of_a_long_trail_is_read_in_pieces(told, ines, django_assert_max_num_queries):
    reply = ines.get(f"{TABLE}?record=test/")
    with django_assert_max_num_queries(2):
        rows_of(reply)


def verified(export: str, tmp_path: Path, *arguments: str) -> tuple[int, str]:
    """What the stand-alone program says, run by itself in another folder."""
    file = tmp_path / "trail.json"
    file.write_text(export, encoding="utf-8")
    program = ROOT / "deploy" / "verify_proof.py"
    done = subprocess.run(
        [sys.executable, "-P", str(program), str(file), *arguments],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.fixture
def chain(told, ines) -> dict:
    return json.loads(ines.get(CHAIN).content)


def test_a_stranger_verifies_the_chain_of_a_record(chain, tmp_path):
    assert len(chain["entries"]) == 6
    assert verified(json.dumps(chain), tmp_path) == (0, "6 entries are as they were written.\n")


def test_the_newest_entry_in_the_tree_carries_the_proof_for_all_before_it(chain):
    assert [entry["n"] for entry in chain["entries"] if entry["leaf"]] == [5]


def test_a_stranger_holds_the_head_against_the_one_printed_on_a_certificate(chain, tmp_path):
    head = chain["checkpoint"]

    assert verified(json.dumps(chain), tmp_path, "--root", f"{head['size']}:{head['root']}")[0] == 0
    status, said = verified(json.dumps(chain), tmp_path, "--root", f"{head['size']}:{'0' * 64}")
    assert (status, "not the known one" in said) == (1, True)


def forge_text(chain: dict) -> None:
    chain["entries"][2]["text"] = chain["entries"][2]["text"].replace('"line":2', '"line":3')


def forge_gap(chain: dict) -> None:
    del chain["entries"][2]


def forge_head(chain: dict) -> None:
    chain["checkpoint"]["root"] = "0" * 64


def forge_signed_text(chain: dict) -> None:
    chain["checkpoint"]["signed_text"] = chain["checkpoint"]["signed_text"].replace("2026", "2025")


def forge_path(chain: dict) -> None:
    chain["entries"][4]["leaf"]["path"] = chain["entries"][4]["leaf"]["path"][:-1]


def forge_place(chain: dict) -> None:
    chain["entries"][5]["record"] = "test/B"


@pytest.mark.parametrize(
    ("forge", "says"),
    [
        (forge_text, "test/A#3: the text does not belong to the hash"),
        (forge_gap, "test/A#4: it does not follow the entry before it"),
        (forge_head, "the head is not the one that was signed"),
        (forge_signed_text, "the signature of the head is not good"),
        (forge_path, "test/A#5: it does not stand under the head"),
        (forge_place, "test/B#6: the text is that of test/A#6"),
    ],
)
def test_a_stranger_finds_what_was_forged(chain, tmp_path, forge, says):
    forge(chain)
    status, said = verified(json.dumps(chain), tmp_path)

    assert status == 1
    assert says in said


def test_entries_of_several_chains_are_each_proved_under_one_head(told, ines, tmp_path):
    reply = ines.get(f"{PROOF}?record=test/")
    export = json.loads(reply.content)

    assert {entry["record"] for entry in export["entries"]} == {"test/A", "test/B"}
    assert [entry["n"] for entry in export["entries"] if not entry["leaf"]] == [6]  # not in the tree yet
    assert export["checkpoint"]["size"] == Checkpoint.objects.order_by("-size").first().size
    assert export["asked"] == {"record": "test/"}
    assert verified(reply.content.decode(), tmp_path)[0] == 0


def test_more_entries_than_one_proof_holds_are_refused_with_the_way_out(told, ines, monkeypatch):
    monkeypatch.setattr(views, "MOST_PROOFS", 3)
    reply = ines.get(f"{PROOF}?record=test/")

    assert reply.status_code == 400
    assert "More than 3 entries fit" in reply.content.decode()
    assert "/inspection/audit/export.csv?record=test%2F" in reply.content.decode()


def test_a_chain_that_was_never_sequenced_says_that_nothing_is_proved_yet(note, ines, tmp_path):
    note("A")
    status, said = verified(ines.get(CHAIN).content.decode(), tmp_path)

    assert (status, said) == (1, "nothing of it is under a signed head yet\n")


def test_exports_show_only_the_sites_of_the_person(told, web_client, cast):
    rita = web_client(cast.rita)

    assert rows_of(rita.get(f"{TABLE}?record=test/")) == []
    assert json.loads(rita.get(f"{PROOF}?record=test/").content)["entries"] == []
    assert rita.get(CHAIN).status_code == 404
    assert rita.get("/inspection/records/test%2FA/export.csv").status_code == 404


def test_the_chain_of_a_record_is_a_table_too(told, ines):
    rows = rows_of(ines.get("/inspection/records/test%2FA/export.csv"))

    assert [row["n"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
