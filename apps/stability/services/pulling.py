"""A unit is pulled by scan: out of its place, a sample of its time point, to be tested as every other sample is."""

from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.selectors.plans import definition_of_batch
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import KeptRefusal, Objection, RuleBroken, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.organisation.services import require
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.quality.services import report_event
from apps.stability import rules
from apps.stability.facts import PointState, StudyState, StudyVerb
from apps.stability.lifecycle import STUDY_MOVES
from apps.stability.models import Pull, Study, StudyPoint
from apps.stability.selectors import (
    left_in,
    point_now,
    points_gone_by,
    protocol_followed,
    study_now,
    units_of_study,
    wanted_at,
)
from apps.storage.services import send_away
from apps.testing.models import Sample
from apps.testing.services import take_sample
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.rules import number_of_code
from apps.units.selectors import units_now


def pull_unit(
    *, study: Study, month: int, scanned: str, pulled_at: datetime, actor: Actor, at: datetime, reason: str = ""
) -> Pull:
    """Take the scanned unit for a time point. Another unit is a hard stop, kept as a near miss; late says why."""
    record = study.record
    who = require(actor, STUDY_MOVES[StudyVerb.PULL].roles, record.site, at=at, about=record.address)
    unit = _scanned(study, scanned, who, at)
    touching = [record, study.batch.record, unit.record]
    with audited(actor=who, action="study.unit.pulled", at=at, reason=reason, touching=touching) as change:
        now, (unit,) = study_now(study), units_now([unit])
        stop_if(rules.is_closed(StudyState(now.state), now.number))
        point = point_now(now, month)
        stop_if(*_against_pulling(now, point, unit, pulled_at, at), _late_without_reason(point, pulled_at, reason))
        sample = _sampled(change, now, point, unit, pulled_at)
        late = rules.is_late(point.window, pulled_at)
        pull = Pull(record=record, point=point, unit=unit, sample=sample, pulled_at=pulled_at, late=late)
        pull.pulled_by, pull.pulled_name, pull.reason = who.username, who.printed_name, reason.strip()[:500]
        change.create(pull)
        change.update(point, state=PointState.PULLED)
        if late:
            _report_late(change, now, pull)
        return pull


def _scanned(study: Study, scanned: str, who: Actor, at: datetime) -> Unit:
    """The unit in the hand, one of the study; otherwise everything stops, and that stays on record."""
    units = {unit.number: unit for unit in units_of_study(study)}
    number = number_of_code(scanned.replace("\0", ""))[:60]
    wrong = rules.is_not_of(number, study.number, units)
    if wrong is None:
        return units[number]
    with audited(actor=who, action="study.near_miss", at=at, touching=[study.record]) as change:
        report_event(
            change,
            subject=study.record,
            kind=EventKind.NEAR_MISS,
            severity=Severity.MINOR,
            template=N_("Near miss at a pull of {study}: unit {unit} was scanned. Nothing was done."),
            facts={"study": study.number, "unit": number},
        )
    raise RuleBroken(wrong, keep=KeptRefusal(study.record.address, "study.pull.refused", {"unit": number}))


def _against_pulling(
    study: Study, point: StudyPoint, unit: Unit, pulled_at: datetime, at: datetime
) -> list[Objection | None]:
    # Its own holds only (an excursion, say): what failed in the batch does not end the study of it.
    held = [hold for hold in open_holds([unit.record], Blocks.USE) if hold.record_id == unit.record_id]
    wanted = wanted_at(point, protocol_followed(study).pull.units)
    return [
        is_future(pulled_at, at, "pulled_at"),
        rules.is_before_the_study(pulled_at, study.opened_at),
        rules.is_too_early(point.window, pulled_at),
        rules.is_pulled(point.month, point.pulls.count(), wanted),
        rules.is_gone(unit.number, unit.pk in {one.pk for one in left_in(study)}),
        has_open_holds(held),
    ]


def _late_without_reason(point: StudyPoint, pulled_at: datetime, reason: str) -> Objection | None:
    return rules.is_unexplained(rules.is_late(point.window, pulled_at), reason)


def _sampled(change: Change, study: Study, point: StudyPoint, unit: Unit, pulled_at: datetime) -> Sample:
    protocol, batch = protocol_followed(study), study.batch
    kinds = {kind.key: kind for kind in definition_of_batch(batch).testing.samples}
    send_away(change, units=[unit], verb=UnitVerb.USE_UP, moved_at=pulled_at)
    sample = Sample(batch=batch, kind=protocol.pull.sample, source=unit.record, point=point.key, drawn_at=pulled_at)
    sample.tests = list(protocol.tests_at(point.month))
    return take_sample(change, sample, kinds[protocol.pull.sample])


def _report_late(change: Change, study: Study, pull: Pull) -> None:
    report_event(
        change,
        subject=study.record,
        kind=EventKind.HOLD_TIME,
        severity=Severity.MINOR,
        template=N_("{study}: month {month} was pulled after its window had passed: {reason}"),
        facts={"study": study.number, "month": pull.point.month, "reason": pull.reason},
        about=pull.sample.record.address,
    )


def report_missed_pulls(*, at: datetime) -> list[StudyPoint]:
    """Tell of every time point whose window went by without its pull, once. Safe to run twice or to miss."""
    return [found for point in points_gone_by(at) if (found := _missed(point, at))]


def _missed(point: StudyPoint, at: datetime) -> StudyPoint | None:
    study = point.study
    with audited(actor=SYSTEM, action="study.point.missed", at=at, touching=[study.record]) as change:
        now = point_now(study, point.month)
        if not rules.is_over(now.window, PointState(now.state), at):
            return None
        report_event(
            change,
            subject=study.record,
            kind=EventKind.HOLD_TIME,
            severity=Severity.MAJOR,
            template=N_("{study}: nothing was pulled for month {month} before its window had passed."),
            facts={"study": study.number, "month": now.month},
        )
        return change.update(now, state=PointState.MISSED)
