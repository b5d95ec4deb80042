"""From the request to the road: what may leave, in what, and who gave it to whom."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import Entry
from apps.audit.selectors import Verification
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, Refused
from apps.facility.models import Instrument
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from apps.quality.services import place_hold
from apps.signatures.models import Signature
from apps.transport import services
from apps.transport.facts import Taken
from apps.transport.models import HandOver, Shipment
from apps.transport.selectors import shipment_now
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.services import move_units
from tests.cast import Cast, actor
from tests.dosing.story import expiring
from tests.testing.prologue import Prologue
from tests.transport.story import (
    ASKED,
    LEFT,
    PACKED,
    SEAL,
    TAKEN,
    U1,
    U2,
    U3,
    handed,
    on_the_way,
    packed,
    released,
    requested,
    taken,
)

pytestmark = pytest.mark.django_db
BECAUSE = "The courier could not wait and took the box."
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
def _units(prologue: Prologue) -> None:
    released(prologue.cast, prologue.batch)


def unit(number: str = U1) -> Unit:
    return Unit.objects.select_related("record", "batch__record").get(number=number)


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return sorted({objection.code for objection in caught.value.objections})


def held(record: Any, *blocks: Blocks) -> Hold:
    with audited(actor=SYSTEM, action="test.held", at=ASKED, touching=[record]) as change:
        words = {"key": "test:1", "code": "test", "template": "Something is wrong"}
        return place_hold(change, record=record, blocks=blocks or [Blocks.ISSUE], **words)


def changed(instrument: str, **fields: Any) -> None:
    found = Instrument.objects.select_related("record").get(number=instrument)
    with audited(actor=SYSTEM, action="test.changed", at=ASKED, touching=[found.record]) as change:
        change.update(found, **fields)


# --- the ordinary way -----------------------------------------------------------------------------------------------
def test_units_are_asked_for_packed_handed_over_and_taken_each_by_who_signs(cast: Cast, batch: Batch) -> None:
    shipment = shipment_now(on_the_way(cast, batch))

    assert (shipment.number, shipment.state, shipment.seal) == ("CT-0042-T01", "IN_TRANSIT", "S-77120")
    assert {unit(number).custody for number in (U1, U2)} == {"IN_TRANSIT"}
    signed = Signature.objects.filter(record=shipment.record).order_by("pk").values_list("verb", "username")
    assert list(signed) == [("shipment.pack", "olga"), ("shipment.hand_over", "olga"), ("shipment.take", "kurt")]
    (given,) = HandOver.objects.all()
    assert (given.given_by, given.taken_by, given.acknowledged, given.temperature) == (
        *("olga", "kurt"),
        *("SIGNATURE", "-188"),
    )
    assert Event.objects.count() == 0
    assert list(Verification().findings()) == []


def test_from_the_request_on_a_unit_is_kept_for_its_shipment(cast: Cast, batch: Batch) -> None:
    requested(cast, batch, U1)

    assert (unit(U1).custody, unit(U2).custody) == ("RESERVED", "IN_STORE")
    assert codes(lambda: requested(cast, batch, U1, U2)) == ["in_shipment", "wrong_unit_state"]


def test_a_cancelled_shipment_lets_its_units_go(cast: Cast, batch: Batch) -> None:
    shipment = requested(cast, batch, U1)
    services.cancel_shipment(shipment=shipment, reason="The patient is too ill.", actor=actor(cast.stella), at=PACKED)

    assert unit(U1).custody == "IN_STORE"
    assert requested(cast, batch, U1).number == "CT-0042-T02"


def test_what_has_left_is_not_cancelled_and_no_end_goes_without_a_reason(cast: Cast, batch: Batch) -> None:
    who: dict[str, Any] = {"actor": actor(cast.stella), "at": TAKEN}
    waits = requested(cast, batch, U3)
    gone = on_the_way(cast, batch)

    assert codes(lambda: services.cancel_shipment(shipment=gone, reason="Late", **who)) == ["wrong_state"]
    assert codes(lambda: services.cancel_shipment(shipment=waits, reason=" ", **who)) == ["reason_missing"]


# --- what may leave -------------------------------------------------------------------------------------------------
def test_what_is_not_released_is_not_shipped(cast: Cast, batch: Batch) -> None:
    retained = Unit.objects.filter(batch=batch, disposition="QUARANTINED").values_list("number", flat=True)

    assert codes(lambda: requested(cast, batch, retained[0])) == ["wrong_unit_state"]


def test_a_held_unit_or_one_whose_batch_is_held_is_not_shipped(cast: Cast, batch: Batch) -> None:
    held(unit(U1).record)
    assert codes(lambda: requested(cast, batch, U1)) == ["open_holds"]

    held(batch.record)
    assert codes(lambda: requested(cast, batch, U2)) == ["open_holds"]


def test_a_unit_that_is_kept_for_something_else_is_not_shipped(cast: Cast, batch: Batch) -> None:
    with audited(actor=SYSTEM, action="test.kept", at=ASKED, touching=[batch.record, unit().record]) as change:
        move_units(change, units=[unit()], verb=UnitVerb.RESERVE)

    assert codes(lambda: requested(cast, batch, U1)) == ["wrong_unit_state"]


def test_a_unit_that_would_expire_before_it_can_have_arrived_is_not_shipped(cast: Cast, batch: Batch) -> None:
    expiring(unit(U1), ASKED + 14 * HOUR)
    expiring(unit(U2), ASKED + 14 * HOUR + timedelta(minutes=1))

    assert codes(lambda: requested(cast, batch, U1)) == ["would_expire"]
    assert requested(cast, batch, U2).state == "REQUESTED"


def test_a_frozen_unit_travels_frozen_in_a_way_that_the_master_names(cast: Cast, batch: Batch) -> None:
    assert codes(lambda: requested(cast, batch, mode="chilled", hours=Decimal(8))) == ["travels_otherwise"]
    assert codes(lambda: requested(cast, batch, mode="chilled", hours=Decimal("8.01"))) == [
        "takes_too_long",
        "travels_otherwise",
    ]
    assert codes(lambda: requested(cast, batch, mode="balloon")) == ["not_in_master"]


@pytest.mark.parametrize("hours", ["0", "-1", "721"])
def test_a_way_has_a_length(cast: Cast, batch: Batch, hours: str) -> None:
    assert codes(lambda: requested(cast, batch, hours=Decimal(hours))) == ["no_hours"]


def test_a_departure_is_planned_within_a_year(cast: Cast, batch: Batch) -> None:
    for far in (ASKED + timedelta(days=367), datetime(9999, 12, 30, tzinfo=UTC)):
        assert codes(lambda at=far: requested(cast, batch, departs_at=at)) == ["departs_too_late"]  # type: ignore[misc]


def test_a_shipment_names_units_of_one_batch(cast: Cast, batch: Batch) -> None:
    nothing = {"batch": batch, "units": [], "actor": actor(cast.stella), "at": ASKED}

    with pytest.raises(Refused, match="each once"):
        services.request_shipment(**nothing, asked=None)  # type: ignore[arg-type]


def test_who_only_analyses_or_looks_asks_for_nothing(cast: Cast, batch: Batch) -> None:
    for person in (cast.anna, cast.ines, cast.rita):
        with pytest.raises(NotAllowed):
            requested(cast, batch, U1, by=person)


def test_the_database_itself_lets_a_unit_stand_in_one_shipment(cast: Cast, batch: Batch) -> None:
    first, second = requested(cast, batch, U1), requested(cast, batch, U2)
    line = first.lines.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        second.lines.update(unit=line.unit)


# --- packing --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"units": (U1,)}, "units_differ"),
        ({"units": (U1, U2, U3)}, "units_differ"),
        ({"hold_hours": Decimal("17.99")}, "holds_too_short"),
        ({"hold_hours": None}, "holds_too_short"),
        ({"layers": ("primary", "outer", "seal")}, "layers_missing"),
        ({"documents": ("certificate",)}, "documents_missing"),
        ({"documents": ("a poem",)}, "not_in_master"),
        ({"seal": " "}, "no_seal"),
        ({"shipper": "DS-99"}, "unknown_instrument"),
        ({"at": PACKED - HOUR}, "in_the_future"),
    ],
)
def test_what_is_not_packed_as_the_master_asks_is_refused(
    cast: Cast, batch: Batch, said: dict[str, Any], expected: str
) -> None:
    shipment = requested(cast, batch)

    assert codes(lambda: packed(cast, shipment, **said)) == [expected]
    assert Shipment.objects.get().state == "REQUESTED"


def test_the_shipper_holds_for_the_planned_time_and_the_margin_of_the_master_to_the_last_digit(
    cast: Cast, batch: Batch
) -> None:
    assert packed(cast, requested(cast, batch), hold_hours=Decimal("18.00")).state == "PACKED"  # 12 h × 1.5


@pytest.mark.parametrize(
    ("instrument", "fields", "expected"),
    [
        ("DS-04", {"qualified_until": ASKED + 14 * HOUR}, "not_qualified"),
        ("DS-04", {"qualified_until": None}, "never_qualified"),
        ("TL-17", {"calibration_due": ASKED + 14 * HOUR}, "not_calibrated"),
        ("TL-17", {"calibration_due": None}, "never_calibrated"),
        ("TL-17", {"status": "OUT_OF_SERVICE"}, "out_of_service"),
    ],
)
def test_shipper_and_logger_are_good_until_it_can_have_arrived(
    cast: Cast, batch: Batch, instrument: str, fields: dict[str, Any], expected: str
) -> None:
    shipment = requested(cast, batch)
    changed(instrument, **fields)

    assert codes(lambda: packed(cast, shipment)) == [expected]


def test_a_unit_is_taken_out_of_its_position_before_it_is_packed(cast: Cast, batch: Batch) -> None:
    shipment = requested(cast, batch)
    with audited(actor=SYSTEM, action="test.stored", at=ASKED, touching=[unit().record]) as change:
        change.update(unit(), position="LN-03/4/2/A1")

    assert codes(lambda: packed(cast, shipment)) == ["lies_in_store"]


# --- hand-over ------------------------------------------------------------------------------------------------------
def test_a_hold_placed_after_packing_keeps_the_units_from_leaving(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, requested(cast, batch))
    held(batch.record)

    assert codes(lambda: handed(cast, shipment)) == ["open_holds"]
    assert unit().custody == "RESERVED"


def test_the_seal_is_the_one_that_was_put_on(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, requested(cast, batch))

    assert codes(lambda: handed(cast, shipment, seal="S-00000")) == ["seal_differs"]
    assert codes(lambda: handed(cast, shipment, taker=" ")) == ["no_taker"]


def test_the_taker_reads_the_seal_in_hand_and_another_one_is_a_near_miss(cast: Cast, batch: Batch) -> None:
    shipment = handed(cast, packed(cast, requested(cast, batch)))

    assert codes(lambda: taken(cast, shipment, seal="S-00000")) == ["seal_differs"]
    assert Entry.objects.filter(record=shipment.record, action="shipment.refused.seal").count() == 1
    taken(cast, shipment)
    assert HandOver.objects.get().seal_taken == SEAL


def test_what_was_taken_under_another_seal_is_recorded_with_a_critical_event(cast: Cast, batch: Batch) -> None:
    shipment = handed(cast, packed(cast, requested(cast, batch)))
    shipment = taken(cast, shipment, seal="S-00000", because=BECAUSE)

    assert (shipment.state, [one["code"] for one in shipment.overridden]) == ("IN_TRANSIT", ["seal_differs"])
    assert Event.objects.get().severity == "CRITICAL"


def test_a_hand_over_has_two_sides(cast: Cast, batch: Batch) -> None:
    shipment = handed(cast, packed(cast, requested(cast, batch)))

    assert shipment.state == "HANDED_OVER"
    assert codes(lambda: taken(cast, shipment, by=cast.olga)) == ["own_hand_over"]
    with pytest.raises(NotAllowed):
        taken(cast, shipment, by=cast.anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.update(taken_by="olga", acknowledged="SIGNATURE", taken_at=TAKEN)


def test_the_courier_hands_on_to_the_next_and_the_units_leave_once(cast: Cast, batch: Batch) -> None:
    shipment = on_the_way(cast, batch)
    handed(cast, shipment, by=cast.kurt, at=TAKEN + HOUR, **{"taker": "Nils Nilsen"})
    shipment = taken(cast, shipment, by=cast.nils, at=TAKEN + HOUR)

    assert list(HandOver.objects.values_list("n", "given_by", "taken_by")) == [(1, "olga", "kurt"), (2, "kurt", "nils")]
    assert (shipment.state, unit().custody) == ("IN_TRANSIT", "IN_TRANSIT")


# --- a person without an account ------------------------------------------------------------------------------------
def issued(cast: Cast, shipment: Shipment, **words: Any) -> str:
    said = {"name": "Lu Wei", "organisation": "Cold Wheels", "at": PACKED, "actor": actor(cast.stella), **words}
    return services.issue_code(shipment=shipment, **said)[1]


def typed(cast: Cast, shipment: Shipment, code: str, **words: Any) -> Shipment:
    said = {"did": Taken(SEAL), "actor": actor(cast.olga), "at": TAKEN, **words}
    return services.acknowledge_hand_over(shipment=shipment, code=code, **said)


def test_who_has_no_account_acknowledges_by_a_code_that_works_once_and_is_no_signature(
    cast: Cast, batch: Batch
) -> None:
    shipment = packed(cast, requested(cast, batch))
    code = issued(cast, shipment)
    handed(cast, shipment)
    assert codes(lambda: typed(cast, shipment, code, did=Taken("S-00000"))) == ["seal_differs"]
    typed(cast, shipment, code)

    given = HandOver.objects.get()
    assert (given.taken_by, given.acknowledged) == ("Lu Wei, Cold Wheels", "CODE")
    assert not Signature.objects.filter(verb="shipment.take").exists()
    assert code not in "".join(str(asdict_of(row)) for row in shipment.codes.all())
    handed(cast, shipment, by=cast.kurt, at=TAKEN)
    assert codes(lambda: typed(cast, shipment, code)) == ["no_such_code"]


def asdict_of(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_code_is_right_in_time_and_of_this_shipment(cast: Cast, batch: Batch) -> None:
    other = issued(cast, requested(cast, batch, U3))
    shipment = packed(cast, requested(cast, batch))
    code = issued(cast, shipment)
    handed(cast, shipment)

    for wrong in ("", other, code + "0"):
        assert codes(lambda text=wrong: typed(cast, shipment, text)) == ["no_such_code"]  # type: ignore[misc]
    late = PACKED + timedelta(hours=24)
    assert codes(lambda: typed(cast, shipment, code, at=late)) == ["no_such_code"]
    assert typed(cast, shipment, code, at=late - timedelta(minutes=1)).state == "IN_TRANSIT"


def test_after_five_wrong_codes_a_new_one_has_to_be_issued(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, requested(cast, batch))
    code = issued(cast, shipment)
    handed(cast, shipment)
    for _ in range(5):
        assert codes(lambda: typed(cast, shipment, "no code")) == ["no_such_code"]

    assert codes(lambda: typed(cast, shipment, code)) == ["code_locked"]
    again = issued(cast, shipment, at=TAKEN + timedelta(minutes=1))
    assert typed(cast, shipment, again, at=TAKEN + timedelta(minutes=2)).state == "IN_TRANSIT"


def test_who_hands_over_has_not_made_the_code_of_the_other_side(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, requested(cast, batch))
    code = issued(cast, shipment)
    handed(cast, shipment, by=cast.stella)

    assert codes(lambda: typed(cast, shipment, code)) == ["own_code"]


def test_codes_are_made_by_store_and_quality_only_and_for_what_has_not_arrived(cast: Cast, batch: Batch) -> None:
    shipment = requested(cast, batch)
    with pytest.raises(NotAllowed):
        issued(cast, shipment, actor=actor(cast.olga))
    services.cancel_shipment(shipment=shipment, reason="Too ill", actor=actor(cast.stella), at=PACKED)

    assert codes(lambda: issued(cast, shipment)) == ["wrong_state"]


# --- what already happened ------------------------------------------------------------------------------------------
def test_what_left_although_it_was_not_packed_or_was_held_is_recorded_marked_with_a_critical_event(
    cast: Cast, batch: Batch
) -> None:
    shipment = requested(cast, batch)
    held(unit(U1).record)
    handed(cast, shipment, because=BECAUSE, seal="S-1")

    found = Shipment.objects.get()
    assert (found.state, found.happened) == ("HANDED_OVER", True)
    assert {one["code"] for one in found.overridden} == {"not_packed", "open_holds", "seal_differs"}
    assert unit(U1).custody == "IN_TRANSIT"
    assert list(Event.objects.values_list("kind", "severity")) == [("ACCEPTED_FACT", "CRITICAL")]


def test_what_was_packed_against_a_rule_is_recorded(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, requested(cast, batch), hold_hours=Decimal(3), because=BECAUSE)

    assert (shipment.state, [one["code"] for one in shipment.overridden]) == ("PACKED", ["holds_too_short"])
    assert Event.objects.get().subject == shipment.record


def test_no_statement_passes_a_time_to_come_or_a_shipment_that_is_over(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, requested(cast, batch))
    assert codes(lambda: handed(cast, shipment, because=BECAUSE, at=LEFT - HOUR)) == ["in_the_future"]
    services.cancel_shipment(shipment=shipment, reason="Too ill", actor=actor(cast.stella), at=LEFT)

    assert codes(lambda: handed(cast, shipment, because=BECAUSE)) == ["wrong_state"]
