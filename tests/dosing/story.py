"""A patient, an order and released units, made by the services. Orders are written at NOW."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.dosing.content import (
    check_content,
    confirm_content,
    dose_content,
    end_content,
    order_content,
    second_content,
    start_content,
)
from apps.dosing.facts import Bedside, DoseInput, OrderInput
from apps.dosing.models import Dose, Infusion, TreatmentOrder
from apps.dosing.selectors import (
    dose_of,
    kept_units,
    order_now,
    prepare,
    prepare_again,
    prepare_dose,
    prepare_dose_again,
    reservations_of,
)
from apps.dosing.services import (
    check_order,
    confirm_volume,
    end_infusion,
    order_treatment,
    prepare_volume,
    reserve_units,
    start_infusion,
    thaw_unit,
)
from apps.identity.facts import Person
from apps.identity.models import Recipient
from apps.identity.services import register_recipient
from apps.quality.models import Hold
from apps.quality.services import lift_hold
from apps.units.facts import UnitKind, UnitVerb
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import freeze_units, set_disposition
from tests.cast import Cast, actor, sign_as, site_of
from tests.testing.story import FILLED, approved_master, definition, filled, running_batch

NOW = FILLED + timedelta(days=20)
START, END = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1)
MASTER = definition()
GOOD: Mapping[str, str] = {
    "weight": "70.0",
    "weighed_on": f"{NOW:%Y-%m-%d}",
    "consent_signed": "yes",
    "filing_number": MASTER.authorisation.number,
    "no_exclusion": "yes",
}
PATIENT = Person("Patient One", "1960-02-03", "H-445566")


def patient(cast: Cast, number: str = "R-0001", **words: Any) -> Recipient:
    """A patient whom Paula registered."""
    known = Recipient.objects.filter(number=number).first()
    told: dict[str, Any] = {"number": number, "site": site_of("NANHU"), "person": PATIENT, **words}
    return known or register_recipient(**told, actor=actor(cast.paula), at=NOW)


def said(**words: Any) -> OrderInput:
    """What Paula orders: 1 × 10⁶ cells per kg for 70 kg, but for what is named; `answers` are merged."""
    answers = {**GOOD, **words.pop("answers", {})}
    indication = MASTER.authorisation.indications[0].en
    return replace(OrderInput("per_kg_single", indication, START, END, answers), **words)


def ordered(cast: Cast, number: str = "R-0001", **words: Any) -> TreatmentOrder:
    """An order that Paula signed."""
    recipient, version, order = patient(cast, number), approved_master(cast), said(**words)
    content = order_content(recipient, version, order, prepare(recipient, version, order))
    return order_treatment(
        recipient=recipient,
        product_version=version,
        said=order,
        signing=sign_as(cast.paula, content, at=NOW),
        actor=actor(cast.paula),
        at=NOW,
    )


def checked(cast: Cast, number: str = "R-0001", **words: Any) -> TreatmentOrder:
    """An order that Quinn checked."""
    return checked_by(cast, "quinn", ordered(cast, number, **words))


def checked_by(cast: Cast, name: str, order: TreatmentOrder) -> TreatmentOrder:
    """Somebody of the cast checks an order."""
    person, order = getattr(cast, name), order_now(order)
    signing = sign_as(person, check_content(order, prepare_again(order)), at=NOW)
    return check_order(order=order, signing=signing, actor=actor(person), at=NOW)


def released_units(cast: Cast, number: str = "CT-0042", n: int = 1) -> list[Unit]:
    """The product units of a batch, frozen and released for supply."""
    batch = running_batch(cast, number, n)
    made = filled(cast, batch)
    freeze_units(batch=batch, units=made, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    return let_go([unit for unit in units_now(made) if unit.kind == UnitKind.PRODUCT])


def let_go(units: list[Unit]) -> list[Unit]:
    """Release for supply, without the tests and reviews that lead there."""
    batch = units[0].batch
    touching = [batch.record, *(unit.record for unit in units)]
    with audited(actor=SYSTEM, action="test.released", at=FILLED, touching=touching) as change:
        for hold in Hold.objects.filter(record=batch.record, lifted_at=None):
            lift_hold(change, hold=hold, reason="Tested")
        set_disposition(change, units=units, verb=UnitVerb.RELEASE)
    return units_now(units)


def expiring(unit: Unit, at: Any) -> Unit:
    """The same unit with another expiry."""
    with audited(actor=SYSTEM, action="test.expiry", at=FILLED, touching=[unit.record]) as change:
        change.update(units_now([unit])[0], expires_at=at)
    return units_now([unit])[0]


THAW = START - timedelta(minutes=40)
COUNT = START - timedelta(minutes=25)
READINGS: Mapping[str, str] = {
    "bath_temperature": "37.0",
    "thaw_minutes": "3.5",
    "viability": "90.0",
    "appearance": "uniform",
}
COUNTED = DoseInput("4.0e6", "<0.05", "10", READINGS)


def reserved(cast: Cast, number: str = "R-0001", **words: Any) -> TreatmentOrder:
    """A checked order for which Stella keeps the units that expire first."""
    return reserve_units(order=checked(cast, number, **words), actor=actor(cast.stella), at=NOW)


def thawed(cast: Cast, order: TreatmentOrder, *, at: datetime = THAW) -> TreatmentOrder:
    """Olga thaws every unit of an order."""
    for row in reservations_of(order):
        thaw_unit(order=order, scanned=row.unit.number, actor=actor(cast.olga), at=at)
    return order_now(order)


def prepared(cast: Cast, order: TreatmentOrder, said: DoseInput = COUNTED, *, by: str = "olga") -> Dose:
    """Olga works the volume out and signs."""
    person, order = getattr(cast, by), order_now(order)
    signing = sign_as(person, dose_content(order, said, prepare_dose(order, said)), at=COUNT)
    return prepare_volume(order=order, said=said, signing=signing, actor=actor(person), at=COUNT)


def confirmed(cast: Cast, order: TreatmentOrder, *, by: str = "vera") -> Dose:
    """Vera works it out again and signs."""
    person, order = getattr(cast, by), order_now(order)
    dose = dose_of(order)
    assert dose
    signing = sign_as(person, confirm_content(order, dose, prepare_dose_again(order, dose)), at=COUNT)
    return confirm_volume(order=order, signing=signing, actor=actor(person), at=COUNT)


def ready(cast: Cast, number: str = "R-0001") -> TreatmentOrder:
    """An order whose dose is drawn up and checked."""
    order = thawed(cast, reserved(cast, number))
    prepared(cast, order)
    confirmed(cast, order)
    return order_now(order)


# --- what the tests of a module begin with --------------------------------------------------------------------------
def reserved_order(cast: Cast) -> TreatmentOrder:
    """Released units, two of them kept for R-0001."""
    released_units(cast)
    return reserved(cast)


def thawed_order(cast: Cast) -> TreatmentOrder:
    """Released units, two of them thawed for R-0001."""
    return thawed(cast, reserved_order(cast))


def ready_order(cast: Cast) -> TreatmentOrder:
    """Released units, and the dose of R-0001 drawn up and checked."""
    released_units(cast)
    return ready(cast)


def started_order(cast: Cast) -> TreatmentOrder:
    """Released units, and the dose of R-0001 on its way into the patient."""
    order = ready_order(cast)
    started(cast, order)
    return order_now(order)


def at_bed(order: TreatmentOrder, **words: Any) -> Bedside:
    """What Nils and Paula scan at the right bed, but for what is named."""
    units = tuple(unit.number for unit in kept_units(order))
    return replace(Bedside(PATIENT.identifier, PATIENT.born, units), **words)


def started(cast: Cast, order: TreatmentOrder, bedside: Bedside | None = None, **how: Any) -> Infusion:
    """Nils starts, Paula compares as the second person; at START."""
    order, at = order_now(order), how.pop("at", START)
    second, happened = how.pop("second", cast.paula), how.get("happened")
    bedside = bedside or at_bed(order)
    began = happened.at if happened else None
    return start_infusion(
        order=order,
        bedside=bedside,
        signing=sign_as(cast.nils, start_content(order, bedside, began), at=at),
        countersigning=sign_as(second, second_content(order, bedside, began), at=at, on=cast.nils),
        actor=actor(cast.nils),
        at=at,
        **how,
    )


GIVEN: Mapping[str, str] = {"filter": "blood_set", "carrier_volume": "100", "rate": "40", "residual_volume": "0.5"}


def ended(
    cast: Cast, order: TreatmentOrder, *, ended_at: datetime = END, at: datetime | None = None, **words: str
) -> Infusion:
    """Nils ends the infusion and signs."""
    order, answers, at = order_now(order), {**GIVEN, **words}, at or ended_at
    signing = sign_as(cast.nils, end_content(order, answers, ended_at), at=at)
    return end_infusion(order=order, ended_at=ended_at, answers=answers, signing=signing, actor=actor(cast.nils), at=at)
