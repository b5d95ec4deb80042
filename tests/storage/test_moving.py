"""Units are put in, moved, taken out; what the store refuses, and what is recorded all the same."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.core.errors import Happened, NotAllowed
from apps.facility.models import Room
from apps.quality.models import Event, Hold
from apps.storage.facts import StoreKind
from apps.storage.models import Stay, Store
from apps.storage.selectors import free_places, history_of, suggested_for
from apps.storage.services import add_box, open_store, store_unit, take_out
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor
from tests.storage.conftest import tank_of
from tests.storage.story import STORED, out, place, put
from tests.testing.story import FILLED, MINUTE

pytestmark = pytest.mark.django_db


def now(unit: Unit) -> Unit:
    return Unit.objects.select_related("record", "batch__site").get(pk=unit.pk)


def test_a_store_says_what_it_keeps_and_its_number_is_given_once(cast: Cast, tank: Store) -> None:
    room = Room.objects.get()
    said = {"kind": StoreKind.FREEZER, "label": "Freezer", "room": room, "actor": actor(cast.stella), "at": AT}
    two, three = Decimal(2), Decimal(3)

    assert codes(lambda: open_store(number="F-1", low=None, high=None, **said)) == ["no_range"]
    assert codes(lambda: open_store(number="F-1", low=three, high=two, **said)) == ["range_reversed"]
    assert codes(lambda: open_store(number="LN-03", low=None, high=two, **said)) == ["number_taken"]


def test_a_box_is_put_into_a_rack_once(cast: Cast, tank: Store) -> None:
    said: dict[str, Any] = {"store": tank, "rack": "4", "rows": 8, "columns": 8, "actor": actor(cast.stella), "at": AT}

    assert codes(lambda: add_box(code="2", **said)) == ["box_taken"]


@pytest.mark.parametrize("name", ["olga", "adam", "ines"])
def test_only_keepers_set_up_a_store(cast: Cast, tank: Store, name: str) -> None:
    with pytest.raises(NotAllowed):
        add_box(store=tank, rack="5", code="1", rows=1, columns=1, actor=actor(getattr(cast, name)), at=AT)


def test_a_unit_is_put_in_and_moved_and_says_where_it_lies(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    unit = frozen[0]
    put(cast, unit, "LN-03/4/2/E6")
    assert now(unit).position == "LN-03/4/2/E6"

    put(cast, unit, "LN-03/4/3/A2", STORED + 5 * MINUTE)
    assert now(unit).position == "LN-03/4/3/A2"
    before, after = Stay.objects.order_by("pk")
    assert (before.out_at, before.out_by, after.in_at, after.out_at) == (
        STORED + 5 * MINUTE,
        "stella",
        STORED + 5 * MINUTE,
        None,
    )
    assert history_of(unit).time_out == timedelta(0)


def test_two_units_never_share_a_position(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")

    assert codes(lambda: put(cast, frozen[1], "LN-03/4/2/A1")) == ["position_taken"]
    assert Stay.objects.count() == 1


def test_a_position_takes_as_many_as_its_box_says(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    said: dict[str, Any] = {"store": tank, "rack": "5", "code": "1", "rows": 1, "columns": 1, "capacity": 2}
    add_box(actor=actor(cast.stella), at=AT, **said)
    put(cast, frozen[0], "LN-03/5/1/A1")
    put(cast, frozen[1], "LN-03/5/1/A1")

    assert codes(lambda: put(cast, frozen[2], "LN-03/5/1/A1")) == ["position_taken"]
    out(cast, frozen[0], STORED + MINUTE)
    assert put(cast, frozen[2], "LN-03/5/1/A1", STORED + MINUTE).slot == 1


@pytest.mark.parametrize(
    ("where", "code"),
    [("LN-03/4/2/I1", "outside_box"), ("LN-03/4/3/A3", "outside_box"), ("F-20/4/2/A1", "wrong_temperature")],
)
def test_the_wrong_place_is_refused(cast: Cast, tank: Store, frozen: list[Unit], where: str, code: str) -> None:
    tank_of(cast, "F-20", kind=StoreKind.FREEZER, low=Decimal(-25), high=Decimal(-15))

    assert codes(lambda: put(cast, frozen[0], where)) == [code]


def test_a_fresh_unit_does_not_go_into_the_tank(cast: Cast, tank: Store, fresh: list[Unit]) -> None:
    assert codes(lambda: put(cast, fresh[0], "LN-03/4/2/A1", FILLED + MINUTE)) == ["wrong_temperature"]


def test_what_lay_in_the_wrong_place_is_recorded_with_an_event(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    tank_of(cast, "F-20", kind=StoreKind.FREEZER, low=Decimal(-25), high=Decimal(-15))
    happened = Happened(STORED - MINUTE, "The tank was out of nitrogen.")

    stay = put(cast, frozen[0], "F-20/4/2/A1", happened=happened)

    assert (stay.in_at, stay.in_reason) == (STORED - MINUTE, "The tank was out of nitrogen.")
    assert [mark["code"] for mark in stay.overridden] == ["wrong_temperature"]
    event = Event.objects.get(subject=frozen[0].record)
    assert (event.kind, event.severity) == ("ACCEPTED_FACT", "CRITICAL")
    assert "F-20 keeps -25" in event.text


def test_no_statement_makes_a_place_that_does_not_exist(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    happened = Happened(STORED - MINUTE, "It lies there.")

    assert codes(lambda: put(cast, frozen[0], "LN-03/4/2/Z9", happened=happened)) == ["outside_box"]


def test_moves_are_recorded_in_their_order_and_never_ahead(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")
    early = {"moved_at": STORED - MINUTE}

    assert codes(lambda: put(cast, frozen[0], "LN-03/4/2/A2", STORED, **early)) == ["moved_later"]
    assert codes(lambda: put(cast, frozen[0], "LN-03/4/2/A2", STORED, moved_at=STORED + MINUTE)) == ["in_the_future"]
    assert codes(lambda: put(cast, frozen[0], "LN-03/4/2/A1", STORED + MINUTE)) == ["there_already"]


def test_a_move_in_the_moment_of_the_last_one_is_in_order(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")

    assert out(cast, frozen[0], STORED).out_at == STORED
    assert put(cast, frozen[0], "LN-03/4/2/A2", STORED).in_at == STORED


def test_nothing_is_taken_out_before_it_was_put_in_nor_ahead(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")
    said: dict[str, Any] = {"unit": frozen[0], "actor": actor(cast.stella), "at": STORED}

    assert codes(lambda: take_out(moved_at=STORED - MINUTE, **said)) == ["moved_later"]
    assert codes(lambda: take_out(moved_at=STORED + MINUTE, **said)) == ["in_the_future"]


def test_a_unit_is_put_into_no_store_of_another_site(cast: Cast, frozen: list[Unit]) -> None:
    box = tank_of(cast, "LN-90", "RHINE").boxes.get(code="2")
    said: dict[str, Any] = {"unit": frozen[0], "box": box, "place": place("LN-90/4/2/A1")}

    assert codes(lambda: store_unit(actor=actor(cast.rita), at=STORED, **said)) == ["other_site"]


def test_what_lies_nowhere_is_not_taken_out(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    assert codes(lambda: out(cast, frozen[0], STORED)) == ["not_stored"]


@pytest.mark.parametrize("name", ["anna", "quinn", "ines"])
def test_only_movers_move(cast: Cast, tank: Store, frozen: list[Unit], name: str) -> None:
    spot, box = place("LN-03/4/2/A1"), tank.boxes.get(code="2")

    with pytest.raises(NotAllowed):
        store_unit(unit=frozen[0], box=box, place=spot, actor=actor(getattr(cast, name)), at=STORED)


def test_a_short_time_out_is_summed_and_passes(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    unit = frozen[0]
    put(cast, unit, "LN-03/4/2/A1")
    for n, seconds in enumerate((70, 30), start=1):
        left = STORED + n * timedelta(hours=1)
        out(cast, unit, left)
        assert now(unit).position == ""
        put(cast, unit, "LN-03/4/2/A1", left + timedelta(seconds=seconds))

    history = history_of(unit)
    assert history.time_out == timedelta(seconds=100)
    assert [judged.judgement.verdict for judged in history.outings] == ["PASS", "PASS"]
    assert (history.limit, history.to_confirm) == ("≤ 2.0 min", True)
    assert not Hold.objects.filter(record=unit.record).exists()


def test_a_long_time_out_is_an_event_and_holds_the_unit(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    unit = frozen[0]
    put(cast, unit, "LN-03/4/2/A1")
    out(cast, unit, STORED + MINUTE)
    put(cast, unit, "LN-03/4/2/A1", STORED + 4 * MINUTE)

    event = Event.objects.get(subject=unit.record)
    assert (event.kind, event.text) == (
        "EXCURSION",
        "CT-0042-U01 was out of the store for 3 min; the limit of each time is ≤ 2.0 min.",
    )
    hold = Hold.objects.get(record=unit.record, code="out_of_store")
    assert {block.value for block in hold.blocks} == {"ISSUE", "USE"}


def test_free_places_are_proposed_where_the_state_is_kept_beside_the_sisters(
    cast: Cast, tank: Store, frozen: list[Unit]
) -> None:
    tank_of(cast, "A-20", kind=StoreKind.FREEZER, low=Decimal(-25), high=Decimal(-15))
    assert [str(spot) for spot in suggested_for(frozen[0])] == ["LN-03/4/2/A1", "LN-03/4/2/A2", "LN-03/4/2/A3"]

    put(cast, frozen[0], "LN-03/4/3/A1")
    assert [str(spot) for spot in suggested_for(frozen[1], 2)] == ["LN-03/4/3/A2", "LN-03/4/2/A1"]
    assert [str(spot) for spot in free_places([tank.boxes.get(code="3")])] == ["LN-03/4/3/A2"]
