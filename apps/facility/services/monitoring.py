"""The environment is watched: points are planned, samples taken while a batch stands in a room, and read days later."""

from datetime import datetime

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, is_taken, reason_is_missing
from apps.core.text import N_
from apps.facility.facts import Grade, Level, SampleKind
from apps.facility.levels import level_of, levels
from apps.facility.models import MonitoringPoint, Plate, Room
from apps.facility.rules import monitoring as rules
from apps.facility.selectors import occupant_of, plate_now
from apps.organisation.services import require
from apps.products.facts import Verdict
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.services import place_hold, report_event

PLANNERS = (Role.QA, Role.QC_HEAD)
SAMPLERS = (Role.OPERATOR, Role.ANALYST, Role.CHECKER)


def plan_point(
    *, room: Room, code: str, kind: SampleKind, grade: Grade, actor: Actor, at: datetime, label: str = ""
) -> MonitoringPoint:
    """Add a point to the plan of a room: from now on a sample of it is due whenever a batch stands there."""
    who = require(actor, PLANNERS, room.site.code, at=at, about=room.record.address)
    stop_if(rules.has_no_level(level_of(grade, kind), grade, kind))
    with audited(actor=who, action="room.point.planned", at=at, touching=[room.record]) as change:
        stop_if(is_taken(code, MonitoringPoint.objects.filter(room=room, code=code).exists(), "code"))
        point = MonitoringPoint(record=room.record, room=room, code=code, kind=kind, grade=grade, label=label)
        point.planned_at = at
        return change.create(point)


def take_plate(
    *, room: Room, point: MonitoringPoint, number: str, taken_at: datetime, actor: Actor, at: datetime
) -> Plate:
    """Take a sample of the environment while a batch stands in the room; the number is that of its label."""
    who = require(actor, SAMPLERS, room.site.code, at=at, about=room.record.address)
    stop_if(
        is_taken(number, record_at(f"plate/{number}") is not None),
        is_future(taken_at, at, "taken_at"),
        rules.is_elsewhere(room.code, point.room.code),
    )
    with audited(actor=who, action="plate.taken", at=at, relying_on=[room.record]) as change:
        session = occupant_of(room)
        stop_if(rules.is_not_occupied(room.code, session.cleared_for.address if session else ""))
        stop_if(rules.is_before_the_session(taken_at, session.cleared_at) if session else None)
        plate = Plate(number=number, point=point, session=session, taken_at=taken_at, taken_by=who.username)
        plate.record = change.open_record("plate", number, site=room.site.code)
        return change.create(plate)


def read_plate(
    *, plate: Plate, count: str, read_at: datetime, actor: Actor, at: datetime, organism: str = "", reason: str = ""
) -> Plate:
    """Enter what was counted; with a count standing it is a correction, which says why.

    Above the action level the batch is held, whatever its state: nothing more of it is issued or used until QA has
    judged the event.
    """
    site, batch = plate.point.room.site.code, plate.session.cleared_for
    who = require(actor, Role.ANALYST, site, at=at, about=plate.record.address)
    counted = rules.read_count(count)
    if isinstance(counted, Objection):
        raise BadInput(counted)
    stop_if(is_future(read_at, at, "read_at"), rules.is_read_too_early(read_at, plate.taken_at))
    with audited(actor=who, action="plate.read", at=at, reason=reason, touching=[plate.record, batch]) as change:
        plate = plate_now(plate)
        stop_if(reason_is_missing(reason) if plate.count is not None else None)
        level = _level_of(plate.point)
        verdict, words = rules.judge(counted, level), _words(level)
        change.update(
            plate,
            count=counted,
            verdict=verdict,
            level=words,
            organism=organism,
            read_at=read_at,
            read_by=who.username,
        )
        if plate.verdict == Verdict.ACTION:
            _hold_the_batch(change, plate, batch)
        return plate


def _level_of(point: MonitoringPoint) -> Level:
    level = level_of(Grade(point.grade), SampleKind(point.kind))
    if level is None:
        raise LookupError(f"the levels no longer know {point.grade} {point.kind}")
    return level


def _words(level: Level) -> str:
    alert = f", alert from {level.alert}" if level.alert is not None else ""
    return f"at most {level.most} {level.unit}{alert} (version {levels().version})"


def _hold_the_batch(change: Change, plate: Plate, batch: Record) -> None:
    facts = {"plate": plate.number, "point": str(plate.point), "grade": plate.point.grade, "count": str(plate.count)}
    facts |= {"organism": plate.organism or "–"}
    template = N_("Environment: {count} at {point}, grade {grade} ({organism}), sample {plate}.")
    severity = Severity.CRITICAL if plate.point.grade == Grade.A else Severity.MAJOR
    report_event(
        change,
        subject=batch,
        kind=EventKind.ACTION_LIMIT,
        severity=severity,
        template=template,
        facts=facts,
        about=plate.record.address,
    )
    place_hold(
        change,
        record=batch,
        key=f"environment:{plate.number}",
        blocks=[Blocks.CERTIFY, Blocks.ISSUE, Blocks.USE],
        code="environment",
        template=template,
        facts=facts,
    )
