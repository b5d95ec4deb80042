"""The receipt: two persons, the logger's file, and quarantine for whatever is not as it must be."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from apps.audit.selectors import Verification
from apps.batches.models import Batch
from apps.core.errors import BadInput, NotAllowed, Refused
from apps.documents.store import digest_of, path_of, read_file
from apps.quality.models import Event, Hold
from apps.signatures.models import Signature
from apps.transport.facts import Declared, Outside, ShipmentVerb
from apps.transport.models import LoggerFile, ReceiptValue, Shipment
from apps.transport.rules.trips import does_not_cover, excursions_in, was_outside
from apps.transport.selectors import series_of, shipment_now, trip_of
from apps.units.models import Unit
from tests.cast import Cast
from tests.testing.prologue import Prologue
from tests.transport.story import (
    ARRIVED,
    CHECKED,
    DECIDED,
    DECLARED,
    LEFT,
    U1,
    U2,
    U3,
    arrived,
    confirmed,
    curve,
    decided,
    handed,
    on_the_way,
    packed,
    received,
    released,
    requested,
    returned,
    taken,
    with_file,
)

pytestmark = pytest.mark.django_db
ACCEPT, QUARANTINE, REJECT = ShipmentVerb.ACCEPT, ShipmentVerb.QUARANTINE, ShipmentVerb.REJECT
MINUTES = timedelta(minutes=1)


@pytest.fixture(scope="module", autouse=True)
def _units(prologue: Prologue) -> None:
    released(prologue.cast, prologue.batch)


def unit(number: str = U1) -> Unit:
    return Unit.objects.select_related("record", "batch__record").get(number=number)


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return sorted({objection.code for objection in caught.value.objections})


def found(shipment: Shipment) -> list[str]:
    return sorted({str(one["code"]) for one in shipment_now(shipment).findings})


def holds() -> int:
    return Hold.objects.filter(key__startswith="shipment:", lifted_at=None).count()


# --- the ordinary way -----------------------------------------------------------------------------------------------
def test_what_arrives_as_it_left_is_received_by_two_and_accepted(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch)
    assert (shipment.state, found(shipment), holds()) == ("RECEIVED", [], 2)
    assert {unit(number).custody for number in (U1, U2)} == {"AT_SITE"}

    decided(cast, shipment, ACCEPT)

    assert (shipment_now(shipment).state, holds()) == ("ACCEPTED", 0)
    signed = Signature.objects.filter(record=shipment.record).order_by("pk").values_list("verb", "username")
    assert list(signed)[3:] == [
        ("shipment.receive", "nils"),
        ("shipment.confirm", "paula"),
        ("shipment.accept", "nils"),
    ]
    assert ReceiptValue.objects.count() == 9
    assert Event.objects.count() == 0
    assert list(Verification().findings()) == []


def test_until_somebody_accepts_them_no_unit_is_used(cast: Cast, batch: Batch) -> None:
    shipment = on_the_way(cast, batch)
    received(cast, shipment)

    hold = Hold.objects.get(record=unit().record, lifted_at=None)
    assert (hold.key, hold.liftable_by) == ("shipment:CT-0042-T01", "TRANSPORT")
    assert {"ISSUE", "USE"} == set(hold.blocks)


def test_two_different_people_receive(cast: Cast, batch: Batch) -> None:
    shipment = received(cast, on_the_way(cast, batch))

    assert codes(lambda: confirmed(cast, shipment, by=cast.nils)) == ["own_work"]
    with pytest.raises(NotAllowed):
        confirmed(cast, shipment, by=cast.kurt)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shipment.objects.update(confirmed_by="nils")


# --- the logger -----------------------------------------------------------------------------------------------------
def test_the_raw_file_is_kept_by_its_hash_and_read_again_as_it_was_declared(cast: Cast, batch: Batch) -> None:
    shipment = on_the_way(cast, batch)
    file = with_file(cast, shipment)

    assert (file.sha256, read_file(file.sha256)) == (sha256(curve()).hexdigest(), curve())
    assert (file.count, file.first_at, file.last_at) == (121, LEFT, ARRIVED)
    assert (file.serial, file.zone, file.lowest, file.highest) == ("L-900017", "UTC+00:00", D("-186.5"), D("-186.5"))
    assert len(series_of(LoggerFile.objects.get()).readings) == 121


def test_a_file_that_cannot_be_read_is_not_kept_and_says_what_it_needs(cast: Cast, batch: Batch) -> None:
    shipment = on_the_way(cast, batch)

    with pytest.raises(BadInput) as asked:
        with_file(cast, shipment, declared=Declared(**{**vars(DECLARED), "zone": ""}))
    assert asked.value.objections[0].place == "zone"
    with pytest.raises(BadInput, match="Line 3"):
        with_file(cast, shipment, curve({1: "cold"}))
    assert LoggerFile.objects.count() == 0


def test_before_it_leaves_and_after_its_end_a_shipment_takes_no_file(cast: Cast, batch: Batch) -> None:
    content = curve({7: "-171.7"})

    assert codes(lambda: with_file(cast, packed(cast, requested(cast, batch)), content)) == ["takes_no_file"]
    assert not default_storage.exists(path_of(digest_of(content)))


@pytest.mark.parametrize(
    ("warm", "expected"),
    [
        ({}, []),
        ({40: "-150"}, []),
        ({40: "-149.9"}, [(40, 41, "-149.9", "ACTION")]),
        ({40: "-135"}, [(40, 41, "-135", "ACTION")]),
        ({40: "-134.9", 41: "-130", 42: "-149"}, [(40, 43, "-130", "FAIL")]),
        ({0: "-120", 120: "-140"}, [(0, 1, "-120", "FAIL"), (120, 120, "-140", "ACTION")]),
    ],
)
def test_excursions_are_computed_against_the_limits_of_the_master(
    cast: Cast, batch: Batch, warm: dict[int, str], expected: list[tuple[int, int, str, str]]
) -> None:
    shipment = on_the_way(cast, batch)
    file = with_file(cast, shipment, curve(warm))

    trip = trip_of(shipment, ARRIVED)
    outside = excursions_in(series_of(file), trip)

    assert [(one.began_at, one.ended_at, one.worst, one.verdict) for one in outside] == [
        (LEFT + a * 5 * MINUTES, LEFT + b * 5 * MINUTES, D(worst), verdict) for a, b, worst, verdict in expected
    ]
    assert all(isinstance(one, Outside) for one in outside)
    told = [was_outside(one, trip.temperature, "°C").text for one in outside]
    level = {"ACTION": "outside ≤ -150 °C", "FAIL": "outside ≤ -135 °C"}
    assert all(level[one[3]] in text for one, text in zip(expected, told, strict=True))


def test_what_was_measured_before_it_left_or_after_it_came_is_not_judged(cast: Cast, batch: Batch) -> None:
    shipment = on_the_way(cast, batch)
    warm_later = curve({121: "21.0", 122: "21.0"}, until=ARRIVED + 10 * MINUTES)
    with_file(cast, shipment, warm_later)

    assert confirmed(cast, received(cast, shipment)).state == "RECEIVED"


def test_an_excursion_puts_the_units_into_quarantine_and_opens_an_event(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch, curve({40: "-134.9", 41: "-130"}))

    assert (shipment.state, found(shipment), holds()) == ("QUARANTINED", ["excursion"], 2)
    assert list(Event.objects.values_list("kind", "severity", "subject__address")) == [
        ("EXCURSION", "MAJOR", "shipment/CT-0042-T01")
    ]
    assert "for 10 min outside ≤ -135 °C: worst -130" in str(shipment.findings[0]["text"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (curve(every=11 * MINUTES), "gap_in_readings"),
        (curve(every=10 * MINUTES), ""),
        (curve(until=ARRIVED - 11 * MINUTES), "gap_in_readings"),
    ],
)
def test_a_part_of_the_way_that_nobody_measured_is_not_proven(
    cast: Cast, batch: Batch, content: bytes, expected: str
) -> None:
    shipment = on_the_way(cast, batch)
    series, trip = series_of(with_file(cast, shipment, content)), trip_of(shipment, ARRIVED)

    objection = does_not_cover(series, trip)
    assert (objection.code if objection else "") == expected


def test_without_a_file_or_with_that_of_another_logger_it_goes_into_quarantine(cast: Cast, batch: Batch) -> None:
    assert found(confirmed(cast, received(cast, on_the_way(cast, batch, U1)))) == ["no_logger_file"]

    other = on_the_way(cast, batch, U2)
    with_file(cast, other, declared=Declared(**{**vars(DECLARED), "serial": "L-1"}))
    assert found(confirmed(cast, received(cast, other))) == ["other_logger"]


def test_a_file_that_turns_up_later_is_judged_again_and_quality_still_decides(cast: Cast, batch: Batch) -> None:
    shipment = confirmed(cast, received(cast, on_the_way(cast, batch)))
    with_file(cast, shipment, at=DECIDED)

    assert (shipment_now(shipment).state, found(shipment)) == ("QUARANTINED", [])


# --- other findings -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"seal": "S-1"}, "seal_differs"),
        ({"units": (U1,)}, "units_differ"),
        ({"units": (U1, U2, "CT-0042-U03")}, "units_differ"),
        ({"texts": {"no_damage": "no"}}, "finding_unfit"),
        ({"texts": {"shock": "26"}}, "finding_unfit"),
        ({"arrived_at": ARRIVED - 11 * MINUTES}, "checked_late"),
    ],
)
def test_whatever_is_not_as_it_must_be_leads_into_quarantine_and_never_refuses_the_receipt(
    cast: Cast, batch: Batch, said: dict[str, Any], expected: str
) -> None:
    shipment = arrived(cast, batch, b"", **said)

    assert (shipment.state, found(shipment)) == ("QUARANTINED", [expected])
    assert holds() == 2


def test_what_did_not_arrive_stays_on_its_way(cast: Cast, batch: Batch) -> None:
    arrived(cast, batch, b"", units=(U1,))

    assert (unit(U1).custody, unit(U2).custody) == ("AT_SITE", "IN_TRANSIT")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"texts": {"shock": ""}}, "finding_missing"),
        ({"texts": {"colour": "blue"}}, "unknown_reading"),
        ({"texts": {"shock": "heavy"}}, "no_number"),
        ({"arrived_at": LEFT - MINUTES}, "arrived_too_early"),
        ({"checked_at": ARRIVED - MINUTES}, "checked_too_early"),
        ({"checked_at": CHECKED + 10 * MINUTES}, "in_the_future"),
    ],
)
def test_a_receipt_that_says_nothing_or_cannot_be_is_refused(
    cast: Cast, batch: Batch, said: dict[str, Any], expected: str
) -> None:
    shipment = on_the_way(cast, batch)

    assert codes(lambda: received(cast, shipment, **said)) == [expected]


# --- what already happened ------------------------------------------------------------------------------------------
def test_what_arrived_without_a_complete_hand_over_is_refused_and_then_recorded(cast: Cast, batch: Batch) -> None:
    shipment = handed(cast, packed(cast, requested(cast, batch)))
    assert codes(lambda: received(cast, shipment)) == ["not_on_the_way"]

    received(cast, shipment, because="The courier had no code.")

    assert [one["code"] for one in shipment_now(shipment).overridden] == ["not_on_the_way"]
    assert unit().custody == "AT_SITE"
    assert Event.objects.get().severity == "CRITICAL"


def test_what_was_received_is_not_received_again(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch)

    assert codes(lambda: received(cast, shipment, because="Again")) == ["wrong_state"]


# --- decisions ------------------------------------------------------------------------------------------------------
def test_what_is_in_quarantine_only_quality_sets_free_and_says_why(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch, b"", seal="S-1")

    with pytest.raises(NotAllowed):
        decided(cast, shipment, ACCEPT, "Looks good")
    assert codes(lambda: decided(cast, shipment, ACCEPT, by=cast.quinn)) == ["reason_missing"]
    assert decided(cast, shipment, ACCEPT, "The seal was changed at the border.", by=cast.quinn).state == "ACCEPTED"
    assert holds() == 0


def test_who_receives_may_doubt_and_quality_rejects(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch)
    assert codes(lambda: decided(cast, shipment, QUARANTINE)) == ["reason_missing"]
    decided(cast, shipment, QUARANTINE, "The box stood in the sun.")

    with pytest.raises(NotAllowed):
        decided(cast, shipment, REJECT, "Sun")
    assert decided(cast, shipment, REJECT, "Sun", by=cast.quinn).state == "REJECTED"
    assert holds() == 2


def test_nothing_is_decided_before_the_second_person_has_signed(cast: Cast, batch: Batch) -> None:
    shipment = received(cast, on_the_way(cast, batch))

    assert "wrong_state" in codes(lambda: decided(cast, shipment, ACCEPT))


# --- back into stock ------------------------------------------------------------------------------------------------
def test_what_comes_back_sealed_and_measured_until_then_is_in_stock_again(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch)
    with_file(cast, shipment, curve(until=DECIDED), at=DECIDED)
    returned(cast, shipment)

    assert (shipment_now(shipment).state, unit().custody, holds()) == ("RETURNED", "IN_STORE", 0)
    assert requested(cast, batch, U1).number == "CT-0042-T02"


def test_the_way_back_must_be_proven_as_well(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch)
    assert codes(lambda: returned(cast, shipment)) == ["not_restocked"]

    with_file(cast, shipment, curve({125: "-120"}, until=DECIDED), at=DECIDED)
    assert codes(lambda: returned(cast, shipment)) == ["not_restocked"]
    assert codes(lambda: returned(cast, shipment, seal="S-1")) == ["not_restocked", "seal_differs"]


def test_what_was_accepted_was_opened_and_never_comes_back(cast: Cast, batch: Batch) -> None:
    shipment = arrived(cast, batch)
    decided(cast, shipment, ACCEPT)

    assert "wrong_state" in codes(lambda: returned(cast, shipment))


def test_a_bag_that_is_not_on_the_packing_list_is_held_wherever_it_belongs(cast: Cast, batch: Batch) -> None:
    shipment = on_the_way(cast, batch)
    received(cast, shipment, units=(U1, U2, U3))

    stray, listed = (Hold.objects.filter(record=Unit.objects.get(number=n).record, lifted_at=None) for n in (U3, U1))
    assert [one.code for one in stray] == ["arrived_unlisted"]
    assert [one.code for one in listed] == ["waits_for_acceptance"]


def test_what_is_received_elsewhere_than_on_its_ward_goes_into_quarantine(cast: Cast, batch: Batch) -> None:
    shipment = taken(cast, handed(cast, packed(cast, requested(cast, batch, ward="Ward 7"))))
    with_file(cast, shipment, curve())
    shipment = confirmed(cast, received(cast, shipment, ward="Pharmacy"))

    assert (shipment.state, [one["code"] for one in shipment.findings]) == ("QUARANTINED", ["another_ward"])
