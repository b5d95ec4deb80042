"""Events and holds that follow from what was recorded."""

from collections.abc import Collection, Mapping

from apps.audit.services import Change
from apps.batches.facts.inputs import Act
from apps.batches.facts.words import StepState
from apps.batches.models import PlannedDeviation, RecordedValue, Step
from apps.batches.selectors.situation import Situation, action_key, place_of
from apps.batches.services.judging import is_timed
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition.parameters import Recordable
from apps.products.facts import Place, Verdict
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.services import place_hold, report_event

BEYOND = N_("{place} is {value}, beyond its limit {limit}.")
PLANNED = N_("{place} is {value}, beyond its limit {limit}, under a planned deviation: {what}")
CANNOT_SAY = N_("{place} is {value} and can't be judged against {limit}.")
NOT_DONE = N_("{place} was not done: {reason}")


def report_value(change: Change, situation: Situation, row: RecordedValue, act: Act) -> None:
    """Open the event that a value calls for: beyond its action limit, not evaluable, or not done although required."""
    verdict = Verdict(row.verdict)
    if verdict not in (Verdict.ACTION, Verdict.FAIL, Verdict.NOT_EVALUABLE, Verdict.NOT_DONE):
        return
    place = place_of(row.place)
    parameter = situation.definition.parameter(place)
    facts = {"place": row.place, "value": f"{row.text} {row.unit}".strip(), "limit": _limit_in(row)}
    if verdict is Verdict.NOT_DONE:
        if parameter.required and not row.function:
            _open(change, situation, row, EventKind.REPORTED, Severity.MAJOR, NOT_DONE, facts | {"reason": row.reason})
    elif verdict is Verdict.NOT_EVALUABLE:
        _open(change, situation, row, EventKind.ACTION_LIMIT, Severity.MAJOR, CANNOT_SAY, facts)
    else:
        _report_beyond(change, situation, row, parameter, facts)


def report_overridden(
    change: Change, situation: Situation, about: str, overridden: Collection[Objection], act: Act
) -> None:
    """A thing that had already happened against the rules is recorded, and QA is told at once."""
    if not overridden or act.happened is None:
        return
    facts = {
        "about": about,
        "objections": " ".join(objection.text for objection in overridden),
        "reason": act.happened.reason,
    }
    report_event(
        change,
        subject=situation.batch.record,
        kind=EventKind.ACCEPTED_FACT,
        severity=Severity.CRITICAL,
        template=N_("{about} was recorded as already done. {objections} Reason: {reason}"),
        facts=facts,
        about=f"{situation.batch.record.address}/{about}",
    )


def resign_key(step: Place) -> str:
    """The hold on a step whose signature no longer covers what it holds."""
    return f"resign:{step}"


def hold_uncovered(change: Change, situation: Situation, rows: Collection[RecordedValue]) -> None:
    """A signature on a step that now holds something else stands, and is shown as not covering it: sign again."""
    steps = {place_of(row.place).step_place for row in rows}
    done = {situation.steps[step][0] for step in steps if situation.steps[step][1] is StepState.DONE}
    if not done:
        return
    signed = Step.objects.filter(pk__in=done).exclude(performed_hash="", second_hash="").order_by("pk")
    for place in signed.values_list("place", flat=True):
        place_hold(
            change,
            record=situation.batch.record,
            key=resign_key(place_of(place)),
            blocks=[Blocks.CERTIFY, Blocks.ISSUE],
            code="sign_again",
            template=N_("{step} was changed after it was signed; it must be signed again."),
            facts={"step": place},
            liftable_by="",
        )


def _report_beyond(
    change: Change, situation: Situation, row: RecordedValue, parameter: Recordable, facts: Mapping[str, object]
) -> None:
    place = place_of(row.place)
    step = situation.definition.step(place)
    kind = EventKind.HOLD_TIME if is_timed(step, parameter) else EventKind.ACTION_LIMIT
    planned = _planned_at(situation, place.step_place)
    if planned is not None:
        _open(change, situation, row, kind, Severity.MINOR, PLANNED, {**facts, "what": planned.what})
        return
    severity = Severity.CRITICAL if parameter.critical else Severity.MAJOR
    _open(change, situation, row, kind, severity, BEYOND, facts)
    if parameter.critical:
        place_hold(
            change,
            record=situation.batch.record,
            key=action_key(place.step_place),
            blocks=[Blocks.PROCESS],
            code="action_limit",
            template=BEYOND,
            facts=facts,
        )


def _open(
    change: Change,
    situation: Situation,
    row: RecordedValue,
    kind: EventKind,
    severity: Severity,
    template: str,
    facts: Mapping[str, object],
) -> None:
    record = situation.batch.record
    about = f"{record.address}/{row.place}"
    report_event(change, subject=record, kind=kind, severity=severity, template=template, facts=facts, about=about)


def _planned_at(situation: Situation, step: Place) -> PlannedDeviation | None:
    return PlannedDeviation.objects.filter(batch=situation.batch, place=str(step)).first()


def _limit_in(row: RecordedValue) -> str:
    return str(row.judgement.get("facts", {}).get("level") or row.judgement.get("facts", {}).get("limit", ""))
