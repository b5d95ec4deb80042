"""Kits are packed by a sealed list, look alike in every record, and each is one patient's."""

from decimal import Decimal

import pytest

from apps.audit.models import Entry
from apps.batches.models import Batch
from apps.blinding.content import end_content
from apps.blinding.models import KitAllocation, SealedBag
from apps.blinding.services import end_holder
from apps.core.errors import RuleBroken
from apps.documents.models import Document
from apps.dosing.models import Dose, TreatmentOrder
from apps.dosing.selectors import order_now, reservations_of
from apps.dosing.services import cancel_order, reserve_units
from apps.lineage.selectors import parents
from apps.quality.models import Event
from apps.units.content import label_content
from apps.units.models import Label, Unit
from tests.blinding.story import ARMS, KIT_DOSE, KITS, kept, lines_of, opened, trial_order
from tests.cast import Cast, actor, sign_as
from tests.dosing.story import END, NOW, START, at_bed, confirmed, ended, prepared, started, thawed

SOURCES = {line.unit for line in lines_of()}


# --- packing --------------------------------------------------------------------------------------------------------
def test_the_lot_is_made_from_every_unit_of_the_list_and_no_bag_is_tied_to_its_own(
    cast: Cast, kits: list[Unit]
) -> None:
    lot = kits[0].batch

    assert {one.number for one in parents(lot.record) if one.kind == "unit"} == SOURCES
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
            reserve_units(order=order, units=[unit], reason="Asked for", actor=actor(cast.nils), at=NOW)
        assert "kit_of_another" in {one.code for one in refused.value.objections}
    for number, other in (("BK-0001-K002-1", "BK-0001-K003-1"), ("BK-0001-K004-1", "BK-0001-K002-1")):
        order = trial_order(cast, f"R-1{number[-3]}")
        mine, another = (next(kit for kit in kits if kit.number == one) for one in (number, other))
        reserve_units(order=order, units=[mine], reason="Asked for", actor=actor(cast.nils), at=NOW)
        cancel_order(order=order_now(order), reason="Fever", actor=actor(cast.paula), at=NOW)
        order = trial_order(cast, f"R-1{number[-3]}")
        with pytest.raises(RuleBroken) as refused:
            reserve_units(order=order, units=[another], reason="Asked for", actor=actor(cast.nils), at=NOW)
        assert "another_kit" in {one.code for one in refused.value.objections}


@pytest.mark.parametrize("ended", [False, True])
def test_who_knows_the_code_or_knew_it_chooses_no_kit_for_a_patient(
    cast: Cast, lot: Batch, kits: list[Unit], ended: bool
) -> None:
    order = trial_order(cast)
    if ended:
        holder = lot.code_holders.select_related("batch__record", "batch__site", "person").get(person=cast.stella)
        signing = sign_as(cast.quinn, end_content(lot, cast.stella, "Left the trial"), at=NOW)
        end_holder(holder=holder, reason="Left the trial", signing=signing, actor=actor(cast.quinn), at=NOW)

    for asked in ({}, {"units": [kits[3]], "reason": "Asked for"}):
        with pytest.raises(RuleBroken) as refused:
            reserve_units(order=order, actor=actor(cast.stella), at=NOW, **asked)
        assert refused.value.code == "knows_the_code"
    assert reserve_units(order=order, actor=actor(cast.nils), at=NOW).state == "RESERVED"


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


def test_at_the_bed_a_bag_of_another_kit_or_another_patient_is_a_hard_stop(cast: Cast, kits: list[Unit]) -> None:
    order = kept(cast)
    kept(cast, "R-0002")
    thawed(cast, order)
    prepared(cast, order, KIT_DOSE)
    confirmed(cast, order)
    for wrong in ({"units": ("BK-0001-K002-1",)}, {"units": ("BK-0001-K001-2",)}, {"second": "1961-01-01"}):
        with pytest.raises(RuleBroken):
            started(cast, order, at_bed(order, **wrong))
    assert order_now(order).state == "READY"
    assert Event.objects.filter(subject=order.record, kind="NEAR_MISS").count() == 3

    started(cast, order)
    ended(cast, order)

    assert Unit.objects.get(number="BK-0001-K001-1").custody == "ADMINISTERED"


def test_label_and_dose_sheet_bear_trial_and_kit_and_nothing_of_an_arm(cast: Cast, kits: list[Unit]) -> None:
    order = kept(cast)
    thawed(cast, order)
    prepared(cast, order, KIT_DOSE)
    confirmed(cast, order)
    label = label_content(Label.objects.get(unit_number="BK-0001-K001-1"))
    sheet = Document.objects.get(kind="DOSE_SHEET").wording.text

    assert label.identity == "BK-0001-K001-1"
    said = {str(field.value) for field in label.fields}
    assert {"NCT04288102", "BK-0001-K001-1"} <= said
    assert all(word in sheet for word in ("NCT04288102", "BK-0001-K001", "R-0001"))
    for text in (sheet, str(label)):
        assert [word for word in ("PB-0001", "CT-0042", "D-0101", "_placebo") if word in text] == []


def test_when_the_code_is_open_no_kit_of_the_lot_is_given(cast: Cast, kits: list[Unit]) -> None:
    order = trial_order(cast)
    opened(cast, kits[0].batch)

    with pytest.raises(RuleBroken) as refused:
        reserve_units(order=order, actor=actor(cast.nils), at=NOW)
    assert refused.value.code == "code_is_open"
