"""Rules about instruments and rooms. Pure."""

from dataclasses import replace
from datetime import datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.facility.facts import InstrumentFacts, InstrumentStatus
from apps.products.definition import NumberParameter
from apps.products.definition.base import Bilingual
from apps.products.facts import ParameterKind
from apps.products.rules.numbers import read_entry
from apps.products.rules.units import UnitTable

WORST = Bilingual(en="Worst value", zh="最差值")


def is_other_kind(instrument: InstrumentFacts, kind: str) -> Objection | None:
    """The instrument must be of the kind that the master record names."""
    if instrument.kind == kind:
        return None
    facts = {"instrument": instrument.number, "given": instrument.kind, "wanted": kind}
    return Objection("wrong_equipment", N_("{instrument} is {given}; this step uses {wanted}."), facts)


def is_out_of_service(instrument: InstrumentFacts) -> Objection | None:
    """Only equipment in service may be used."""
    if instrument.status is InstrumentStatus.IN_SERVICE:
        return None
    return Objection("out_of_service", N_("{instrument} is out of service."), {"instrument": instrument.number})


def is_past_calibration(instrument: InstrumentFacts, used_at: datetime) -> Objection | None:
    """Calibration is judged at the moment of use (21 CFR 211.160(b)(4))."""
    if instrument.calibration_due is None or used_at < instrument.calibration_due:
        return None
    facts = {"instrument": instrument.number, "due": instrument.calibration_due}
    return Objection("not_calibrated", N_("{instrument} was due for calibration on {due:%Y-%m-%d %H:%M} UTC."), facts)


def is_past_qualification(instrument: InstrumentFacts, used_at: datetime) -> Objection | None:
    """Qualification is judged at the moment of use, as calibration is (EU GMP Annex 15; China GMP 2010, chapter 7)."""
    if instrument.qualified_until is None or used_at < instrument.qualified_until:
        return None
    facts = {"instrument": instrument.number, "until": instrument.qualified_until}
    return Objection("not_qualified", N_("{instrument} was qualified until {until:%Y-%m-%d %H:%M} UTC."), facts)


def is_no_longer_clean(instrument: InstrumentFacts, used_at: datetime) -> Objection | None:
    """Cleaning holds for a time, judged at the moment of use (21 CFR 211.67; China GMP 2010, article 84)."""
    if instrument.clean_until is None or used_at < instrument.clean_until:
        return None
    facts = {"instrument": instrument.number, "until": instrument.clean_until}
    return Objection("not_clean", N_("{instrument} was clean until {until:%Y-%m-%d %H:%M} UTC; clean it first."), facts)


def against_use(instrument: InstrumentFacts, kind: str, used_at: datetime) -> tuple[Objection, ...]:
    """Everything that stands against using this instrument for this purpose at this moment."""
    found = (
        is_other_kind(instrument, kind),
        is_out_of_service(instrument),
        is_past_calibration(instrument, used_at),
        is_past_qualification(instrument, used_at),
        is_no_longer_clean(instrument, used_at),
    )
    return tuple(objection for objection in found if objection)


def is_no_measurement(worst: str, unit: str, units: UnitTable) -> Objection | None:
    """The worst value is a number as it was read, in a permitted unit."""
    if not units.knows(unit):
        return Objection("unknown_unit", N_('"{unit}" is no permitted unit.'), {"unit": unit}, place="unit")
    measured = NumberParameter(key="worst", kind=ParameterKind.NUMBER, label=WORST, unit=unit, decimals=9)
    read = read_entry(measured, worst, units=units)
    if isinstance(read, Objection):
        return replace(read, place="worst")
    return None if read.done else Objection("no_number", N_("Write the worst value."), place="worst")


def ends_before_it_began(began_at: datetime, ended_at: datetime, place: str = "ended_at") -> Objection | None:
    """What lasts has a length."""
    if ended_at > began_at:
        return None
    return Objection("no_length", N_("It must end after it began."), place=place)


def is_retired(instrument: InstrumentFacts) -> Objection | None:
    """A retired instrument never comes back."""
    if instrument.status is not InstrumentStatus.RETIRED:
        return None
    return Objection("retired", N_("{instrument} is retired."), {"instrument": instrument.number})


def is_no_extension(instrument: InstrumentFacts, until: datetime) -> Objection | None:
    """An extension ends later than what it extends."""
    if instrument.calibration_due is not None and until > instrument.calibration_due:
        return None
    facts = {"instrument": instrument.number}
    return Objection("no_extension", N_("The calibration of {instrument} must end later than now."), facts, "until")


def is_zone_of_another(instrument: str, holder: str, batch: str) -> Objection | None:
    """One donor is open in a work zone at a time."""
    if holder in ("", batch):
        return None
    template = N_(
        "{instrument} stands where {holder} is open; that batch leaves the room first, and the line is cleared."
    )
    return Objection("zone_of_another", template, {"instrument": instrument, "holder": holder})


def is_occupied(room: str, holder: str) -> Objection | None:
    """One batch at a time in a room: the line is cleared of one before the next comes in."""
    if not holder:
        return None
    template = N_("{room} is still occupied by {holder}; clear the line of it first.")
    return Objection("room_occupied", template, {"room": room, "holder": holder}, place="room")
