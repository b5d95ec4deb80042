"""What a story says about a batch record: plan, start, fill, correct, sign, check, finish."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from apps.batches.content import check_content, move_content, section_content, step_content, witness_content
from apps.batches.facts.inputs import ValueInput
from apps.batches.facts.words import Verb as Move
from apps.batches.facts.words import VesselState
from apps.batches.models import RecordedValue, Vessel
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.services.checking import check_section, witness_step
from apps.batches.services.correcting import correct_value
from apps.batches.services.occurring import start_occurrence
from apps.batches.services.planning import finish_batch, plan_batch, start_batch
from apps.batches.services.recording import record_values
from apps.batches.services.signing import complete_step, sign_section, sign_step
from apps.batches.services.vessels import open_vessels
from apps.core.errors import Happened
from apps.desk.story.stage import Stage, Verb
from apps.donation.models import Donation
from apps.products.definition import Definition
from apps.products.facts import CheckMode, ParameterKind, Place, RecordMode, SignAt, VesselAct

Values = Mapping[str, str]


def plan(stage: Stage, who: str, at: datetime, *, din: str) -> None:
    """Plan the batch of the story from a donation."""
    donation = Donation.objects.select_related("record", "donor").get(din=din)
    version, number = stage.version, stage.batch_number
    plan_batch(
        number=number,
        product_version=version,
        site=stage.site,
        donation=donation,
        planned_start=at,
        actor=stage.actor(who),
        at=at,
    )


def start(stage: Stage, who: str, at: datetime, *, chain: str = "") -> None:
    """Start the batch; `chain` is what was scanned where it is not the right one."""
    signing = stage.signing(move_content(Move.START, stage.batch), at, who)
    start_batch(batch=stage.batch, signing=signing, actor=stage.actor(who), at=at, chain=chain or stage.chain)


def finish(stage: Stage, who: str, at: datetime) -> None:
    """Finish the batch record."""
    signing = stage.signing(move_content(Move.FINISH, stage.batch), at, who)
    finish_batch(batch=stage.batch, signing=signing, actor=stage.actor(who), at=at)


def vessels(stage: Stage, who: str, at: datetime, *, step: str, kind: str, count: int = 1, made_from: str = "") -> None:
    """Open vessels in a step; `made_from` names the stage occurrence whose vessels they come from."""
    before = Vessel.objects.filter(batch=stage.batch, section=made_from) if made_from else ()
    open_vessels(
        batch=stage.batch, step=step, kind=kind, count=count, parents=list(before), actor=stage.actor(who), at=at
    )


def again(stage: Stage, who: str, at: datetime, *, place: str) -> None:
    """Begin the next occurrence of a stage or a step."""
    start_occurrence(batch=stage.batch, place=place, actor=stage.actor(who), at=at)


def record(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    step: str,
    values: Values | None = None,
    rows: Mapping[str, Values] | None = None,
    reason: str = "",
    performed_at: str = "",
    happened: Mapping[str, str] | None = None,
) -> None:
    """Enter values of one step; `rows: {all: ...}` stands for every open vessel."""
    place = Place.parse(step)
    stated = Happened(stage.instant(happened["at"]), happened["reason"]) if happened else None
    record_values(
        batch=stage.batch,
        inputs=list(_inputs(stage, place, values or {}, rows or {}, performed_at)),
        reason=reason,
        happened=stated,
        actor=stage.actor(who),
        at=at,
    )


def step(
    stage: Stage,
    who: str,
    at: datetime,
    *,
    step: str,
    values: Values | None = None,
    rows: Mapping[str, Values] | None = None,
    second: str = "",
    **how: Any,
) -> None:
    """Enter what a step asks, complete or sign it as the master says; `second` witnesses it on the same screen."""
    if values or rows:
        record(stage, who, at, step=step, values=values, rows=rows, **how)
    place = Place.parse(step)
    wanted = definition_of_batch(stage.batch).step(place)
    if wanted.check is CheckMode.WITNESS:
        witness(stage, who, at, step=step, second=second)
    if wanted.record is RecordMode.PERFORMED and wanted.sign_at is SignAt.STEP:
        signing = stage.signing(step_content(stage.batch, place), at, who)
        sign_step(batch=stage.batch, step=place, signing=signing, actor=stage.actor(who), at=at)
    else:
        complete_step(batch=stage.batch, step=place, actor=stage.actor(who), at=at)


def witness(stage: Stage, who: str, at: datetime, *, step: str, second: str) -> None:
    """A second person who was present signs on the first one's screen."""
    place = Place.parse(step)
    signing = stage.signing(witness_content(stage.batch, place), at, second, on=who)
    witness_step(batch=stage.batch, step=place, signing=signing, actor=stage.actor(who), at=at)


