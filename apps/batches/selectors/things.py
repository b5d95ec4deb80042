"""The lots, instruments and vessels that values name: found by their number, read again inside the door."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from apps.audit.models import Record
from apps.batches.facts.inputs import ValueInput
from apps.batches.facts.words import VesselState
from apps.batches.models import Attachment, Batch, Vessel
from apps.batches.rules.plan import Plan
from apps.batches.rules.vessels import ScannedVessel
from apps.core.errors import Objection
from apps.core.rules import unknown
from apps.core.text import N_
from apps.facility.models import Instrument
from apps.lineage.selectors import ancestors
from apps.materials.models import MaterialLot
from apps.products.facts import ParameterKind, Place
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.selectors import open_holds

NUMBERED = {ParameterKind.MATERIAL_LOT, ParameterKind.EQUIPMENT, ParameterKind.VESSEL}


@dataclass(frozen=True)
class Thing:
    """What stands behind a value that is a number on a label. Nothing for ordinary values."""

    lot: MaterialLot | None = None
    instrument: Instrument | None = None
    vessel: Vessel | None = None
    file: Attachment | None = None

    @property
    def record(self) -> Record | None:
        """The record of the thing."""
        found = self.lot or self.instrument or self.vessel
        return found.record if found else None


@dataclass(frozen=True)
class Things:
    """Everything that a set of values names."""

    by_place: dict[Place, Thing]

    def at(self, place: Place) -> Thing:
        """The thing behind the value at a place."""
        return self.by_place.get(place, NOTHING)

    def changed(self) -> list[Record]:
        """The records that using them may change: vessels are closed, lots are opened for the first time."""
        things = self.by_place.values()
        opened = [thing.lot.record for thing in things if thing.lot and thing.lot.opened_at is None]
        return [*opened, *(thing.vessel.record for thing in things if thing.vessel)]

    def relied_on(self) -> list[Record]:
        """The records whose state the act relies on: the things, and what the lots among them were made from."""
        changed = {record.pk for record in self.changed()}
        records = [thing.record for thing in self.by_place.values() if thing.record]
        lots = [thing.lot.record for thing in self.by_place.values() if thing.lot and thing.lot.is_prepared]
        return [record for record in (*records, *ancestors(lots)) if record.pk not in changed]


NOTHING = Thing()


def things_named(batch: Batch, plan: Plan, inputs: Collection[ValueInput]) -> Things:
    """The things behind these values; none for a number that nothing bears."""
    kinds = {given.place: plan.definition.parameter(given.place).kind for given in inputs}
    numbers: dict[ParameterKind, set[str]] = {kind: set() for kind in NUMBERED}
    for given in inputs:
        if kinds[given.place] in NUMBERED:
            numbers[kinds[given.place]].add(given.text.strip())
    found = {
        ParameterKind.MATERIAL_LOT: _lots(batch, numbers[ParameterKind.MATERIAL_LOT]),
        ParameterKind.EQUIPMENT: _instruments(batch, numbers[ParameterKind.EQUIPMENT]),
        ParameterKind.VESSEL: _vessels(numbers[ParameterKind.VESSEL]),
    }
    named = {
        given.place: found[kinds[given.place]].get(given.text.strip(), NOTHING)
        for given in inputs
        if kinds[given.place] in NUMBERED
    }
    return Things(named)


def _lots(batch: Batch, numbers: Collection[str]) -> dict[str, Thing]:
    if not numbers:
        return {}
    rows = MaterialLot.objects.filter(site=batch.site_id, number__in=numbers).select_related("record")
    return {row.number: Thing(lot=row) for row in rows}


def _instruments(batch: Batch, numbers: Collection[str]) -> dict[str, Thing]:
    if not numbers:
        return {}
    rows = Instrument.objects.filter(site=batch.site_id, number__in=numbers).select_related("record")
    return {row.number: Thing(instrument=row) for row in rows}


def _vessels(numbers: Collection[str]) -> dict[str, Thing]:
    if not numbers:
        return {}
    rows = Vessel.objects.filter(number__in=numbers).select_related("record", "batch")
    return {row.number: Thing(vessel=row) for row in rows}


def is_unknown(given: ValueInput, kind: ParameterKind, thing: Thing) -> Objection | None:
    """A number that nothing at this site bears can't be recorded: it may be misread."""
    if not given.text.strip():
        return None
    if kind in NUMBERED and thing.record is None:
        return unknown(given.text.strip(), str(given.place))
    if kind is ParameterKind.FILE and thing.file is None:
        return Objection("no_file", N_("Attach the file here."), place=str(given.place))
    return None


def holds_on_use(thing: Thing) -> list[Hold]:
    """The holds that forbid using a thing now. A vessel is of its batch: what holds the batch is asked there."""
    if thing.record is None:
        return []
    holds = open_holds([thing.record], Blocks.USE)
    return [hold for hold in holds if thing.vessel is None or hold.record_id == thing.vessel.record_id]


def scanned_vessel(vessel: Vessel) -> ScannedVessel:
    """A vessel as a rule sees it."""
    return ScannedVessel(vessel.number, vessel.batch.number, vessel.kind, vessel.row, VesselState(vessel.state))


def rows_at(plan: Plan, step: Place, vessels: Iterable[Vessel], recorded: Iterable[Place]) -> list[str]:
    """The keys of the rows of a step: fixed ones, or its vessels that are open or were when the step was done."""
    rows = plan.definition.step(step).rows
    if rows is None:
        return []
    if rows.keys:
        return list(rows.keys)
    own = {place.row for place in recorded if place.step_place == step and place.row}
    return sorted(own | {vessel.row for vessel in _at_hand(step, rows.kind, list(vessels))})


def _at_hand(step: Place, kind: str, vessels: Collection[Vessel]) -> list[Vessel]:
    """The vessels a step works on: those its section opened, else those that the latest section before left open."""
    of_kind = [vessel for vessel in vessels if vessel.kind == kind and vessel.state == VesselState.OPEN]
    here = [vessel for vessel in of_kind if vessel.section == str(step.section)]
    if here or not of_kind:
        return here
    latest = max(of_kind, key=lambda vessel: vessel.pk).section
    return [vessel for vessel in of_kind if vessel.section == latest]
