"""Lots, instruments, vessels: the right one, released, in date, calibrated, open; a wrong one in hand is kept."""

from datetime import timedelta

import pytest

from apps.audit.models import Record
from apps.audit.services import audited
from apps.batches.facts.words import VesselState
from apps.batches.models import RecordedValue, Vessel
from apps.batches.services.vessels import open_vessels
from apps.core.actor import SYSTEM
from apps.core.errors import BadInput, Happened
from apps.facility.services import take_out_of_service
from apps.lineage.selectors import ancestor_ids
from apps.materials.content import lot_content
from apps.materials.facts import LotVerb
from apps.materials.models import MaterialLot
from apps.materials.services import prepare_reagent, reject_lot
from apps.materials.services.opening import open_lot
from apps.quality.models import Event
from apps.quality.services import stop_record
from tests.batches.refusals import codes, refused
from tests.batches.story import Room, instrument, lot
from tests.cast import AT, actor, sign_as

LYSATE = "culture[1].prepare.lysate"


@pytest.fixture
def ready(room: Room) -> Room:
    """Ready to prepare the medium."""
    return room.receipt()


def test_a_released_lot_in_date_is_used_and_becomes_an_ancestor(ready: Room) -> None:
    used = lot(ready.cast, "PL-121", "lysate")
    row = ready.enter(LYSATE, "PL-121")

    assert row.lot_id == used.pk
    assert used.record_id in ancestor_ids([ready.batch.record])


def test_a_lot_used_twice_is_one_ancestor(ready: Room) -> None:
    lot(ready.cast, "PL-121", "lysate")
    ready.enter(LYSATE, "PL-121")
    ready.clear_line().enter("culture[1].prepare.medium", lot(ready.cast, "MD-9", "medium").number)
    ready.correct("culture[1].prepare.lysate", lot(ready.cast, "PL-122", "lysate").number)
    ready.correct("culture[1].prepare.lysate", "PL-121", "It was the first one after all")

    parents = Record.objects.filter(pk__in=ancestor_ids([ready.batch.record]), kind="lot")
    assert sorted(record.number for record in parents) == ["MD-9", "PL-121", "PL-122"]


def test_an_expired_lot_is_refused_and_the_next_accepted(ready: Room) -> None:
    lot(ready.cast, "PL-120", "lysate", expiry="2026-11-05T14:03:00+08:00")
    lot(ready.cast, "PL-121", "lysate")
    ready.later(hours=1)

    assert codes(lambda: ready.enter(LYSATE, "PL-120")) == ["lot_expired"]
    assert ready.enter(LYSATE, "PL-121").text == "PL-121"


def test_expiry_is_judged_at_the_moment_of_use_to_the_minute(ready: Room) -> None:
    ends = AT + timedelta(minutes=10)
    lot(ready.cast, "PL-120", "lysate", expiry=ends.isoformat())
    ready.now = ends + timedelta(minutes=5)
    why = {"reason": "Entered after the cabinet was clean"}

    assert codes(lambda: ready.enter(LYSATE, "PL-120", performed_at=ends, **why)) == ["lot_expired"]
    just_before = ends - timedelta(minutes=1)
    assert ready.enter(LYSATE, "PL-120", performed_at=just_before, **why).performed_at == just_before


def test_a_month_only_expiry_means_its_last_day(ready: Room) -> None:
    made = lot(ready.cast, "PL-120", "lysate", expiry="2026-11")

    assert made.expires_at.isoformat() == "2026-12-01T00:00:00+08:00"


def test_a_lot_in_quarantine_is_refused(ready: Room) -> None:
    lot(ready.cast, "PL-120", "lysate", released=False)

    assert codes(lambda: ready.enter(LYSATE, "PL-120")) == ["lot_not_released"]


def test_a_lot_of_another_material_is_refused(ready: Room) -> None:
    lot(ready.cast, "MD-9", "medium")

    assert codes(lambda: ready.enter(LYSATE, "MD-9")) == ["wrong_material"]


