"""Units of a bank into a batch: by two people, of a released bank, never below what is kept back."""

from datetime import timedelta

import pytest

from apps.audit.services import audited
from apps.banks.models import Draw
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.banking import bank_in_the_way
from apps.batches.services.planning import plan_batch
from apps.core.errors import Happened, NotAllowed
from apps.lineage.selectors import ancestor_ids, parents
from apps.quality.facts import Blocks, EventKind
from apps.quality.models import Event
from apps.quality.selectors import open_holds
from apps.quality.services import stop_record
from apps.signatures.models import Signature
from apps.transport.services.requesting import open_shipment
from apps.units.facts import UnitVerb
from apps.units.selectors import stock_of, whereabouts
from apps.units.services import move_units
from tests.banks.story import LATER, drawn, from_it, lowered, master, started, unit, working
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor
from tests.lookback.story import looked_back
from tests.products.making import known
from tests.testing.story import as_if
from tests.transport.story import asked, requested

U1, U2, U3 = "CT-0900-U01", "CT-0900-U02", "CT-0900-U03"


def test_two_people_draw_and_the_batch_is_made_from_the_unit(cast: Cast, bank: Batch, batch: Batch) -> None:
    (draw,) = drawn(cast, batch, U1)

    found = unit(1)
    assert (draw.drawn_by, draw.second_by, draw.left) == ("olga", "vera", 6)
    assert (found.custody, found.condition, found.position) == ("DRAWN", "SPENT", "")
    assert [one.address for one in parents(batch.record)] == [f"unit/{U1}"]
    assert {bank.record_id, bank.donation.record_id, bank.donation.donor.record_id} <= ancestor_ids([batch.record])
    assert whereabouts(bank).accounted["DRAWN"] == 1
    assert whereabouts(bank).closes


def test_a_batch_from_a_bank_has_the_donor_of_the_bank(bank: Batch, batch: Batch) -> None:
    assert (batch.bank, batch.donation, batch.donor_code) == (bank, bank.donation, "D-0900")


def test_nobody_draws_alone(cast: Cast, batch: Batch) -> None:
    assert codes(lambda: drawn(cast, batch, U1, second=cast.olga)) == ["same_person"]
    assert not Draw.objects.exists()


def test_the_reserve_stays_unless_quality_decides_how_far_down(cast: Cast, bank: Batch, batch: Batch) -> None:
    assert codes(lambda: drawn(cast, batch, U1, U2, U3)) == ["below_the_reserve"]

    lowered(cast, batch, 4)
    drawn(cast, batch, U1, U2, U3)

    assert stock_of(bank).left == 4
    assert codes(lambda: drawn(cast, batch, "CT-0900-U04")) == ["below_the_reserve"]


def test_a_decision_is_for_one_batch_by_quality_and_below_the_reserve(cast: Cast, bank: Batch, batch: Batch) -> None:
    with pytest.raises(NotAllowed):
        lowered(cast, batch, 4, by=cast.vera)
    assert codes(lambda: lowered(cast, batch, 5)) == ["no_decision"]

    lowered(cast, from_it(cast, bank, "WB-0002"), 0)
    assert codes(lambda: drawn(cast, batch, U1, U2, U3)) == ["below_the_reserve"]


def test_of_two_decisions_the_newest_counts_though_it_lets_less_go(cast: Cast, bank: Batch, batch: Batch) -> None:
    lowered(cast, batch, 2)
    lowered(cast, batch, 4)

    assert codes(lambda: drawn(cast, batch, U1, U2, U3, "CT-0900-U04")) == ["below_the_reserve"]
    drawn(cast, batch, U1, U2, U3)
    assert stock_of(bank).left == 4


@pytest.mark.parametrize("state", [BatchState.CERTIFIED, BatchState.REJECTED])
def test_nothing_is_drawn_from_a_bank_that_is_not_released(
    cast: Cast, bank: Batch, batch: Batch, state: BatchState
) -> None:
    as_if(bank, state)
    assert codes(lambda: drawn(cast, batch, U1)) == ["bank_not_released"]


def test_what_is_held_expired_or_of_another_bank_is_not_drawn(cast: Cast, bank: Batch, batch: Batch) -> None:
    assert codes(lambda: drawn(cast, batch, "CT-0042-U01", U1, U1)) == ["scanned_twice", "of_another_bank"]

    stop_record(record=bank.record, reason="Cloudy", actor=actor(cast.olga), at=LATER)
    assert codes(lambda: drawn(cast, batch, U1)) == ["open_holds"]


