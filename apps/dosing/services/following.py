"""After the dose: a reaction with its grade, which may hold the sister units; the outcomes of the master record."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.rules import is_future, reason_is_missing
from apps.core.text import N_
from apps.dosing.facts import Said
from apps.dosing.lifecycle import FOLLOWERS
from apps.dosing.models import OutcomeValue, Reaction, TreatmentOrder
from apps.dosing.rules import bedside, following
from apps.dosing.selectors import infusion_of, kept_units, order_now, outcome_parameter, reactions_of, standing_outcome
from apps.organisation.services import require
from apps.products.facts import Entered
from apps.products.loader import standard_tables
from apps.products.rules.numbers import read_entry
from apps.products.selectors import definition_of
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.services import place_hold, report_event


def record_reaction(
    *, order: TreatmentOrder, grade: int, what: str, actor: Actor, at: datetime, occurred_at: datetime | None = None
) -> Reaction:
    """A reaction to a dose. From the master's grade on, sister units and further doses are held, and QA is told.

    The same reaction sent twice is one.
    """
    who = require(actor, FOLLOWERS, order.site.code, at=at, about=order.record.address)
    occurred_at = occurred_at or at
    batches = [unit.batch.record for unit in kept_units(order)]
    touching = [order.record, order.recipient.record, *batches]
    with audited(actor=who, action="reaction.recorded", at=at, touching=touching) as change:
        now, infusion = order_now(order), infusion_of(order)
        stop_if(
            following.is_not_given(infusion is not None),
            following.is_no_grade(grade),
            reason_is_missing(what, "what"),
            is_future(occurred_at, at, "occurred_at"),
            bedside.is_before_start(occurred_at, infusion.started_at, "occurred_at") if infusion else None,
        )
        last = max(reactions_of(now), key=lambda one: one.n, default=None)
        if last and bedside.is_said_twice(Said(who.username, occurred_at, (grade, what)), _said(last)):
            return last
        holds = following.holds_sisters(grade, definition_of(now.product_version).dosing.blocking_reaction_grade)
        row = Reaction(record=now.record, order=now, n=last.n + 1 if last else 1, grade=grade)
        row.what, row.occurred_at, row.recorded_at, row.holds = what, occurred_at, at, holds
        row.recorded_by = who.username
        reaction = change.create(row)
        if holds:
            _hold_sisters(change, now, reaction)
        return reaction


def record_outcome(
    *,
    order: TreatmentOrder,
    key: str,
    day: int,
    text: str,
    actor: Actor,
    at: datetime,
    measured_at: datetime | None = None,
    reason: str = "",
) -> OutcomeValue:
    """An outcome on a day of the master record, as a structured value. What stands there is replaced with a reason."""
    who = require(actor, FOLLOWERS, order.site.code, at=at, about=order.record.address)
    measured_at = measured_at or at
    with audited(actor=who, action="outcome.recorded", at=at, reason=reason, touching=[order.record]) as change:
        now, infusion, before = order_now(order), infusion_of(order), standing_outcome(order, key, day)
        stop_if(
            following.is_not_given(infusion is not None),
            following.is_not_first(now.n),
            following.is_not_asked(definition_of(now.product_version).dosing.outcomes, key, day),
            is_future(measured_at, at, "measured_at"),
            following.is_before_dose(measured_at, infusion.started_at, day) if infusion else None,
            reason_is_missing(reason) if before else None,
        )
        entered = _read(now, key, text)
        if before:
            change.update(before, action="outcome.replaced", replaced_at=at)
        row = OutcomeValue(record=now.record, order=now, key=key, day=day, text=entered.text, unit=entered.unit)
        row.number, row.verdict, row.reason = entered.number, entered.verdict, reason
        row.measured_at, row.recorded_at, row.recorded_by = measured_at, at, who.username
        return change.create(row)


def _said(reaction: Reaction) -> Said:
    return Said(reaction.recorded_by, reaction.occurred_at, (reaction.grade, reaction.what))


def _read(order: TreatmentOrder, key: str, text: str) -> Entered:
    parameter = outcome_parameter(order, key)
    if parameter is None:
        raise LookupError(f"unreachable: {key} was asked for")
    read = read_entry(parameter, text, zone=ZoneInfo(order.site.timezone), units=standard_tables().units)
    if isinstance(read, Objection):
        raise BadInput(read)
    if not read.done:
        raise BadInput(Objection("answer_missing", N_("{field}: not said."), {"field": parameter.label}, "text"))
    return read


def _hold_sisters(change: Change, order: TreatmentOrder, reaction: Reaction) -> None:
    hold_lots_of(
        change,
        order,
        key=f"reaction:{order.number}:{reaction.n}",
        about=order.record.address,
        grade=reaction.grade,
        what=reaction.what,
    )


def hold_lots_of(change: Change, order: TreatmentOrder, *, key: str, about: str, grade: int, what: str) -> None:
    """The lots of the dose, and the patient's next dose, wait for a decision of quality; each lot gets its event."""
    facts = {"order": order.number, "grade": grade}
    template = N_("Reaction of grade {grade} to the dose {order}.")
    blocks = [Blocks.ISSUE, Blocks.USE]
    for batch in {unit.batch_id: unit.batch for unit in kept_units(order)}.values():
        place_hold(change, record=batch.record, key=key, blocks=blocks, code="reaction", template=template, facts=facts)
        report_event(
            change,
            subject=batch.record,
            kind=EventKind.REPORTED,
            severity=Severity.CRITICAL,
            template=N_("Reaction of grade {grade} to the dose {order}: {what}"),
            facts={**facts, "what": what},
            about=about,
        )
    record = order.recipient.record
    place_hold(change, record=record, key=key, blocks=[Blocks.USE], code="reaction", template=template, facts=facts)
