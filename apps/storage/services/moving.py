"""Units are put into positions, moved and taken out. The store's record is locked: one position, one winner."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import Change, audited
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.services.comparing import compare_chain
from apps.core.actor import Actor
from apps.core.errors import Happened, Objection, RuleBroken, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future
from apps.core.text import N_
from apps.organisation.services import require
from apps.products.facts import Verdict
from apps.products.rules.limits import elapsed_text
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.services import place_hold, report_event
from apps.storage import rules
from apps.storage.facts import Outing, Place, Zone
from apps.storage.models import Box, Stay
from apps.storage.selectors import began_out, is_reactive, last_stay_of, last_stays_of, stay_of, stays_at
from apps.storage.services.watching import hold_exposed
from apps.units.facts import Custody
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import marks, relocate_unit, report_accepted

MOVERS = (Role.STOREKEEPER, Role.OPERATOR, Role.CHECKER)
WITHIN = (Verdict.PASS, Verdict.ALERT, Verdict.RECORDED)


def store_unit(
    *,
    unit: Unit,
    box: Box,
    place: Place,
    actor: Actor,
    at: datetime,
    moved_at: datetime | None = None,
    taken_at: datetime | None = None,
    happened: Happened | None = None,
    chain: str = "",
) -> Stay:
    """Put a unit into a position; from another position this is a move. The time it was out is judged.

    `taken_at`: when it was taken out of where it lies by the record; without it a move takes no time.
    `chain` is scanned from the label, where the unit is for one patient.
    """
    site = box.store.site.code
    who = require(actor, MOVERS, site, at=at, about=unit.record.address)
    compare_chain(unit.batch, unit.record, chain, who, at)
    moved_at = happened.at if happened else moved_at or at
    reason = happened.reason if happened else ""
    touching = [unit.record, box.store.record]
    with audited(actor=who, action="unit.stored", at=at, reason=reason, touching=touching) as change:
        stop_if(is_future(moved_at, at, "moved_at"))
        return put_away(
            change, unit=unit, box=box, place=place, moved_at=moved_at, taken_at=taken_at, happened=happened
        )


def put_away(
    change: Change,
    *,
    unit: Unit,
    box: Box,
    place: Place,
    moved_at: datetime,
    taken_at: datetime | None = None,
    happened: Happened | None = None,
) -> Stay:
    """Put a unit into a position inside the door of the stage that does it; the store's record is among its records."""
    (unit,) = units_now([unit])
    who, reason = change.actor, happened.reason if happened else ""
    last, others = last_stay_of(unit), stays_at(box, place)
    stop_if(*_impossible(unit, box, place, last, moved_at, taken_at))
    overridden = stop_if(*_against(unit, box, place, others), happened=happened)
    if last and last.out_at is None:
        last = change.update(last, action="unit.left", out_at=taken_at or moved_at, out_by=who.username)
    slot = next(n for n in range(1, len(others) + 2) if n not in {stay.slot for stay in others})
    stay = Stay(record=unit.record, unit=unit, box=box, row=place.row, column=place.column, slot=slot)
    stay.in_at, stay.in_by, stay.in_reason, stay.overridden = moved_at, who.username, reason, marks(overridden)
    change.create(stay)
    hold_exposed(change, stay=stay, store=box.store)
    unit = relocate_unit(change, unit=unit, position=str(place))
    report_accepted(change, subject=unit.record, overridden=overridden, happened=happened)
    _judge_outing(change, unit, last, moved_at)
    return stay


