"""Completing, signing, witnessing and checking: by the right person, on what was shown."""

import pytest

from apps.audit.models import Entry
from apps.audit.selectors import hands_on
from apps.batches.content import check_content, section_content, step_content, witness_content
from apps.batches.facts.words import StepState
from apps.batches.models import Step
from apps.batches.selectors.batches import records_of
from apps.batches.services.checking import check_section
from apps.batches.services.signing import sign_section, sign_step
from apps.core.errors import Happened, NotAllowed, SignatureRefused, Stale
from apps.core.roles import Role
from apps.products.facts import Place
from apps.quality.models import Event
from apps.signatures.models import Signature
from tests.batches.refusals import codes, refused
from tests.batches.story import Room, instrument
from tests.cast import actor, give_role, sign_as, train

ARRIVE, CLEAR, PREPARE = "receipt.arrive", "culture[1].clear", "culture[1].prepare"


def step(room: Room, place: str) -> Step:
    return Step.objects.get(batch=room.batch, place=place)


def test_a_step_is_completed_when_every_required_value_stands(room: Room) -> None:
    room.enter("receipt.arrive.arrived_at", "2026-11-05 13:50")
    assert codes(lambda: room.complete(ARRIVE)) == ["value_missing"]
    room.enter("receipt.arrive.temperature", "4.1")

    done = room.complete(ARRIVE)
    assert (done.state, done.completed_by, done.completed_at) == (StepState.DONE, "olga", room.now)


def test_a_step_is_completed_once(room: Room) -> None:
    room.receipt()

    assert codes(lambda: room.complete(ARRIVE)) == ["step_done"]