def test_all_that_stands_against_a_lot_is_said_at_once(ready: Room) -> None:
    lot(ready.cast, "MD-9", "medium", expiry="2026-10", released=False)

    assert codes(lambda: ready.enter(LYSATE, "MD-9")) == ["wrong_material", "lot_not_released", "lot_expired"]


def test_a_number_that_nothing_bears_is_unreadable(ready: Room) -> None:
    with pytest.raises(BadInput) as caught:
        ready.enter(LYSATE, "PL-999")

    assert (caught.value.code, caught.value.objections[0].place) == ("unknown_number", LYSATE)


def test_a_lot_that_was_used_all_the_same_is_recorded_with_a_critical_event(ready: Room) -> None:
    lot(ready.cast, "PL-120", "lysate", expiry="2026-11-05T14:03:00+08:00")
    ready.later(hours=1)
    row = ready.enter(LYSATE, "PL-120", happened=Happened(ready.now, "Noticed when the flask was closed"))

    assert [one["code"] for one in row.overridden] == ["lot_expired"]
    assert Event.objects.get(subject=ready.batch.record).severity == "CRITICAL"
    assert row.lot.record_id in ancestor_ids([ready.batch.record])


def test_opening_a_lot_may_shorten_its_life(ready: Room) -> None:
    lot(ready.cast, "MD-9", "medium")
    ready.enter("culture[1].prepare.medium", "MD-9")

    assert MaterialLot.objects.get(number="MD-9").opened_at == ready.now
    lot(ready.cast, "PL-121", "lysate")
    ready.enter(LYSATE, "PL-121")
    assert MaterialLot.objects.get(number="PL-121").opened_at is None


def test_a_container_that_another_master_opened_for_a_shorter_time_ends_when_it_said(ready: Room) -> None:
    found = lot(ready.cast, "PL-121", "lysate")
    with audited(actor=SYSTEM, action="test.arranged", at=ready.now, touching=[found.record]) as change:
        open_lot(change, lot=MaterialLot.objects.get(), opened_at=ready.now, life=timedelta(days=1))

    ready.now += timedelta(days=1)
    assert codes(lambda: ready.enter(LYSATE, "PL-121")) == ["container_expired"]


@pytest.fixture
def counting(room: Room) -> Room:
    """Ready to count."""
    return room.receipt().clear_line().medium().seed().feed().harvest()


COUNTER = "culture[1].count.counter"


def test_an_instrument_of_the_right_kind_in_calibration_is_accepted(counting: Room) -> None:
    instrument(counting.cast, "CC-01", "counter")

    assert counting.enter(COUNTER, "CC-01").instrument.number == "CC-01"


def test_calibration_is_judged_at_the_moment_of_use(counting: Room) -> None:
    due = counting.now
    instrument(counting.cast, "CC-01", "counter", calibration_due=due)

    assert codes(lambda: counting.enter(COUNTER, "CC-01", performed_at=due)) == ["not_calibrated"]
    before = due - timedelta(minutes=1)
    assert counting.enter(COUNTER, "CC-01", performed_at=before).performed_at == before


def test_qualification_is_judged_at_the_moment_of_use(counting: Room) -> None:
    until = counting.now
    instrument(counting.cast, "CC-01", "counter", qualified_until=until)

    assert codes(lambda: counting.enter(COUNTER, "CC-01", performed_at=until)) == ["not_qualified"]
    before = until - timedelta(minutes=1)
    assert counting.enter(COUNTER, "CC-01", performed_at=before).performed_at == before


def test_what_was_read_on_an_instrument_no_longer_qualified_can_be_recorded_with_an_event(counting: Room) -> None:
    until = counting.now
    instrument(counting.cast, "CC-01", "counter", qualified_until=until)

    kept = counting.enter(COUNTER, "CC-01", happened=Happened(until, "The count was taken before anybody looked"))

    assert "not_qualified" in [one["code"] for one in kept.overridden]
    assert Event.objects.filter(subject=counting.batch.record).exists()


