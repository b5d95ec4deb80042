"""The register of certified batches: each decision is entered in the same act, under the next number, for good."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Record
from apps.documents.content import withdraw_content
from apps.documents.facts import read_content
from apps.documents.models import Document
from apps.documents.services import withdraw_document
from apps.documents.store import read_file
from apps.organisation.selectors import user_named
from apps.register.models import RegisterEntry
from apps.register.selectors import gaps_of, visible_entries
from apps.supply.services import fill_register
from tests.audit.owner import drop_the_triggers, execute, findings
from tests.documents.reading import flowing
from tests.release.decided.test_edges import at_the_api, at_the_pages
from tests.release.deciding import WHY, Release, codes

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[int, str, int]]:
    return list(RegisterEntry.objects.order_by("n").values_list("n", "kind", "quantity"))


def register(release: Release) -> Record:
    return release.batch.site.record


def withdrawn(release: Release) -> Document:
    document = release.issue()
    release.later()
    signing = release.stage.signing(withdraw_content(document, "Wrong strength printed"), release.now, "qa")
    who = {"signing": signing, "actor": release.stage.actor("qa"), "at": release.now}
    return withdraw_document(document=document, reason="Wrong strength printed", **who)


def test_a_certification_is_entered_with_batch_units_person_and_document(certified: Release) -> None:
    (entry,) = RegisterEntry.objects.all()
    document = Document.objects.get(number="BC-CT-0042")

    assert (str(entry), entry.n, entry.kind) == ("NANHU-1", 1, "CERTIFIED")
    assert (entry.batch, entry.product) == (certified.batch.record, "msc_covid19-v1")
    assert (entry.quantity, entry.units) == (len(entry.units), sorted(entry.units))
    assert (entry.printed_name, entry.person_title_en, entry.person_title_zh) == (
        entry.signature.printed_name,
        "Authorised person",
        "质量受权人",
    )
    assert (entry.document, entry.document_name) == (document.record, "BC-CT-0042 v1")
    assert entry.document_hash == document.content_hash
    assert entry.decided_at == entry.entered_at == certified.batch.certified_at


def test_the_checkpoint_over_an_entry_is_known_once_it_is_made(certified: Release) -> None:
    person = user_named(certified.stage.actor("qa").username)
    assert [one.checkpoint for one in visible_entries(person, certified.now)] == [None]

    certified.issue()

    (entry,) = visible_entries(person, certified.now)
    assert entry.checkpoint == Document.objects.get(number="BC-CT-0042").checkpoint.size


def test_a_refused_certification_enters_nothing(reviewed: Release) -> None:
    assert codes(lambda: reviewed.certify("qa2")) == ["role_missing"]
    assert entries() == []


def test_a_correction_a_recall_and_a_withdrawal_are_entries_of_their_own(certified: Release) -> None:
    n = RegisterEntry.objects.get().quantity
    certified.issue()
    certified.supply()
    certified.decide("reopen", "qa2")
    certified.reviewed().certify()
    withdrawn(certified)

    assert entries() == [
        (1, "CERTIFIED", n),
        (2, "REOPENED", n),
        (3, "CERTIFIED_AGAIN", n),
        (4, "WITHDRAWN", n),
    ]
    second, third, fourth = RegisterEntry.objects.filter(n__gt=1).order_by("n")
    assert (second.reason, second.document, second.corrects) == (WHY, None, None)
    assert (third.corrects.n, third.document_name) == (1, "BC-CT-0042 v2")
    assert (fourth.corrects.n, fourth.document_name, fourth.reason) == (3, "BC-CT-0042 v2", "Wrong strength printed")


def test_a_rejection_and_a_recall_say_why_and_name_the_units(certified: Release) -> None:
    certified.supplied().decide("recall", "qa2")

    last = RegisterEntry.objects.get(n=2)
    assert (last.kind, last.reason, last.document) == ("RECALLED", WHY, None)
    assert last.units == RegisterEntry.objects.get(n=1).units


def test_a_batch_that_is_rejected_before_any_certification_is_entered(reviewed: Release) -> None:
    reviewed.decide("reject", "qa2")

    assert [(n, kind) for n, kind, _quantity in entries()] == [(1, "REJECTED")]


@pytest.mark.parametrize("statement", ["UPDATE {} SET n = 7", "DELETE FROM {}"])
def test_the_database_refuses_to_change_an_entry(certified: Release, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(RegisterEntry._meta.db_table))
    assert entries()[0][:2] == (1, "CERTIFIED")


# --- nothing is missing ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("n", [1, 2])
def test_an_entry_that_was_taken_out_is_missed_by_register_and_trail(certified: Release, n: int) -> None:
    certified.decide("reject", "qa2")
    assert (gaps_of(register(certified)), findings()) == ([], [])

    drop_the_triggers()
    execute(f"DELETE FROM {RegisterEntry._meta.db_table} WHERE n = {n}")

    assert gaps_of(register(certified)) == [n]
    assert [finding.table for finding in findings()] == [RegisterEntry._meta.db_table]
    page = at_the_pages(certified, "qa").get("/register/").content.decode()
    assert f"The register of NANHU is broken. Missing: {n}." in page
    told = at_the_api(certified, "qa").get("/api/v1/register/gaps/").json()
    assert told == [{"site": "NANHU", "unbroken": False, "missing": [n]}]


def test_a_decision_older_than_the_register_is_entered_from_its_signature_once(certified: Release) -> None:
    certified.issue()
    was = RegisterEntry.objects.get()
    drop_the_triggers()
    execute(f"DELETE FROM {RegisterEntry._meta.db_table}")

    assert [fill_register(at=certified.later(days=1).now) for _time in range(2)] == [1, 0]

    entry = RegisterEntry.objects.get()
    for name in ("n", "kind", "batch", "units", "decided_at", "username", "person_title_zh", "document_hash"):
        assert getattr(entry, name) == getattr(was, name), name
    assert (entry.was_entered_later, was.was_entered_later) == (True, False)


# --- page, table, API, sealed copy ----------------------------------------------------------------------------------
def test_the_page_shows_decision_person_and_document_and_narrows_by_kind_words_and_days(certified: Release) -> None:
    day = certified.now.date()
    certified.later(days=3).decide("reject", "qa2")
    page = at_the_pages(certified, "qa")

    def shown(query: str) -> list[str]:
        return [f"NANHU-{n}" for n in (1, 2) if f"NANHU-{n}<" in page.get(f"/register/?{query}").content.decode()]

    assert shown("") == ["NANHU-1", "NANHU-2"]
    assert shown("kind=CERTIFIED") == shown("q=bc-ct") == shown(f"until={day}") == ["NANHU-1"]
    assert shown("kind=REJECTED") == shown(f"since={day + timedelta(days=2)}") == ["NANHU-2"]
    assert shown("q=nothing") == []
    assert "Authorised person" in page.get("/register/").content.decode()
    assert page.get("/register/?since=yesterday").status_code == 400
    assert page.get("/register/register.csv?since=yesterday").status_code == 400


def test_the_table_and_the_api_say_the_same(certified: Release) -> None:
    reply = at_the_pages(certified, "inspector").get("/register/register.csv")
    (row,) = csv.DictReader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig")))
    (told,) = at_the_api(certified, "inspector").get("/api/v1/register/?batch=CT-0042&site=NANHU").json()["results"]

    assert (row["number"], row["kind"], row["batch"]) == ("1", "CERTIFIED", "CT-0042")
    assert (told["number"], told["kind"], told["batch"]) == (1, "CERTIFIED", "CT-0042")
    assert row["units"].split() == told["units"]
    assert (row["document"], row["document_sha256"]) == (told["document"], told["document_hash"])
    assert at_the_api(certified, "qa").get("/api/v1/register/?kind=RECALLED").json()["results"] == []


def copy_asked(release: Release, who: str, since: object, until: object) -> Any:
    body = {"since": str(since), "until": str(until)}
    return at_the_api(release, who).post("/api/v1/register/NANHU/copies/", body)


def test_a_sealed_copy_names_every_entry_of_its_days_and_the_next_one_supersedes_it(certified: Release) -> None:
    day = certified.now.date()
    assert copy_asked(certified, "qa", day, day).json()["version"] == 1
    certified.issue()
    again = copy_asked(certified, "certifier", day, day).json()
    assert (again["version"], again["subject"]) == (2, "site/NANHU")

    document = certified.issue()
    content = read_content(document.wording.text)
    (row,) = content.blocks[1].rows
    assert (row[0], row[3]) == ("1", str(RegisterEntry.objects.get().quantity))
    assert content.data["entries"][0]["units"] == RegisterEntry.objects.get().units
    text = flowing(read_file(document.file_sha256))
    assert [word for word in ("CT-0042", "Authorised person", "质量受权人") if word not in text] == []


def test_a_sealed_copy_covers_days_that_are_over_and_is_asked_for_by_quality(certified: Release) -> None:
    day = certified.now.date()
    codes_of = {
        "period": copy_asked(certified, "qa", day, day - timedelta(days=1)),
        "period_not_over": copy_asked(certified, "qa", day, day + timedelta(days=9)),
        "role_missing": copy_asked(certified, "operator", day, day),
    }
    assert {code: reply.status_code for code, reply in codes_of.items()} == {
        "period": 409,
        "period_not_over": 409,
        "role_missing": 403,
    }
    assert {code: reply.json()["code"] for code, reply in codes_of.items()} == {code: code for code in codes_of}
    page = at_the_pages(certified, "qa")
    assert page.get("/release/register/NANHU/print/").status_code == 200
    days = {"since": str(day), "until": str(day)}
    assert page.post("/release/register/NANHU/print/", days).headers["Location"].startswith("/documents/REG-NANHU-")
