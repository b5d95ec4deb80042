"""Entering values: kept as entered, judged, once per place, in time, by trained people."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.batches.content import late_content
from apps.batches.facts.inputs import ValueInput
from apps.batches.models import RecordedValue
from apps.batches.services.recording import record_value, record_values
from apps.core.errors import BadInput, Happened, NotAllowed, RuleBroken
from apps.products.facts import Place
from apps.quality.models import Event, Hold
from tests.batches.refusals import codes, refused
from tests.batches.story import Room
from tests.cast import actor, sign_as

TEMPERATURE = "receipt.arrive.temperature"


def test_a_value_is_kept_as_it_was_entered(room: Room) -> None:
    row = room.enter(TEMPERATURE, "4.10")

    assert (row.text, str(row.rounded), row.verdict, row.printed_name) == ("4.10", "4.1", "PASS", "Olga Orlova")
    assert RecordedValue.objects.get().text == "4.10"


def test_a_value_and_its_entry_are_written_together(room: Room) -> None:
    row = room.enter(TEMPERATURE, "4.1")

    entry = Entry.objects.get(pk=row.last_entry_id)
    assert (entry.action, entry.username, entry.record_id) == ("batch.value.recorded", "olga", room.batch.record_id)
    assert '"text":"4.1"' in entry.text


def test_one_recorded_value_takes_at_most_eight_statements(room: Room) -> None:
    room.enter("receipt.arrive.arrived_at", "2026-11-05 14:00")
    with CaptureQueriesContext(connection) as statements:
        room.enter(TEMPERATURE, "4.1")

    beginnings = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    said = [query["sql"] for query in statements if not query["sql"].startswith(beginnings)]
    locks = sum("FOR NO KEY UPDATE" in sql for sql in said)
    assert len(said) - locks + 1 <= 8  # the lock is a statement on PostgreSQL only


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("2.0", "ALERT"),
        ("1.9", "ACTION"),
        ("3.0", "PASS"),
        ("7.0", "PASS"),
        ("7.1", "ALERT"),
        ("8.0", "ALERT"),
        ("8.1", "ACTION"),
    ],
)
def test_limits_are_judged_on_their_edges(room: Room, text: str, verdict: str) -> None:
    assert room.enter(TEMPERATURE, text).verdict == verdict


def test_rounding_decides_where_the_master_says_rounded(room: Room) -> None:
    row = room.enter(TEMPERATURE, "8.04")

    assert (row.text, str(row.rounded), row.verdict) == ("8.04", "8.0", "ALERT")


def test_an_alert_is_shown_and_opens_no_event(room: Room) -> None:
    room.enter(TEMPERATURE, "7.5")

    assert room.events() == []


def test_a_value_beyond_its_action_limit_is_kept_with_an_event_that_holds_certification(room: Room) -> None:
    room.enter(TEMPERATURE, "9.4")

    event = Event.objects.get(subject=room.batch.record)
    assert (event.kind, event.severity) == ("ACTION_LIMIT", "MAJOR")
    assert event.about == "batch/CT-0042/receipt.arrive.temperature"
    assert room.holds() == [f"event:{event.record.number}"]
    assert RecordedValue.objects.get().verdict == "ACTION"


def test_a_critical_value_beyond_its_limit_stops_the_steps_after_its_own(room: Room) -> None:
    room.receipt().clear_line().medium().seed().feed().harvest()
    room.enter("culture[1].count.replicate[A].viability", "88.0")
    room.enter("culture[1].count.replicate[B].viability", "89.0")

    assert "action:culture[1].count" in room.holds()
    assert codes(lambda: room.enter("closing.papers.endotoxin", "<0.05"))[-1] == "open_holds"


def test_a_place_is_filled_once_and_the_second_tablet_sees_both_values(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")

    refusal = refused(lambda: room.enter(TEMPERATURE, "4.2", who=room.cast.oscar))
    objection = refusal.objections[0]
    assert (refusal.status, objection.code) == (409, "already_recorded")
    assert (objection.facts["theirs"], objection.facts["yours"], objection.facts["by"]) == (
        "4.1 Cel",
        "4.2",
        "Olga Orlova",
    )
    assert objection.facts["recorded_at"] == room.now - timedelta(minutes=1)


def test_the_same_value_sent_twice_is_refused_too(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")

    assert codes(lambda: room.enter(TEMPERATURE, "4.1")) == ["already_recorded"]


def test_that_it_was_already_done_does_not_fill_a_filled_place(room: Room) -> None:
    room.enter(TEMPERATURE, "4.1")
    said = Happened(room.now, "Measured twice by mistake")

    assert codes(lambda: room.enter(TEMPERATURE, "4.2", happened=said)) == ["already_recorded"]


@pytest.mark.parametrize("text", ["four", "4,1", "NaN", "inf", "1e400", "٤"])
def test_what_is_no_number_is_refused_at_its_place(room: Room, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        room.enter(TEMPERATURE, text)

    assert [objection.place for objection in caught.value.objections] == [TEMPERATURE]
    assert not RecordedValue.objects.exists()


@pytest.mark.parametrize(
    "place",
    [
        "receipt.arrive.colour",
        "receipt[1].arrive.temperature",
        "culture.clear.clean",
        "../etc",
        "culture[9].clear.clean",
    ],
)
def test_a_place_the_master_record_does_not_know_is_refused(room: Room, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        room.enter(place, "1")

    assert caught.value.code == "no_such_place"


def test_nothing_is_recorded_before_it_happens_not_even_as_already_done(room: Room) -> None:
    tomorrow = room.now + timedelta(days=1)

    assert "in_the_future" in codes(lambda: room.enter(TEMPERATURE, "4.1", performed_at=tomorrow))
    said = Happened(tomorrow, "I will have done it")
    assert "in_the_future" in codes(lambda: room.enter(TEMPERATURE, "4.1", happened=said))


def test_an_entry_at_the_very_limit_of_its_time_is_not_late(room: Room) -> None:
    done = room.now + timedelta(minutes=1) - timedelta(minutes=30)

    assert room.enter(TEMPERATURE, "4.1", performed_at=done).is_late is False


def test_a_late_entry_says_why_and_is_marked(room: Room) -> None:
    done = room.now - timedelta(minutes=30)

    assert codes(lambda: room.enter(TEMPERATURE, "4.1", performed_at=done)) == ["late_reason"]
    assert codes(lambda: room.enter(TEMPERATURE, "4.1", performed_at=done, reason="....")) == ["late_reason"]
    row = room.enter(TEMPERATURE, "4.1", performed_at=done, reason="The tablet was being charged")
    assert (row.is_late, row.performed_at, row.recorded_at) == (True, done, room.now)


def test_an_entry_far_after_the_event_needs_a_second_person(room: Room) -> None:
    done, reason = room.now - timedelta(hours=25), "Found on the paper of the night shift"
    alone = {"performed_at": done, "reason": reason}

    assert codes(lambda: room.enter(TEMPERATURE, "4.1", **alone)) == ["late_second_person"]
    shown = late_content(room.batch, [ValueInput(Place.parse(TEMPERATURE), "4.1", performed_at=done)], reason)
    second = sign_as(room.cast.vera, shown, at=room.now, on=room.cast.olga)
    row = room.enter(TEMPERATURE, "4.1", **alone, second=second)
    assert row.second is not None
    assert row.second.username == "vera"


def test_nobody_confirms_their_own_late_entry(room: Room) -> None:
    done, reason = room.now - timedelta(hours=25), "Found on the paper of the night shift"
    shown = late_content(room.batch, [ValueInput(Place.parse(TEMPERATURE), "4.1", performed_at=done)], reason)
    own = sign_as(room.cast.olga, shown, at=room.now)

    assert codes(lambda: room.enter(TEMPERATURE, "4.1", performed_at=done, reason=reason, second=own)) == [
        "same_person"
    ]


def test_a_second_person_confirms_what_was_shown_and_nothing_else(room: Room) -> None:
    done, reason = room.now - timedelta(hours=25), "Found on the paper of the night shift"
    shown = late_content(room.batch, [ValueInput(Place.parse(TEMPERATURE), "4.1", performed_at=done)], reason)
    second = sign_as(room.cast.vera, shown, at=room.now, on=room.cast.olga)

    other = refused(lambda: room.enter(TEMPERATURE, "5.1", performed_at=done, reason=reason, second=second))
    assert (other.status, other.code) == (412, "content_changed")


def test_an_empty_field_is_not_done_and_says_why(room: Room) -> None:
    assert codes(lambda: room.enter(TEMPERATURE, "")) == ["not_done_reason"]
    row = room.enter(TEMPERATURE, "", reason="The logger was not in the box")

    assert (row.verdict, row.text) == ("NOT_DONE", "")
    assert room.events() == ["REPORTED"]


def test_an_empty_optional_field_opens_no_event(room: Room) -> None:
    room.enter("receipt.arrive.remark", "", reason="Nothing to remark")

    assert room.events() == []


def test_zero_is_a_result(room: Room) -> None:
    assert room.enter(TEMPERATURE, "0").verdict == "ACTION"


def test_a_computed_value_is_never_typed(room: Room) -> None:
    assert "computed" in codes(lambda: room.enter("culture[1].growth.doublings", "3.00"))


def test_a_computed_value_waits_for_all_its_rows_and_keeps_its_function(room: Room) -> None:
    room.receipt().clear_line().medium().seed().feed().harvest()
    mean = RecordedValue.objects.filter(place="culture[1].count.mean")
    room.enter("culture[1].count.replicate[A].viability", "95.0")
    assert not mean.exists()
    room.enter("culture[1].count.replicate[B].viability", "94.0")

    row = mean.get()
    assert (row.text, row.function, row.origin, row.verdict) == ("94.5", "mean v1", "COMPUTED", "PASS")


def test_doublings_are_worked_out_from_what_was_seeded_and_harvested(room: Room) -> None:
    room.receipt().clear_line().medium().seed(cells="1.00").feed().harvest(cells="8.00")

    found = dict(RecordedValue.objects.filter(origin="COMPUTED").values_list("place", "text"))
    assert found == {"culture[1].growth.doublings": "3", "culture[1].growth.cumulative": "3"}


def test_several_values_are_recorded_all_or_none(room: Room) -> None:
    inputs = [
        ValueInput(Place.parse("receipt.arrive.arrived_at"), "2026-11-05 13:50"),
        ValueInput(Place.parse(TEMPERATURE), "warm"),
    ]
    with pytest.raises(BadInput):
        record_values(batch=room.batch, inputs=inputs, actor=actor(room.cast.olga), at=room.now)

    assert not RecordedValue.objects.exists()


def test_of_several_values_a_later_one_counts_from_an_earlier_one(room: Room) -> None:
    room.receipt().clear_line().medium().seed().feed().later(days=4)
    inputs = [
        ValueInput(Place.parse("culture[1].harvest.enzyme_at"), (room.now - timedelta(minutes=11)).isoformat()),
        ValueInput(Place.parse("culture[1].harvest.stopped_at"), room.now.isoformat()),
    ]
    rows = record_values(batch=room.batch, inputs=inputs, actor=actor(room.cast.olga), at=room.now)

    assert [row.verdict for row in rows] == ["RECORDED", "ACTION"]
    assert room.events() == ["HOLD_TIME"]


def test_the_same_place_twice_in_one_go_is_refused(room: Room) -> None:
    twice = [ValueInput(Place.parse(TEMPERATURE), text) for text in ("4.1", "4.2")]

    refusal = refused(lambda: record_values(batch=room.batch, inputs=twice, actor=actor(room.cast.olga), at=room.now))
    assert refusal.code == "named_twice"


def test_before_its_start_a_batch_takes_no_values(planned: Room) -> None:
    assert "batch_not_started" in codes(lambda: planned.enter(TEMPERATURE, "4.1"))


def test_who_is_not_an_operator_enters_nothing_and_the_attempt_is_kept(room: Room) -> None:
    with pytest.raises(NotAllowed):
        room.enter(TEMPERATURE, "4.1", who=room.cast.quinn)

    assert Entry.objects.filter(record=room.batch.record, action="access.refused", username="quinn").count() == 1


def test_who_is_not_trained_on_this_master_record_enters_nothing(room: Room) -> None:
    with pytest.raises(NotAllowed) as caught:
        room.enter(TEMPERATURE, "4.1", who=room.cast.rita)
    assert caught.value.code == "role_missing"  # another site

    with pytest.raises(NotAllowed) as caught:
        record_value(
            batch=room.batch,
            place=TEMPERATURE,
            text="4.1",
            actor=actor(room.cast.oscar),
            at=room.now - timedelta(days=400),
        )
    assert caught.value.code in ("role_missing", "training_missing")


def test_what_was_already_done_is_recorded_with_the_objections_it_overrode(room: Room) -> None:
    done = Happened(room.now, "The cells could not wait for the tablet")
    row = room.enter("culture[1].clear.clean", "yes", happened=done)

    assert row.has_happened is True
    assert [one["code"] for one in row.overridden] == ["out_of_order"]
    assert (row.performed_at, row.reason) == (done.at, done.reason)
    event = Event.objects.get(subject=room.batch.record)
    assert (event.kind, event.severity) == ("ACCEPTED_FACT", "CRITICAL")
    assert Hold.objects.filter(record=room.batch.record, key=f"event:{event.record.number}").exists()


def test_what_was_already_done_in_order_and_in_time_opens_no_event(room: Room) -> None:
    row = room.enter(TEMPERATURE, "4.1", happened=Happened(room.now, "Entered a moment later"))

    assert (row.has_happened, row.overridden) == (True, [])
    assert room.events() == []


def test_that_it_was_done_never_passes_form_or_rights(room: Room) -> None:
    done = Happened(room.now, "It was done, believe me")

    assert codes(lambda: room.enter(TEMPERATURE, "warm", happened=done)) == ["no_number"]
    assert codes(lambda: room.enter(TEMPERATURE, "4.1", happened=done, who=room.cast.quinn)) == ["role_missing"]


def test_a_refused_value_leaves_no_row_and_no_entry_but_the_refusal(room: Room) -> None:
    before = Entry.objects.filter(record=room.batch.record).count()
    with pytest.raises(RuleBroken):
        room.enter("culture[1].clear.clean", "yes")

    entries = list(Entry.objects.filter(record=room.batch.record).order_by("n"))[before:]
    assert [entry.action for entry in entries] == ["batch.refused.out_of_order"]
    assert not RecordedValue.objects.exists()


def test_a_value_in_another_unit_is_converted_and_both_are_kept(room: Room) -> None:
    room.receipt().clear_line().medium().flasks("culture[1].seed")
    row = room.enter("culture[1].seed.seeded", "1.5e6", unit="{cells}")

    assert (row.text, row.given_unit, row.unit) == ("1.5e6", "{cells}", "10*6{cells}")
    assert row.number == pytest.approx(row.number.__class__("1.5"))