def test_a_unit_is_drawn_once(cast: Cast, batch: Batch) -> None:
    drawn(cast, batch, U1)
    assert "wrong_unit_state" in codes(lambda: drawn(cast, batch, U1))


def test_what_is_gone_is_drawn_by_no_statement_of_what_happened(cast: Cast, bank: Batch, batch: Batch) -> None:
    other = from_it(cast, bank, "WB-0002")
    drawn(cast, batch, U1)

    assert codes(lambda: drawn(cast, other, U1, happened=Happened(LATER, "Told late"))) == ["wrong_unit_state"]
    assert not parents(other.record)


def test_a_shipment_leaves_the_reserve_where_it_is(cast: Cast, bank: Batch) -> None:
    assert codes(lambda: requested(cast, bank, U1, U2, U3)) == ["below_the_reserve"]

    requested(cast, bank, U1, U2)

    assert (stock_of(bank).left, stock_of(bank).free) == (5, 0)


def test_what_an_order_keeps_is_counted_once_against_the_reserve(cast: Cast, bank: Batch) -> None:
    two = [unit(1), unit(2)]
    touching = [bank.record, *(one.record for one in two)]
    with audited(actor=actor(cast.stella), action="test.kept", at=LATER, touching=touching) as change:
        move_units(change, units=two, verb=UnitVerb.RESERVE)

        sent = open_shipment(change, batch=bank, units=two, asked=asked(), kept_for=bank.record)

    assert (sent.lines.count(), stock_of(bank).left) == (2, 5)


def test_a_look_back_reaches_what_is_made_from_a_bank(cast: Cast, bank: Batch, batch: Batch) -> None:
    drawn(cast, batch, U1)
    assert not open_holds([batch.record], Blocks.CERTIFY)

    looked_back(cast, bank.donation.donor, at=LATER)

    assert [hold.text for hold in open_holds([batch.record], Blocks.CERTIFY)]


def test_a_draw_that_was_done_is_recorded_with_an_event(cast: Cast, bank: Batch, batch: Batch) -> None:
    as_if(bank, BatchState.CERTIFIED)
    (draw,) = drawn(cast, batch, U1, happened=Happened(LATER - timedelta(minutes=5), "The network was down"))

    assert (draw.happened, [one["code"] for one in draw.overridden]) == (True, ["bank_not_released"])
    assert Event.objects.filter(subject=bank.record, kind=EventKind.ACCEPTED_FACT).exists()
    signed = Signature.objects.filter(record=batch.record, verb__in=["units_drawn", "draw_compared"])
    assert [one.content.count("The network was down") for one in signed] == [1, 1]


def test_a_batch_starts_when_its_bank_is_released_and_its_units_are_drawn(
    cast: Cast, bank: Batch, batch: Batch
) -> None:
    assert codes(lambda: started(cast, batch)) == ["bank_units_missing"]

    drawn(cast, batch, U1)
    as_if(bank, BatchState.REJECTED)
    assert codes(lambda: started(cast, batch)) == ["bank_not_released"]

    as_if(bank, BatchState.RELEASED)
    assert started(cast, batch).state == BatchState.RUNNING


def test_a_batch_is_planned_from_a_bank_of_the_master_record_and_from_nothing_else(cast: Cast, bank: Batch) -> None:
    said = {"product_version": known(working()), "site": bank.site, "actor": actor(cast.olga), "at": AT}

    assert codes(lambda: plan_batch(number="WB-0003", **said)) == ["bank_missing"]
    assert codes(lambda: plan_batch(number="WB-0003", donation=bank.donation, **said)) == ["made_from_a_bank"]
    other = from_it(cast, bank, "WB-0004")
    assert codes(lambda: plan_batch(number="WB-0003", bank=other, **said)) == ["another_bank"]
    said["product_version"] = known(master())
    assert codes(lambda: plan_batch(number="WB-0003", bank=bank, **said)) == ["not_from_a_bank"]
    rejected = as_if(bank, BatchState.REJECTED)
    assert codes(lambda: from_it(cast, rejected, "WB-0003")) == ["bank_ended"]


def test_what_is_made_from_a_bank_is_not_certified_when_that_is_recalled(cast: Cast, bank: Batch, batch: Batch) -> None:
    drawn(cast, batch, U1)
    assert bank_in_the_way(batch) == []

    as_if(bank, BatchState.REJECTED)
    assert [one.code for one in bank_in_the_way(batch)] == ["bank_not_released"]
