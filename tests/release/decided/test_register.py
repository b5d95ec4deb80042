"""The register of certified batches: each decision is entered in the same act, under the next number, for good."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Record
from apps.documents.content import withdraw_content
from apps.documents.models import Document
from apps.documents.services import withdraw_document
from apps.organisation.selectors import user_named
from apps.register.models import RegisterEntry
from apps.register.selectors import visible_entries
from tests.release.deciding import WHY, Release, codes

pytestmark = pytest.mark.django_db
UNITS = [f"CT-0042-U{n:02}" for n in range(1, 9)]


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