def section(stage: Stage, who: str, at: datetime, *, section: str, check: str = "") -> None:
    """Sign what one entered in a section; `check` is the second person who checks it afterwards."""
    place = Place.parse(section)
    signing = stage.signing(section_content(stage.batch, place, who), at, who)
    sign_section(batch=stage.batch, section=place, signing=signing, actor=stage.actor(who), at=at)
    if check:
        check_only(stage, check, at, section=section)


def check_only(stage: Stage, who: str, at: datetime, *, section: str) -> None:
    """Check a section afterwards."""
    place = Place.parse(section)
    signing = stage.signing(check_content(stage.batch, place), at, who)
    check_section(batch=stage.batch, section=place, signing=signing, actor=stage.actor(who), at=at)


def correct(stage: Stage, who: str, at: datetime, *, place: str, text: str, reason: str) -> None:
    """Correct the value that stands at a place."""
    standing = RecordedValue.objects.get(batch=stage.batch, place=place, superseded_by=None)
    correct_value(
        batch=stage.batch,
        place=place,
        supersedes=standing.pk,
        text=stage.text(text),
        reason=reason,
        actor=stage.actor(who),
        at=at,
    )


def _inputs(
    stage: Stage, place: Place, values: Values, rows: Mapping[str, Values], performed_at: str
) -> Iterator[ValueInput]:
    definition = definition_of_batch(stage.batch)
    when = stage.instant(performed_at) if performed_at else None
    for where, text in _entries(stage, definition, place, values, rows):
        kind = definition.parameter(where).kind
        scanned = kind in (ParameterKind.MATERIAL_LOT, ParameterKind.EQUIPMENT, ParameterKind.VESSEL)
        yield ValueInput(where, stage.text(text), "", when, scanned)


def _entries(
    stage: Stage, definition: Definition, place: Place, values: Values, rows: Mapping[str, Values]
) -> Iterator[tuple[Place, str]]:
    for key, text in values.items():
        yield place.at(parameter=key), text
    asked = definition.step(place)
    wanted = asked.rows
    if wanted is None:
        uses = [use for use in asked.vessels if use.act is not VesselAct.OPEN and use.vessel not in values]
        yield from ((place.at(parameter=use.vessel), _open_vessel(stage, use.vessel)) for use in uses)
        return
    for row, vessel in _rows(stage, place, wanted.kind, wanted.keys, rows):
        given = {**rows.get("all", {}), **rows.get(row, {})}
        scanned = {use.vessel: vessel for use in asked.vessels if vessel and use.act is not VesselAct.OPEN}
        for key, text in ({**scanned, **given} if rows else {}).items():
            yield place.at(parameter=key, row_kind=wanted.kind, row=row), text


def _open_vessel(stage: Stage, kind: str) -> str:
    return Vessel.objects.filter(batch=stage.batch, kind=kind, state=VesselState.OPEN).latest("pk").number


def _rows(
    stage: Stage, place: Place, kind: str, keys: tuple[str, ...], rows: Mapping[str, Values]
) -> Iterator[tuple[str, str]]:
    if keys:
        yield from ((key, "") for key in keys)
        return
    opened = Vessel.objects.filter(batch=stage.batch, kind=kind, state=VesselState.OPEN).order_by("pk")
    for vessel in opened:
        yield vessel.row, vessel.number


VERBS: dict[str, Verb] = {
    "plan": plan,
    "start": start,
    "finish": finish,
    "vessels": vessels,
    "again": again,
    "record": record,
    "step": step,
    "witness": witness,
    "section": section,
    "check": check_only,
    "correct": correct,
}