def test_an_instrument_out_of_service_or_of_another_kind_is_refused(counting: Room) -> None:
    out = instrument(counting.cast, "CC-01", "counter")
    take_out_of_service(instrument=out, reason="The lamp flickers", actor=actor(counting.cast.quinn), at=AT)

    assert codes(lambda: counting.enter(COUNTER, "CC-01")) == ["out_of_service"]
    assert codes(lambda: counting.enter(COUNTER, "INC-07")) == ["wrong_equipment"]


@pytest.fixture
def seeding(room: Room) -> Room:
    """Ready to open flasks."""
    return room.receipt().clear_line().medium()


def test_vessels_get_numbers_of_their_own_and_are_made_from_the_batch(seeding: Room) -> None:
    opened = seeding.flasks("culture[1].seed", 3)

    assert [vessel.number for vessel in opened] == ["CT-0042-P1-F01", "CT-0042-P1-F02", "CT-0042-P1-F03"]
    assert opened[0].record.address == "vessel/CT-0042-P1-F01"
    assert all(seeding.batch.record_id in ancestor_ids([vessel.record]) for vessel in opened)
    labels = RecordedValue.objects.filter(step__place="culture[1].seed").order_by("pk")
    assert [row.place for row in labels][:1] == ["culture[1].seed.flask[01].flask"]


def test_a_vessel_made_from_another_has_it_as_ancestor(counting: Room) -> None:
    counting.count()
    counting.enter("culture[1].decide.enough", "no")
    counting.sign_step("culture[1].decide")
    counting.again("culture[2]")
    counting.clear_line(2).medium(2)
    parent = Vessel.objects.select_related("record").get(number="CT-0042-P1-F01")
    opened = open_vessels(
        batch=counting.batch,
        step="culture[2].seed",
        kind="flask",
        count=1,
        parents=[parent],
        actor=actor(counting.cast.olga),
        at=counting.now,
    )

    assert opened[0].number == "CT-0042-P2-F01"
    assert parent.record_id in ancestor_ids([opened[0].record])


def test_a_kind_of_which_there_is_one_carries_no_count(room: Room) -> None:
    room.receipt().passage()

    assert room.flasks("closing.start_fill", 1, "pool")[0].number == "CT-0042-S3-POOL"


def test_a_step_opens_only_what_the_master_says(seeding: Room) -> None:
    assert codes(lambda: seeding.flasks("culture[1].seed", 1, "pool")) == ["opens_none"]
    assert codes(lambda: seeding.flasks("culture[1].seed", 0)) == ["vessel_count"]


def test_a_vessel_is_opened_and_not_typed(room: Room) -> None:
    room.receipt().passage()

    assert "open_the_vessel" in codes(lambda: room.enter("closing.start_fill.pool", "CT-0042-P1-F01"))


def test_a_row_without_a_vessel_takes_no_value(seeding: Room) -> None:
    seeding.flasks("culture[1].seed", 1)

    assert codes(lambda: seeding.enter("culture[1].seed.flask[07].volume", "30.0")) == ["no_such_row"]


FED = "culture[1].feed[1].flask[01].flask"


def test_the_wrong_vessel_is_a_hard_stop_and_a_near_miss_with_its_event(seeding: Room) -> None:
    seeding.seed()
    refusal = refused(lambda: seeding.enter(FED, "CT-0042-P1-F02", scanned=True))

    assert refusal.code == "wrong_vessel"
    event = Event.objects.get(subject=seeding.batch.record)
    assert (event.kind, event.severity, event.about) == ("NEAR_MISS", "MINOR", f"batch/CT-0042/{FED}")
    assert not RecordedValue.objects.filter(place=FED).exists()
    assert seeding.enter(FED, "CT-0042-P1-F01", scanned=True).origin == "SCANNED"


