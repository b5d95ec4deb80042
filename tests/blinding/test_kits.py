"""Kits are packed by a sealed list, look alike in every record, and each is one patient's."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from apps.audit.models import Entry
from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.blinding.facts import ListLine
from apps.blinding.models import KitAllocation, SealedBag
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, RuleBroken
from apps.dosing.models import Dose, TreatmentOrder
from apps.dosing.selectors import order_now, reservations_of
from apps.dosing.services import cancel_order, reserve_units
from apps.lineage.selectors import parents
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.units.models import Label, Unit
from apps.units.services import fill_units
from tests.blinding.story import ARMS, KIT_DOSE, KITS, PACKED, kept, lines_of, named, sealed, trial_order
from tests.cast import Cast, actor
from tests.dosing.story import END, NOW, START, confirmed, prepared, thawed
from tests.testing.story import as_if

SOURCES = {line.unit for line in lines_of()}


# --- packing --------------------------------------------------------------------------------------------------------
def test_the_lot_is_made_from_every_unit_of_the_list_and_no_bag_is_tied_to_its_own(
    cast: Cast, kits: list[Unit]
) -> None:
    lot = kits[0].batch

    assert {one.number for one in parents(lot.record)} == SOURCES
    assert {one.address for kit in kits for one in parents(kit.record)} == {"batch/BK-0001"}
    assert set(Unit.objects.filter(number__in=SOURCES).values_list("custody", flat=True)) == {"DRAWN"}


def test_all_kits_are_alike_in_every_column_of_their_record(kits: list[Unit]) -> None:
    first = Unit.objects.filter(number__in=SOURCES).order_by("expires_at").values_list("expires_at", flat=True)[0]
    columns = ("division", "volume", "viable_cells", "expires_at", "filled_at", "frozen_at", "condition", "position")

    assert len({tuple(getattr(kit, name) for name in columns) for kit in kits}) == 1
    assert {kit.expires_at for kit in kits} == {first}
    assert {one.expires_at for one in Label.objects.filter(batch=kits[0].batch)} == {first}
    assert [kit.number for kit in kits] == [f"{kit}-{bag}" for kit in KITS for bag in (1, 2, 3)]


def test_the_trail_holds_what_tells_the_arm_as_a_salted_hash_only(kits: list[Unit]) -> None:
    rows = list(SealedBag.objects.filter(batch=kits[0].batch))
    texts = list(Entry.objects.filter(action="code.sealed", table="blinding_sealedbag").values_list("text", flat=True))

    assert {row.arm for row in rows} == {"cells", "placebo"}
    assert len(texts) == 12
    assert not [text for text in texts if "placebo" in text or "-U" in text or any(row.salt in text for row in rows)]


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


# --- giving ---------------------------------------------------------------------------------------------------------
def test_all_doses_of_a_patient_come_out_of_one_kit_whatever_is_in_it(cast: Cast, kits: list[Unit]) -> None:
    later = {"planned_start": START, "planned_end": END}
    first, other = kept(cast), kept(cast, "R-0002", **later)

    assert [row.unit.number for row in reservations_of(first)] == ["BK-0001-K001-1"]
    assert [row.unit.number for row in reservations_of(other)] == ["BK-0001-K002-1"]
    assert dict(KitAllocation.objects.values_list("recipient__number", "kit")) == dict(
        zip(("R-0001", "R-0002"), KITS, strict=False)
    )


def test_a_patient_keeps_their_kit_when_an_order_is_cancelled(cast: Cast, kits: list[Unit]) -> None:
    first = kept(cast)
    cancel_order(order=first, reason="Fever", actor=actor(cast.paula), at=NOW)

    again = kept(cast)

    assert [row.unit.number for row in reservations_of(again)] == ["BK-0001-K001-1"]
    assert [row.unit.number for row in reservations_of(kept(cast, "R-0002"))] == ["BK-0001-K002-1"]


def test_a_bag_of_another_kit_is_refused_by_its_number_and_never_by_what_is_in_it(cast: Cast, kits: list[Unit]) -> None:
    kept(cast)
    order = trial_order(cast, "R-0002")
    for number in ("BK-0001-K001-2", "BK-0001-K001-3"):
        unit = next(kit for kit in kits if kit.number == number)
        with pytest.raises(RuleBroken) as refused:
            reserve_units(order=order, units=[unit], reason="Asked for", actor=actor(cast.stella), at=NOW)
        assert "kit_of_another" in {one.code for one in refused.value.objections}
    for number, other in (("BK-0001-K002-1", "BK-0001-K003-1"), ("BK-0001-K004-1", "BK-0001-K002-1")):
        order = trial_order(cast, f"R-1{number[-3]}")
        mine, another = (next(kit for kit in kits if kit.number == one) for one in (number, other))
        reserve_units(order=order, units=[mine], reason="Asked for", actor=actor(cast.stella), at=NOW)
        cancel_order(order=order_now(order), reason="Fever", actor=actor(cast.paula), at=NOW)
        order = trial_order(cast, f"R-1{number[-3]}")
        with pytest.raises(RuleBroken) as refused:
            reserve_units(order=order, units=[another], reason="Asked for", actor=actor(cast.stella), at=NOW)
        assert "another_kit" in {one.code for one in refused.value.objections}


@pytest.mark.parametrize("number", ["R-0001", "R-0002"])
def test_the_dose_of_a_kit_is_a_volume_the_same_for_cells_and_placebo(
    cast: Cast, kits: list[Unit], number: str
) -> None:
    kept(cast)
    order = kept(cast, "R-0002") if number == "R-0002" else order_now(_order_of("R-0001"))
    thawed(cast, order)
    prepared(cast, order, KIT_DOSE)
    confirmed(cast, order)

    dose = Dose.objects.get(order=order, replaced_at=None)
    assert (dose.volume, dose.remainder, dose.counted) == (Decimal(10), Decimal(0), "")
    assert ARMS[:2] == ("placebo", "cells")
    assert order_now(order).state == "READY"


def _order_of(number: str) -> TreatmentOrder:
    return TreatmentOrder.objects.get(recipient__number=number)