def test_a_signed_step_is_not_completed_by_a_tap(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")
    room.witness(CLEAR)

    assert codes(lambda: room.complete(CLEAR)) == ["sign_it"]


def test_a_signed_step_is_completed_by_its_performer_with_the_secret(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")
    room.witness(CLEAR)
    done = room.sign_step(CLEAR)

    signature = Signature.objects.get(verb="perform_step")
    assert (done.state, done.performed_id) == (StepState.DONE, signature.pk)
    assert (signature.printed_name, signature.meaning) == ("Olga Orlova", "I did this as recorded here.")
    assert signature.about == "batch/CT-0042/culture[1].clear"
    assert "Clean / 已清场" in signature.content


def test_a_wrong_secret_signs_nothing(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")
    room.witness(CLEAR)
    shown = step_content(room.batch, Place.parse(CLEAR))
    signing = sign_as(room.cast.olga, shown, at=room.now, secret="guess")

    with pytest.raises(SignatureRefused):
        sign_step(batch=room.batch, step=CLEAR, signing=signing, actor=actor(room.cast.olga), at=room.now)
    assert step(room, CLEAR).state == StepState.OPEN


def test_a_witnessed_step_waits_for_its_witness(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")

    assert codes(lambda: room.sign_step(CLEAR)) == ["witness_missing"]


def test_the_witness_signs_on_the_operators_screen(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")
    seen = room.witness(CLEAR)

    assert seen.second is not None
    assert (seen.second.username, seen.second.role) == ("vera", Role.CHECKER)
    entry = Entry.objects.get(action="batch.step.witnessed")
    assert entry.username == "vera"


def test_nobody_witnesses_their_own_work_and_the_attempt_is_kept(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")

    assert codes(lambda: room.witness(CLEAR, who=room.cast.olga)) == ["same_person"]
    assert Entry.objects.filter(record=room.batch.record, action="batch.refused.same_person").count() == 1


def test_a_second_operator_may_witness(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")

    assert room.witness(CLEAR, who=room.cast.oscar).second.username == "oscar"


def test_a_witness_needs_a_role(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")

    with pytest.raises(NotAllowed):
        room.witness(CLEAR, who=room.cast.stella)


def test_an_empty_step_has_nothing_to_witness(room: Room) -> None:
    room.receipt()

    assert codes(lambda: room.witness(CLEAR)) == ["value_missing"]


def test_a_step_that_asks_for_no_witness_gets_none(room: Room) -> None:
    assert "no_witness_wanted" in codes(lambda: room.witness(ARRIVE))


def test_what_changes_after_the_witness_looked_needs_the_witness_again(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")
    room.witness(CLEAR)
    room.correct("culture[1].clear.clean", "no", "A label was found under the hood")

    assert codes(lambda: room.sign_step(CLEAR)) == ["witness_missing"]
    room.witness(CLEAR)
    assert room.sign_step(CLEAR).state == StepState.DONE


def test_a_section_is_signed_as_one_list_by_who_did_it(room: Room) -> None:
    room.receipt()
    signed = room.sign_section("receipt")

    assert [row.place for row in signed] == [ARRIVE]
    signature = Signature.objects.get(verb="perform_section")
    assert signature.about == "batch/CT-0042/receipt"
    assert signed[0].performed_hash in signature.content


def test_two_operators_sign_each_their_own_part_of_a_section(room: Room) -> None:
    room.receipt().clear_line().medium()
    room.flasks("culture[1].seed")
    room.enter("culture[1].seed.seeded", "1.00", who=room.cast.oscar)
    room.enter("culture[1].seed.seeded_at", room.now.isoformat(), who=room.cast.oscar)
    room.complete("culture[1].seed", who=room.cast.oscar)

    assert [row.place for row in room.sign_section("culture[1]")] == [PREPARE]
    assert [row.place for row in room.sign_section("culture[1]", who=room.cast.oscar)] == ["culture[1].seed"]


def test_a_section_in_which_one_did_nothing_is_not_signed(room: Room) -> None:
    room.receipt()

    assert codes(lambda: room.sign_section("receipt", who=room.cast.oscar)) == ["nothing_to_sign"]


def test_what_is_signed_is_what_was_shown(room: Room) -> None:
    room.receipt()
    signing = sign_as(room.cast.olga, section_content(room.batch, Place.parse("receipt"), "olga"), at=room.now)
    room.correct("receipt.arrive.temperature", "4.2")

    with pytest.raises(Stale):
        sign_section(batch=room.batch, section="receipt", signing=signing, actor=actor(room.cast.olga), at=room.now)


def test_a_checker_checks_what_others_did_and_signed(room: Room) -> None:
    room.receipt().clear_line().medium()
    assert codes(lambda: room.check("culture[1]")) == ["nothing_to_sign"]
    room.sign_section("culture[1]")

    checked = room.check("culture[1]")
    assert [row.place for row in checked] == [PREPARE]
    assert checked[0].second.meaning.startswith("I have checked these steps")


def test_nobody_checks_their_own_work_whatever_their_role(room: Room) -> None:
    room.receipt().clear_line().medium()
    room.sign_section("culture[1]")
    give_role(room.cast.olga, Role.CHECKER)

    assert codes(lambda: room.check("culture[1]", who=room.cast.olga)) == ["same_person"]
    assert Entry.objects.filter(record=room.batch.record, action="batch.refused.same_person").count() == 1


def test_who_corrected_a_value_had_a_hand_in_it_and_does_not_check_it(room: Room) -> None:
    room.receipt().clear_line().medium()
    give_role(room.cast.vera, Role.OPERATOR)
    train(room.cast.vera, room.batch.product_version.record.address)
    room.correct("culture[1].prepare.share", "7.6", actor=actor(room.cast.vera))
    room.sign_section("culture[1]")

    assert codes(lambda: room.check("culture[1]")) == ["same_person"]


def test_an_operator_does_not_check(room: Room) -> None:
    room.receipt().clear_line().medium()
    room.sign_section("culture[1]")

    with pytest.raises(NotAllowed):
        room.check("culture[1]", who=room.cast.oscar)


def test_a_check_looks_at_the_present_version(room: Room) -> None:
    room.receipt().clear_line().medium()
    room.sign_section("culture[1]")
    shown = check_content(room.batch, Place.parse("culture[1]"))
    signing = sign_as(room.cast.vera, shown, at=room.now)
    room.correct("culture[1].prepare.share", "7.6")
    room.sign_section("culture[1]")

    with pytest.raises(Stale):
        check_section(batch=room.batch, section="culture[1]", signing=signing, actor=actor(room.cast.vera), at=room.now)


def test_a_step_whose_numbers_were_typed_needs_a_second_person(room: Room) -> None:
    room.receipt().clear_line().medium().seed()
    for vessel in room.batch.vessels.all():
        room.enter(f"culture[1].feed[1].flask[{vessel.row}].flask", vessel.number)
        room.enter(f"culture[1].feed[1].flask[{vessel.row}].confluence", "80")
    instrument(room.cast, "INC-07", "incubator")
    room.enter("culture[1].feed[1].incubator", "INC-07", scanned=True)
    room.enter("culture[1].feed[1].confluent", "yes")

    assert codes(lambda: room.complete("culture[1].feed[1]")) == ["witness_missing"]
    room.witness("culture[1].feed[1]")
    assert room.complete("culture[1].feed[1]").state == StepState.DONE


def test_everybody_who_took_part_is_known_from_the_trail(room: Room) -> None:
    room.receipt().clear_line()

    assert {"olga", "vera"} <= hands_on(records_of(room.batch))


def test_a_step_that_was_done_without_its_witness_is_recorded_as_it_happened(room: Room) -> None:
    room.receipt().medium().enter("culture[1].clear.clean", "yes")
    shown = step_content(room.batch, Place.parse(CLEAR))
    signing = sign_as(room.cast.olga, shown, at=room.now)
    said = Happened(room.now, "The witness was called away to an alarm")
    done = sign_step(
        batch=room.batch, step=CLEAR, signing=signing, actor=actor(room.cast.olga), at=room.now, happened=said
    )

    assert done.state == StepState.DONE
    event = Event.objects.get(subject=room.batch.record)
    assert (event.kind, event.severity) == ("ACCEPTED_FACT", "CRITICAL")
    assert "second person" in event.text


def test_the_content_of_a_witness_and_of_the_performer_are_two_contents(room: Room) -> None:
    room.receipt().enter("culture[1].clear.clean", "yes")

    assert witness_content(room.batch, Place.parse(CLEAR)).hash != step_content(room.batch, Place.parse(CLEAR)).hash


def test_before_its_turn_a_step_is_neither_completed_nor_forgotten(room: Room) -> None:
    refusal = refused(lambda: room.complete(PREPARE))

    assert "out_of_order" in [objection.code for objection in refusal.objections]
    assert Entry.objects.filter(record=room.batch.record, action="batch.refused.out_of_order").count() == 1
