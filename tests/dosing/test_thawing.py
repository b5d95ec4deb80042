"""The thaw starts the clock of the unit, once; what is wrong to thaw is refused, what was thawed is recorded."""

from datetime import timedelta

import pytest

from apps.audit.models import Entry
from apps.audit.services import audited
from apps.core.errors import Happened
from apps.dosing.facts import OrderState
from apps.dosing.models import Thaw, TreatmentOrder
from apps.dosing.selectors import kept_units, order_now
from apps.dosing.services import cancel_order, reserve_units, thaw_unit
from apps.quality.facts import Blocks
from apps.quality.models import Event
from apps.quality.services import place_hold
from apps.units.facts import Condition, Custody, LabelCode
from apps.units.models import Unit
from apps.units.rules import code_text
from apps.units.selectors import units_now
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor
from tests.dosing.story import END, NOW, START, THAW, checked, expiring, reserved, reserved_order, thawed

pytestmark = pytest.mark.django_db
begins_with = reserved_order


def free_units() -> list[Unit]:
    """The product units that no order has."""
    return list(Unit.objects.filter(kind="PRODUCT", custody="IN_STORE").order_by("pk"))


def again(unit: Unit) -> Unit:
    return units_now([unit])[0]


def test_the_thaw_starts_the_clock_of_the_storage_state(cast: Cast, order: TreatmentOrder) -> None:
    unit = kept_units(order)[0]

    row = thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=THAW)

    now = again(unit)
    assert (now.condition, now.custody, now.storage_state) == (Condition.THAWED, Custody.RESERVED, "thawed")
    assert now.thawed_at == THAW
    assert now.expires_at == row.expires_at == THAW + timedelta(hours=4)
    assert order_now(order).state == OrderState.THAWED


def test_the_thaw_never_makes_a_unit_last_longer(cast: Cast) -> None:
    units, order = free_units(), checked(cast, "R-0002")
    expiring(units[0], END + timedelta(minutes=5))
    reserve_units(order=order, units=units[:2], reason="Soonest", actor=actor(cast.stella), at=NOW)

    thaw_unit(order=order, scanned=units[0].number, actor=actor(cast.olga), at=THAW)

    assert again(units[0]).expires_at == END + timedelta(minutes=5)


def test_the_symbol_of_the_label_serves_as_well_as_the_number(cast: Cast, order: TreatmentOrder) -> None:
    unit = kept_units(order)[0]
    code = code_text(LabelCode(unit.record.address, unit.expires_at))

    thaw_unit(order=order, scanned=code, actor=actor(cast.olga), at=THAW)

    assert again(unit).condition == Condition.THAWED


def test_a_unit_that_is_not_kept_for_the_order_is_a_hard_stop_that_is_kept(cast: Cast, order: TreatmentOrder) -> None:
    mine, wrong = order, kept_units(reserved(cast, "R-0002"))[0]

    refused = codes(lambda: thaw_unit(order=mine, scanned=wrong.number, actor=actor(cast.olga), at=THAW))

    assert refused == ["another_unit"]
    assert again(wrong).condition == Condition.FROZEN
    assert Entry.objects.filter(record=mine.record, action="order.near_miss").count() == 1
    assert Event.objects.filter(subject=mine.record, kind="NEAR_MISS").count() == 1


def test_a_unit_is_thawed_once_whatever_is_said_to_have_happened(cast: Cast, order: TreatmentOrder) -> None:
    thawed(cast, order)
    unit = kept_units(order)[0]
    said = Happened(THAW + timedelta(minutes=5), "Thawed again")

    assert codes(lambda: thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=START)) == [
        "not_frozen"
    ]
    assert codes(
        lambda: thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=START, happened=said)
    ) == ["not_frozen"]
    assert Thaw.objects.filter(unit=unit).count() == 1


def test_a_held_unit_is_not_thawed(cast: Cast, order: TreatmentOrder) -> None:
    unit = kept_units(order)[0]
    source = unit.batch.record
    with audited(actor=actor(cast.quinn), action="test.held", at=AT, touching=[source]) as change:
        place_hold(change, record=source, key="k", blocks=[Blocks.USE], code="c", template="Wait.")

    assert "open_holds" in codes(lambda: thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=THAW))
    assert again(unit).condition == Condition.FROZEN


def test_an_expired_unit_is_not_thawed(cast: Cast, order: TreatmentOrder) -> None:
    unit = expiring(kept_units(order)[0], THAW)

    assert "expired" in codes(lambda: thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=THAW))


def test_a_unit_that_would_expire_before_the_planned_end_is_not_thawed_yet(cast: Cast, order: TreatmentOrder) -> None:
    unit = kept_units(order)[0]
    early = END - timedelta(hours=4)

    assert codes(lambda: thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=early)) == [
        "expires_before_the_end"
    ]
    thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=early + timedelta(minutes=1))


def test_a_thaw_that_happened_too_early_is_recorded_with_an_event(cast: Cast, order: TreatmentOrder) -> None:
    unit = kept_units(order)[0]
    said = Happened(END - timedelta(hours=5), "Taken out too early")

    row = thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=START, happened=said)

    assert (row.happened, row.overridden[0]["code"]) == (True, "expires_before_the_end")
    assert again(unit).thawed_at == said.at
    assert Event.objects.filter(subject=unit.batch.record, kind="ACCEPTED_FACT").count() == 1


def test_nothing_was_thawed_before_it_was_frozen(cast: Cast, order: TreatmentOrder) -> None:
    unit = kept_units(order)[0]
    said = {"order": order, "scanned": unit.number, "actor": actor(cast.olga), "at": THAW}
    assert unit.frozen_at

    assert "too_early" in codes(lambda: thaw_unit(**said, thawed_at=unit.frozen_at - timedelta(minutes=1)))
    assert "too_early" not in codes(lambda: thaw_unit(**said, thawed_at=unit.frozen_at))


def test_what_is_still_to_come_is_not_recorded(cast: Cast, order: TreatmentOrder) -> None:
    said = {"order": order, "scanned": kept_units(order)[0].number, "actor": actor(cast.olga), "at": THAW}

    assert codes(lambda: thaw_unit(**said, thawed_at=THAW + timedelta(minutes=1))) == ["in_the_future"]


def test_nothing_is_thawed_for_an_order_without_its_units(cast: Cast, order: TreatmentOrder) -> None:
    unit, other = kept_units(order)[0], checked(cast, "R-0002")

    assert codes(lambda: thaw_unit(order=other, scanned=unit.number, actor=actor(cast.olga), at=THAW)) == [
        "another_unit"
    ]


def test_a_thawed_unit_of_a_cancelled_order_is_never_kept_again(cast: Cast, order: TreatmentOrder) -> None:
    thawed(cast, order)
    units = kept_units(order)
    cancel_order(order=order, reason="Fever", actor=actor(cast.paula), at=START)

    assert {again(unit).custody for unit in units} == {Custody.IN_STORE}
    other = checked(cast, "R-0002")
    refused = codes(lambda: reserve_units(order=other, units=units, reason="x", actor=actor(cast.stella), at=START))
    assert "wrong_unit_state" in refused
