"""The manifest of a pool: donations come in, are taken out before it closes, and by closing tied to the batch."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from apps.audit.services import Change, audited
from apps.batches.facts.inputs import Act, PoolInput
from apps.batches.models import Batch, Pooled
from apps.batches.rules import order, pooling
from apps.batches.rules.completion import StepView
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.pooling import (
    closes_a_pool,
    donations_at,
    lines_of,
    manifest_of,
    pool_mass,
    pool_step,
    pooled_anywhere,
)
from apps.batches.selectors.situation import Situation, situation_of
from apps.batches.services.judging import is_not_begun
from apps.batches.services.recording import require_hands
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, RuleBroken, stop_if
from apps.core.rules import is_future, reason_is_missing, unknown
from apps.core.text import N_
from apps.lineage.services import link_all
from apps.products.definition import NumberParameter
from apps.products.facts import Place
from apps.products.loader import units
from apps.products.rules.numbers import read_entry

MOST_LINES = 2000


def pool_donations(
    *,
    batch: Batch,
    lines: Sequence[PoolInput],
    actor: Actor,
    at: datetime,
    happened: Happened | None = None,
) -> list[Pooled]:
    """Enter donations into the pool of a batch, each with its mass. Nothing enters twice, nor two pools."""
    place = _step_of(batch)
    who = require_hands(batch, [place], actor, at)
    act, masses = Act(who, at, happened=happened), _masses(batch, place, lines)
    donations = donations_at(batch, [line.din for line in lines])
    missing = [line.din for line in lines if line.din not in donations]
    if missing:
        raise BadInput(*(unknown(din, "lines") for din in missing))
    # Touched, not relied on: of two who enter one donation into two pools, the second waits and is told.
    touched = [batch.record, *(donation.record for donation in donations.values())]
    with audited(actor=who, action="batch.donation.pooled", at=at, reason=act.why, touching=touched) as change:
        situation = situation_of(batch, [place])
        twice = pooling.is_twice([line.din for line in lines], pooled_anywhere(donations.values()))
        stop_if(*_against(situation, place), is_future(act.performed_at(None), at), *twice)
        stop_if(*situation.against(place), happened=happened)
        said = {"entered_at": act.performed_at(None), "entered_by": who.username, "record": batch.record}
        rows = [
            Pooled(batch=batch, donation=donations[line.din], mass=mass, text=line.mass, unit=unit, **said)
            for line, (mass, unit) in zip(lines, masses, strict=True)
        ]
        return change.create_many(rows)


def take_from_pool(*, batch: Batch, din: str, reason: str, actor: Actor, at: datetime) -> Pooled:
    """Take a donation out of the pool again, before it closes: the line stays, with the reason."""
    place = _step_of(batch)
    who = require_hands(batch, [place], actor, at)
    stop_if(reason_is_missing(reason))
    action = "batch.donation.taken_out"
    with audited(actor=who, action=action, at=at, reason=reason, touching=[batch.record]) as change:
        situation = situation_of(batch, [place])
        stop_if(*_against(situation, place), *situation.against(place))
        row = next((one for one in manifest_of(batch) if one.donation.din == din), None)
        if row is None:
            raise BadInput(unknown(din, "donation"))
        return change.update(row, taken_out_at=at, taken_out_by=who.username, reason=reason)


def against_the_pool(situation: Situation, view: StepView) -> list[Objection]:
    """What keeps the step that closes a pool from being completed; nothing for any other step."""
    pool, batch = situation.definition.preparation.pool, situation.batch
    if pool is None or not closes_a_pool(view.step):
        return []
    return pooling.against_closing(lines_of(batch, manifest_of(batch)), pool_mass(batch, view.place), pool)


def close_pool(change: Change, situation: Situation, view: StepView) -> None:
    """From here on the batch is made from every donation in its manifest."""
    if closes_a_pool(view.step):
        donations = [row.donation.record for row in manifest_of(situation.batch)]
        link_all(change, children=[situation.batch.record], parents=donations)


def _against(situation: Situation, place: Place) -> list[Objection | None]:
    return [order.can_hold_no_values(situation.state), is_not_begun(situation, place)]


def _step_of(batch: Batch) -> Place:
    place = pool_step(batch)
    if place is None:
        raise RuleBroken(Objection("made_from_one", N_("This batch is made from one donation; it has no pool.")))
    return place


def _masses(batch: Batch, place: Place, lines: Sequence[PoolInput]) -> list[tuple[Decimal, str]]:
    if not 1 <= len(lines) <= MOST_LINES:
        template = N_("Between 1 and {most} donations are entered at once.")
        raise BadInput(Objection("line_count", template, {"most": MOST_LINES}, place="lines"))
    definition = plan_of(batch).definition
    pool = definition.preparation.pool
    weighed = definition.step(place).field(pool.mass) if pool else None
    if not isinstance(weighed, NumberParameter):
        raise BadInput(Objection("no_mass", N_("The master record names no mass of the pool."), place="lines"))
    found = [pooling.mass_of(line, read_entry(weighed, line.mass, units=units())) for line in lines]
    unreadable = [one for one in found if isinstance(one, Objection)]
    if unreadable:
        raise BadInput(*unreadable)
    return [(one, weighed.unit) for one in found if isinstance(one, Decimal)]
