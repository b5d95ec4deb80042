"""Judging values before they are stored: can they be read, may they stand here, was it right to do it now."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from apps.batches.facts.inputs import Act, ValueInput
from apps.batches.facts.stood import Stood
from apps.batches.facts.words import StepState
from apps.batches.models import RecordedValue
from apps.batches.rules import entries, order, vessels
from apps.batches.rules.entries import Lateness, Standing
from apps.batches.rules.places import no_such_place
from apps.batches.selectors.batches import chain_of_batch
from apps.batches.selectors.situation import Situation
from apps.batches.selectors.things import Thing, Things, holds_on_use, is_unknown, rows_at, scanned_vessel
from apps.batches.services.zones import against_the_zone
from apps.core.errors import BadInput, KeptRefusal, Objection, RuleBroken, stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.facility import rules as facility_rules
from apps.materials import rules as materials_rules
from apps.materials.selectors import facts_in_use
from apps.products.definition import EquipmentNeed, MaterialNeed, Step, VesselUse
from apps.products.definition.limits import TimeLimit
from apps.products.definition.parameters import Recordable
from apps.products.facts import BadPlace, Entered, Place, Verdict, VesselAct
from apps.products.facts.entered import GRAVITY
from apps.products.loader import standard_tables
from apps.products.rules.limits import judge_span
from apps.products.rules.numbers import read_entry


@dataclass(frozen=True)
class Judged:
    """A value that was read and judged: what it is, where it stands, what stands against the act."""

    given: ValueInput
    parameter: Recordable
    entered: Entered
    thing: Thing
    performed_at: datetime
    is_late: bool

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.given.place


@dataclass
class Findings:
    """Everything found against a set of values, by how firmly it refuses."""

    unreadable: list[Objection] = field(default_factory=list)
    forbidden: list[Objection] = field(default_factory=list)
    against_the_act: list[Objection] = field(default_factory=list)

    def stop(self, act: Act, keep: KeptRefusal | None = None) -> tuple[Objection, ...]:
        """Refuse with everything at once; what only judges the act is returned when it has already happened."""
        if self.unreadable:
            raise BadInput(*_once(self.unreadable + self.forbidden))
        if self.forbidden:
            raise RuleBroken(*_once(self.forbidden + self.against_the_act), keep=keep)
        return stop_if(*_once(self.against_the_act), happened=act.happened, keep=keep)


def read_place(text: str | Place) -> Place:
    """A place as it was sent. Raises BadInput."""
    if isinstance(text, Place):
        return text
    try:
        return Place.parse(text)
    except BadPlace as error:
        raise BadInput(no_such_place(text)) from error


def parameter_at(situation: Situation, place: Place) -> Recordable:
    """What is recorded at a place. Raises BadInput."""
    try:
        return situation.definition.parameter(place)
    except BadPlace as error:
        raise BadInput(no_such_place(place)) from error


def judge_inputs(
    situation: Situation, inputs: Iterable[ValueInput], things: Things, act: Act, has_second: bool
) -> tuple[list[Judged], Findings]:
    """Judge values in the order given; a later one may count from an earlier one."""
    findings, judged, as_it_was = Findings(), [], situation
    about = set()
    inputs = list(inputs)
    findings.forbidden += entries.are_named_twice([str(given.place) for given in inputs])
    for given in inputs:
        parameter = parameter_at(situation, given.place)
        findings.forbidden += _against_the_place(as_it_was, given, parameter, things.at(given.place))
        one = read_and_judge(situation, given, parameter, things.at(given.place), act, findings)
        if one is None:
            continue
        judged.append(one)
        situation = replace(situation, values={**situation.values, given.place: _provisional(one, act)})
        findings.against_the_act += _against_the_value(situation, one, act, has_second)
        if given.place.step_place not in about:
            about.add(given.place.step_place)
            findings.against_the_act += situation.against(given.place.step_place)
    return judged, findings


def read_and_judge(
    situation: Situation, given: ValueInput, parameter: Recordable, thing: Thing, act: Act, findings: Findings
) -> Judged | None:
    """Read one value and hold it against its limits; what can't be read is noted and None returned."""
    performed_at = act.performed_at(given.performed_at)
    future = is_future(performed_at, act.at)
    if future:
        findings.forbidden.append(future)
    since = _counted_from(situation, given.place)
    read = read_entry(
        parameter,
        given.text,
        unit=given.unit,
        zone=situation.zone,
        now=act.at,
        since=since,
        units=standard_tables().units,
    )
    if isinstance(read, Objection):
        findings.unreadable.append(replace(read, place=str(given.place)))
        return None
    unknown = is_unknown(given, parameter.kind, thing)
    if unknown:
        findings.unreadable.append(unknown)
        return None
    findings.forbidden += _against_the_patient(situation, given, thing)
    step = situation.definition.step(given.place)
    late = _lateness(situation, step, performed_at, act)
    entered = _with_hold_time(step, given.place, read, since)
    return Judged(given, parameter, entered, thing, performed_at, late is not Lateness.IN_TIME)


