"""What is done to rooms and instruments: set up, calibrate, take out of service, note an excursion, clear the line."""

from datetime import datetime
from typing import Any

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, is_taken, reason_is_missing
from apps.facility import rules
from apps.facility.content import clearance_content
from apps.facility.facts import Grade, InstrumentStatus
from apps.facility.models import Excursion, Instrument, LineClearance, Room
from apps.facility.selectors import instrument_now, occupant_of
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.products.loader import standard_tables
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign

KEEPERS = (Role.QA, Role.QC_HEAD, Role.STOREKEEPER)  # who keeps rooms and instruments; administrators enter no data
CLEARERS = (Role.OPERATOR, Role.CHECKER)
CLEANERS = (Role.OPERATOR, Role.CHECKER, Role.ANALYST, Role.STOREKEEPER)


def open_room(*, code: str, grade: Grade, label_en: str, label_zh: str, site: Site, actor: Actor, at: datetime) -> Room:
    """Add a room to the site."""
    who = require(actor, Role.QA, site.code, at=at)
    stop_if(is_taken(code, record_at(f"room/{code}") is not None, "code"))
    with audited(actor=who, action="room.opened", at=at) as change:
        record = change.open_record("room", code, site=site.code)
        room = Room(record=record, code=code, grade=grade, label_en=label_en, label_zh=label_zh, site=site)
        return change.create(room)


def install_instrument(
    *, number: str, kind: str, label: str, site: Site, actor: Actor, at: datetime, **particulars: object
) -> Instrument:
    """Add an instrument to the site: room, serial number, until when it is calibrated and qualified."""
    who = require(actor, KEEPERS, site.code, at=at)
    stop_if(is_taken(number, record_at(f"equipment/{number}") is not None))
    with audited(actor=who, action="equipment.installed", at=at) as change:
        record = change.open_record("equipment", number, site=site.code)
        return change.create(Instrument(record=record, number=number, kind=kind, label=label, site=site, **particulars))


def calibrate(*, instrument: Instrument, certificate: str, due: datetime, actor: Actor, at: datetime) -> Instrument:
    """Record a calibration: its certificate, and when the next one is due."""
    return _change_instrument(
        instrument, "equipment.calibrated", "", actor, at, calibration_certificate=certificate, calibration_due=due
    )


def extend_calibration(
    *, instrument: Instrument, until: datetime, reason: str, actor: Actor, at: datetime
) -> Instrument:
    """Let a calibration hold longer, so that a batch can end with it: QA's decision, with the reason."""
    who = require(actor, Role.QA, instrument.site.code, at=at, about=instrument.record.address)
    stop_if(reason_is_missing(reason))
    with audited(
        actor=who, action="equipment.calibration.extended", at=at, reason=reason, touching=[instrument.record]
    ) as change:
        instrument = instrument_now(instrument)
        stop_if(rules.is_retired(instrument.facts), rules.is_no_extension(instrument.facts, until))
        return change.update(instrument, calibration_due=until)


def clean(*, instrument: Instrument, agent: str, until: datetime | None, actor: Actor, at: datetime) -> Instrument:
    """Record that an instrument was cleaned: with what (the reason in the trail), and how long that holds."""
    who = require(actor, CLEANERS, instrument.site.code, at=at, about=instrument.record.address)
    stop_if(reason_is_missing(agent, "agent"), rules.ends_before_it_began(at, until, "until") if until else None)
    with audited(actor=who, action="equipment.cleaned", at=at, reason=agent, touching=[instrument.record]) as change:
        instrument = instrument_now(instrument)
        stop_if(rules.is_retired(instrument.facts))
        return change.update(instrument, clean_until=until)


def qualify(*, instrument: Instrument, report: str, until: datetime, actor: Actor, at: datetime) -> Instrument:
    """Record a qualification: the report it rests on is the reason in the trail, and until when it holds."""
    stop_if(reason_is_missing(report, "report"))
    return _change_instrument(instrument, "equipment.qualified", report, actor, at, qualified_until=until)


def take_out_of_service(*, instrument: Instrument, reason: str, actor: Actor, at: datetime) -> Instrument:
    """Stop the use of an instrument, with the reason."""
    stop_if(reason_is_missing(reason))
    status = InstrumentStatus.OUT_OF_SERVICE
    return _change_instrument(instrument, "equipment.taken_out", reason, actor, at, status=status)


def put_in_service(*, instrument: Instrument, reason: str, actor: Actor, at: datetime) -> Instrument:
    """Give an instrument back to use, with the reason."""
    stop_if(reason_is_missing(reason))
    status = InstrumentStatus.IN_SERVICE
    return _change_instrument(instrument, "equipment.put_in_service", reason, actor, at, status=status)


def note_excursion(
    change: Change,
    *,
    instrument: Instrument,
    condition: str,
    worst: str,
    unit: str,
    began_at: datetime,
    ended_at: datetime,
    note: str = "",
) -> Excursion:
    """Note, inside the door, that a condition of an instrument lay outside its range."""
    unreadable = rules.is_no_measurement(worst, unit, standard_tables().units)
    if unreadable:
        raise BadInput(unreadable)
    stop_if(rules.ends_before_it_began(began_at, ended_at), is_future(ended_at, change.at, "ended_at"))
    excursion = Excursion(record=instrument.record, instrument=instrument, condition=condition, worst=worst, unit=unit)
    excursion.began_at, excursion.ended_at, excursion.note = began_at, ended_at, note
    return change.create(excursion, action="equipment.excursion.recorded")


def clear_line(*, room: Room, cleared_for: Record, signing: Signing, actor: Actor, at: datetime) -> LineClearance:
    """Sign that a room is clear of everything else, and give it to a batch."""
    site = room.site.code
    signer = admit_signer(signing=signing, actor=actor, role=CLEARERS, site=site, at=at, about=room.record.address)
    with audited(actor=signer.actor, action="room.cleared", at=at, touching=[room.record]) as change:
        before = occupant_of(room)
        stop_if(rules.is_occupied(room.code, before.cleared_for.address if before else ""))
        sign(change, signer=signer, record=room.record, content=clearance_content(room, cleared_for), site=site)
        clearance = LineClearance(record=room.record, room=room, cleared_for=cleared_for, cleared_at=at)
        clearance.cleared_by = signer.actor.username
        return change.create(clearance)


def leave_room(*, room: Room, actor: Actor, at: datetime) -> LineClearance | None:
    """The batch has left the room; the next one needs a clearance of its own."""
    who = require(actor, CLEARERS, room.site.code, at=at)
    with audited(actor=who, action="room.left", at=at, touching=[room.record]) as change:
        occupant = occupant_of(room)
        return change.update(occupant, left_at=at, left_by=who.username) if occupant else None


def _change_instrument(
    instrument: Instrument, action: str, reason: str, actor: Actor, at: datetime, **fields: Any
) -> Instrument:
    who = require(actor, KEEPERS, instrument.site.code, at=at)
    with audited(actor=who, action=action, at=at, reason=reason, touching=[instrument.record]) as change:
        instrument = instrument_now(instrument)
        stop_if(rules.is_retired(instrument.facts))
        return change.update(instrument, **fields)
