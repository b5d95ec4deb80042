"""A unit is destroyed once: asked for, approved, proven, done by one person and seen by another."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from apps.audit.models import Entry
from apps.audit.selectors import Verification
from apps.audit.services import audited, sequence_entries
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import BadInput, NotAllowed, Refused
from apps.disposal import rules
from apps.disposal.models import Disposal, ProofFile, ProofValue
from apps.documents.models import Document
from apps.documents.selectors import due_documents, judgement_of
from apps.documents.services import issue_document
from apps.documents.store import digest_of, path_of, read_file
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from apps.signatures.models import Signature
from apps.units.facts import Fate
from apps.units.models import Unit
from apps.units.selectors import whereabouts
from tests.cast import Cast
from tests.disposal.story import (
    APPROVED,
    DONE,
    GOOD,
    SEEN,
    approved,
    destroyed,
    refused,
    requested,
    treated,
    with_print_out,
    witnessed,
)
from tests.documents.reading import flowing
from tests.testing.story import FILLED, MINUTE

pytestmark = pytest.mark.django_db
U8, U9 = "CT-0042-U08", "CT-0042-U09"
BECAUSE = "The bag burst on the bench and went into the autoclave at once."


@pytest.fixture(autouse=True)
def _units(filled_units: list[Unit]) -> None:
    """What is to be destroyed."""


def unit(number: str = U9) -> Unit:
    return Unit.objects.select_related("record", "batch__record").get(number=number)


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return sorted({objection.code for objection in caught.value.objections})


# --- the ordinary way -----------------------------------------------------------------------------------------------
def test_several_units_are_destroyed_in_one_disposal_by_one_person_and_seen_by_another(
    cast: Cast, batch: Batch
) -> None:
    disposal = destroyed(cast, batch, U8, U9)

    assert (disposal.number, disposal.state, disposal.waste_number) == ("CT-0042-W01", "WITNESSED", "MW-2026-0311")
    assert {unit(number).custody for number in (U8, U9)} == {"DESTROYED"}
    assert list(ProofValue.objects.order_by("parameter").values_list("parameter", "verdict")) == [
        ("minutes", "PASS"),
        ("printout", "RECORDED"),
        ("temperature", "PASS"),
    ]
    signed = Signature.objects.filter(record=disposal.record).order_by("pk").values_list("verb", "username")
    assert list(signed) == [
        ("disposal.approve", "quinn"),
        ("disposal.destroy", "olga"),
        ("disposal.witness", "vera"),
    ]
    assert whereabouts(batch).accounted[Fate.DESTROYED] == 2
    assert whereabouts(batch).closes
    assert Event.objects.count() == 0
    assert list(Verification().findings()) == []


def test_a_second_disposal_of_a_batch_takes_the_next_number(cast: Cast, batch: Batch) -> None:
    assert [requested(cast, batch, number).number for number in (U8, U9)] == ["CT-0042-W01", "CT-0042-W02"]


def test_while_it_waits_a_unit_can_be_neither_issued_nor_used_and_nobody_lifts_that_by_a_decision(
    cast: Cast, batch: Batch
) -> None:
    disposal = requested(cast, batch, U9)

    held = list(Hold.objects.filter(record=unit().record, lifted_at=None))
    assert [(hold.key, hold.liftable_by) for hold in held] == [("disposal:CT-0042-W01", "DISPOSAL")]
    assert {Blocks.ISSUE, Blocks.USE} == held[0].blocks
    refused(cast, disposal, "The bag is whole after all.")
    assert not Hold.objects.filter(record=unit().record, lifted_at=None).exists()


def test_a_refused_disposal_lets_its_units_go_and_they_can_be_asked_for_again(cast: Cast, batch: Batch) -> None:
    refused(cast, requested(cast, batch, U9), "The bag is whole after all.")

    again = requested(cast, batch, U9)

    assert (unit().custody, again.number) == ("IN_STORE", "CT-0042-W02")
    assert codes(lambda: treated(cast, Disposal.objects.get(number="CT-0042-W01"))) == ["wrong_state"]


# --- who ------------------------------------------------------------------------------------------------------------
def test_whom_the_master_does_not_name_approves_nothing(cast: Cast, batch: Batch) -> None:
    disposal = requested(cast, batch, U9)

    for person in (cast.olga, cast.hugo, cast.stella):
        with pytest.raises(NotAllowed):
            approved(cast, disposal, by=person)


def test_nobody_approves_what_they_asked_for(cast: Cast, batch: Batch) -> None:
    disposal = requested(cast, batch, U9, by=cast.quinn)

    assert codes(lambda: approved(cast, disposal)) == ["own_request"]
    assert approved(cast, disposal, by=cast.quentin).state == "APPROVED"


def test_nobody_witnesses_what_they_did(cast: Cast, batch: Batch) -> None:
    disposal = approved(cast, requested(cast, batch, U9))
    with_print_out(cast, disposal)
    done = treated(cast, disposal)

    assert codes(lambda: witnessed(cast, done, by=cast.olga)) == ["own_work"]
    assert Document.objects.filter(kind="DESTRUCTION_CERTIFICATE").count() == 0
    assert witnessed(cast, done).witnessed_by == "vera"


def test_the_database_itself_knows_no_witness_who_did_it(cast: Cast, batch: Batch) -> None:
    disposal = approved(cast, requested(cast, batch, U9))
    with_print_out(cast, disposal)
    done = treated(cast, disposal)

    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.filter(pk=done.pk).update(state="WITNESSED", witnessed_by="olga", witnessed_at=SEEN)


def test_who_neither_works_with_units_nor_decides_asks_for_nothing(cast: Cast, batch: Batch) -> None:
    for person in (cast.anna, cast.ines, cast.rita):
        with pytest.raises(NotAllowed):
            requested(cast, batch, U9, by=person)


def test_the_consent_of_the_donor_is_looked_at_where_the_master_asks(cast: Cast, batch: Batch) -> None:
    disposal = requested(cast, batch, U9)
    approved(cast, disposal)

    content = Signature.objects.get(verb="disposal.approve").content
    assert "Consent of the donor" in content
    assert "disposal_of_remainder" in content


# --- what -----------------------------------------------------------------------------------------------------------
def test_reason_and_treatment_are_those_of_the_frozen_master(cast: Cast, batch: Batch) -> None:
    assert codes(lambda: requested(cast, batch, U9, reason="bored")) == ["not_in_master"]
    assert codes(lambda: requested(cast, batch, U9, treatment="drain")) == ["not_in_master"]
    assert codes(lambda: requested(cast, batch)) == ["no_units"]


def test_a_unit_stands_in_one_disposal(cast: Cast, batch: Batch) -> None:
    requested(cast, batch, U8, U9)

    assert codes(lambda: requested(cast, batch, U9)) == ["in_disposal"]
    assert Disposal.objects.count() == 1


def test_what_was_given_to_a_patient_is_not_there_to_be_destroyed(cast: Cast, batch: Batch) -> None:
    found = unit()
    with audited(actor=SYSTEM, action="test", at=FILLED, touching=[batch.record, found.record]) as change:
        change.update(found, custody="ADMINISTERED", condition="SPENT", spent_at=FILLED)

    assert codes(lambda: requested(cast, batch, U9)) == ["already_gone"]


# --- proof ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("texts", "print_out", "expected"),
    [
        ({"temperature": "120.9", "minutes": "32"}, True, ["treatment_not_proven"]),
        ({"temperature": "120.94", "minutes": "29.9"}, True, ["treatment_not_proven"]),
        ({"temperature": "121.0"}, True, ["proof_missing"]),
        (GOOD, False, ["proof_missing"]),
        ({}, False, ["proof_missing"]),
    ],
)
def test_a_destruction_that_is_not_proven_is_refused(
    cast: Cast, batch: Batch, texts: dict[str, str], print_out: bool, expected: list[str]
) -> None:
    disposal = approved(cast, requested(cast, batch, U9))
    if print_out:
        with_print_out(cast, disposal)

    assert codes(lambda: treated(cast, disposal, texts=texts)) == expected
    assert (unit().custody, Disposal.objects.get().state) == ("IN_STORE", "APPROVED")


@pytest.mark.parametrize(("temperature", "minutes"), [("121.0", "30"), ("120.95", "30"), ("135", "31")])
def test_the_limits_are_those_of_the_master_to_the_last_digit(
    cast: Cast, batch: Batch, temperature: str, minutes: str
) -> None:
    disposal = approved(cast, requested(cast, batch, U9))
    with_print_out(cast, disposal)

    done = treated(cast, disposal, texts={"temperature": temperature, "minutes": minutes})

    assert done.state == "TREATED"


def test_a_liquid_is_treated_with_chlorine_and_needs_no_print_out(cast: Cast, batch: Batch) -> None:
    disposal = approved(cast, requested(cast, batch, U9, treatment="chlorine"))

    assert treated(cast, disposal, texts={"available_chlorine": "0.55", "minutes": "30"}).state == "TREATED"


@pytest.mark.parametrize("texts", [{"temperature": "hot"}, {"pressure": "2"}, {"printout": "0" * 64}])
def test_a_reading_that_cannot_be_read_is_refused_as_such(cast: Cast, batch: Batch, texts: dict[str, str]) -> None:
    disposal = approved(cast, requested(cast, batch, U9))

    with pytest.raises(BadInput):
        treated(cast, disposal, texts={**GOOD, **texts})


@pytest.mark.parametrize(("content", "code"), [(b"hello", "file_kind"), (b"", "file_empty")])
def test_a_print_out_is_of_a_kind_the_master_accepts(cast: Cast, batch: Batch, content: bytes, code: str) -> None:
    disposal = approved(cast, requested(cast, batch, U9))

    assert codes(lambda: with_print_out(cast, disposal, content, "print.txt")) == [code]


def test_the_raw_print_out_is_kept_by_its_hash_and_none_is_added_afterwards(cast: Cast, batch: Batch) -> None:
    disposal = approved(cast, requested(cast, batch, U9))
    file = with_print_out(cast, disposal)
    done = treated(cast, disposal)

    assert read_file(file.sha256).startswith(b"%PDF-")
    assert ProofValue.objects.get(parameter="printout").file == file
    assert codes(lambda: with_print_out(cast, done, b"%PDF-another")) == ["wrong_state"]
    assert ProofFile.objects.count() == 1
    assert not default_storage.exists(path_of(digest_of(b"%PDF-another")))


# --- before the act refuse, after it record -------------------------------------------------------------------------
def test_without_approval_nothing_is_destroyed(cast: Cast, batch: Batch) -> None:
    disposal = requested(cast, batch, U9)
    with_print_out(cast, disposal)

    assert codes(lambda: treated(cast, disposal)) == ["not_approved"]
    assert unit().custody == "IN_STORE"


def test_what_already_happened_is_recorded_against_every_rule_with_a_critical_event(cast: Cast, batch: Batch) -> None:
    disposal = requested(cast, batch, U9)

    done = treated(cast, disposal, texts={"temperature": "119.0"}, because=BECAUSE)

    assert (done.state, done.happened, unit().custody) == ("TREATED", True, "DESTROYED")
    assert [one["code"] for one in done.overridden] == [
        "not_approved",
        "treatment_not_proven",
        "proof_missing",
        "proof_missing",
    ]
    event = Event.objects.get()
    assert (event.severity, event.subject) == ("CRITICAL", batch.record)
    assert BECAUSE in event.text
    assert witnessed(cast, done).state == "WITNESSED"


def test_a_destruction_before_its_approval_is_recorded_as_what_it_was(cast: Cast, batch: Batch) -> None:
    disposal = approved(cast, requested(cast, batch, U9))
    with_print_out(cast, disposal)
    early = APPROVED - 5 * MINUTE

    assert codes(lambda: treated(cast, disposal, at=early)) == ["before_approval"]
    assert treated(cast, disposal, at=early, because=BECAUSE).treated_at == early


@pytest.mark.parametrize(
    ("said", "code"),
    [({"waste_number": " "}, "no_waste_number"), ({"at": DONE + MINUTE}, "in_the_future")],
)
def test_no_statement_passes_the_form_of_the_record(cast: Cast, batch: Batch, said: dict[str, Any], code: str) -> None:
    disposal = approved(cast, requested(cast, batch, U9))
    with_print_out(cast, disposal)

    assert code in codes(lambda: treated(cast, disposal, because=BECAUSE, **said))
    assert code in codes(lambda: treated(cast, disposal, **said))


def test_a_refusal_has_a_reason_and_a_destruction_is_witnessed_once(cast: Cast, batch: Batch) -> None:
    disposal = requested(cast, batch, U8)
    assert codes(lambda: refused(cast, disposal, " ")) == ["reason_missing"]
    done = destroyed(cast, batch, U9)

    assert codes(lambda: witnessed(cast, done, by=cast.quinn)) == ["wrong_state"]
    assert Disposal.objects.get(pk=done.pk).witnessed_by == "vera"


def test_approval_consent_and_the_names_of_units_at_their_edges() -> None:
    assert rules.is_before_approval(APPROVED, APPROVED) is None
    assert rules.is_before_approval(APPROVED - MINUTE, APPROVED) is not None
    looked_at = [(True, True), (True, False), (False, False)]
    assert [rules.consent_is_unchecked(asked, seen) is None for asked, seen in looked_at] == [True, False, True]
    assert [rules.names_no_units(one) is None for one in ([U8, U9], [U8, U8], [])] == [True, False, False]


# --- never again ----------------------------------------------------------------------------------------------------
def test_what_was_destroyed_is_destroyed_once(cast: Cast, batch: Batch) -> None:
    done = destroyed(cast, batch, U9)

    assert codes(lambda: treated(cast, done)) == ["already_gone", "wrong_state"]
    assert codes(lambda: treated(cast, done, because=BECAUSE)) == ["already_gone", "wrong_state"]
    assert codes(lambda: requested(cast, batch, U9)) == ["already_gone", "in_disposal"]
    assert Entry.objects.filter(action="disposal.refused.out_of_order").count() == 2


def test_a_destroyed_unit_is_held_no_more_for_it_is_gone(cast: Cast, batch: Batch) -> None:
    destroyed(cast, batch, U9)

    assert Hold.objects.filter(record=unit().record, lifted_at=None).count() == 0


def test_a_finished_disposal_does_not_change(cast: Cast, batch: Batch) -> None:
    disposal = destroyed(cast, batch, U9)

    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.filter(pk=disposal.pk).update(waste_number="MW-1")


# --- the certificate ------------------------------------------------------------------------------------------------
def test_the_certificate_of_destruction_is_numbered_sealed_bilingual_and_verifiable(cast: Cast, batch: Batch) -> None:
    disposal = destroyed(cast, batch, U8, U9)
    sequence_entries(at=SEEN)
    document = next(one for one in due_documents() if one.kind == "DESTRUCTION_CERTIFICATE")

    issued = issue_document(document=document, at=SEEN)

    assert (issued.number, issued.version, issued.subject) == ("CD-CT-0042-W01", 1, disposal.record)
    pdf = read_file(issued.file_sha256)
    text = flowing(pdf)
    for words in (
        "Certificate of destruction", "销毁证明", U8, U9, "MW-2026-0311", "121.6", "≥ 121.0", "AC-02-118.pdf",
        "Quinn Qian", "Olga Orlova", "Vera Voss", "现场见证",
    ):  # fmt: skip
        assert words in text, words
    assert judgement_of(pdf, at=SEEN).valid


def test_the_certificate_hides_nothing_that_was_recorded_against_a_rule(cast: Cast, batch: Batch) -> None:
    disposal = witnessed(cast, treated(cast, requested(cast, batch, U9), because=BECAUSE))
    sequence_entries(at=SEEN)
    document = Document.objects.get(subject=disposal.record)

    text = flowing(read_file(issue_document(document=document, at=SEEN).file_sha256))

    assert "The destruction is not approved." in text
    assert "Cycle printout is missing." in text
