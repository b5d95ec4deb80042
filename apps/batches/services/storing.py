"""Storing judged values, and what follows from them: computed values, used lots, vessels, events and holds."""

from collections.abc import Collection, Iterable, Sequence

from apps.audit.services import Change
from apps.batches.facts.inputs import Act
from apps.batches.facts.stood import Stood
from apps.batches.facts.words import VesselState
from apps.batches.models import RecordedValue
from apps.batches.selectors.situation import Situation
from apps.batches.services.computing import computed_rows
from apps.batches.services.judging import Judged, life_after_opening
from apps.batches.services.reporting import hold_uncovered, report_value
from apps.batches.services.rows import row_of
from apps.core.errors import Objection
from apps.lineage.services import link_once
from apps.materials.models import MaterialLot
from apps.materials.services import open_lot
from apps.products.definition import MaterialNeed, VesselUse
from apps.products.facts import Place, VesselAct
from apps.signatures.models import Signature


def store_values(
    change: Change,
    situation: Situation,
    judged: Sequence[Judged],
    act: Act,
    overridden: Collection[Objection] = (),
    second: Signature | None = None,
) -> list[RecordedValue]:
    """Store values with everything that follows from them. Returns the rows of the given values, in their order."""
    rows = [row_of(situation, one, act, overridden, second) for one in judged]
    change.create_many(rows)
    known = {**situation.values, **{one.place: row for one, row in zip(judged, rows, strict=True)}}
    follow_up(change, situation, known, rows, judged, act)
    return rows


def follow_up(
    change: Change,
    situation: Situation,
    known: dict[Place, RecordedValue | Stood],
    rows: Sequence[RecordedValue],
    judged: Sequence[Judged],
    act: Act,
) -> list[RecordedValue]:
    """What follows from stored values: computed ones are worked out, things are used up, limits open events."""
    worked_out = computed_rows(situation, known, [one.place for one in judged], act)
    if worked_out:
        change.create_many(worked_out, action="batch.value.computed")
    for one in judged:
        _use(change, situation, one)
    for row in (*rows, *worked_out):
        report_value(change, situation, row, act)
    hold_uncovered(change, situation, [*rows, *worked_out])
    return worked_out


def _use(change: Change, situation: Situation, judged: Judged) -> None:
    need, thing = judged.parameter, judged.thing
    if isinstance(need, MaterialNeed) and thing.lot:
        _use_lot(change, situation, thing.lot, judged)
    if isinstance(need, VesselUse) and thing.vessel and need.act is VesselAct.CLOSE:
        place = str(judged.place.step_place)
        state = VesselState.CLOSED
        change.update(thing.vessel, action="vessel.closed", state=state, closed_in=place, closed_at=judged.performed_at)


def _use_lot(change: Change, situation: Situation, lot: MaterialLot, judged: Judged) -> None:
    link_once(change, child=situation.batch.record, parent=lot.record)
    if is_opened_by_use(situation, lot) and lot.opened_at is None:
        life = life_after_opening(situation, lot.material)
        open_lot(change, lot=lot, opened_at=judged.performed_at, life=life)


def is_opened_by_use(situation: Situation, lot: MaterialLot) -> bool:
    """Whether the life of this lot ends earlier once it was opened: its label says so, or the master record."""
    known = situation.definition.preparation.materials
    asked = any(entry.key == lot.material and entry.expiry_after_opening for entry in known)
    return asked or lot.life_after_opening is not None


def texts_of(objections: Iterable[Objection]) -> str:
    """Objections as one text for an event."""
    return " ".join(objection.text for objection in objections)
