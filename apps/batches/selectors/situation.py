"""What must be known to judge one act at one place of a batch: read inside the door, in few narrow statements."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Exists, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from apps.batches.facts.stood import Recorded, Stood
from apps.batches.facts.words import BatchState, StepState
from apps.batches.models import Batch, RecordedValue, RiskDecision, Step
from apps.batches.rules import order
from apps.batches.rules.plan import Plan
from apps.batches.selectors.plans import plan_of
from apps.core.errors import Objection
from apps.core.prepared import Prepared
from apps.lineage.selectors import ancestors_of
from apps.products.definition import Definition
from apps.products.facts import Comparator, Entered, Judgement, ParameterKind, Place, Verdict
from apps.quality.models import Hold
from apps.quality.rules import has_open_holds

Value = TypeVar("Value", RecordedValue, Recorded)
STOOD = tuple(field.name for field in fields(Stood))


def _holds_on(record: int, child: int) -> QuerySet[Hold]:
    """Open holds on the process of a record (named twice: each place of a parameter counts once)."""
    return Hold.objects.filter(
        Q(record=record) | Q(record__in=ancestors_of(child)), blocks_process=True, lifted_at=None
    )


# A row for each occurrence of a step, with what the batch is beside it: one statement instead of three.
_STANDING = Prepared(
    lambda batch, record, child: (
        Batch.objects.filter(pk=batch)
        .order_by("steps__pk")
        .values_list(
            "steps__pk", "steps__place", "steps__state", "state", "definition_sha256",
            Cast(Exists(_holds_on(record, child)), IntegerField()),
        )
    )
)  # fmt: skip
_STEPS = Prepared(lambda batch: Step.objects.filter(batch=batch).order_by("pk").values_list("pk", "place", "state"))
_VALUES = Prepared(
    lambda batch, fields, places: (
        RecordedValue.objects.filter(Q(field__in=fields) | Q(place__in=places), batch=batch)
        .order_by("pk")
        .values_list(*STOOD)
    )
)
_HOLDS = Prepared(lambda record, child: _holds_on(record, child).select_related("record").order_by("placed_at", "pk"))
place_of = lru_cache(maxsize=20_000)(Place.parse)


@dataclass(frozen=True)
class Situation:
    """A batch as it stands: its state, its steps, the values that matter here, and the holds that block the process."""

    batch: Batch
    plan: Plan
    steps: Mapping[Place, tuple[int, StepState]]
    values: Mapping[Place, RecordedValue | Stood]
    holds: tuple[Hold, ...]

    @property
    def definition(self) -> Definition:
        """The master record in force."""
        return self.plan.definition

    @property
    def state(self) -> BatchState:
        """The state of the batch."""
        return BatchState(self.batch.state)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the site: a time without offset is the site's."""
        return ZoneInfo(self.batch.site.timezone)

    @property
    def states(self) -> dict[Place, StepState]:
        """The state of every occurrence of every step."""
        return {place: state for place, (_, state) in self.steps.items()}

    def held_at(self, step: Place) -> Objection | None:
        """The holds that block going on; a value beyond its action limit does not stop the rest of its own step."""
        return has_open_holds(hold for hold in self.holds if hold.key != action_key(step))

    def against(self, step: Place) -> list[Objection]:
        """What stands against doing anything in this step now; a statement that it was done passes it."""
        state = self.steps[step][1] if step in self.steps else StepState.OPEN
        found = (
            order.is_not_running(self.state),
            order.is_closed(step, state) if state is StepState.DONE else None,
            order.is_out_of_order(self.definition, step, self.states),
            order.is_before_the_criterion(self.definition, step, self.states, self.criterion),
            self.held_at(step),
        )
        return [objection for objection in found if objection]

    def criterion(self, reference: str, at: Place) -> Entered | None:
        """The recorded value of a criterion, seen from a place."""
        found = self.definition.resolve(reference, at, self.values.keys())
        return entered_of(self.values[found[-1]]) if found else None


