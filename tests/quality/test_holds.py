"""Holds: placed by anybody, lifted by their answer or by a named decision on evidence."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, Objection, RuleBroken, SignatureRefused
from apps.core.ui.wording import sentence
from apps.lineage.services import link
from apps.quality.content import lift_content
from apps.quality.facts import Blocks, Severity
from apps.quality.models import Event, Hold
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds, unanswered_holds
from apps.quality.services import lift_hold_by_decision, place_hold, stop_record
from apps.signatures.models import Signature
from tests.cast import AT, Cast, actor, sign_as

EVIDENCE = "Investigation INV-12: no growth in 14 days"


def stop(cast: Cast, record: Record, name: str = "olga") -> Hold:
    return stop_record(record=record, reason="Flask 3 is cloudy", actor=actor(getattr(cast, name)), at=AT)


def lift(cast: Cast, hold: Hold, name: str = "quinn", evidence: str = EVIDENCE) -> Hold:
    person = getattr(cast, name)
    signing = sign_as(person, lift_content(hold=hold, evidence=evidence))
    return lift_hold_by_decision(hold=hold, evidence=evidence, signing=signing, actor=actor(person), at=AT)


@pytest.mark.parametrize("name", ["olga", "vera", "anna", "hugo", "quinn", "cora", "stella", "arthur", "nils"])
def test_anybody_who_works_here_stops_a_batch_with_a_reason_and_no_signature(
    cast: Cast, batch: Record, name: str
) -> None:
    hold = stop(cast, batch, name)

    assert hold.blocks == frozenset(Blocks)
    assert hold.text.endswith("Flask 3 is cloudy")
    assert not Signature.objects.exists()


@pytest.mark.parametrize("name", ["ines", "adam", "nora", "rita"])
def test_who_does_not_work_here_stops_nothing(cast: Cast, batch: Record, name: str) -> None:
    with pytest.raises(NotAllowed):
        stop(cast, batch, name)

    assert open_holds([batch]) == []


def test_of_more_records_than_one_statement_takes_each_is_asked(cast: Cast, batch: Record) -> None:
    hold = stop(cast, batch)
    many = [Record(pk=n) for n in range(batch.pk + 1, batch.pk + 70_000)]

    assert open_holds([*many, batch]) == [hold]


def test_a_stop_without_a_reason_is_none(cast: Cast, batch: Record) -> None:
    with pytest.raises(RuleBroken) as refused:
        stop_record(record=batch, reason=" . ", actor=actor(cast.olga), at=AT)

    assert refused.value.code == "text_missing"


def test_two_stops_are_two_holds_and_each_is_lifted_for_itself(cast: Cast, batch: Record) -> None:
    first, second = stop(cast, batch), stop(cast, batch, "vera")

    lift(cast, first)

    assert open_holds([batch]) == [second]


def test_a_hold_is_lifted_by_a_named_decision_that_cites_its_evidence(cast: Cast, batch: Record) -> None:
    hold = lift(cast, stop(cast, batch))

    assert (hold.lifted_by, hold.lift_reason, hold.lifted_at) == ("quinn", EVIDENCE, AT)
    signature = Signature.objects.get()
    assert (signature.verb, signature.record, EVIDENCE in signature.content) == ("hold.lifted", batch, True)
    assert open_holds([batch]) == []


@pytest.mark.parametrize("name", ["olga", "hugo", "cora", "adam", "rolf"])
def test_only_quality_assurance_of_the_site_lifts_a_hold(cast: Cast, batch: Record, name: str) -> None:
    hold = stop(cast, batch)

    with pytest.raises(NotAllowed):
        lift(cast, hold, name)

    assert open_holds([batch]) == [hold]


def test_a_wrong_secret_lifts_nothing(cast: Cast, batch: Record) -> None:
    hold = stop(cast, batch)
    signing = sign_as(cast.quinn, lift_content(hold=hold, evidence=EVIDENCE), secret="guess")

    with pytest.raises(SignatureRefused):
        lift_hold_by_decision(hold=hold, evidence=EVIDENCE, signing=signing, actor=actor(cast.quinn), at=AT)

    assert open_holds([batch]) == [hold]


def test_a_hold_is_lifted_once(cast: Cast, batch: Record) -> None:
    hold = stop(cast, batch)
    lift(cast, hold)

    with pytest.raises(RuleBroken) as refused:
        lift(cast, hold)

    assert refused.value.code == "hold_lifted"


@pytest.mark.parametrize("key", ["test:sterility", "review", "event:CT-0042-E01", "deviation:CT-0042-D01"])
def test_a_hold_with_an_answer_of_its_own_is_not_lifted_by_decision(cast: Cast, batch: Record, key: str) -> None:
    with audited(actor=SYSTEM, action="hold.placed", at=AT, touching=[batch]) as change:
        hold = place_hold(
            change, record=batch, key=key, blocks=[Blocks.CERTIFY], code="awaited", template="Result awaited."
        )

    with pytest.raises(RuleBroken) as refused:
        lift(cast, hold)

    assert refused.value.code == "answered_elsewhere"


def test_a_second_hold_for_the_same_fact_changes_nothing(batch: Record) -> None:
    said: dict[str, Any] = {"record": batch, "key": "test:sterility", "code": "awaited", "template": "Result awaited."}
    with audited(actor=SYSTEM, action="hold.placed", at=AT, touching=[batch]) as change:
        holds = [place_hold(change, blocks=[Blocks.CERTIFY], **said) for _ in range(2)]

    assert holds[0] == holds[1]
    assert Hold.objects.count() == 1


def test_a_hold_on_the_donor_holds_everything_made_from_it(cast: Cast, make_record: Callable[..., Record]) -> None:
    donor, batch, unit = make_record("D-1", "donor"), make_record("CT-1"), make_record("CT-1-U01", "unit")
    with audited(actor=SYSTEM, action="linked", at=AT, touching=[batch, unit]) as change:
        link(change, children=[batch], parent=donor)
        link(change, children=[unit], parent=batch)

    hold = stop(cast, donor)

    assert open_holds([unit], Blocks.ISSUE) == [hold]
    assert open_holds([unit], Blocks.USE) == open_holds([batch], Blocks.CERTIFY) == [hold]


def test_a_hold_past_its_time_waits_for_an_answer(batch: Record) -> None:
    with audited(actor=SYSTEM, action="hold.placed", at=AT, touching=[batch]) as change:
        said: dict[str, Any] = {"record": batch, "key": "test:x", "code": "awaited", "template": "Awaited."}
        hold = place_hold(change, blocks=[Blocks.CERTIFY], due_at=AT, **said)

    assert list(unanswered_holds(AT, {"NANHU"})) == [hold]
    assert list(unanswered_holds(AT, {"RHINE"})) == []


def test_a_major_event_holds_certification_and_a_minor_one_does_not(
    batch: Record, make_record: Callable[..., Record], happen: Callable[..., Event]
) -> None:
    other = make_record("CT-0043")
    happen(batch, Severity.MAJOR)
    happen(other, Severity.MINOR)

    assert [len(open_holds([record], Blocks.CERTIFY)) for record in (batch, other)] == [1, 0]


def test_what_is_held_is_said_in_the_language_of_the_reader_and_kept_once_as_text() -> None:
    found = has_open_holds([Objection("consent_withdrawn", "The consent was withdrawn.")] * 2)

    assert found
    assert sentence(found) == found.text == "Open holds: The consent was withdrawn."
    assert found.told == {"holds": "The consent was withdrawn."}
    with translation.override("zh-hans"):
        assert "withdrawn" not in sentence(found)
    assert has_open_holds([]) is None
