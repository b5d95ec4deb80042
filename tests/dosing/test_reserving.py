"""First to expire first; never a unit that is expired, held, reserved or another patient's; one unit once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.dosing.facts import Candidate, OrderState
from apps.dosing.models import Reservation
from apps.dosing.rules.choosing import is_for_another, is_of_another_product, is_usable
from apps.dosing.selectors import order_now, reservations_of
from apps.dosing.services import cancel_order, free_reserved, reserve_units
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.units.facts import Custody, UnitVerb
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import set_disposition
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor, site_of
from tests.dosing.conftest import World
from tests.dosing.story import END, NOW, checked, expiring, ordered, released_units

db = pytest.mark.django_db
begins_with = released_units


@pytest.fixture
def units(world: World, db: None) -> list[Unit]:
    """The released units of CT-0042."""
    return units_now(world.made)


def numbers(order: object) -> list[str]:
    return [row.unit.number for row in reservations_of(order)]


@db
def test_the_units_that_expire_first_are_taken(cast: Cast, units: list[Unit]) -> None:
    expiring(units[7], END + timedelta(days=2))
    expiring(units[4], END + timedelta(days=1))
    order = reserve_units(order=checked(cast), actor=actor(cast.stella), at=NOW)

    assert order.state == OrderState.RESERVED
    assert set(numbers(order)) == {units[4].number, units[7].number}
    assert {unit.custody for unit in units_now([units[4], units[7]])} == {Custody.RESERVED}


@db
def test_a_unit_that_would_expire_before_the_planned_end_is_passed_over_and_refused(
    cast: Cast, units: list[Unit]
) -> None:
    late = expiring(units[0], END)
    order = checked(cast)

    named = codes(lambda: reserve_units(order=order, units=[late, units[1]], actor=actor(cast.stella), at=NOW))
    assert "expires_before_the_end" in named
    reserve_units(order=order, actor=actor(cast.stella), at=NOW)
    assert late.number not in numbers(order)


@db
@pytest.mark.parametrize("what", ["unit", "batch", "donation"])
def test_a_held_unit_is_passed_over_and_refused(cast: Cast, units: list[Unit], what: str) -> None:
    held, free = units, released_units(cast, "CT-0043", 2)
    for unit in free:
        expiring(unit, END + timedelta(days=300))
    for unit in held:
        expiring(unit, END + timedelta(days=5))
    source = {"unit": held[0], "batch": held[0].batch, "donation": held[0].batch.donation}[what].record
    with audited(actor=actor(cast.quinn), action="test.held", at=AT, touching=[source]) as change:
        place_hold(change, record=source, key="k", blocks=[Blocks.ISSUE], code="c", template="Wait.")
    order = checked(cast)

    assert "open_holds" in codes(lambda: reserve_units(order=order, units=held[:2], actor=actor(cast.stella), at=NOW))
    taken = set(numbers(reserve_units(order=order, actor=actor(cast.stella), at=NOW)))
    assert held[0].number not in taken
    assert taken <= {unit.number for unit in ((*held, *free) if what == "unit" else free)}


@db
def test_what_is_not_released_is_not_taken(cast: Cast, units: list[Unit]) -> None:
    with audited(actor=actor(cast.quinn), action="test", at=AT, touching=[one.record for one in units]) as change:
        set_disposition(change, units=units, verb=UnitVerb.RECALL)
    order = checked(cast)

    assert codes(lambda: reserve_units(order=order, actor=actor(cast.stella), at=NOW)) == ["too_few_units"]
    assert "wrong_unit_state" in codes(
        lambda: reserve_units(order=order, units=units[:2], actor=actor(cast.stella), at=NOW)
    )


@db
def test_a_named_unit_of_another_site_or_product_is_refused(cast: Cast, units: list[Unit]) -> None:
    order, batch, rolf = checked(cast), units[0].batch, cast.rolf
    assert rolf
    with audited(actor=SYSTEM, action="test.moved", at=AT, touching=[batch.record]) as change:
        change.update(batch, site=site_of("RHINE"))

    refused = codes(lambda: reserve_units(order=order, units=units_now(units[:2]), actor=actor(cast.stella), at=NOW))
    assert "another_product" in refused
    assert codes(lambda: reserve_units(order=order, actor=actor(cast.stella), at=NOW)) == ["too_few_units"]


@db
def test_a_unit_is_kept_for_one_order(cast: Cast, units: list[Unit]) -> None:
    first, second = checked(cast), checked(cast, "R-0002")
    reserve_units(order=first, units=units[:2], actor=actor(cast.stella), at=NOW)

    refused = codes(lambda: reserve_units(order=second, units=units[1:3], actor=actor(cast.stella), at=NOW))
    assert "wrong_unit_state" in refused
    reserve_units(order=second, actor=actor(cast.stella), at=NOW)
    assert not set(numbers(first)) & set(numbers(second))


@db
def test_others_than_the_first_to_expire_are_taken_for_a_reason(cast: Cast, units: list[Unit]) -> None:
    order = checked(cast)
    last = units[-2:]

    refused = codes(lambda: reserve_units(order=order, units=last, actor=actor(cast.stella), at=NOW))
    assert refused == ["not_first_to_expire"]
    mixed = {"order": order, "units": [units[0], units[-1]], "reason": " ", "actor": actor(cast.stella), "at": NOW}
    assert codes(lambda: reserve_units(**mixed)) == ["not_first_to_expire"]
    reserve_units(order=order, units=last, reason="Same tank as the shipper", actor=actor(cast.stella), at=NOW)
    assert set(numbers(order)) == {unit.number for unit in last}


@db
def test_an_order_takes_as_many_units_as_were_worked_out_once_it_is_checked(cast: Cast, units: list[Unit]) -> None:
    order = ordered(cast)

    assert codes(lambda: reserve_units(order=order, actor=actor(cast.stella), at=NOW)) == ["wrong_state"]
    assert "too_few_units" in codes(
        lambda: reserve_units(order=checked(cast, "R-0002"), units=units[:1], actor=actor(cast.stella), at=NOW)
    )


@db
@pytest.mark.parametrize("end", ["cancelled", "given back"])
def test_units_are_free_again_when_the_order_ends(cast: Cast, units: list[Unit], end: str) -> None:
    order = reserve_units(order=checked(cast), actor=actor(cast.stella), at=NOW)
    kept = [row.unit for row in reservations_of(order)]
    if end == "cancelled":
        cancel_order(order=order, reason="Patient refused", actor=actor(cast.paula), at=NOW)
    else:
        free_reserved(order=order, reason="Too early", actor=actor(cast.stella), at=NOW)

    assert numbers(order) == []
    assert {unit.custody for unit in units_now(kept)} == {Custody.IN_STORE}
    assert {row.freed_reason for row in Reservation.objects.all()} <= {"Patient refused", "Too early"}
    assert order_now(order).state == (OrderState.CANCELLED if end == "cancelled" else OrderState.CHECKED)
    again = reserve_units(order=checked(cast, "R-0002"), actor=actor(cast.stella), at=NOW)
    assert set(numbers(again)) == {unit.number for unit in kept}
    assert len(units) == Unit.objects.filter(kind="PRODUCT").count()


@pytest.mark.parametrize(
    ("words", "usable"),
    [
        ({}, True),
        ({"expires_at": END}, False),
        ({"expires_at": END + timedelta(minutes=1)}, True),
        ({"free": False}, False),
        ({"held": True}, False),
        ({"for_another": True}, False),
    ],
)
def test_what_is_taken_or_held_or_of_another_or_ends_too_early_is_no_choice(
    words: dict[str, Any], usable: bool
) -> None:
    candidate = replace(Candidate("U01", END + timedelta(days=1), free=True, held=False), **words)

    assert is_usable(candidate, END) is usable


def test_what_is_of_another_patient_or_product_is_refused_by_its_number() -> None:
    told = [is_for_another("U01", True), is_of_another_product("U01", True)]

    assert [one.code for one in told if one] == ["another_patient", "another_product"]
    assert is_for_another("U01", False) is is_of_another_product("U01", False) is None
