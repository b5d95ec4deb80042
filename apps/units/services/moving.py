"""The only code that sets a unit's states: it reads the table of the life cycle."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.plans import definition_of_batch
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, RuleBroken, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.products.definition.storage import StorageState
from apps.units import lifecycle, rules
from apps.units.facts import Condition, LabelFate, UnitVerb
from apps.units.models import Label, Unit
from apps.units.selectors import clock_moments, units_now
from apps.units.services.acting import trained_operator
from apps.units.services.overriding import report_accepted

DISPOSITION_VERBS = frozenset({UnitVerb.RELEASE_CONDITIONALLY, UnitVerb.RELEASE, UnitVerb.REJECT, UnitVerb.RECALL})
STAMPS = {Condition.FROZEN: "frozen_at", Condition.THAWED: "thawed_at", Condition.SPENT: "spent_at"}


def move_units(
    change: Change,
    *,
    units: Sequence[Unit],
    verb: UnitVerb,
    moved_at: datetime | None = None,
    happened: Happened | None = None,
    objections: Sequence[Objection] = (),
    **fields: object,
) -> list[Unit]:
    """Take units through one verb of their life, inside the door of the stage that does it.

    The caller's own `objections` count with those of the table. With `happened` the move is recorded against them,
    with an event on each batch; the condition never moves backward. `fields` are written in the same step.
    """
    units, move = units_now(units), lifecycle.MOVES[verb]
    against = [*(lifecycle.refuses(verb, unit.facts) for unit in units), *objections]
    overridden = stop_if(*against, happened=happened)
    sets: dict[str, object] = {**move.sets, **fields}
    if move.condition in STAMPS:
        sets[STAMPS[move.condition]] = moved_at or change.at
    forward = [unit for unit in units if not lifecycle.goes_back(verb, unit.facts)]
    moved = change.update_many(forward, action=f"unit.{verb.lower()}", **sets) if forward else []
    for batch in {unit.batch_id: unit.batch for unit in units}.values():
        report_accepted(change, subject=batch.record, overridden=overridden, happened=happened)
    return moved


def set_disposition(change: Change, *, units: Sequence[Unit], verb: UnitVerb) -> list[Unit]:
    """Change the disposition of units with the release, rejection or recall of their batch, inside its door."""
    if verb not in DISPOSITION_VERBS:
        raise ValueError(f"{verb} decides nothing about a unit")
    return move_units(change, units=units, verb=verb)


def relocate_unit(change: Change, *, unit: Unit, position: str) -> Unit:
    """Say where a unit lies, inside the door of the store that moved it; empty: in no position."""
    return change.update(unit, position=position)


def refuse_expired(units: Sequence[Unit], at: datetime) -> None:
    """Stop an act with units whose time has passed at this moment. Raises RuleBroken naming each."""
    stop_if(*(rules.is_expired(unit.facts, at) for unit in units))


def freeze_units(
    *,
    batch: Batch,
    units: Sequence[Unit],
    frozen_at: datetime,
    actor: Actor,
    at: datetime,
    state: str = "",
    happened: Happened | None = None,
) -> list[Unit]:
    """Freeze units of a batch: the clock of the frozen state starts; the earlier of label and shelf life counts.

    Past the deadline of that state the units come into the one the master record names instead, and bear its name.
    """
    who = trained_operator(batch, actor, at)
    frozen_at = happened.at if happened else frozen_at
    reason = happened.reason if happened else ""
    stop_if(_names_no_units(units, batch), is_future(frozen_at, at, "frozen_at"))
    touching = [batch.record, *(unit.record for unit in units)]
    with audited(actor=who, action="units.frozen", at=at, reason=reason, touching=touching) as change:
        batch, units = batch_now(batch), units_now(units)
        target, expires_at, late = _comes_into(batch, units, _frozen_state(batch, units[0], state), frozen_at)
        printed = _printed_expiries(units)
        against = [late, *_against_freezing(units, frozen_at), *_outlived(units, printed, expires_at)]
        standing = [objection for objection in against if objection]
        frozen: list[Unit] = []
        for ends in sorted({min(expires_at, printed.get(unit.pk, expires_at)) for unit in units}):
            group = [unit for unit in units if min(expires_at, printed.get(unit.pk, expires_at)) == ends]
            frozen += move_units(
                change,
                units=group,
                verb=UnitVerb.FREEZE,
                moved_at=frozen_at,
                happened=happened,
                objections=standing,
                storage_state=target.key,
                expires_at=ends,
            )
            standing = []
        return frozen


def _comes_into(
    batch: Batch, units: Sequence[Unit], named: StorageState, frozen_at: datetime
) -> tuple[StorageState, datetime, Objection | None]:
    """The state that units frozen then come into, until when they may be used there, and whether it is too late."""
    storage = definition_of_batch(batch).storage
    moments = replace(clock_moments(batch), filled_at=min(unit.filled_at for unit in units), frozen_at=frozen_at)
    state = rules.state_in_time(storage, named, moments, frozen_at)
    expires_at = rules.expiry_in(state, storage, moments, frozen_at, ZoneInfo(batch.site.timezone))
    return state, expires_at, rules.is_too_late(storage, state, moments, frozen_at)


def _names_no_units(units: Sequence[Unit], batch: Batch) -> Objection | None:
    if units and all(unit.batch_id == batch.pk for unit in units):
        return None
    return Objection("no_units", N_("Name units of this batch."), place="units")


def _frozen_state(batch: Batch, unit: Unit, key: str) -> StorageState:
    definition = definition_of_batch(batch)
    named = definition.storage.state(key) if key else rules.frozen_state_after(definition, unit.storage_state)
    if named is not None and named.condition == "frozen":
        return named
    template = N_("{batch} has no frozen storage state after {state}.")
    raise RuleBroken(
        Objection("no_frozen_state", template, {"batch": batch.number, "state": key or unit.storage_state}, "state")
    )


def _printed_expiries(units: Sequence[Unit]) -> dict[int, datetime]:
    applied = Label.objects.filter(unit__in=[unit.pk for unit in units], fate=LabelFate.APPLIED)
    return {unit_id: expires_at for unit_id, expires_at in applied.values_list("unit_id", "expires_at") if unit_id}


def _against_freezing(units: Sequence[Unit], frozen_at: datetime) -> list[Objection | None]:
    expired = [rules.is_expired(unit.facts, frozen_at) for unit in units]
    return [*expired, *(rules.is_before(frozen_at, unit.filled_at, "frozen_at") for unit in units)]


def _outlived(units: Sequence[Unit], printed: dict[int, datetime], expires_at: datetime) -> list[Objection | None]:
    return [
        rules.label_outlives_unit(unit.number, printed[unit.pk], expires_at) for unit in units if unit.pk in printed
    ]
