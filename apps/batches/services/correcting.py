"""Correcting a value: a new row with a reason; the old one stays, and what was computed from it is worked out again."""

from dataclasses import replace
from datetime import datetime

from apps.audit.services import audited
from apps.batches.facts.inputs import Act, ValueInput
from apps.batches.facts.stood import Stood
from apps.batches.models import Attachment, Batch, RecordedValue
from apps.batches.rules import entries, order
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import Situation, situation_of
from apps.batches.selectors.things import Thing, Things, things_named
from apps.batches.services.judging import (
    Findings,
    Judged,
    against_the_thing,
    parameter_at,
    read_and_judge,
    read_place,
    standing_of,
)
from apps.batches.services.misses import keep_near_miss
from apps.batches.services.recording import check_places, require_hands
from apps.batches.services.reporting import report_overridden
from apps.batches.services.rows import row_of
from apps.batches.services.storing import follow_up
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, Refused
from apps.core.text import N_
from apps.products.facts import Place


def correct_value(
    *,
    batch: Batch,
    place: str | Place,
    supersedes: int,
    text: str,
    reason: str,
    actor: Actor,
    at: datetime,
    performed_at: datetime | None = None,
    unit: str = "",
    scanned: bool = False,
    happened: Happened | None = None,
) -> RecordedValue:
    """Correct the value that was shown (`supersedes`), with a reason. Signatures on the step no longer cover it.

    The truth can be a lot that should not have been used: with `happened` it is recorded, marked, and QA is told.
    """
    given = ValueInput(read_place(place), text, unit, performed_at, scanned)
    check_places(batch, [given])
    who = require_hands(batch, [given.place], actor, at)
    act = Act(who, at, reason, happened)
    things = things_named(batch, plan_of(batch), [given])
    try:
        return supersede(batch, given, supersedes, act, things)
    except Refused as refusal:
        keep_near_miss(batch, refusal, act)
        raise


def supersede(
    batch: Batch, given: ValueInput, supersedes: int, act: Act, things: Things, file: Attachment | None = None
) -> RecordedValue:
    """Put a new value in the place of the one that was shown, in one door; a file is stored with it."""
    touching, relied = [batch.record, *things.changed()], things.relied_on()
    action = "batch.value.corrected"
    with audited(
        actor=act.actor, action=action, at=act.at, reason=act.reason, touching=touching, relying_on=relied
    ) as change:
        situation = situation_of(batch, [given.place], holds=False)
        standing = situation.values.get(given.place)
        if standing is None:
            raise BadInput(_nothing_there(given.place))
        given = replace(given, performed_at=given.performed_at or standing.performed_at)
        named = things_named(batch, situation.plan, [given]) if things.by_place and file is None else things
        judged, overridden = _judge(situation, given, named, standing, supersedes, act)
        if file is not None:
            judged = replace(judged, thing=Thing(file=change.create(file, action="batch.file.attached")))
        row = row_of(situation, judged, act, overridden, supersedes=standing.pk)
        row.performed_by, row.is_late = standing.performed_by, standing.is_late
        change.create(row)
        known = {**situation.values, given.place: row}
        follow_up(change, situation, known, [row], [judged], act)
        report_overridden(change, situation, str(given.place), overridden, act)
        return row


def _nothing_there(place: Place) -> Objection:
    template = N_("{place} holds nothing that could be corrected.")
    return Objection("nothing_to_correct", template, {"place": place}, place=str(place))


def _judge(
    situation: Situation, given: ValueInput, things: Things, standing: RecordedValue | Stood, shown: int, act: Act
) -> tuple[Judged, tuple[Objection, ...]]:
    findings = Findings()
    parameter = parameter_at(situation, given.place)
    stands, place = standing_of(standing), str(given.place)
    same_time = given.performed_at == standing.performed_at
    found = (
        order.can_hold_no_values(situation.state),
        entries.is_superseded(place, stands, shown, given.text) if stands else None,
        entries.is_unchanged(place, stands, given.text.strip(), given.unit, same_time) if stands else None,
        entries.needs_a_real_reason(act.reason),
    )
    findings.forbidden += [objection for objection in found if objection]
    judged = read_and_judge(situation, given, parameter, things.at(given.place), act, findings)
    if judged is None:
        raise BadInput(*findings.unreadable)
    findings.against_the_act += against_the_thing(situation, judged)
    return judged, findings.stop(act)
