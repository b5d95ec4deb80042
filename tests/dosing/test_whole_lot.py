"""Where the whole lot is the dose: every unit of it, and only within the window after the conditioning."""

from datetime import timedelta

import pytest

from apps.dosing.selectors import against_the_start, reservations_of
from apps.dosing.services import reserve_units
from apps.products.loader import read_product, standard_tables, validated
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.conftest import World
from tests.dosing.story import END, NOW, START, at_bed, checked, expiring, ordered, released_units
from tests.products.making import MSC
from tests.testing import story

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def begins_with(cast: Cast) -> list[Unit]:
    """The released units of a product whose arm per kg takes the whole lot, 48 h to 7 d after the conditioning."""
    reading = read_product(MSC)
    window = {"at_least": "48 h", "at_most": "7 d"}
    arms = [{**arm, "whole_lot": True, "after_conditioning": window} for arm in reading.data["dosing"]["arms"]]
    data = {**reading.data, "dosing": {**reading.data["dosing"], "arms": arms}}
    with pytest.MonkeyPatch.context() as patch:
        changed = validated(type(reading)(data), standard_tables())
        patch.setattr(story, "loaded", lambda: changed)
        return released_units(cast)


def test_every_unit_of_one_lot_is_taken_and_a_part_of_it_is_refused(cast: Cast, world: World) -> None:
    units, who = world.made, {"actor": actor(cast.stella), "at": NOW}
    for unit in released_units(cast, "CT-0043", 2):
        expiring(unit, END + timedelta(days=500))
    order = checked(cast, conditioned_at=START - timedelta(hours=48))

    assert codes(lambda: reserve_units(order=order, units=units[:2], reason="Enough", **who)) == ["part_of_the_lot"]
    reserve_units(order=order, **who)
    assert {row.unit.number for row in reservations_of(order)} == {unit.number for unit in units}


def test_the_window_is_judged_when_it_is_planned_and_when_it_is_done(cast: Cast) -> None:
    conditioned = START - timedelta(hours=48)

    assert codes(lambda: ordered(cast)) == ["conditioning_unknown"]
    assert codes(lambda: ordered(cast, conditioned_at=conditioned + MINUTE)) == ["outside_window"]
    order = ordered(cast, conditioned_at=conditioned)
    closes = conditioned + timedelta(days=7)
    against = [
        {one.code for one in against_the_start(order, at_bed(order), at)} for at in (START - MINUTE, START, closes)
    ]
    assert against == [{"outside_window"}, set(), set()]
    assert {one.code for one in against_the_start(order, at_bed(order), closes + MINUTE)} == {"outside_window"}
