"""Corrections: a new row with a reason; the old one stays; signatures no longer cover; computed values follow."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Entry
from apps.batches.facts.words import BatchState
from apps.batches.models import RecordedValue, Step
from apps.batches.selectors.files import attachment_bytes
from apps.batches.selectors.pages import step_page
from apps.batches.selectors.situation import history_of, values_of
from apps.batches.services.files import replace_file
from apps.core.errors import Happened, NotAllowed
from apps.products.facts import Place
from tests.batches.refusals import codes, refused
from tests.batches.story import PNG, Room, lot
from tests.batches.test_lifecycle import put_in
from tests.cast import actor

TEMPERATURE = "receipt.arrive.temperature"
PLACE = Place.parse(TEMPERATURE)


def test_a_correction_is_a_new_row_and_the_old_one_stays(room: Room) -> None:
    first = room.enter(TEMPERATURE, "4.1")
    second = room.correct(TEMPERATURE, "4.7", "Misread the display")

    assert [row.text for row in history_of(room.batch, PLACE)] == ["4.1", "4.7"]
    assert (second.supersedes_id, second.reason) == (first.pk, "Misread the display")
    assert values_of(room.batch)[PLACE].pk == second.pk


def test_a_correction_keeps_the_time_of_the_event_unless_that_is_corrected(room: Room) -> None:
    first = room.enter(TEMPERATURE, "4.1")
    assert room.correct(TEMPERATURE, "4.7").performed_at == first.performed_at

    earlier = first.performed_at - timedelta(minutes=3)
    assert room.correct(TEMPERATURE, "4.7", "The time was wrong", performed_at=earlier).performed_at == earlier


@pytest.mark.parametrize("reason", ["", "   ", "typo", "aaaaaaaaaaaa", "........", "错误"])
def test_a_correction_says_why_in_words(room: Room, reason: str) -> None:
    room.enter(TEMPERATURE, "4.1")

    assert codes(lambda: room.correct(TEMPERATURE, "4.7", reason)) == ["reason_thin"]


def test_four_chinese_characters_are_words(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")

    assert room.correct(TEMPERATURE, "4.7", "读数看错").text == "4.7"


def test_a_correction_corrects_what_was_shown(room: Room) -> None:
    shown = room.enter(TEMPERATURE, "4.1").pk
    room.correct(TEMPERATURE, "4.7")

    refusal = refused(lambda: room.correct(TEMPERATURE, "4.9", supersedes=shown))
    assert refusal.code == "already_recorded"
    assert refusal.objections[0].facts["theirs"] == "4.7 Cel"


def test_a_correction_changes_something(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")

    assert codes(lambda: room.correct(TEMPERATURE, "4.1")) == ["nothing_changed"]


def test_an_empty_place_has_nothing_to_correct(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")

    assert codes(lambda: room.correct("receipt.arrive.remark", "x", supersedes=1)) == ["nothing_to_correct"]


def test_a_computed_value_is_corrected_by_its_inputs_only(room: Room) -> None:
    room.receipt().clear_line().medium().seed().feed().harvest()

    assert codes(lambda: room.correct("culture[1].growth.doublings", "4")) == ["computed"]


def test_what_was_computed_from_a_corrected_value_is_worked_out_again(room: Room) -> None:
    room.receipt().clear_line().medium().seed(cells="1.00").feed().harvest(cells="8.00")
    room.correct("culture[1].harvest.cells", "16.00")

    found = history_of(room.batch, Place.parse("culture[1].growth.doublings"))
    assert [row.text for row in found] == ["3", "4"]
    assert found[1].supersedes_id == found[0].pk
    assert values_of(room.batch)[Place.parse("culture[1].growth.cumulative")].text == "4"


def test_an_input_that_turns_out_not_done_takes_its_computed_values_along(room: Room) -> None:
    room.receipt().clear_line().medium().seed().feed().harvest()
    room.correct("culture[1].harvest.cells", "", "The sample was lost")

    assert values_of(room.batch)[Place.parse("culture[1].growth.doublings")].verdict == "NOT_DONE"


def test_a_correction_beyond_the_limit_opens_its_event(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")
    room.correct(TEMPERATURE, "9.4")

    assert room.events() == ["ACTION_LIMIT"]


def test_the_event_of_a_value_stays_when_the_value_is_corrected(room: Room) -> None:
    room.enter(TEMPERATURE, "9.4")
    room.correct(TEMPERATURE, "4.4")

    assert room.events() == ["ACTION_LIMIT"]
    assert len(room.holds()) == 1


def test_a_correction_of_a_signed_step_holds_until_it_is_signed_again(room: Room) -> None:
    room.receipt().sign_section("receipt")
    room.correct(TEMPERATURE, "4.7")

    assert room.holds() == ["resign:receipt.arrive"]
    line = step_page(room.batch, Place.parse("receipt.arrive"), room.now).line
    assert (line.is_uncovered, line.performed.covers, line.performed.printed_name) == (True, False, "Olga Orlova")
    room.sign_section("receipt")
    assert room.holds() == []


def test_a_correction_of_a_checked_step_is_signed_and_checked_again(room: Room) -> None:
    room.receipt().clear_line().medium().sign_section("culture[1]")
    room.check("culture[1]")
    room.correct("culture[1].prepare.share", "7.6")
    room.sign_section("culture[1]")
    assert room.holds() == ["resign:culture[1].prepare"]

    room.check("culture[1]")
    assert room.holds() == []


def test_a_corrected_computed_value_uncovers_its_own_step_as_well(room: Room) -> None:
    room.receipt().passage().sign_section("culture[1]")
    room.correct("culture[1].harvest.cells", "9.00")

    assert room.holds() == ["resign:culture[1].harvest", "resign:culture[1].growth"]


def test_only_who_completed_a_step_signs_it_again(room: Room) -> None:
    room.receipt().clear_line()
    room.correct("culture[1].clear.clean", "no", "A label was found under the hood")
    room.witness("culture[1].clear")

    assert codes(lambda: room.sign_step("culture[1].clear", who=room.cast.oscar)) == ["not_the_performer"]
    room.sign_step("culture[1].clear")
    step = Step.objects.get(batch=room.batch, place="culture[1].clear")
    assert step.performed_hash == step.second_hash
    assert "resign:culture[1].clear" not in room.holds()


def test_a_value_added_to_a_completed_step_uncovers_it(room: Room) -> None:
    room.receipt().sign_section("receipt")
    room.enter("receipt.arrive.remark", "Box was wet", happened=Happened(room.now, "Seen on the photograph"))

    assert "resign:receipt.arrive" in room.holds()


def test_a_finished_record_can_be_corrected_and_a_reviewed_one_is_locked(room: Room) -> None:
    room.receipt()
    put_in(room.batch, BatchState.FINISHED)
    assert room.correct(TEMPERATURE, "4.7").text == "4.7"

    put_in(room.batch, BatchState.REVIEWED)
    assert codes(lambda: room.correct(TEMPERATURE, "4.8")) == ["record_locked"]


@pytest.mark.parametrize("state", [BatchState.REVIEWED, BatchState.CERTIFIED, BatchState.RELEASED, BatchState.REJECTED])
def test_nothing_is_added_to_a_locked_record_not_even_as_already_done(room: Room, state: BatchState) -> None:
    put_in(room.batch, state)
    said = Happened(room.now, "It was done long before")

    assert "record_locked" in codes(lambda: room.enter(TEMPERATURE, "4.1", happened=said))


def test_qa_does_not_correct(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")

    with pytest.raises(NotAllowed):
        room.correct(TEMPERATURE, "4.7", actor=actor(room.cast.quinn))


def test_the_trail_keeps_reason_and_both_versions(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")
    row = room.correct(TEMPERATURE, "4.7", "Misread the display")

    entry = Entry.objects.get(pk=row.last_entry_id)
    assert entry.action == "batch.value.corrected"
    assert '"reason":"Misread the display"' in entry.text


@pytest.mark.parametrize("statement", ["UPDATE {table} SET text = '5'", "DELETE FROM {table}"])
def test_the_database_itself_changes_no_value(room: Room, statement: str) -> None:
    room.enter(TEMPERATURE, "4.1")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=RecordedValue._meta.db_table))
    assert RecordedValue.objects.get().text == "4.1"


def test_the_truth_can_be_a_lot_that_should_not_have_been_used(room: Room) -> None:
    room.receipt().medium()
    lot(room.cast, "PL-9", "lysate", released=False)
    assert codes(lambda: room.correct("culture[1].prepare.lysate", "PL-9")) == ["lot_not_released"]

    done = Happened(room.now, "The label on the empty bottle says so")
    row = room.correct("culture[1].prepare.lysate", "PL-9", "The first scan was of the next bottle", happened=done)
    assert [one["code"] for one in row.overridden] == ["lot_not_released"]
    assert room.events() == ["ACCEPTED_FACT"]


def test_who_corrected_a_step_signs_it_when_its_performer_is_gone(room: Room) -> None:
    room.receipt().sign_section("receipt")
    room.correct(TEMPERATURE, "4.7", actor=actor(room.cast.oscar))

    assert [row.place for row in room.sign_section("receipt", who=room.cast.oscar)] == ["receipt.arrive"]
    assert room.holds() == []


def test_a_wrong_file_is_superseded_and_stays_readable(room: Room) -> None:
    room.receipt().passage().flasks("closing.start_fill", 1, "pool")
    room.enter("closing.start_fill.started_at", room.now.isoformat())
    room.complete("closing.start_fill")
    first = room.attach("closing.papers.printout")
    second = replace_file(
        batch=room.batch,
        place="closing.papers.printout",
        supersedes=first.pk,
        name="right.png",
        media_type="image/png",
        content=PNG + b"the right one",
        reason="This was the printout of another run",
        actor=actor(room.cast.olga),
        at=room.now,
    )

    assert (second.supersedes_id, second.file.name) == (first.pk, "right.png")
    assert attachment_bytes(first.file) == PNG
    assert attachment_bytes(second.file) == PNG + b"the right one"