def _against_the_patient(situation: Situation, given: ValueInput, thing: Thing) -> list[Objection]:
    """A vessel of another batch that is made for another patient."""
    vessel = thing.vessel
    if vessel is None or vessel.batch_id == situation.batch.pk:
        return []
    its, ours = chain_of_batch(vessel.batch), chain_of_batch(situation.batch)
    numbers = (its.number if its else "", ours.number if ours else "")
    mismatch = vessels.is_of_another_patient(vessel.number, *numbers, str(given.place))
    return [mismatch] if mismatch else []


def is_not_begun(situation: Situation, step: Place) -> Objection | None:
    """A further occurrence of a repeated step is begun before anything is entered in it."""
    if step in situation.steps:
        return None
    return Objection("not_begun", N_("{step} was not begun yet."), {"step": step}, place=str(step))


def standing_of(row: RecordedValue | Stood | None) -> Standing | None:
    """A recorded value as the person at another tablet is shown it."""
    return Standing(row.pk, row.text, row.unit, row.printed_name, row.recorded_at) if row else None


def _against_the_place(situation: Situation, given: ValueInput, parameter: Recordable, thing: Thing) -> list[Objection]:
    place, step = given.place, given.place.step_place
    state = situation.steps[step][1] if step in situation.steps else StepState.OPEN
    standing = standing_of(situation.values.get(place))
    found = (
        order.can_hold_no_values(situation.state),
        is_not_begun(situation, step),
        order.is_closed(step, state) if state is StepState.SKIPPED else None,
        entries.is_already_recorded(str(place), standing, given.text),
        _has_no_row(situation, place),
        vessels.opens_by_itself(str(place)) if _waits_for_a_vessel(parameter, thing, step) else None,
    )
    return [objection for objection in found if objection]


def _against_the_value(situation: Situation, judged: Judged, act: Act, has_second: bool) -> list[Objection]:
    step = situation.definition.step(judged.place)
    late = _lateness(situation, step, judged.performed_at, act)
    found = (
        entries.is_late_without_reason(late, act.why),
        entries.is_far_late_alone(late, has_second),
        entries.is_not_done_without_reason(str(judged.place), judged.entered.verdict, act.why),
        *against_the_thing(situation, judged),
    )
    return [objection for objection in found if objection]


