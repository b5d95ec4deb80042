"""A list is brought in by two named holders, fits its lot, and is followed bag by bag."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.blinding.facts import ListLine
from apps.blinding.models import SealedBag
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, RuleBroken
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.units.models import Unit
from apps.units.services import fill_units
from tests.blinding.story import PACKED, lines_of, named, sealed
from tests.cast import Cast, actor
from tests.testing.story import as_if

SOURCES = {line.unit for line in lines_of()}


def wrong_lists() -> dict[str, Callable[[list[ListLine]], list[ListLine]]]:
    def changed(n: int, **what: str) -> Callable[[list[ListLine]], list[ListLine]]:
        return lambda lines: [replace(line, **what) if i == n else line for i, line in enumerate(lines)]

    return {
        "not_its_bags": lambda lines: lines[1:],
        "not_its_bags ": changed(0, bag="BK-0001-K009-1"),
        "not_its_bags  ": changed(0, bag="BK-0001-K001-1"),
        "not_its_bags   ": lambda lines: [],
        "unknown_arms": changed(0, arm="saline"),
        "mixes_arms": changed(0, arm="cells"),
        "blinds_nobody": lambda lines: [replace(line, arm="cells") for line in lines],
        "not_of_the_arm": changed(0, unit="CT-0042-U09"),
        "not_of_the_arm ": changed(0, unit="PB-0001-U05"),
        "not_of_the_arm  ": changed(0, unit="PB-0001-U99"),
        "wrong_unit_state": changed(0, unit="PB-0001-U12"),
    }


@pytest.mark.parametrize("case", wrong_lists())
def test_a_list_that_does_not_fit_its_lot_is_refused_and_nothing_is_drawn(cast: Cast, lot: Batch, case: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        sealed(cast, lot, wrong_lists()[case](lines_of()))

    assert case.strip() in {one.code for one in refused.value.objections}
    assert not SealedBag.objects.exists()
    assert not Unit.objects.filter(custody="DRAWN").exists()


def test_a_held_unit_is_packed_by_nobody(cast: Cast, lot: Batch) -> None:
    unit = Unit.objects.select_related("record").get(number="PB-0001-U01")
    with audited(actor=SYSTEM, action="test.held", at=PACKED, touching=[unit.record]) as change:
        said: dict[str, Any] = {"key": "x", "code": "x", "template": "Held.", "blocks": [Blocks.ISSUE]}
        place_hold(change, record=unit.record, **said)

    with pytest.raises(RuleBroken) as refused:
        sealed(cast, lot, lines_of())
    assert refused.value.code == "open_holds"


def test_only_named_holders_bring_the_list_in_and_it_takes_two(cast: Cast, lot: Batch) -> None:
    for by, second in ((cast.olga, cast.ada), (cast.stella, cast.vera)):
        with pytest.raises(NotAllowed) as refused:
            sealed(cast, lot, lines_of(), by=by, second=second)
        assert refused.value.code == "no_holder"
    with pytest.raises(RuleBroken) as refused_too:
        sealed(cast, lot, lines_of(), second=cast.stella)
    assert refused_too.value.code == "same_person"


def test_a_lot_has_one_list_and_is_brought_in_while_it_runs(cast: Cast, lot: Batch) -> None:
    sealed(cast, lot, lines_of())
    with pytest.raises(RuleBroken) as refused:
        sealed(cast, lot, lines_of())
    assert refused.value.code == "sealed_already"

    as_if(lot, BatchState.FINISHED)
    with pytest.raises(RuleBroken) as finished:
        sealed(cast, lot, lines_of())
    assert finished.value.code == "batch_not_running"


@pytest.mark.parametrize("drawn", [False, True])
def test_no_bag_is_packed_that_is_on_no_list_and_none_of_the_list_is_left_out(
    cast: Cast, lot: Batch, drawn: bool
) -> None:
    if drawn:
        sealed(cast, lot, lines_of())
    said: dict[str, Any] = {"batch": lot, "filled_at": PACKED, "actor": actor(cast.olga), "at": PACKED}

    with pytest.raises(RuleBroken) as refused:
        fill_units(**said, counts={"product": 11 if drawn else 12})
    assert refused.value.code == "not_as_listed"


@pytest.mark.parametrize("name", ["paula", "nils", "nora", "quinn", "stella"])
def test_who_treats_is_never_named_nor_who_names_nor_somebody_twice(cast: Cast, lot: Batch, name: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        named(cast, lot, getattr(cast, name))
    codes = {"quinn": "same_person", "stella": "holds_already"}
    assert refused.value.code == codes.get(name, "must_stay_blind")
