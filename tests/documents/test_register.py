"""A document's life: requested with the act that makes it true, issued after the checkpoint, replaced, withdrawn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.audit.models import Checkpoint, Entry
from apps.audit.selectors import entries_of
from apps.audit.services import audited, sequence_entries
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, RuleBroken, SignatureRefused, Stale
from apps.documents import services
from apps.documents.content import withdraw_content
from apps.documents.facts import DocumentState, Standing
from apps.documents.models import Document, Wording
from apps.documents.rules import is_mistyped
from apps.documents.selectors import (
    document_by_code,
    documents_about,
    due_documents,
    judgement_of,
    newest_document,
    next_version,
    visible_documents,
)
from apps.documents.services import issue_document, preview, withdraw_document
from apps.documents.store import keep_file, path_of, read_file
from apps.documents.tasks import issue_due_documents
from tests.cast import AT, Cast, actor, sign_as
from tests.documents import demo
from tests.documents.reading import flowing
from tests.documents.story import LATER, batch_record, issued, requested

pytestmark = pytest.mark.django_db
REASON = "the analyst found a wrong sample number"


def withdrawn(cast: Cast, document: Document, reason: str = REASON, person: str = "quinn") -> Document:
    user = getattr(cast, person)
    content = withdraw_content(document, reason)
    signing = sign_as(user, content, at=LATER)
    return withdraw_document(document=document, reason=reason, signing=signing, actor=actor(user), at=LATER)


def test_a_requested_document_is_stored_whole_and_waits() -> None:
    document = requested()

    assert (document.state, document.name) == ("DRAFT", "BC-0042 v1")
    assert document.wording.text == demo.batch_certificate().text
    assert document.content_hash == demo.batch_certificate().hash
    assert document.record.address == "document/BC-0042-v1"
    assert is_mistyped(document.code) is None
    assert list(due_documents()) == [document]
    assert document_by_code(document.code) is None


def test_nothing_is_issued_before_a_checkpoint_covers_the_trail() -> None:
    document = requested()

    with pytest.raises(RuleBroken) as refused:
        issue_document(document=document, at=LATER)

    assert refused.value.code == "no_checkpoint"
    assert Document.objects.get().state == "DRAFT"


def test_an_issued_document_is_a_sealed_file_that_prints_its_checkpoint() -> None:
    document = issued()
    pdf = read_file(document.file_sha256)

    checkpoint = Checkpoint.objects.get()
    assert (document.state, document.issued_at, document.checkpoint) == ("ISSUED", LATER, checkpoint)
    assert document.trail == "batch/CT-0042#2"
    printed = flowing(pdf)
    assert f"#{checkpoint.size}" in printed
    assert checkpoint.root in printed.replace(" ", "")
    assert document.code in printed
    assert "batch/CT-0042#2" in printed
    assert judgement_of(pdf, at=LATER).valid


def test_what_happens_to_the_batch_afterwards_is_not_claimed_by_the_certificate() -> None:
    document = requested()
    with audited(actor=SYSTEM, action="batch.noted", at=LATER, touching=[batch_record()]) as change:
        change.note(batch_record(), "batch.noted")
    sequence_entries(at=LATER)

    assert issue_document(document=document, at=LATER).trail == "batch/CT-0042#2"


def test_issuing_twice_changes_nothing() -> None:
    first = issued()
    again = issue_document(document=first, at=LATER + timedelta(hours=1))
    stale = issue_document(document=Document(pk=first.pk, state="DRAFT", **_columns(first)), at=LATER)

    assert again.file_sha256 == first.file_sha256 == stale.file_sha256
    assert [entry.action for entry in entries_of(first.record)] == [
        "document.worded",
        "document.requested",
        "document.issued",
    ]


def _columns(document: Document) -> dict[str, object]:
    fields = [field for field in Document._meta.concrete_fields if field.name not in ("id", "state")]
    columns = {field.attname: getattr(document, field.attname) for field in fields}
    made = Entry.objects.get(record=document.record, action="document.requested")
    return {**columns, "last_entry_id": made.pk}


@pytest.mark.django_db(transaction=True)
def test_two_workers_issue_one_document_once() -> None:
    document = requested()
    sequence_entries(at=LATER)

    def work(_: int) -> str:
        try:
            return issue_document(document=Document.objects.get(pk=document.pk), at=LATER).file_sha256
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        digests = set(workers.map(work, range(4)))

    assert len(digests) == 1
    assert Entry.objects.filter(action="document.issued").count() == 1


def test_the_sweep_issues_what_waits_and_may_run_twice() -> None:
    requested()
    issue_due_documents()
    issue_due_documents()

    assert [document.state for document in Document.objects.all()] == ["ISSUED"]


def test_one_document_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    requested(demo.batch_certificate(number="BC-0001"))
    requested(demo.batch_certificate(number="BC-0002"))
    true_draw = services.draw

    def draw_the_second(content: object, imprint: object) -> bytes:
        if content.number == "BC-0001":  # type: ignore[attr-defined]
            raise OSError("no room left")
        return true_draw(content, imprint)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "draw", draw_the_second)
    issue_due_documents()
    assert {d.number: d.state for d in Document.objects.all()} == {"BC-0001": "DRAFT", "BC-0002": "ISSUED"}

    monkeypatch.undo()
    issue_due_documents()
    assert {d.state for d in Document.objects.all()} == {"ISSUED"}


def test_without_its_key_nothing_is_sealed_and_what_waits_is_issued_when_the_key_is_back(
    settings: Any, tmp_path: Path
) -> None:
    requested()
    kept, settings.SEAL_KEY = settings.SEAL_KEY, tmp_path / "gone.pem"
    issue_due_documents()
    assert [(document.state, document.file_sha256) for document in Document.objects.all()] == [("DRAFT", "")]

    settings.SEAL_KEY = kept
    issue_due_documents()
    assert [document.state for document in Document.objects.all()] == ["ISSUED"]


def test_a_reissue_supersedes_and_keeps_the_old() -> None:
    old = issued()
    new = issued(demo.batch_certificate(version=2, supersedes="BC-0042 v1", reason=REASON), at=LATER)
    old.refresh_from_db()

    assert (old.state, new.state, new.supersedes) == ("SUPERSEDED", "ISSUED", old)
    assert judgement_of(read_file(old.file_sha256), at=LATER).standing is Standing.SUPERSEDED
    assert judgement_of(read_file(new.file_sha256), at=LATER).valid
    assert newest_document("BC-0042") == new
    assert next_version("BC-0042") == 3
    assert list(documents_about(old.subject)) == [old, new]


def test_a_version_requested_before_its_forerunner_was_issued_ends_it() -> None:
    first = requested()
    second = requested(demo.batch_certificate(version=2))
    sequence_entries(at=LATER)
    issue_document(document=second, at=LATER)
    issue_due_documents()
    first.refresh_from_db()

    assert (first.state, first.file_sha256) == ("SUPERSEDED", "")


@pytest.mark.parametrize("version", [0, 2, 7])
def test_versions_have_no_gap(version: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        requested(demo.batch_certificate(version=version))

    assert refused.value.code == "version_not_next"
    assert not Document.objects.exists()


def test_what_cannot_be_printed_is_refused_before_anything_is_stored() -> None:
    with pytest.raises(RuleBroken) as refused:
        requested(demo.batch_certificate(caption="☑"))

    assert refused.value.code == "glyph_missing"
    assert not Wording.objects.exists()


def test_labels_stand_on_sheets_of_their_own() -> None:
    mixed = demo.batch_certificate(blocks=demo.labels().blocks)

    with pytest.raises(RuleBroken) as refused:
        requested(mixed)

    assert refused.value.code == "mixed_blocks"


def test_labels_are_registered_and_issued_like_any_document() -> None:
    document = issued(demo.labels())

    assert judgement_of(read_file(document.file_sha256), at=LATER).valid


def test_a_preview_is_a_draft_and_leaves_no_trace() -> None:
    assert "draft, not issued" in flowing(preview(demo.batch_certificate()))
    assert not Document.objects.exists()


# --- withdrawal -----------------------------------------------------------------------------------------------------


def test_quality_assurance_withdraws_by_signature_and_every_copy_is_told(cast: Cast) -> None:
    document = issued()
    pdf = read_file(document.file_sha256)
    after = withdrawn(cast, document)

    assert (after.state, after.withdrawn_reason) == ("WITHDRAWN", REASON)
    judged = judgement_of(pdf, at=LATER)
    assert (judged.verdict.good, judged.valid, judged.standing) == (True, False, Standing.WITHDRAWN)
    assert "signature.document.withdrawn" in [entry.action for entry in entries_of(document.record)]


@pytest.mark.parametrize("person", ["olga", "hugo", "adam", "ines", "rolf"])
def test_nobody_else_withdraws(cast: Cast, person: str) -> None:
    document = issued()

    with pytest.raises(NotAllowed):
        withdrawn(cast, document, person=person)

    document.refresh_from_db()
    assert document.state == "ISSUED"


def test_a_wrong_secret_withdraws_nothing(cast: Cast) -> None:
    document = issued()
    signing = sign_as(cast.quinn, withdraw_content(document, REASON), at=LATER, secret="guess")

    with pytest.raises(SignatureRefused):
        withdraw_document(document=document, reason=REASON, signing=signing, actor=actor(cast.quinn), at=LATER)

    document.refresh_from_db()
    assert document.state == "ISSUED"


def test_the_reason_that_was_shown_is_the_reason_that_counts(cast: Cast) -> None:
    document = issued()
    signing = sign_as(cast.quinn, withdraw_content(document, REASON), at=LATER)

    with pytest.raises(Stale):
        withdraw_document(
            document=document, reason="another reason", signing=signing, actor=actor(cast.quinn), at=LATER
        )


@pytest.mark.parametrize("reason", ["", ".", "  - "])
def test_a_withdrawal_needs_a_reason(cast: Cast, reason: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        withdrawn(cast, issued(), reason=reason)

    assert refused.value.code == "reason_missing"


def test_what_is_not_in_force_cannot_be_withdrawn(cast: Cast) -> None:
    document = withdrawn(cast, issued())

    with pytest.raises(RuleBroken) as refused:
        withdrawn(cast, document)

    assert refused.value.code == "not_in_force"


# --- files, sites, database -----------------------------------------------------------------------------------------


def test_a_sealed_file_that_the_register_does_not_hold_is_unknown() -> None:
    document = issued()
    pdf = read_file(document.file_sha256)
    other = services.sealed_file(document, services.proof_of(_as_requested(document)), LATER)  # type: ignore[arg-type]

    assert other != pdf
    judged = judgement_of(other, at=LATER)
    assert (judged.verdict.good, judged.standing, judged.valid) == (True, Standing.UNKNOWN, False)


def _as_requested(document: Document) -> Document:
    return Document(pk=document.pk, **_columns(document))


def test_the_same_bytes_are_kept_once_and_damage_is_noticed() -> None:
    digest = keep_file(b"the same bytes")
    assert keep_file(b"the same bytes") == digest
    assert read_file(digest) == b"the same bytes"

    with open(default_storage.path(path_of(digest)), "wb") as file:
        file.write(b"other bytes")
    with pytest.raises(RuleBroken) as damaged:
        read_file(digest)
    default_storage.delete(path_of(digest))
    with pytest.raises(RuleBroken) as missing:
        read_file(digest)

    assert (damaged.value.code, missing.value.code) == ("file_damaged", "file_missing")


def test_the_documents_of_another_site_are_not_seen(cast: Cast) -> None:
    document = issued()

    assert list(visible_documents(cast.quinn, AT)) == [document]
    assert list(visible_documents(cast.rolf, AT)) == []


def test_the_database_itself_refuses_to_change_a_wording() -> None:
    document = requested()

    with pytest.raises(DatabaseError), transaction.atomic():
        Wording.objects.filter(pk=document.wording_id).update(text="another")


def test_the_database_knows_the_states() -> None:
    document = issued()

    for columns in ({"state": "SHREDDED"}, {"file_sha256": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**columns)
    assert {str(state) for state in DocumentState} == {"DRAFT", "ISSUED", "SUPERSEDED", "WITHDRAWN"}
