"""A blood component by the services: collected, split, frozen, held, freed, thawed, given; the other bag destroyed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.disposal.content.signed import approve_content, destroy_content, witness_content
from apps.disposal.facts import Treated
from apps.disposal.selectors import disposal_now
from apps.disposal.services import (
    approve_disposal,
    attach_proof,
    destroy_units,
    request_disposal,
    witness_destruction,
)
from apps.dosing.content import end_content, order_content
from apps.dosing.facts import DoseInput, OrderInput
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import dose_of, order_now, prepare, reservations_of, vital_slots
from apps.dosing.services import (
    end_infusion,
    order_treatment,
    record_outcome,
    record_vitals,
    reserve_units,
)
from apps.products.loader import SEEDS, load
from apps.storage.content import exposure_content
from apps.storage.facts import StoreKind
from apps.storage.models import StoreExcursion
from apps.storage.services import accept_exposure
from apps.units.models import Unit
from apps.units.selectors import units_of, whereabouts
from apps.units.services import fill_units, freeze_units, issue_containers, print_labels
from tests.batches.story import Room, start
from tests.cast import AT, Cast, actor, sign_as
from tests.disposal.story import GOOD, PRINT_OUT
from tests.dosing.story import (
    END,
    NOW,
    START,
    at_bed,
    checked_by,
    confirmed,
    let_go,
    patient,
    prepared,
    started,
    thawed,
)
from tests.products.making import planned
from tests.storage.conftest import tank_of
from tests.storage.story import put
from tests.storage.watching import DAYTIME, held, minute, probe_of, take
from tests.testing.story import FILLED, HOUR, released_lot

PRODUCT = load(SEEDS / "products" / "convalescent_plasma" / "v1")
READINGS = {"bath_temperature": "36.0", "thaw_minutes": "18", "appearance": "clear"}
GIVEN = {
    "filter": "blood_set",
    "first_volume": "10",
    "observed_at_bed": "yes",
    "highest_rate": "100",
    "residual_volume": "1.0",
}
ANSWERS = {
    "weight": "50",
    "weighed_on": START.date().isoformat(),
    "abo_group": "o",
    "cross_match": "compatible",
    "onset_days": "10",
    "viral_nat": "positive",
    "consent_signed": "yes",
    "filing_number": PRODUCT.definition.authorisation.number,
    "no_exclusion": "yes",
}
EXPIRED = AT + timedelta(days=366)


def split_and_frozen(cast: Cast) -> list[Unit]:
    """One donation in two bags, frozen four hours after the collection."""
    olga = actor(cast.olga)
    batch = start(Room(cast, planned(cast, PRODUCT, collected=AT - 2 * HOUR))).batch
    issue_containers(batch=batch, lot=released_lot(cast, "PB-1", "plasma_bag"), count=2, actor=olga, at=AT)
    print_labels(batch=batch, actor=olga, at=AT)
    fill_units(batch=batch, filled_at=FILLED, actor=olga, at=FILLED)
    frozen_at = FILLED + HOUR
    return freeze_units(batch=batch, units=units_of(batch), frozen_at=frozen_at, actor=olga, at=frozen_at)


def warmed_and_accepted(cast: Cast, units: list[Unit]) -> StoreExcursion:
    """Ten minutes at -14 °C hold both bags; Quinn accepts them by one signature."""
    freezer = tank_of(cast, "FR-01", kind=StoreKind.FREEZER, label="Plasma freezer", high=Decimal("-20"))
    for n, unit in enumerate(units, start=1):
        put(cast, unit, f"FR-01/4/2/A{n}")
    take(cast, probe_of(cast, freezer), (0, "-30"), (5, "-16.5"), (10, "-14"), (15, "-22"))
    excursion = StoreExcursion.objects.select_related("store__record", "probe").get()
    assert (excursion.began_at, excursion.ended_at) == (minute(5), minute(15))
    assert held(excursion) == [unit.number for unit in units]
    evidence = "The frozen bubble stands in both bags."
    shown = exposure_content(excursion=excursion, units=[unit.number for unit in units], evidence=evidence)
    signing = sign_as(cast.quinn, shown, at=DAYTIME)
    who = {"actor": actor(cast.quinn), "at": DAYTIME}
    accept_exposure(excursion=excursion, units=units, evidence=evidence, signing=signing, **who)
    return excursion


def ordered(cast: Cast, unit: Unit) -> TreatmentOrder:
    recipient, version = patient(cast), unit.batch.product_version
    said = OrderInput("single", PRODUCT.definition.authorisation.indications[0].en, START, END, ANSWERS)
    signing = sign_as(cast.paula, order_content(recipient, version, said, prepare(recipient, version, said)), at=NOW)
    who = {"actor": actor(cast.paula), "at": NOW}
    return checked_by(
        cast,
        "quinn",
        order_treatment(recipient=recipient, product_version=version, said=said, signing=signing, **who),
    )


def transfused(cast: Cast, order: TreatmentOrder) -> TreatmentOrder:
    """Thawed, worked out twice, compared at the bed, given over an hour and watched."""
    order = thawed(cast, order)
    prepared(cast, order, DoseInput(answers=READINGS))
    confirmed(cast, order)
    started(cast, order, at_bed(order_now(order)))
    for minutes in (0, 15):
        taken_at = START + timedelta(minutes=minutes)
        record_vitals(order=order, signs={"pulse": "82"}, actor=actor(cast.nils), at=taken_at)
    signing = sign_as(cast.nils, end_content(order_now(order), GIVEN, END), at=END)
    who = {"actor": actor(cast.nils), "at": END}
    end_infusion(order=order_now(order), ended_at=END, answers=GIVEN, signing=signing, **who)
    return order_now(order)


def destroyed_when_expired(cast: Cast, unit: Unit) -> None:
    """A year later Stella asks, Quinn approves, Olga destroys, Vera witnesses."""
    at, batch = EXPIRED, unit.batch
    disposal = request_disposal(
        batch=batch,
        units=[unit],
        reason="expired",
        treatment="autoclave_121",
        note="",
        actor=actor(cast.stella),
        at=at,
    )
    signing = sign_as(cast.quinn, approve_content(disposal_now(disposal), True), at=at)
    approve_disposal(disposal=disposal, consent_checked=True, signing=signing, actor=actor(cast.quinn), at=at)
    sent = {"name": "AC-02.pdf", "media_type": "application/pdf", "content": PRINT_OUT}
    attach_proof(disposal=disposal, parameter="printout", **sent, actor=actor(cast.olga), at=at)
    did = Treated(at=at, waste_number="MW-2027-0012", texts=GOOD)
    signing = sign_as(cast.olga, destroy_content(disposal_now(disposal), did, at), at=at)
    destroy_units(disposal=disposal, did=did, signing=signing, actor=actor(cast.olga), at=at)
    signing = sign_as(cast.vera, witness_content(disposal_now(disposal)), at=at, on=cast.olga)
    witness_destruction(disposal=disposal, signing=signing, actor=actor(cast.olga), at=at)


@pytest.mark.django_db
def test_one_bag_reaches_its_patient_and_the_other_is_destroyed_when_it_has_expired(cast: Cast) -> None:
    first, second = split_and_frozen(cast)
    assert {unit.storage_state for unit in (first, second)} == {"fresh_frozen"}
    warmed_and_accepted(cast, [first, second])
    first, second = let_go([first, second])

    order = reserve_units(order=ordered(cast, first), actor=actor(cast.stella), at=NOW)
    assert (order.amount, order.units_to_thaw) == (200, 1)
    assert [row.unit.number for row in reservations_of(order)] == [first.number]
    order = transfused(cast, order)

    dose = dose_of(order)
    assert dose
    assert (dose.volume, dose.amount, dose.remainder) == (200, 200, 0)
    assert [slot.taken for slot in vital_slots(order)] == [True, True, False, False, False]
    after = {"actor": actor(cast.paula), "at": START + 12 * HOUR}
    assert record_outcome(order=order, key="crp_12h", day=0, text="55.98", **after).number == Decimal("55.98")
    after["at"] = START + 24 * HOUR
    assert record_outcome(order=order, key="crp", day=1, text="18.13", **after).number == Decimal("18.13")

    second = Unit.objects.select_related("record", "batch__record", "batch__site").get(pk=second.pk)
    assert second.expires_at <= EXPIRED
    destroyed_when_expired(cast, second)

    balance = whereabouts(second.batch)
    assert balance.closes
    assert {fate.value: n for fate, n in balance.accounted.items() if n} == {"ADMINISTERED": 1, "DESTROYED": 1}
