"""The fill: one filling makes product, retained and quality-control units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.audit.services import Change, audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.selectors.situation import process_holds
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, stop_if
from apps.core.rules import is_future
from apps.lineage.services import link
from apps.products.definition import Definition
from apps.quality.facts import EventKind, Severity
from apps.quality.rules import has_open_holds
from apps.quality.services import report_event
from apps.units import rules
from apps.units.facts import LabelFate
from apps.units.models import Fill, Label, Unit
from apps.units.selectors import expiry_at_fill, free_containers, packed_from, waiting_labels
from apps.units.services.acting import trained_operator
from apps.units.services.overriding import marks, report_accepted


@dataclass(frozen=True)
class Contents:
    """What each unit of the fill holds."""

    volume: Decimal
    viable_cells: Decimal | None


@dataclass(frozen=True)
class Plan:
    """The units a fill makes: number and division, with the labels that wait for them."""

    members: tuple[tuple[str, str], ...]
    labels: Mapping[str, Label]
    free_containers: int

    @property
    def numbers(self) -> list[str]:
        """The numbers of the units, in order."""
        return [number for number, _ in self.members]


def fill_units(
    *,
    batch: Batch,
    filled_at: datetime,
    actor: Actor,
    at: datetime,
    counts: Mapping[str, int] | None = None,
    volume: str | None = None,
    viable_cells: str | None = None,
    place: str = "",
    happened: Happened | None = None,
) -> list[Unit]:
    """Fill units of every division in one filling. Each takes a free container and the label printed for its number.

    `counts` says how many of each division (as planned when left out), `volume` and `viable_cells` what one unit holds.
    Refused without container or label; recorded with an event when it already happened.
    """
    who = trained_operator(batch, actor, at)
    filled_at = happened.at if happened else filled_at
    reason = happened.reason if happened else ""
    stop_if(is_future(filled_at, at, "filled_at"))
    with audited(actor=who, action="units.filled", at=at, reason=reason, touching=[batch.record]) as change:
        batch = batch_now(batch)
        definition = definition_of_batch(batch)
        counts = rules.planned_counts(definition) if counts is None else counts
        stop_if(rules.is_locked(BatchState(batch.state)), rules.is_no_fill(counts, definition))
        contents = _contents(definition, volume, viable_cells)
        plan = _plan(batch, definition, counts)
        bags = Unit.objects.filter(batch=batch).count() + len(plan.members)
        stop_if(rules.are_not_one_for_one(definition, bags, len(packed_from(batch, definition))))
        overridden = stop_if(*_against_filling(batch, definition, plan, filled_at), happened=happened)
        fill = Fill(record=batch.record, batch=batch, n=Fill.objects.filter(batch=batch).count() + 1, place=place)
        fill.filled_at, fill.recorded_at, fill.filled_by = filled_at, at, who.username
        fill.happened, fill.reason, fill.overridden = happened is not None, reason, marks(overridden)
        change.create(fill)
        units = _make_units(change, fill, definition, plan, contents)
        _stick_labels(change, plan, units)
        kind = EventKind.RECONCILIATION
        report_accepted(change, subject=batch.record, overridden=overridden, happened=happened, kind=kind)
        _report_contents(change, batch, definition, contents)
        return units


def _contents(definition: Definition, volume: str | None, viable_cells: str | None) -> Contents:
    nominal = definition.units.fill
    millilitres = rules.read_content(volume, nominal.volume, "volume")
    cells = rules.read_content(viable_cells, nominal.viable_cells, "viable_cells")
    if isinstance(millilitres, Objection) or isinstance(cells, Objection) or millilitres is None:
        raise BadInput(*(one for one in (millilitres, cells) if isinstance(one, Objection)))
    return Contents(millilitres, cells)


def _plan(batch: Batch, definition: Definition, counts: Mapping[str, int]) -> Plan:
    first = Unit.objects.filter(batch=batch).count() + 1
    keys = [division.key for division in definition.units.divisions for _ in range(counts.get(division.key, 0))]
    numbers = [rules.unit_number(definition, batch.number, n) for n in range(first, first + len(keys))]
    members = tuple(zip(numbers, keys, strict=True))
    return Plan(members, waiting_labels(batch, numbers), free_containers(batch))


def _against_filling(batch: Batch, definition: Definition, plan: Plan, filled_at: datetime) -> list[Objection | None]:
    expires_at = expiry_at_fill(batch, definition, rules.labelled_state(definition), filled_at)
    return [
        rules.is_not_running(BatchState(batch.state)),
        has_open_holds(process_holds(batch)),
        rules.has_no_container(plan.numbers, plan.free_containers),
        rules.has_no_label(plan.numbers, plan.labels),
        *(rules.label_outlives_unit(number, label.expires_at, expires_at) for number, label in plan.labels.items()),
    ]


def _make_units(change: Change, fill: Fill, definition: Definition, plan: Plan, contents: Contents) -> list[Unit]:
    batch, state, nominal = fill.batch, rules.first_state(definition), definition.units.fill
    purposes = {division.key: rules.PURPOSES[division.purpose] for division in definition.units.divisions}
    condition = rules.condition_of(state)
    expires_at = expiry_at_fill(batch, definition, state, fill.filled_at)
    frozen_at = fill.filled_at if state.condition == "frozen" else None
    units = [
        Unit(
            record=change.open_record("unit", number, site=batch.site.code),
            batch=batch,
            fill=fill,
            number=number,
            kind=purposes[division],
            division=division,
            volume=contents.volume,
            volume_unit=nominal.volume.unit,
            viable_cells=contents.viable_cells,
            cells_unit=nominal.viable_cells.unit if nominal.viable_cells else "",
            condition=condition,
            storage_state=state.key,
            expires_at=expires_at,
            filled_at=fill.filled_at,
            frozen_at=frozen_at,
            holder=batch.site.code,
        )
        for number, division in plan.members
    ]
    change.create_many(units, action="unit.filled")
    link(change, children=[unit.record for unit in units], parent=batch.record)
    return units


def _stick_labels(change: Change, plan: Plan, units: Sequence[Unit]) -> None:
    for unit in units:
        label = plan.labels.get(unit.number)
        if label is not None:
            settled = {"settled_at": change.at, "settled_by": change.actor.username}
            change.update(label, action="labels.applied", fate=LabelFate.APPLIED, unit=unit, **settled)


def _report_contents(change: Change, batch: Batch, definition: Definition, contents: Contents) -> None:
    nominal = definition.units.fill
    found = (
        rules.is_out_of_tolerance(contents.volume, nominal.volume, "volume"),
        rules.is_out_of_tolerance(contents.viable_cells, nominal.viable_cells, "viable_cells"),
    )
    for objection in found:
        if objection:
            report_event(
                change,
                subject=batch.record,
                kind=EventKind.YIELD,
                severity=Severity.MAJOR,
                template=objection.template,
                facts=objection.facts,
            )
