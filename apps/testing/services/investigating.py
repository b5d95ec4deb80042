"""Investigations: opened by the failing result itself, assessed in the laboratory, decided and concluded by QA."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, Objection, stop_if
from apps.core.text import N_
from apps.organisation.services import require
from apps.products.facts import Verdict
from apps.quality.facts import EventKind, Severity
from apps.quality.rules import is_blank, working_days_after
from apps.quality.services import report_event
from apps.signatures.facts import SignedContent, Signer, Signing
from apps.signatures.services import admit_signer, sign
from apps.testing import rules
from apps.testing.checklists import questions_of
from apps.testing.content.investigating import assess_content, conclude_content, decide_content, production_content
from apps.testing.facts import (
    Concluded,
    Conclusion,
    InvestigationState,
    InvestigationVerb,
    LaboratoryCause,
    Phase,
    Replied,
    ResultState,
)
from apps.testing.lifecycle import MOVES, may_not_move
from apps.testing.models import Investigation, InvestigationAnswer, Line, Result
from apps.testing.selectors import (
    investigation_now,
    lines_of,
    outcome_of,
    plan_of,
    progress_of,
    results_investigated,
    testers_of,
)
from apps.testing.services.settling import settle_reviewed


def open_investigations(change: Change, results: Iterable[Result]) -> None:
    """Look into every failing result of these, one investigation for what failed on one line; before anybody judges."""
    by_line: dict[Line, list[Result]] = {}
    for result in results:
        if rules.is_out_of_specification(Verdict(result.verdict)):
            by_line.setdefault(result.line, []).append(result)
    for line, failing in by_line.items():
        standing = line.investigations.filter(state=InvestigationState.LABORATORY).first()
        change.update_many(failing, investigation=standing or _opened(change, line))


def _opened(change: Change, line: Line) -> Investigation:
    batch = line.sample.batch
    known = Investigation.objects.filter(batch=batch)
    number = f"{batch.number}-O{known.count() + 1:02}"
    investigation = Investigation(batch=batch, number=number, test=line.run.test, line=line)
    investigation.record = change.open_record("oos", number, site=batch.site.code)
    investigation.earlier = known.filter(test=line.run.test).count()
    investigation.opened_at, investigation.opened_by = change.at, change.actor.username
    investigation.opened_name = change.actor.printed_name
    investigation.due_at = working_days_after(change.at, batch.site.timezone, rules.WORKING_DAYS)
    return change.create(investigation, action="investigation.opened")


def assess_laboratory(
    *,
    investigation: Investigation,
    answers: Sequence[Replied],
    finding: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
    cause: LaboratoryCause | None = None,
) -> Investigation:
    """Phase I: the supervisor of the laboratory answers every question and names an assignable cause, or none."""
    signer = signer_of(InvestigationVerb.ASSESS, investigation, signing, actor, at)
    who = signer.actor
    with audited(actor=who, action="investigation.assessed", at=at, touching=[investigation.record]) as change:
        now = investigation_now(investigation)
        stop_if(
            is_out_of_order(InvestigationVerb.ASSESS, now),
            rules.took_part(who.username, testers_of(now.line.run)),
            *rules.are_not_the_questions(answers, [question.key for question in questions_of(Phase.LABORATORY)]),
            is_blank(finding, "finding"),
            rules.has_no_finding(cause, answers),
            keep=kept_order(InvestigationVerb.ASSESS, now),
        )
        sign_it(change, signer, now, assess_content(now, answers, finding, cause))
        _keep_answers(change, now, Phase.LABORATORY, answers)
        return change.update(
            now,
            state=InvestigationState.PHASE_I_DONE,
            finding=finding,
            cause=cause or "",
            assessed_at=at,
            assessed_by=who.username,
            assessed_name=who.printed_name,
        )


def decide_on_laboratory(
    *,
    investigation: Investigation,
    verb: InvestigationVerb,
    decision: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> Investigation:
    """QA decides on phase I: invalidate by approving its laboratory cause, or extend the investigation to production.

    An invalidated result stays where it stands, marked for ever.
    """
    signer = signer_of(verb, investigation, signing, actor, at)
    who, invalidates = signer.actor, verb is InvestigationVerb.INVALIDATE
    beside = _batches_beside(investigation)
    touching = [*records_of(investigation), investigation.line.sample.record, *(one.record for one in beside)]
    action = "investigation.result.invalidated" if invalidates else "investigation.extended"
    with audited(actor=who, action=action, at=at, reason=decision, touching=touching) as change:
        now = investigation_now(investigation)
        failing = results_investigated(now)
        stop_if(
            is_out_of_order(verb, now),
            is_blank(decision, "decision"),
            rules.has_no_cause(now.cause) if invalidates else None,
            rules.is_not_reviewed(all(one.state == ResultState.REVIEWED for one in failing)),
            rules.took_part(who.username, testers_of(now.line.run)),
            rules.is_own_assessment(who.username, now.assessed_by),
            keep=kept_order(verb, now),
        )
        sign_it(change, signer, now, decide_content(now, verb, decision))
        if invalidates:
            change.update_many(failing, invalidated_at=at)
        if invalidates and rules.reaches_the_run(LaboratoryCause(now.cause)):
            _tell_beside(change, now, beside)
        decided: dict[str, Any] = {"decided_at": at, "decided_by": who.username, "decided_name": who.printed_name}
        done = change.update(now, state=MOVES[verb].target, decision=decision, **decided)
        settle_reviewed(change, batch=batch_now(now.batch), tests={now.test}, point=now.line.sample.point)
        return done


def _batches_beside(investigation: Investigation) -> list[Batch]:
    """The other batches that were tested on the same run."""
    tested = {line.sample.batch_id: line.sample.batch for line in lines_of(investigation.line.run)}
    return [batch for pk, batch in tested.items() if pk != investigation.batch_id]


def _tell_beside(change: Change, investigation: Investigation, beside: Iterable[Batch]) -> None:
    """What was wrong with method, instrument or reagent was wrong for every sample of the run, also where it passed."""
    run = investigation.line.run
    for batch in beside:
        report_event(
            change,
            subject=batch.record,
            kind=EventKind.REPORTED,
            severity=Severity.MAJOR,
            template=N_(
                "A result of run {run} was invalidated by {investigation}; this batch has results of that run."
            ),
            facts={"run": run.number, "investigation": investigation.number},
            about=run.record.address,
        )


def return_to_laboratory(*, investigation: Investigation, reason: str, actor: Actor, at: datetime) -> Investigation:
    """QA sends an investigation back to phase I; not once a plan stands, whose results would be known by then."""
    move, record = MOVES[InvestigationVerb.RETURN], investigation.record
    who = require(actor, move.roles, record.site, at=at, about=record.address)
    with audited(actor=who, action="investigation.returned", at=at, reason=reason, touching=[record]) as change:
        now = investigation_now(investigation)
        stop_if(
            is_out_of_order(InvestigationVerb.RETURN, now),
            is_blank(reason, "reason"),
            rules.is_planned_already(plan_of(now) is not None),
            keep=kept_order(InvestigationVerb.RETURN, now),
        )
        again: dict[str, Any] = {"round": now.round + 1, "cause": "", "returned_because": reason}
        return change.update(now, state=InvestigationState.LABORATORY, **again)


def review_production(
    *,
    investigation: Investigation,
    answers: Sequence[Replied],
    finding: str,
    signing: Signing,
    actor: Actor,
    at: datetime,
) -> Investigation:
    """Phase II: quality assurance answers every question about how the batch was made."""
    verb = InvestigationVerb.REVIEW_PRODUCTION
    signer = signer_of(verb, investigation, signing, actor, at)
    with audited(
        actor=signer.actor, action="investigation.production.reviewed", at=at, touching=[investigation.record]
    ) as change:
        now = investigation_now(investigation)
        stop_if(
            is_out_of_order(verb, now),
            rules.took_part(signer.actor.username, testers_of(now.line.run)),
            rules.is_own_assessment(signer.actor.username, now.assessed_by),
            *rules.are_not_the_questions(answers, [question.key for question in questions_of(Phase.PRODUCTION)]),
            is_blank(finding, "finding"),
            keep=kept_order(verb, now),
        )
        sign_it(change, signer, now, production_content(now, answers, finding))
        _keep_answers(change, now, Phase.PRODUCTION, answers)
        return change.update(now, state=InvestigationState.EXTENDED, production_finding=finding)


def conclude(
    *, investigation: Investigation, said: Concluded, signing: Signing, actor: Actor, at: datetime
) -> Investigation:
    """QA concludes: confirmed, invalidated with its cause, or inconclusive. Only the second lets the test pass."""
    verb = InvestigationVerb.CONCLUDE
    signer = signer_of(verb, investigation, signing, actor, at)
    who, touching = signer.actor, [*records_of(investigation), investigation.line.sample.record]
    action = "investigation.concluded"
    with audited(actor=who, action=action, at=at, reason=said.rationale, touching=touching) as change:
        now = investigation_now(investigation)
        plan = plan_of(now)
        progress = progress_of(plan) if plan else None
        stop_if(
            is_out_of_order(verb, now),
            is_blank(said.rationale, "rationale"),
            is_blank(said.other_batches, "other_batches"),
            rules.is_no_conclusion(said, InvestigationState(now.state)),
            rules.has_no_result_instead(said, outcome_of(now.batch, now.test, now.line.sample.point).found),
            rules.are_not_done(progress.planned, progress.reviewed) if progress else None,
            rules.took_part(who.username, {*testers_of(now.line.run), *([plan.analyst] if plan else [])}),
            rules.is_own_assessment(who.username, now.assessed_by),
            keep=kept_order(verb, now),
        )
        sign_it(change, signer, now, conclude_content(now, said))
        again = _standing_again(change, now) if said.conclusion is Conclusion.INCONCLUSIVE else []
        told: dict[str, Any] = {"rationale": said.rationale, "other_batches": said.other_batches, "concluded_at": at}
        by = {"concluded_by": who.username, "concluded_name": who.printed_name}
        done = change.update(now, state=InvestigationState.CONCLUDED, conclusion=said.conclusion, **told, **by)
        point = now.line.sample.point
        settle_reviewed(change, batch=batch_now(now.batch), tests={now.test}, point=point, reviewed=again)
        return done


def _standing_again(change: Change, investigation: Investigation) -> list[Result]:
    """Where nothing is certain, what had been invalidated counts in full again (FDA 2022, V.A)."""
    invalid = [result for result in results_investigated(investigation) if result.invalidated_at]
    return change.update_many(invalid, "investigation.result.stands", invalidated_at=None)


# --- what every verb of an investigation shares ---------------------------------------------------------------------
def signer_of(
    verb: InvestigationVerb, investigation: Investigation, signing: Signing, actor: Actor, at: datetime
) -> Signer:
    """The signer, admitted under a role of the verb."""
    record = investigation.record
    return admit_signer(
        signing=signing, actor=actor, role=MOVES[verb].roles, site=record.site, at=at, about=record.address
    )


def sign_it(change: Change, signer: Signer, investigation: Investigation, content: SignedContent) -> None:
    """The signature on the record of the investigation."""
    sign(change, signer=signer, record=investigation.record, content=content, site=investigation.record.site)


def is_out_of_order(verb: InvestigationVerb, investigation: Investigation) -> Objection | None:
    """Whether the verb is not possible now."""
    return may_not_move(verb, InvestigationState(investigation.state))


def kept_order(verb: InvestigationVerb, investigation: Investigation) -> KeptRefusal | None:
    """An act out of its order stays in the trail although nothing of it is done (21 CFR 11.10(f))."""
    if is_out_of_order(verb, investigation) is None:
        return None
    facts = {"verb": verb, "state": investigation.state}
    return KeptRefusal(investigation.record.address, "investigation.refused.out_of_order", facts)


def records_of(investigation: Investigation) -> list[Record]:
    """What a decision on an investigation writes to."""
    return [investigation.record, investigation.batch.record]


def _keep_answers(change: Change, investigation: Investigation, phase: Phase, answers: Sequence[Replied]) -> None:
    told = {"record": investigation.record, "investigation": investigation, "phase": phase}
    rows = [
        InvestigationAnswer(item=one.item, reply=one.reply, remark=one.remark, round=investigation.round, **told)
        for one in answers
    ]
    change.create_many(rows, action="investigation.answered")
