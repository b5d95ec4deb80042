"""At the bed: two people, two identifiers, every unit; the wrong one is a hard stop; what happened is recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.audit.models import Entry
from apps.audit.services import audited
from apps.core.errors import Happened, NotAllowed
from apps.dosing.facts import MomentKind, OrderState
from apps.dosing.models import Infusion, Moment, TreatmentOrder
from apps.dosing.rules import bedside as rules
from apps.dosing.selectors import against_the_start, kept_units, order_now, vital_slots
from apps.dosing.services import cancel_order, note_moment, record_vitals, reserve_units
from apps.identity.services import erase_patient
from apps.lineage.selectors import later_generations
from apps.quality.facts import Blocks
from apps.quality.models import Event
from apps.quality.services import place_hold
from apps.signatures.models import Signature
from apps.units.facts import Condition, Custody
from apps.units.selectors import units_now, whereabouts
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor
from tests.dosing.story import (
    END,
    MASTER,
    NOW,
    PATIENT,
    START,
    THAW,
    at_bed,
    checked,
    ended,
    expiring,
    ordered,
    ready_order,
    reserved,
    started,
    thawed,
)

db = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


begins_with = ready_order


def test_two_people_start_and_the_units_are_the_patients(cast: Cast, order: TreatmentOrder) -> None:
    infusion = started(cast, order)

    assert order_now(order).state == OrderState.INFUSING
    assert (infusion.started_by, infusion.second_by, infusion.started_at) == ("nils", "paula", START)
    assert {(one.condition, one.custody) for one in units_now(kept_units(order))} == {
        (Condition.SPENT, Custody.ADMINISTERED)
    }
    verbs = set(Signature.objects.filter(record=order.record).values_list("verb", "username"))
    assert {("infusion_started", "nils"), ("infusion_compared", "paula")} <= verbs
    batch = kept_units(order)[0].batch
    assert whereabouts(batch).closes
    assert order.record_id in later_generations([batch.donation.record_id], 100)


@pytest.mark.parametrize(
    "wrong", [{"first": "H-999999"}, {"first": "H-44556"}, {"second": "1970-01-01"}, {"first": ""}]
)
def test_the_wrong_patient_is_a_hard_stop_that_is_kept(
    cast: Cast, order: TreatmentOrder, wrong: dict[str, str]
) -> None:
    assert codes(lambda: started(cast, order, at_bed(order, **wrong))) == ["another_patient_at_bed"]

    assert not Infusion.objects.exists()
    assert Event.objects.filter(subject=order.record, kind="NEAR_MISS", severity="MAJOR").count() == 1
    kept = Entry.objects.filter(record=order.record, action="order.near_miss").get()
    assert PATIENT.identifier not in kept.text
    assert "999999" not in kept.text


def test_the_wrong_patient_is_a_hard_stop_whatever_is_said_to_have_happened(cast: Cast, order: TreatmentOrder) -> None:
    said = Happened(START, "Given already")
    wrong = at_bed(order, first="H-999999")
    assert codes(lambda: started(cast, order, wrong, happened=said)) == ["another_patient_at_bed"]


def test_the_wrong_unit_is_a_hard_stop_that_is_kept(cast: Cast, order: TreatmentOrder) -> None:
    wrong = at_bed(order, units=(*at_bed(order).units, "CT-0042-U07"))

    assert codes(lambda: started(cast, order, wrong)) == ["another_unit"]
    assert Event.objects.filter(subject=order.record, kind="NEAR_MISS").count() == 1


def test_of_whom_nobody_knows_who_it_is_nobody_is_recognised(cast: Cast, order: TreatmentOrder) -> None:
    erase_patient(recipient=order.recipient, reason="Asked for", actor=actor(cast.quinn), at=AT)

    assert codes(lambda: started(cast, order)) == ["no_identity"]


def test_every_unit_of_the_dose_is_scanned(cast: Cast, order: TreatmentOrder) -> None:
    some = at_bed(order, units=at_bed(order).units[:1])
    assert codes(lambda: started(cast, order, some)) == ["not_scanned"]


def test_identifiers_agree_however_they_are_spaced(cast: Cast, order: TreatmentOrder) -> None:
    assert started(cast, order, at_bed(order, first=" h445566 ", second="19600203"))


def test_nobody_is_both_persons(cast: Cast, order: TreatmentOrder) -> None:
    assert codes(lambda: started(cast, order, second=cast.nils)) == ["same_person"]
    with pytest.raises(NotAllowed):
        started(cast, order, second=cast.vera)


def test_a_unit_that_would_expire_before_the_planned_end_is_refused(cast: Cast, order: TreatmentOrder) -> None:
    expiring(kept_units(order)[-1], END)
    assert codes(lambda: started(cast, order)) == ["expires_before_the_end"]


def test_the_planned_end_moves_with_a_late_start(cast: Cast, order: TreatmentOrder) -> None:
    # Thawed 40 minutes before the plan, good for four hours: an hour begun 140 minutes late still ends in time.
    assert set(codes(lambda: started(cast, order, at=START + timedelta(minutes=140)))) == {"expires_before_the_end"}
    assert started(cast, order, at=START + timedelta(minutes=139))


def test_a_held_unit_is_refused(cast: Cast, order: TreatmentOrder) -> None:
    batch = kept_units(order)[0].batch.record
    with audited(actor=actor(cast.quinn), action="test.held", at=AT, touching=[batch]) as change:
        place_hold(change, record=batch, key="k", blocks=[Blocks.USE], code="c", template="Wait.")

    assert codes(lambda: started(cast, order)) == ["open_holds"]


@db
def test_a_patient_who_waits_for_a_judgement_is_given_nothing(cast: Cast, order: TreatmentOrder) -> None:
    patient_of_it = order.recipient.record
    with audited(actor=actor(cast.quinn), action="test.held", at=AT, touching=[patient_of_it]) as change:
        place_hold(change, record=patient_of_it, key="k", blocks=[Blocks.USE], code="reaction", template="Wait.")
    frozen = checked(cast, "R-0002")

    assert codes(lambda: started(cast, order)) == ["open_holds"]
    assert reserve_units(order=frozen, actor=actor(cast.stella), at=NOW).state == OrderState.RESERVED


def test_the_interval_counts_from_when_the_last_dose_was_begun_whatever_was_planned(
    cast: Cast, order: TreatmentOrder
) -> None:
    third_day = START + timedelta(days=3)
    plan = {"arm": "fixed_three_doses", "planned_start": third_day, "planned_end": third_day + timedelta(hours=1)}
    second = ordered(cast, **plan)
    began = started(cast, order, at=START + MINUTE).started_at + timedelta(days=3)

    against = [{one.code for one in against_the_start(second, at_bed(second), at)} for at in (third_day, began)]

    assert against == [{"interval_too_short"}, set()]


def test_a_dose_that_nobody_checked_is_not_started_but_recorded_when_it_was(cast: Cast) -> None:
    order = thawed(cast, reserved(cast, "R-0002"))
    said = Happened(START, "The system was down")

    assert "wrong_state" in codes(lambda: started(cast, order))
    infusion = started(cast, order, at=START + 30 * MINUTE, happened=said)

    assert (infusion.happened, infusion.started_at) == (True, START)
    assert "wrong_state" in {one["code"] for one in infusion.overridden}
    assert {one.custody for one in units_now(kept_units(order))} == {Custody.ADMINISTERED}
    assert Event.objects.filter(kind="ACCEPTED_FACT", severity="CRITICAL").count() == 1


def test_an_infusion_that_is_still_to_come_is_not_recorded(cast: Cast, order: TreatmentOrder) -> None:
    said = Happened(START + MINUTE, "Soon")
    assert "in_the_future" in codes(lambda: started(cast, order, happened=said))


def test_a_dose_is_given_once(cast: Cast, order: TreatmentOrder) -> None:
    started(cast, order)
    said = Happened(START, "Again")

    assert "wrong_state" in codes(lambda: started(cast, order, at=START + MINUTE, happened=said))
    ended(cast, order)
    assert "wrong_state" in codes(lambda: started(cast, order, at=END, happened=said))
    assert Infusion.objects.count() == 1


def test_a_cancelled_order_is_given_to_nobody_and_nobody_is_watched_for_it(cast: Cast, order: TreatmentOrder) -> None:
    scanned = at_bed(order)
    cancel_order(order=order, reason="Fever", actor=actor(cast.paula), at=START)
    said = Happened(START, "Given all the same")

    assert "no_units" in codes(lambda: started(cast, order, at_bed(order), happened=said))
    assert "another_unit" in codes(lambda: started(cast, order, scanned, happened=said))
    assert rules.is_over(OrderState.CANCELLED) is not None
    signs = {"pulse": "84"}
    assert codes(lambda: record_vitals(order=order, signs=signs, actor=actor(cast.nils), at=START)) == ["wrong_state"]
    assert not Infusion.objects.exists()


def test_pauses_and_rates_are_noted_while_it_runs(cast: Cast, order: TreatmentOrder) -> None:
    who: dict[str, Any] = {"actor": actor(cast.nils), "at": START + 10 * MINUTE}
    assert codes(lambda: note_moment(order=order, kind=MomentKind.PAUSED, **who)) == ["wrong_state"]
    started(cast, order)

    note_moment(order=order, kind=MomentKind.RATE, rate="40", **who)
    note_moment(order=order, kind=MomentKind.PAUSED, note="Fever", **who)

    assert list(Moment.objects.order_by("pk").values_list("kind", flat=True)) == ["STARTED", "RATE", "PAUSED"]
    assert codes(lambda: note_moment(order=order, kind=MomentKind.ENDED, **who)) == ["no_moment"]
    rate = {"order": order, "kind": MomentKind.RATE, **who}
    assert codes(lambda: note_moment(moment_at=START + 11 * MINUTE, **rate)) == ["in_the_future"]
    assert codes(lambda: note_moment(moment_at=START - MINUTE, **rate)) == ["before_the_start"]
    assert note_moment(moment_at=START, **rate).at == START


def test_what_is_said_twice_at_the_bed_is_said_once(cast: Cast, order: TreatmentOrder) -> None:
    started(cast, order)
    nils: dict[str, Any] = {"order": order, "actor": actor(cast.nils)}
    signs = {"pulse": "84"}
    pauses = [note_moment(kind=MomentKind.PAUSED, at=START + seconds(n), **nils).pk for n in (300, 303)]
    taken = [record_vitals(signs=signs, at=START + seconds(n), **nils).pk for n in (310, 312)]

    assert len(set(pauses)) == len(set(taken)) == 1
    goes_on = note_moment(kind=MomentKind.RESUMED, at=START + seconds(320), **nils)
    stops_again = note_moment(kind=MomentKind.PAUSED, at=START + seconds(330), **nils)
    other = record_vitals(signs={"pulse": "85"}, at=START + seconds(340), **nils)
    later = record_vitals(signs={"pulse": "85"}, at=START + seconds(400), **nils)
    assert len({*pauses, goes_on.pk, stops_again.pk}) == len({*taken, other.pk, later.pk}) == 3


def test_a_press_is_one_too_many_for_less_than_a_minute_before_and_after() -> None:
    first, edge, tick = rules.Said("nils", START, ("PAUSED",)), MINUTE, timedelta(microseconds=1)

    def again(after: timedelta, by: str = "nils", what: str = "PAUSED") -> bool:
        return rules.is_said_twice(rules.Said(by, START + after, (what,)), first)

    assert [again(after) for after in (edge - tick, tick - edge, edge, -edge)] == [True, True, False, False]
    assert not again(tick, by="nora")
    assert not again(tick, what="RESUMED")


def test_the_end_is_signed_with_what_the_master_asks(cast: Cast, order: TreatmentOrder) -> None:
    started(cast, order)
    infusion = ended(cast, order)

    assert order_now(order).state == OrderState.GIVEN
    assert (infusion.ended_by, infusion.answers["duration"], str(infusion.remainder)) == ("nils", "60", "0.600000000")
    assert not Event.objects.filter(subject=order.record).exists()


def test_what_is_beyond_its_limit_stands_and_opens_an_event(cast: Cast, order: TreatmentOrder) -> None:
    started(cast, order)
    infusion = ended(cast, order, ended_at=START + 75 * MINUTE, filter="finer")

    assert infusion.answers["duration"] == "75"
    assert Event.objects.filter(subject=order.record, kind="ACTION_LIMIT").count() == 2


@pytest.mark.parametrize("missing", ["filter", "carrier_volume", "residual_volume"])
def test_what_the_master_asks_about_an_infusion_is_said(cast: Cast, order: TreatmentOrder, missing: str) -> None:
    started(cast, order)
    assert codes(lambda: ended(cast, order, **{missing: ""})) == ["answer_missing"]


def test_nothing_ends_before_it_began(cast: Cast, order: TreatmentOrder) -> None:
    started(cast, order)
    assert "before_the_start" in codes(lambda: ended(cast, order, ended_at=START - MINUTE))
    assert codes(lambda: ended(cast, order, at=END - MINUTE)) == ["in_the_future"]


@pytest.mark.parametrize(("minutes", "told"), [(229, False), (230, True)])
def test_an_infusion_that_ran_until_its_units_had_expired_is_told(
    cast: Cast, order: TreatmentOrder, minutes: int, told: bool
) -> None:
    expiring(kept_units(order)[-1], THAW + 230 * MINUTE)
    started(cast, order)
    ended(cast, order, ended_at=THAW + minutes * MINUTE)

    found = Event.objects.filter(subject=order.record, kind="HOLD_TIME", severity="CRITICAL")
    assert found.exists() is told


def seconds(n: int) -> timedelta:
    return timedelta(seconds=n)


# --- vital signs ----------------------------------------------------------------------------------------------------
NINE = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def clock(*times: datetime) -> list[str]:
    return [f"{time:%H:%M}" for time in times]


def test_vital_signs_are_due_before_at_each_interval_at_the_end_and_when_the_watch_is_over() -> None:
    vitals = MASTER.dosing.vitals
    running = rules.due_times(vitals, NINE, NINE + timedelta(minutes=50), ended=False)
    over = rules.due_times(vitals, NINE, NINE + timedelta(minutes=50), ended=True)

    assert clock(*running) == ["09:00", "09:15", "09:30", "09:45", "09:50"]
    assert clock(*over) == [*clock(*running), "15:50"]


def test_signs_answer_the_due_time_that_has_come(cast: Cast, order: TreatmentOrder) -> None:
    who: dict[str, Any] = {"actor": actor(cast.nils), "signs": {"systolic": "118", "pulse": "84"}}
    record_vitals(order=order, at=START - 10 * MINUTE, **who)
    started(cast, order)
    row = record_vitals(order=order, at=START + 17 * MINUTE, **who)
    extra = record_vitals(order=order, at=START + 18 * MINUTE, **who)

    assert (row.due_at, extra.due_at) == (START + 15 * MINUTE, None)
    assert [slot.taken for slot in vital_slots(order)] == [True, True, False, False, False]


def test_signs_answer_a_time_that_comes_within_half_an_interval() -> None:
    slots, quarter = rules.slots([NINE, NINE + 15 * MINUTE], ()), 15 * MINUTE

    half = NINE + 7.5 * MINUTE
    assert rules.answers_which(slots, half, quarter) == NINE + quarter
    assert rules.answers_which(slots, half - timedelta(seconds=1), quarter) == NINE
    assert rules.answers_which(slots, NINE - 8 * MINUTE, quarter) is None


def test_signs_taken_again_never_answer_a_time_that_was_missed(cast: Cast, order: TreatmentOrder) -> None:
    who: dict[str, Any] = {"order": order, "actor": actor(cast.nils), "signs": {"pulse": "84"}}
    started(cast, order)

    found = [record_vitals(at=START + n * MINUTE, **who).due_at for n in (31, 32)]

    assert found == [START + 30 * MINUTE, None]
    assert [slot.taken for slot in vital_slots(order)] == [False, False, True, False, False]


def test_signs_that_are_none_are_refused(cast: Cast, order: TreatmentOrder) -> None:
    who: dict[str, Any] = {"order": order, "actor": actor(cast.nils), "at": START}
    assert codes(lambda: record_vitals(signs={}, **who)) == ["no_signs"]
    assert codes(lambda: record_vitals(signs={"systolic": "high"}, **who))
    assert codes(lambda: record_vitals(signs={"mood": "1"}, **who)) == ["unknown_answer"]
    late = {**who, "taken_at": START + MINUTE}
    assert codes(lambda: record_vitals(signs={"pulse": "80"}, **late)) == ["in_the_future"]
