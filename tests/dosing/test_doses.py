"""The dose is a volume: worked out from the count after thawing, and worked out again by a second person."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.dosing.facts import DoseInput, OrderState
from apps.dosing.models import Dose, TreatmentOrder
from apps.dosing.rules import preparing
from apps.dosing.selectors import kept_units, order_now, prepare_dose
from apps.dosing.services import thaw_unit
from apps.signatures.models import Signature
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.story import (
    COUNTED,
    END,
    READINGS,
    THAW,
    confirmed,
    expiring,
    prepared,
    reserved,
    thawed_order,
)

pytestmark = pytest.mark.django_db
begins_with = thawed_order


def against(order: TreatmentOrder, said: DoseInput) -> set[str]:
    return {one.code for one in prepare_dose(order, said).objections}


def shown(dose: Dose, what: str) -> tuple[str, str]:
    line = next(row for row in dose.workings if row["what"] == what)
    return line["how"], line["shown"]


def test_the_volume_follows_from_the_viable_concentration(cast: Cast, order: TreatmentOrder) -> None:
    dose = prepared(cast, order)

    assert (dose.volume, dose.amount, dose.remainder) == (Decimal("19.4"), Decimal(69_840_000), Decimal("0.6"))
    assert shown(dose, "Viable concentration") == ("4.0×10⁶ cells/mL × 90 %", "3.60E+6")
    assert shown(dose, "Viable recovery")[1] == "72.0"
    assert dose.expires_at == THAW + timedelta(hours=4)
    assert order_now(order).state == OrderState.PREPARED


def test_a_second_person_works_it_out_again_and_signs(cast: Cast, order: TreatmentOrder) -> None:
    prepared(cast, order)
    confirmed(cast, order)

    assert order_now(order).state == OrderState.READY
    dose = Dose.objects.get()
    assert (dose.prepared_by, dose.confirmed_by) == ("olga", "vera")
    verbs = Signature.objects.filter(record=order.record).values_list("verb", flat=True)
    assert {"dose_prepared", "dose_confirmed"} <= set(verbs)


def test_what_stands_against_a_dose_leaves_no_dose(cast: Cast, order: TreatmentOrder) -> None:
    refused = codes(lambda: prepared(cast, order, replace(COUNTED, endotoxin="20")))

    assert refused == ["burden_too_high"]
    assert not Dose.objects.exists()
    assert not Signature.objects.filter(record=order.record, verb="dose_prepared").exists()


def test_what_changed_since_the_dose_was_prepared_is_found_by_the_second_person(
    cast: Cast, order: TreatmentOrder
) -> None:
    prepared(cast, order)
    unit = expiring(kept_units(order)[0], END)
    assert codes(lambda: confirmed(cast, order)) == ["expires_before_the_end"]

    with audited(actor=SYSTEM, action="test.volume", at=THAW, touching=[unit.record]) as change:
        change.update(unit, volume=unit.volume + 1)
    assert "computed_otherwise" in codes(lambda: confirmed(cast, order))
    assert order_now(order).state == OrderState.PREPARED


def test_a_dose_that_was_checked_is_neither_checked_again_nor_worked_out_anew(
    cast: Cast, order: TreatmentOrder
) -> None:
    prepared(cast, order)
    confirmed(cast, order)

    assert codes(lambda: confirmed(cast, order, by="quinn")) == ["wrong_state"]
    assert codes(lambda: prepared(cast, order)) == ["wrong_state"]
    assert Dose.objects.get().confirmed_by == "vera"


def test_nobody_checks_the_dose_they_prepared(cast: Cast, order: TreatmentOrder) -> None:
    prepared(cast, order, by="nils")

    assert codes(lambda: confirmed(cast, order, by="nils")) == ["same_person"]
    assert order_now(order).state == OrderState.PREPARED


def test_a_second_count_replaces_the_first(cast: Cast, order: TreatmentOrder) -> None:
    prepared(cast, order)

    soonest = expiring(kept_units(order)[-1], END + timedelta(minutes=5)).expires_at
    second = prepared(cast, order, replace(COUNTED, counted="4.2e6"))

    assert (second.n, second.volume, second.expires_at) == (2, Decimal("18.5"), soonest)
    assert Dose.objects.get(n=1).replaced_at is not None


def test_what_was_thawed_and_holds_too_little_is_no_dose(order: TreatmentOrder) -> None:
    assert against(order, replace(COUNTED, counted="3.4e6")) >= {"outside_tolerance"}


def test_a_reading_beyond_its_limit_forbids_the_dose(order: TreatmentOrder) -> None:
    bad = {**READINGS, "viability": "69.9"}
    assert "answer_forbids" in against(order, replace(COUNTED, counted="6.0e6", answers=bad))


def test_a_low_recovery_is_worked_out_and_forbids_the_dose(order: TreatmentOrder) -> None:
    # 3.87e6 × 90 % × 20 mL of 1.0e8 is 69.7 %: the volume would suffice, the master asks for 70 %.
    assert against(order, replace(COUNTED, counted="3.87e6")) == {"answer_forbids"}


@pytest.mark.parametrize("missing", list(READINGS))
def test_every_reading_the_master_asks_for_is_said(order: TreatmentOrder, missing: str) -> None:
    some = {key: text for key, text in READINGS.items() if key != missing}
    assert against(order, replace(COUNTED, answers=some)) & {"answer_missing", "viability_missing"}


def test_a_reading_that_nobody_asked_for_is_refused(order: TreatmentOrder) -> None:
    assert against(order, replace(COUNTED, answers={**READINGS, "viable_recovery": "99"})) == {"unknown_answer"}


def test_a_burden_beyond_its_cap_forbids_the_dose(order: TreatmentOrder) -> None:
    # 20 EU/mL × 19.4 mL ÷ 70 kg in one hour: 5.54 EU per kg
    assert against(order, replace(COUNTED, endotoxin="20")) == {"burden_too_high"}


@pytest.mark.parametrize("strength", ["endotoxin", "dmso"])
def test_what_the_caps_need_is_said(order: TreatmentOrder, strength: str) -> None:
    assert against(order, replace(COUNTED, **{strength: ""})) == {"burden_unknown"}
    assert "number_missing" in against(order, replace(COUNTED, **{strength: "-1"}))


def test_of_a_strength_above_a_bound_nobody_knows_the_burden(order: TreatmentOrder) -> None:
    assert against(order, replace(COUNTED, endotoxin=">0.05")) >= {"no_upper_bound"}


@pytest.mark.parametrize("text", ["", "0", "-1", "NaN", "1e400", "four"])
def test_a_count_that_is_none_is_refused(order: TreatmentOrder, text: str) -> None:
    assert against(order, replace(COUNTED, counted=text))


def test_no_dose_is_worked_out_while_a_unit_is_frozen(cast: Cast) -> None:
    other = reserved(cast, "R-0002")
    thaw_unit(order=other, scanned=kept_units(other)[0].number, actor=actor(cast.olga), at=THAW)
    assert "still_frozen" in {one.code for one in prepare_dose(other, COUNTED).objections}


def test_the_second_person_must_find_the_same() -> None:
    assert preparing.is_prepared_otherwise([{"shown": "19.4"}], [{"shown": "19.5"}]) is not None
    assert preparing.is_prepared_otherwise([{"shown": "19.4"}], [{"shown": "19.4"}]) is None


def test_a_concentration_next_to_nothing_is_refused_in_words(order: TreatmentOrder) -> None:
    assert "outside_tolerance" in against(order, replace(COUNTED, counted="1e-9"))