def against_the_thing(situation: Situation, judged: Judged) -> tuple[Objection, ...]:
    """What stands against using this lot, instrument or vessel here and then."""
    need, thing, used_at = judged.parameter, judged.thing, judged.performed_at
    if isinstance(need, MaterialNeed) and thing.lot:
        life = life_after_opening(situation, need.material)
        facts = facts_in_use(thing.lot).opened_for_at_most(life)
        found = materials_rules.against_use(facts, need.material, used_at)
    elif isinstance(need, EquipmentNeed) and thing.instrument:
        fit = facility_rules.against_use(thing.instrument.facts, need.equipment, used_at)
        found = (*fit, *against_the_zone(situation, judged.place, thing.instrument))
    elif isinstance(need, VesselUse) and thing.vessel:
        vessel = scanned_vessel(thing.vessel)
        wrong = vessels.is_wrong_vessel(vessel, situation.batch.number, need.vessel, judged.place.row)
        found = tuple(one for one in (wrong, vessels.is_empty(vessel)) if one)
    else:
        return ()
    held = entries.is_held(judged.entered.text, holds_on_use(thing))
    against = (*found, held) if held else found
    return tuple(replace(objection, place=str(judged.place)) for objection in against)


def life_after_opening(situation: Situation, material: str) -> timedelta | None:
    """How long the master record lets an opened container of a material live."""
    known = situation.definition.preparation.materials
    span = next((entry.expiry_after_opening for entry in known if entry.key == material), None)
    return span.timedelta if span else None


def _counted_from(situation: Situation, place: Place) -> datetime | None:
    start = situation.definition.since(place, situation.values.keys())
    row = situation.values.get(start) if start else None
    return (row.instant or row.performed_at) if row else None


def _with_hold_time(step: Step, place: Place, read: Entered, since: datetime | None) -> Entered:
    """A hold time that ends with this instant is judged with it; the graver verdict stands."""
    hold = step.hold_time
    if hold is None or hold.until != place.parameter or read.instant is None:
        return read
    held = judge_span(hold, hold.alert, Verdict.ACTION, since, read.instant)
    return replace(read, judgement=min(read.judgement, held, key=lambda one: GRAVITY.index(one.verdict)))


def is_timed(step: Step, parameter: Recordable) -> bool:
    """Whether the limit at this parameter is a time."""
    hold = step.hold_time
    return isinstance(parameter.limit, TimeLimit) or (hold is not None and hold.until == parameter.key)


def _provisional(judged: Judged, act: Act) -> Stood:
    """A value of the same set that comes before, as later ones count from it."""
    entered, actor = judged.entered, act.actor
    return Stood(
        pk=0,
        place=str(judged.place),
        kind=entered.kind,
        text=entered.text,
        number=entered.number,
        unit=entered.unit,
        given_unit=entered.given_unit,
        comparator=entered.comparator,
        rounded=entered.rounded,
        instant=entered.instant,
        day=entered.day,
        verdict=entered.verdict,
        performed_at=judged.performed_at,
        performed_by=actor.username,
        is_late=judged.is_late,
        printed_name=actor.printed_name,
        recorded_at=act.at,
    )


def _lateness(situation: Situation, step: Step, performed_at: datetime, act: Act) -> Lateness:
    far = situation.definition.preparation.late.second_person_after.timedelta
    return entries.lateness(performed_at, act.at, step.contemporaneous_within.timedelta, far)


def _has_no_row(situation: Situation, place: Place) -> Objection | None:
    if not place.row or any(known.row_place == place.row_place for known in situation.values):
        return None
    rows = situation.definition.step(place).rows
    vessels_now = situation.batch.vessels.all() if rows and rows.source == "vessel" else ()
    if place.row in rows_at(situation.plan, place.step_place, vessels_now, situation.values):
        return None
    facts = {"row": f"{place.row_kind} {place.row}", "step": place.step_place}
    return Objection("no_such_row", N_("{step} has no {row} now."), facts, place=str(place))


def _waits_for_a_vessel(parameter: Recordable, thing: Thing, step: Place) -> bool:
    is_opening = isinstance(parameter, VesselUse) and parameter.act is VesselAct.OPEN
    return is_opening and (thing.vessel is None or thing.vessel.opened_in != str(step))


def _once(objections: Iterable[Objection]) -> list[Objection]:
    return list({(one.code, one.place, one.text): one for one in objections}.values())