def situation_of(batch: Batch, places: Collection[Place], *, holds: bool = True) -> Situation:
    """The batch as it stands now, with the values that matter for acts at these places."""
    found = _STANDING(batch.pk, batch.record_id, batch.record_id)
    batch = copy(batch)  # what never changes stays as it was found
    batch.state, batch.definition_sha256, is_held = found[0][3:]
    plan, steps = plan_of(batch), _by_place(row[:3] for row in found if row[0])
    values = _values_for(batch, plan, steps, places)
    return Situation(batch, plan, steps, values, process_holds(batch) if holds and is_held else ())


def steps_of(batch: Batch) -> dict[Place, tuple[int, StepState]]:
    """Every occurrence of a step: its row's id and its state."""
    return _by_place(_STEPS(batch.pk))


def _by_place(rows: Iterable[tuple[int, str, str]]) -> dict[Place, tuple[int, StepState]]:
    return {place_of(place): (pk, StepState(state)) for pk, place, state in rows}


def process_holds(batch: Batch) -> tuple[Hold, ...]:
    """Holds on the batch and on everything it is made from that block the process; without those passed at risk."""
    holds = _HOLDS(batch.record_id, batch.record_id)
    if not holds:
        return ()
    passed = {key for keys in RiskDecision.objects.filter(batch=batch).values_list("holds", flat=True) for key in keys}
    return tuple(hold for hold in holds if hold_key(hold) not in passed)


def action_key(step: Place) -> str:
    """The hold that a critical value beyond its action limit places on the steps after its own."""
    return f"action:{step}"


def hold_key(hold: Hold) -> str:
    """What a decision at risk names: this hold, and no later one for the same fact."""
    return f"{hold.record.address}:{hold.pk}"


def holds_named(keys: Collection[str]) -> dict[str, Hold]:
    """The holds that decisions at risk name, lifted since or not."""
    found = Hold.objects.filter(pk__in=[int(key.rpartition(":")[2]) for key in keys]).select_related("record")
    return {hold_key(hold): hold for hold in found.order_by("pk")} if keys else {}


def current(rows: Iterable[Value]) -> dict[Place, Value]:
    """The value that stands at each place: of several the latest, for a correction comes after what it corrects."""
    return {place_of(row.place): row for row in rows}


def values_of(batch: Batch) -> dict[Place, RecordedValue]:
    """Every value that stands in the record."""
    return current(RecordedValue.objects.filter(batch=batch).order_by("pk"))


def history_of(batch: Batch, place: Place) -> tuple[RecordedValue, ...]:
    """What stood at a place, oldest first; the last one stands."""
    return tuple(RecordedValue.objects.filter(batch=batch, place=str(place)).order_by("pk"))


def entered_of(row: RecordedValue | Recorded | Stood) -> Entered:
    """A recorded value as the rules read it."""
    judgement = Judgement(Verdict(row.verdict), **getattr(row, "judgement", {}))
    return Entered(
        ParameterKind(row.kind),
        row.text,
        judgement,
        unit=row.unit,
        given_unit=row.given_unit,
        number=row.number,
        comparator=Comparator(row.comparator),
        rounded=row.rounded,
        instant=row.instant,
        day=row.day,
        done=judgement.verdict is not Verdict.NOT_DONE,
    )


def _values_for(
    batch: Batch, plan: Plan, steps: Mapping[Place, tuple[int, StepState]], places: Collection[Place]
) -> dict[Place, Stood]:
    elsewhere = sorted({field for place in places for field in plan.needed_for(place)})
    here = sorted({str(other) for place in places for other in _row_of(plan, steps, place)})
    if not (elsewhere or here):
        return {}
    return {place_of(row[1]): Stood(*row) for row in _VALUES(batch.pk, elsewhere, here)}


def _row_of(plan: Plan, steps: Mapping[Place, tuple[int, StepState]], place: Place) -> Iterator[Place]:
    """The place itself, and those of its row: a row that holds a value is a row."""
    yield place
    if place.row and place.step_place in steps:
        step = plan.definition.step(place)
        yield from (place.at(field.key, place.row_kind, place.row) for field in step.fields if step.is_in_rows(field))