def test_a_vessel_of_another_batch_is_a_hard_stop(seeding: Room) -> None:
    seeding.seed()
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        other = change.open_record("batch", "CT-0099", site="NANHU")
        vessel = change.open_record("vessel", "CT-0099-P1-F01", site="NANHU")
        batch = seeding.batch.__class__.objects.get(pk=seeding.batch.pk)
        batch.pk, batch.id, batch.record, batch.number = None, None, other, "CT-0099"
        change.create(batch)
        strange = Vessel(record=vessel, batch=batch, number="CT-0099-P1-F01", kind="flask", row="01", section="x")
        strange.opened_in, strange.opened_at, strange.opened_by = "x", AT, "system"
        change.create(strange)

    assert codes(lambda: seeding.enter(FED, "CT-0099-P1-F01", scanned=True)) == ["wrong_vessel"]


def test_a_closed_vessel_holds_nothing(counting: Room) -> None:
    assert set(Vessel.objects.values_list("state", flat=True)) == {VesselState.CLOSED}
    counting.correct("culture[1].harvest.cells", "8.10")
    late = codes(
        lambda: counting.enter(
            "culture[1].feed[1].flask[01].flask", "CT-0042-P1-F01", happened=Happened(counting.now, "Scanned again")
        )
    )
    assert "vessel_closed" in late


def test_harvesting_closes_the_vessel_it_scans(seeding: Room) -> None:
    seeding.seed().feed().later(days=4)
    seeding.enter("culture[1].harvest.flask[01].flask", "CT-0042-P1-F01", scanned=True)

    closed = Vessel.objects.get(number="CT-0042-P1-F01")
    assert (closed.state, closed.closed_in, closed.closed_at) == ("CLOSED", "culture[1].harvest", seeding.now)
    assert Vessel.objects.get(number="CT-0042-P1-F02").state == "OPEN"


def stopped(room: Room, record: Record, reason: str = "Wrong temperature on delivery") -> None:
    stop_record(record=record, reason=reason, actor=actor(room.cast.quinn), at=room.now)


def test_a_lot_that_is_held_is_refused_with_the_reason_of_the_hold(ready: Room) -> None:
    stopped(ready, lot(ready.cast, "PL-121", "lysate").record)
    refusal = refused(lambda: ready.enter(LYSATE, "PL-121"))

    assert [one.code for one in refusal.objections] == ["thing_held"]
    assert "Wrong temperature on delivery" in refusal.objections[0].text


def test_a_reagent_made_from_a_lot_that_was_rejected_later_is_refused(ready: Room) -> None:
    part = lot(ready.cast, "PL-120", "lysate")
    made = {"number": "LY-7", "material": "lysate", "components": [part], "own_life": timedelta(days=1)}
    prepare_reagent(site=part.site, prepared_at=ready.now, actor=actor(ready.cast.olga), at=ready.now, **made)
    part = MaterialLot.objects.select_related("record", "site").get(number="PL-120")
    signing = sign_as(ready.cast.quinn, lot_content(part, LotVerb.REJECT, "Positive for virus"), at=ready.now)
    who = {"actor": actor(ready.cast.quinn), "at": ready.now}
    reject_lot(lot=part, reason="Positive for virus", signing=signing, **who)

    assert codes(lambda: ready.enter(LYSATE, "LY-7")) == ["thing_held"]
    used = ready.enter(LYSATE, "LY-7", happened=Happened(ready.now, "It was in the flask already"))
    assert [one["code"] for one in used.overridden] == ["thing_held"]


def test_an_instrument_or_a_vessel_that_was_stopped_is_not_used(ready: Room) -> None:
    ready.clear_line().medium().seed()
    stopped(ready, instrument(ready.cast, "INC-07", "incubator").record)
    stopped(ready, Vessel.objects.get(number="CT-0042-P1-F01").record)

    assert codes(lambda: ready.enter("culture[1].feed[1].incubator", "INC-07")) == ["thing_held"]
    scan = "culture[1].feed[1].flask[01].flask"
    assert codes(lambda: ready.enter(scan, "CT-0042-P1-F01", scanned=True)) == ["thing_held"]
    assert ready.enter(scan.replace("[01]", "[02]"), "CT-0042-P1-F02", scanned=True).vessel