def take_out(
    *, unit: Unit, actor: Actor, at: datetime, moved_at: datetime | None = None, reason: str = "", chain: str = ""
) -> Stay:
    """Take a unit out of its position; the time out of the store begins. `chain` as for putting it in."""
    lies = stay_of(unit)
    site = lies.box.store.site.code if lies else unit.batch.site.code
    who = require(actor, MOVERS, site, at=at, about=unit.record.address)
    compare_chain(unit.batch, unit.record, chain, who, at)
    moved_at = moved_at or at
    with audited(actor=who, action="unit.taken_out", at=at, reason=reason, touching=[unit.record]) as change:
        (unit,) = units_now([unit])
        stay = stay_of(unit)
        if stay is None:
            raise RuleBroken(rules.is_not_stored(unit.number))
        stop_if(is_future(moved_at, at, "moved_at"), rules.is_before_last(moved_at, stay.in_at))
        relocate_unit(change, unit=unit, position="")
        return change.update(stay, out_at=moved_at, out_by=who.username, out_reason=reason)


def judge_times_out(change: Change, *, units: Sequence[Unit], until: datetime) -> None:
    """Judge the time since units were taken out where something else takes over to keep them cold, inside the door of
    the stage that does it: what lay out too long is held."""
    stays = last_stays_of(units)
    for unit in units:
        _judge_outing(change, unit, stays.get(unit.pk), until)


def _impossible(
    unit: Unit, box: Box, place: Place, last: Stay | None, moved_at: datetime, taken_at: datetime | None
) -> list[Objection | None]:
    """What no statement of what happened makes true."""
    now = str(last.place) if last and last.out_at is None else ""
    since = (last.out_at or last.in_at) if last else None
    return [
        rules.lies_outside(place, box.grid),
        _is_elsewhere(unit, box),
        rules.is_there_already(place, now),
        rules.is_before_last(moved_at, since),
        rules.is_before_last(taken_at, since, "taken_at") if taken_at else None,
        rules.is_after_arrival(taken_at, moved_at),
        rules.is_not_stored(unit.number) if taken_at and not now else None,
    ]


def _against(unit: Unit, box: Box, place: Place, others: Sequence[Stay]) -> list[Objection | None]:
    """What speaks against it, and may yet have happened."""
    state = definition_of_batch(unit.batch).storage.state(unit.storage_state)
    return [
        rules.is_full(place, [stay.unit.number for stay in others], box.grid),
        rules.is_not_here(unit.facts),
        rules.does_not_keep(box.store.number, box.store.warmth, unit.number, state) if state else None,
        rules.does_not_belong(place, Zone(box.zone), unit.facts, reactive=is_reactive(unit)),
    ]


def _is_elsewhere(unit: Unit, box: Box) -> Objection | None:
    if unit.batch.site_id == box.store.site_id or unit.custody == Custody.AT_SITE:
        return None  # what was sent out lies where it was received
    template = N_("{store} stands at another site than unit {unit}.")
    return Objection("other_site", template, {"store": box.store.number, "unit": unit.number}, place="position")


def _judge_outing(change: Change, unit: Unit, before: Stay | None, back_at: datetime) -> None:
    """A time out beyond the limit of the master record holds the unit until QA has judged it. A way in a shipment is
    no time out: its logger and its own limits judge it."""
    if before is None or before.out_at is None or before.out_at >= back_at:
        return
    limit, outing = rules.handling_limit(definition_of_batch(unit.batch)), Outing(before.out_at, back_at)
    if rules.judge_outing(limit, outing.length).verdict in WITHIN:
        return
    began = began_out(unit, before.out_at)
    outing = Outing(min(began or back_at, back_at), back_at)
    judged = rules.judge_outing(limit, outing.length)
    if judged.verdict in WITHIN:
        return
    template = N_("{unit} was out of the store for {length}; the limit of each time is {limit} min.")
    facts = {"unit": unit.number, "length": elapsed_text(outing.length), "limit": judged.facts["limit"]}
    report_event(
        change,
        subject=unit.record,
        kind=EventKind.EXCURSION,
        severity=Severity.MAJOR,
        template=template,
        facts=facts,
    )
    place_hold(
        change,
        record=unit.record,
        key=f"out_of_store:{before.pk}",
        blocks=[Blocks.ISSUE, Blocks.USE],
        code="out_of_store",
        template=template,
        facts=facts,
    )
