"""Results: entered, corrected, signed as tested, reviewed by a second person."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import Happened, KeptRefusal, Objection, RuleBroken, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, reason_is_missing
from apps.organisation.services import require
from apps.products.definition import Parameter, Test
from apps.products.facts import Entered, Verdict
from apps.signatures.facts import Signing
from apps.signatures.services import admit_signer, sign
from apps.testing import rules
from apps.testing.content import entry_for, review_results_content, sign_results_content
from apps.testing.facts import PASSING, LaboratoryCause, ResultState, RunState
from apps.testing.models import AssayRun, Line, Result
from apps.testing.selectors import (
    control_facts,
    line_now,
    lines_of,
    result_now,
    results_on,
    run_now,
    specification_of,
    testers_of,
)
from apps.testing.services.investigating import open_investigations
from apps.testing.services.settling import settle_reviewed, stop_until_reviewed
from apps.units.services import marks, report_accepted

REVIEWERS = (Role.ANALYST, Role.QC_HEAD)


def record_result(
    *,
    line: Line,
    parameter: str,
    text: str,
    tested_at: datetime,
    actor: Actor,
    at: datetime,
    replicate: int = 1,
    unit: str = "",
    happened: Happened | None = None,
) -> Result:
    """Enter one result of a sample on a run, judged by the frozen master of its batch. It is a draft until signed.

    "No growth" before the end of the method's period is refused; recorded as an interim reading it is not evaluable.
    """
    who = require(actor, Role.ANALYST, line.run.site.code, at=at, about=line.sample.record.address)
    tested_at = happened.at if happened else tested_at
    reason = happened.reason if happened else ""
    touching = [line.sample.record, line.sample.batch.record]
    door = audited(
        actor=who, action="result.recorded", at=at, reason=reason, touching=touching, relying_on=[line.run.record]
    )
    with door as change:
        line = line_now(line)
        stop_if(
            rules.is_locked(BatchState(line.sample.batch.state), line.sample.point),
            rules.is_invalid(RunState(line.run.state), line.run.number),
            is_not_planned(line, who),
            *against_time(line, tested_at, at),
        )
        result = draft(line, parameter, text, tested_at, who, replicate=replicate, unit=unit)
        stop_if(is_recorded_already(result))
        overridden = stop_if(period_not_over(result), happened=happened)
        result.happened, result.reason, result.overridden = happened is not None, reason, marks(overridden)
        if overridden:
            result.verdict = Verdict.NOT_EVALUABLE
        result.recorded_at = at
        change.create(result)
        subject = line.sample.batch.record
        report_accepted(change, subject=subject, overridden=overridden, happened=happened, about=result.address)
        return result


def is_not_planned(line: Line, who: Actor) -> Objection | None:
    """A retest is entered by the analyst whom its plan names."""
    return rules.is_not_planned(who.username, line.plan.analyst, line.plan.analyst_name) if line.plan else None


def against_time(line: Line, tested_at: datetime, at: datetime) -> list[Objection | None]:
    """A result is found after its sample was drawn and its run begun, and not in the future."""
    begun = max(line.run.started_at, line.sample.drawn_at, line.inoculated_at or line.sample.drawn_at)
    return [is_future(tested_at, at, "tested_at"), rules.is_before(tested_at, begun, "tested_at")]


def draft(
    line: Line, parameter: str, text: str, tested_at: datetime, who: Actor, *, replicate: int = 1, unit: str = ""
) -> Result:
    """The row of a result, read and judged, not yet stored. Raises BadInput, RuleBroken."""
    test = specification_of(line.run, line.sample.batch)
    _, entered = entry_for(line, parameter, text, tested_at, unit)
    stop_if(rules.is_no_replicate(replicate, test.run.replicates if test.run else 1))
    result = Result(record=line.sample.record, batch=line.sample.batch, line=line, test=test.key, parameter=parameter)
    result.replicate, result.tested_at = replicate, tested_at
    result.analyst, result.analyst_name = who.username, who.printed_name
    return _with_entered(result, entered)


def _with_entered(result: Result, entered: Entered) -> Result:
    result.kind = entered.kind
    for name, value in entered.columns.items():
        setattr(result, name, value)
    facts = {name: str(value) for name, value in entered.judgement.facts.items()}
    result.judgement = {
        "code": entered.judgement.code,
        "template": entered.judgement.template,
        "facts": facts,
        "given_unit": entered.given_unit,
    }
    return result


def is_recorded_already(result: Result) -> Objection | None:
    """The value that stands there, if there is one."""
    standing = Result.objects.filter(
        line=result.line, parameter=result.parameter, replicate=result.replicate, superseded_by=None
    ).first()
    return rules.is_recorded(standing.text, standing.analyst_name, standing.recorded_at) if standing else None


def period_not_over(result: Result) -> Objection | None:
    """Whether this reading came before its period was over."""
    test, parameter = _asked(result)
    return rules.period_is_not_over(test, parameter, result.text, result.line.inoculated_at, result.tested_at)


def _asked(result: Result) -> tuple[Test, Parameter]:
    test = specification_of(result.line.run, result.batch)
    parameter = test.result(result.parameter)
    if parameter is None:
        raise LookupError(f"{test.key} reports no {result.parameter}")
    return test, parameter


def correct_result(
    *,
    result: Result,
    text: str,
    reason: str,
    actor: Actor,
    at: datetime,
    tested_at: datetime | None = None,
    unit: str = "",
) -> Result:
    """Correct a result with a reason: a new draft that supersedes it, to be signed and reviewed again."""
    run, sample = result.line.run, result.line.sample
    who = require(actor, Role.ANALYST, run.site.code, at=at, about=sample.record.address)
    stop_if(reason_is_missing(reason))
    touching = [sample.record, result.batch.record]
    door = audited(
        actor=who, action="result.corrected", at=at, reason=reason, touching=touching, relying_on=[run.record]
    )
    with door as change:
        result = result_now(result)
        stop_if(
            rules.is_locked(BatchState(result.batch.state), sample.point),
            rules.is_superseded(Result.objects.filter(supersedes=result).exists()),
            is_not_planned(result.line, who),
            rules.result_stands(Verdict(result.verdict), result.state != ResultState.DRAFT, _was_miscalculated(result)),
            *against_time(result.line, tested_at or result.tested_at, at),
        )
        replicate = result.replicate
        corrected = draft(
            result.line, result.parameter, text, tested_at or result.tested_at, who, replicate=replicate, unit=unit
        )
        stop_if(period_not_over(corrected))
        corrected.recorded_at, corrected.reason, corrected.supersedes = at, reason, result
        change.create(corrected)
        settle_reviewed(change, batch=batch_now(result.batch), tests={result.test}, point=sample.point)
        return corrected


def _was_miscalculated(result: Result) -> bool:
    """Whether QA approved that it was invalid by its calculation: it is worked out again, not tested again."""
    looked_into = result.investigation
    return bool(result.invalidated_at and looked_into and looked_into.cause == LaboratoryCause.CALCULATION)


# --- signatures -----------------------------------------------------------------------------------------------------
def sign_results(*, run: AssayRun, signing: Signing, actor: Actor, at: datetime, invalid_because: str = "") -> AssayRun:
    """Sign a worksheet as tested. The first signature judges the run by its controls; an invalid run reports nothing.

    Whatever fails on a valid run is investigated from this moment on, before anybody has judged it.

    `invalid_because` names a cause found outside the controls; it can't make a failing result vanish.
    """
    address = run.record.address
    signer = admit_signer(signing=signing, actor=actor, role=Role.ANALYST, site=run.site.code, at=at, about=address)
    touching, who = _records(run), signer.actor
    with audited(
        actor=signer.actor, action="results.tested", at=at, reason=invalid_because, touching=touching
    ) as change:
        run = run_now(run)
        results = results_on(run)
        drafts = [result for result in results if result.state == ResultState.DRAFT]
        stop_if(*_against_signing(run, results, drafts, who.username, invalid_because))
        content = sign_results_content(run, invalid_because)
        signature = sign(change, signer=signer, record=run.record, content=content, site=run.site.code)
        if run.state == RunState.OPEN:
            judged = rules.run_state(control_facts(run), invalid_because)
            change.update(run, state=judged, judged_at=at, invalid_because=invalid_because)
        change.update_many(drafts, state=ResultState.TESTED, tested_signature=signature)
        if run.state == RunState.VALID:
            open_investigations(change, drafts)
        for batch, point in _batches(result for result in drafts if result.verdict not in PASSING):
            stop_until_reviewed(change, batch=batch_now(batch), test=run.test, point=point)
        return run


def _against_signing(
    run: AssayRun, results: Sequence[Result], drafts: Sequence[Result], username: str, invalid_because: str
) -> list[Objection | None]:
    controls, state = control_facts(run), RunState(run.state)
    verdicts = [Verdict(result.verdict) for result in results]
    return [
        rules.lacks_controls(controls) if state is RunState.OPEN and not invalid_because.strip() else None,
        rules.hides_a_failure(invalid_because, verdicts, controls),
        rules.is_judged(state, run.number) if invalid_because.strip() else None,
        rules.is_not_the_analyst(username, {result.analyst for result in drafts}),
        rules.has_nothing_to_sign(len(drafts), state),
    ]


def review_results(*, run: AssayRun, signing: Signing, actor: Actor, at: datetime) -> AssayRun:
    """Review signed results as a second person. Tests that pass lose their hold; a failing one opens an event."""
    address = run.record.address
    signer = admit_signer(signing=signing, actor=actor, role=REVIEWERS, site=run.site.code, at=at, about=address)
    with audited(actor=signer.actor, action="results.reviewed", at=at, touching=_records(run)) as change:
        run = run_now(run)
        tested = [result for result in results_on(run) if result.state == ResultState.TESTED]
        stop_if(
            rules.is_not_signed(RunState(run.state), run.number),
            rules.has_nothing_to_review(len(tested)),
        )
        _refuse_own(rules.is_own_review(signer.actor.username, testers_of(run)), run, signer.actor)
        content = review_results_content(run)
        signature = sign(change, signer=signer, record=run.record, content=content, site=run.site.code)
        change.update_many(tested, state=ResultState.REVIEWED, reviewed_signature=signature)
        for batch, point in _batches(tested):
            settle_reviewed(change, batch=batch_now(batch), tests={run.test}, reviewed=tested, point=point)
        return run


def _refuse_own(objection: Objection | None, run: AssayRun, who: Actor) -> None:
    if objection:
        keep = KeptRefusal(run.record.address, "results.review.refused", {"username": who.username})
        raise RuleBroken(objection, keep=keep)


def _records(run: AssayRun) -> list[Record]:
    """What signing a run writes to: the run, its samples and their batches."""
    lines = lines_of(run)
    records = [run.record, *(line.sample.record for line in lines), *(line.sample.batch.record for line in lines)]
    return list({record.pk: record for record in records}.values())


def _batches(results: Iterable[Result]) -> list[tuple[Batch, str]]:
    """The batches that results are of, each with the time point of stability they speak of."""
    told = {(result.batch_id, result.line.sample.point): result.batch for result in results}
    return [(batch, point) for (_, point), batch in told.items()]
