"""Stopping, going on at risk, comments, files and excursions."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.batches import content
from apps.batches.facts.words import BatchState
from apps.batches.models import Attachment, Comment, RiskDecision
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.files import ContentLost, attachment_bytes, path_of
from apps.batches.selectors.notes import notes_of
from apps.batches.selectors.risks import unratified_risks
from apps.batches.services.excursions import record_excursion
from apps.batches.services.risking import add_comment, proceed_at_risk, ratify_risk
from apps.core.errors import BadInput, NotAllowed
from apps.core.roles import Role
from apps.facility.models import Excursion, Instrument
from apps.organisation.models import User
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from apps.quality.services import stop_record
from tests.batches.refusals import codes
from tests.batches.story import PNG, Room, instrument, start
from tests.batches.test_lifecycle import put_in, undecided
from tests.cast import Cast, actor, give_role, sign_as

WHY = "The cells are out of the incubator and can't wait"


def risk(room: Room, *, named: str = "quinn", who: User | None = None) -> RiskDecision:
    room.cast.quinn  # noqa: B018  the account is opened on first use
    person, batch = who or room.cast.olga, batch_now(room.batch)
    signing = sign_as(person, content.risk_content(batch, named, WHY), at=room.now)
    return proceed_at_risk(batch=batch, named_qa=named, reason=WHY, signing=signing, actor=actor(person), at=room.now)


def ratify(room: Room, decision: RiskDecision, who: User) -> RiskDecision:
    decision = RiskDecision.objects.select_related("batch__record", "batch__site", "signed").get(pk=decision.pk)
    signing = sign_as(who, content.ratify_content(decision), at=room.now)
    return ratify_risk(decision=decision, signing=signing, actor=actor(who), at=room.now)


@pytest.fixture
def stopped(room: Room) -> Room:
    """Stopped by the storekeeper."""
    stop_record(record=room.batch.record, reason="Smoke in the corridor", actor=actor(room.cast.stella), at=room.now)
    return room


def test_a_stopped_batch_takes_no_values(stopped: Room) -> None:
    assert codes(lambda: stopped.enter("receipt.arrive.temperature", "4.1")) == ["open_holds"]


def test_going_on_at_risk_passes_the_holds_that_stood_when_it_was_decided(stopped: Room) -> None:
    risk(stopped)
    assert stopped.enter("receipt.arrive.temperature", "4.1").text == "4.1"

    stop_record(record=stopped.batch.record, reason="Smoke again", actor=actor(stopped.cast.stella), at=stopped.now)
    assert codes(lambda: stopped.enter("receipt.arrive.remark", "x")) == ["open_holds"]


def test_a_decision_at_risk_lifts_no_hold(stopped: Room) -> None:
    risk(stopped)

    assert stopped.holds() == ["stop:1"]


@pytest.mark.django_db
def test_a_batch_begins_at_risk_from_a_donor_nobody_has_decided_about_and_stays_in_quarantine(cast: Cast) -> None:
    room = undecided(cast)
    risk(room)

    assert start(room).batch.state == BatchState.RUNNING
    still = Hold.objects.get(record=room.batch.donation.record, lifted_at=None)
    assert set(still.blocks) == set(Blocks)  # of anything made from it, nothing is certified, issued or used


def test_a_batch_from_an_eligible_donor_does_not_begin_at_risk(planned: Room) -> None:
    stop_record(record=planned.batch.record, reason="Smoke", actor=actor(planned.cast.stella), at=planned.now)

    assert codes(lambda: risk(planned)) == ["batch_not_running"]


def test_going_on_at_risk_names_a_qa_of_the_site(stopped: Room) -> None:
    assert codes(lambda: risk(stopped, named="olga")) == ["no_qa"]
    assert codes(lambda: risk(stopped, named="nobody")) == ["no_qa"]


def test_there_is_no_risk_to_take_where_no_hold_blocks(room: Room) -> None:
    assert codes(lambda: risk(room)) == ["no_holds"]


def test_a_decision_at_risk_is_due_one_working_day_later_and_ratified_by_qa(stopped: Room) -> None:
    decision = risk(stopped)  # Thursday

    assert decision.due_at == decision.decided_at + timedelta(days=1)
    assert list(unratified_risks(stopped.now, {"NANHU"})) == [decision]
    assert list(unratified_risks(stopped.now, {"RHINE"})) == []
    held = "Stopped by Stella Stone: Smoke in the corridor"
    assert [line.value for line in content.ratify_content(decision).lines if line.label == "Hold"] == [held]
    assert [[one.text for one in note.says] for note in notes_of(stopped.batch)] == [[held]]
    ratify(stopped, decision, stopped.cast.quinn)
    assert list(unratified_risks(stopped.now)) == []


def test_over_a_weekend_the_working_day_is_monday(stopped: Room) -> None:
    stopped.later(days=1)  # Friday

    assert risk(stopped).due_at.strftime("%a") == "Mon"


def test_nobody_ratifies_their_own_decision(stopped: Room) -> None:
    decision = risk(stopped, who=stopped.cast.quentin)

    assert codes(lambda: ratify(stopped, decision, stopped.cast.quentin)) == ["same_person"]


def test_a_decision_is_ratified_once(stopped: Room) -> None:
    decision = risk(stopped)
    ratify(stopped, decision, stopped.cast.quinn)

    assert codes(lambda: ratify(stopped, decision, stopped.cast.quentin)) == ["ratified_already"]


def test_an_operator_does_not_ratify(stopped: Room) -> None:
    decision = risk(stopped)

    with pytest.raises(NotAllowed):
        ratify(stopped, decision, stopped.cast.oscar)


@pytest.mark.parametrize("state", list(BatchState))
def test_a_comment_is_possible_in_every_state(room: Room, state: BatchState) -> None:
    put_in(room.batch, state)
    comment = add_comment(
        batch=room.batch, text="Seen", place="receipt.arrive", actor=actor(room.cast.quinn), at=room.now
    )

    assert (Comment.objects.get(), comment.printed_name) == (comment, "Quinn Qian")


def test_a_comment_says_something_about_something_that_is_there(room: Room) -> None:
    def say(text: str, place: str = "") -> Comment:
        return add_comment(batch=room.batch, text=text, place=place, actor=actor(room.cast.olga), at=room.now)

    assert codes(lambda: say(" ")) == ["reason_missing"]
    assert codes(lambda: say("Where?", "receipt.nowhere")) == ["no_such_place"]


def test_an_inspector_reads_and_does_not_comment(room: Room) -> None:
    with pytest.raises(NotAllowed):
        add_comment(batch=room.batch, text="Hm", actor=actor(room.cast.ines), at=room.now)


@pytest.fixture
def closing(room: Room) -> Room:
    """Ready to attach the papers."""
    room.receipt().passage().flasks("closing.start_fill", 1, "pool")
    room.enter("closing.start_fill.started_at", room.now.isoformat())
    room.complete("closing.start_fill")
    return room


PRINTOUT = "closing.papers.printout"


def test_a_file_is_kept_by_its_hash_and_read_back_unchanged(closing: Room) -> None:
    row = closing.attach(PRINTOUT)

    file = row.file
    assert (row.text, file.sha256, file.size, file.is_paper) == (file.sha256, row.text, len(PNG), True)
    assert attachment_bytes(file) == PNG


def test_the_same_content_is_stored_once(closing: Room) -> None:
    first = closing.attach(PRINTOUT)
    before = sorted(default_storage.listdir(path_of(first.text).rpartition("/")[0])[1])
    closing_again = codes(lambda: closing.attach(PRINTOUT))

    assert closing_again == ["already_recorded"]
    assert sorted(default_storage.listdir(path_of(first.text).rpartition("/")[0])[1]) == before


def test_changed_bytes_are_found_when_they_are_read(closing: Room) -> None:
    file = closing.attach(PRINTOUT, PNG + b"seen").file
    path = path_of(file.sha256)
    default_storage.delete(path)
    default_storage.save(path, ContentFile(b"forged"))

    with pytest.raises(ContentLost):
        attachment_bytes(file)
    default_storage.delete(path)


@pytest.mark.parametrize(
    ("image", "code"),
    [(b"", "file_empty"), (b"MZ\x90\x00", "file_kind"), (b"<html>", "file_kind"), (b"a,b\n1,2\n", "file_kind")],
)
def test_a_file_is_what_its_first_bytes_say(closing: Room, image: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        closing.attach(PRINTOUT, image)

    assert caught.value.code == code
    assert not Attachment.objects.exists()


def test_a_file_is_attached_only_where_one_is_asked_for(closing: Room) -> None:
    assert codes(lambda: closing.attach("closing.papers.endotoxin")) == ["takes_no_file"]
    assert codes(lambda: closing.enter(PRINTOUT, "0" * 64)) == ["no_file"]


def test_a_paper_counts_when_a_second_person_certified_it(closing: Room) -> None:
    closing.attach(PRINTOUT)
    closing.complete("closing.papers")
    assert "true_copy_missing" in codes(closing.finish)

    certified = closing.certify_copy()
    assert certified.certified.meaning.startswith("I compared this image with the paper")
    assert "true_copy_missing" not in codes(closing.finish)


def test_nobody_certifies_their_own_copy(closing: Room) -> None:
    closing.attach(PRINTOUT)

    assert codes(lambda: closing.certify_copy(who=closing.cast.olga)) == ["same_person"]


def test_a_copy_is_certified_once(closing: Room) -> None:
    closing.attach(PRINTOUT)
    closing.certify_copy()

    assert codes(closing.certify_copy) == ["nothing_to_certify"]


def excursion(room: Room, began: Any, ended: Any, *, who: User | None = None) -> Excursion:
    return record_excursion(
        instrument=Instrument.objects.select_related("record", "site").get(number="INC-07"),
        condition="temperature",
        worst="35.2",
        unit="Cel",
        began_at=began,
        ended_at=ended,
        actor=actor(who or room.cast.olga),
        at=ended,
    )


@pytest.fixture
def incubating(room: Room) -> Room:
    """Flasks in INC-07."""
    return room.receipt().clear_line().medium().seed().feed()


def test_an_excursion_is_told_to_the_batch_that_was_in_the_incubator(incubating: Room) -> None:
    began = incubating.now + timedelta(hours=5)
    excursion(incubating, began, began + timedelta(minutes=95))

    event = Event.objects.get(subject=incubating.batch.record)
    assert (event.kind, event.severity) == ("EXCURSION", "MAJOR")
    assert event.text == "INC-07: temperature reached 35.2 °C for 1 h 35 min."
    assert Hold.objects.get(record=incubating.batch.record, key__startswith="event:").blocks_certify


def test_an_excursion_before_the_cells_came_or_after_they_left_is_no_event(incubating: Room) -> None:
    before = incubating.now - timedelta(hours=5)
    excursion(incubating, before, before + timedelta(minutes=95))
    incubating.harvest().count()
    incubating.enter("culture[1].decide.enough", "yes")
    incubating.sign_step("culture[1].decide")
    after = incubating.now + timedelta(minutes=1)
    excursion(incubating, after, after + timedelta(minutes=95))

    assert incubating.events() == []
    assert Excursion.objects.count() == 2


def test_an_excursion_of_an_instrument_nobody_used_is_only_kept(room: Room) -> None:
    instrument(room.cast, "INC-07", "incubator")
    excursion(room, room.now, room.now + timedelta(minutes=95))

    assert (Excursion.objects.count(), room.events()) == (1, [])


@pytest.mark.parametrize("minutes", [0, -5])
def test_an_excursion_has_a_length(incubating: Room, minutes: int) -> None:
    found = codes(lambda: excursion(incubating, incubating.now, incubating.now + timedelta(minutes=minutes)))

    assert found == ["no_length"]


def test_an_analyst_records_no_excursion(incubating: Room) -> None:
    with pytest.raises(NotAllowed):
        excursion(incubating, incubating.now, incubating.now + timedelta(hours=1), who=incubating.cast.anna)


def test_a_site_gives_its_role_for_its_own_instruments_only(incubating: Room) -> None:
    give_role(incubating.cast.rita, Role.QA, "RHINE")

    with pytest.raises(NotAllowed):
        excursion(incubating, incubating.now, incubating.now + timedelta(hours=1), who=incubating.cast.rita)
