"""Plans of retests: proposed by the head of QC, approved by QA first, carried out by the analyst whom they name."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.audit.services import audited
from apps.batches.selectors.plans import definition_of_batch
from apps.core.actor import Actor
from apps.core.errors import KeptRefusal, Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, unknown
from apps.core.text import N_
from apps.organisation.services import require
from apps.products.definition import Test
from apps.quality.facts import EventKind, Severity
from apps.quality.rules import is_blank
from apps.quality.services import report_event
from apps.signatures.facts import Signing
from apps.testing import rules
from apps.testing.content.investigating import plan_content
from apps.testing.facts import (
    InvestigationState,
    InvestigationVerb,
    PlanKind,
    Planned,
    PlanState,
    RunState,
    SampleState,
)
from apps.testing.lifecycle import MOVES
from apps.testing.models import AssayRun, Investigation, Line, RetestPlan, Sample
from apps.testing.selectors import (
    analyst_at,
    investigation_now,
    method_of,
    plan_now,
    plan_of,
    progress_of,
    run_now,
    sample_now,
    testers_of,
)
from apps.testing.services.investigating import is_out_of_order, kept_order, records_of, sign_it, signer_of


def propose_plan(*, investigation: Investigation, planned: Planned, actor: Actor, at: datetime) -> RetestPlan:
    """Say what is tested again, of what, by whom and how often. Refused where age, amount or master forbid it."""
    move, record = MOVES[InvestigationVerb.PROPOSE_PLAN], investigation.record
    who = require(actor, move.roles, record.site, at=at, about=record.address)
    with audited(actor=who, action="investigation.plan.proposed", at=at, touching=[record]) as change:
        now = investigation_now(investigation)
        analyst = analyst_at(planned.analyst, record.site, at)
        stop_if(
            is_out_of_order(InvestigationVerb.PROPOSE_PLAN, now),
            rules.is_planned_already(plan_of(now) is not None),
            unknown(planned.analyst, "analyst") if analyst is None else None,
            is_blank(planned.rationale, "rationale"),
            *_against_planning(now, planned, at),
        )
        plan = RetestPlan(record=record, investigation=now, proposed_at=at, **asdict(planned))
        plan.analyst_name = analyst.printed_name if analyst else ""
        plan.method, plan.method_version = _tested(now).method, _tested(now).method_version
        plan.proposed_by, plan.proposed_name = who.username, who.printed_name
        return change.create(plan)


def _against_planning(now: Investigation, planned: Planned, at: datetime) -> list[Objection | None]:
    test, sample = _tested(now), now.line.sample
    of_the_first = planned.kind is PlanKind.RETEST
    return [
        rules.is_beyond_the_master(test, planned),
        rules.is_the_first_analyst(planned.analyst, testers_of(now.line.run)),
        rules.is_too_old(test, sample.drawn_at, at) if of_the_first else None,
        *rules.is_not_enough(planned, _amount(sample)),
        *rules.is_representative(planned, now.cause if now.state == InvestigationState.INVALIDATED else ""),
    ]


def _tested(investigation: Investigation) -> Test:
    test = definition_of_batch(investigation.batch).test(investigation.test)
    if test is None:
        raise LookupError(f"the master of {investigation.batch} has no test {investigation.test}")
    return test


def _amount(sample: Sample) -> Decimal | None:
    """What was drawn, where it is said as a number."""
    try:
        return Decimal(sample.amount)
    except InvalidOperation:
        return None


def _as_planned(plan: RetestPlan) -> Planned:
    return Planned(
        PlanKind(plan.kind),
        plan.analyst,
        plan.retests,
        plan.rationale,
        plan.amount_left,
        plan.amount_each,
        plan.not_representative,
    )


def approve_plan(*, plan: RetestPlan, signing: Signing, actor: Actor, at: datetime) -> RetestPlan:
    """QA approves a plan before anything of it is tested. A new sample then takes the place of the first."""
    verb = InvestigationVerb.APPROVE_PLAN
    signer = signer_of(verb, plan.investigation, signing, actor, at)
    who, touching = signer.actor, records_of(plan.investigation)
    with audited(actor=who, action="investigation.plan.approved", at=at, touching=touching) as change:
        plan = plan_now(plan)
        now = plan.investigation
        testers = {*testers_of(now.line.run), plan.analyst}
        stop_if(
            is_out_of_order(verb, now),
            rules.is_decided(PlanState(plan.state)),
            rules.took_part(who.username, testers),
            rules.is_own_assessment(who.username, plan.proposed_by, now.assessed_by),
            *_against_planning(now, _as_planned(plan), at),
            keep=kept_order(verb, now),
        )
        sign_it(change, signer, now, plan_content(plan))
        if plan.kind == PlanKind.RESAMPLE:
            change.update(now, resampled=True)
        return change.update(plan, state=PlanState.APPROVED, **_decided(who, at))


def refuse_plan(*, plan: RetestPlan, reason: str, actor: Actor, at: datetime) -> RetestPlan:
    """QA refuses a plan, with the reason; another one may be proposed."""
    move, record = MOVES[InvestigationVerb.REFUSE_PLAN], plan.record
    who = require(actor, move.roles, record.site, at=at, about=record.address)
    with audited(actor=who, action="investigation.plan.refused", at=at, reason=reason, touching=[record]) as change:
        plan = plan_now(plan)
        stop_if(
            is_out_of_order(InvestigationVerb.REFUSE_PLAN, plan.investigation),
            rules.is_decided(PlanState(plan.state)),
            rules.is_own_assessment(who.username, plan.proposed_by),
            is_blank(reason, "reason"),
        )
        return change.update(plan, state=PlanState.REFUSED, refuse_reason=reason, **_decided(who, at))


def _decided(who: Actor, at: datetime) -> dict[str, Any]:
    return {"decided_at": at, "decided_by": who.username, "decided_name": who.printed_name}


# --- carrying it out ------------------------------------------------------------------------------------------------
def begin_retests(
    *,
    plan: RetestPlan,
    run: AssayRun,
    count: int,
    actor: Actor,
    at: datetime,
    sample: Sample | None = None,
    inoculated_at: datetime | None = None,
) -> list[Line]:
    """Put so many retests of an approved plan on the worksheet of a run. One beyond the plan is refused, and kept."""
    record, sample = plan.record, sample or plan.investigation.line.sample
    who = require(actor, Role.ANALYST, record.site, at=at, about=record.address)
    stop_if(is_future(inoculated_at, at, "inoculated_at") if inoculated_at else None)
    touching, relied = [run.record, *records_of(plan.investigation)], [sample.record]
    refused = _is_beyond(plan, count)
    if refused:
        keep_attempt(plan, refused, who, at)
        stop_if(refused)
    door = audited(actor=who, action="run.retest.added", at=at, touching=touching, relying_on=relied)
    with door as change:
        plan, run, sample = plan_now(plan), run_now(run), sample_now(sample)
        stop_if(_is_beyond(plan, count), *_against_retesting(plan, run, sample, who, inoculated_at))
        lines = [
            Line(record=run.record, run=run, sample=sample, position=position, inoculated_at=inoculated_at)
            for position in range(next_position(run), next_position(run) + count)
        ]
        first = plan.lines.count() + 1
        for n, line in enumerate(lines, first):
            line.added_at, line.plan, line.retest = at, plan, n
        return change.create_many(lines)


def _is_beyond(plan: RetestPlan, count: int) -> Objection | None:
    """The plan is approved, and what is asked for is in it."""
    plan = plan_now(plan)
    not_approved = rules.is_not_approved(PlanState(plan.state))
    return not_approved or rules.is_beyond_the_plan(count, plan.retests, progress_of(plan).begun)


def keep_attempt(plan: RetestPlan, refused: Objection, who: Actor, at: datetime) -> None:
    """A retest that nobody approved was about to be done: a near miss, kept with its event in a door of its own."""
    investigation = plan.investigation
    batch = investigation.batch.record
    with audited(actor=who, action="investigation.near_miss", at=at, touching=records_of(investigation)) as change:
        change.note(investigation.record, "investigation.refused.beyond_the_plan", code=refused.code)
        report_event(
            change,
            subject=batch,
            kind=EventKind.NEAR_MISS,
            severity=Severity.MINOR,
            template=N_("Near miss in {investigation}: {what} Nothing was recorded."),
            facts={"investigation": investigation.number, "what": refused.text},
            about=f"{investigation.record.address}/plan",
        )


def _against_retesting(
    plan: RetestPlan, run: AssayRun, sample: Sample, who: Actor, inoculated_at: datetime | None
) -> Sequence[Objection | None]:
    test, now = _tested(plan.investigation), plan.investigation
    used_at = inoculated_at or run.started_at
    is_the_first = sample.pk == now.line.sample_id
    is_later = bool(plan.decided_at and sample.drawn_at >= plan.decided_at)
    ours = sample.batch_id == now.batch_id and now.test in sample.tests
    return [
        is_out_of_order(InvestigationVerb.PROPOSE_PLAN, now),
        rules.is_judged(RunState(run.state), run.number),
        rules.is_not_planned(who.username, plan.analyst, plan.analyst_name),
        rules.is_not_planned(run.analyst, plan.analyst, plan.analyst_name),
        rules.is_other_method((run.method, run.method_version), (plan.method, plan.method_version)),
        None if ours and run.test == now.test else rules.is_not_for(sample.number, [], run.test),
        rules.is_not_received(SampleState(sample.state), sample.number),
        rules.is_other_sample(PlanKind(plan.kind), is_the_first, is_later),
        rules.is_not_inoculated(method_of(run), inoculated_at),
        rules.is_before(used_at, sample.drawn_at, "inoculated_at"),
        rules.is_too_old(test, sample.drawn_at, used_at),
    ]


def next_position(run: AssayRun) -> int:
    """The first free position of a worksheet."""
    return Line.objects.filter(run=run).count() + 1


def refuse_unplanned(samples: Sequence[Sample], test: str, numbers: Sequence[str]) -> KeptRefusal | None:
    """What the trail keeps when somebody would test again without a plan."""
    if not numbers:
        return None
    facts = {"test": test, "investigations": ", ".join(numbers)}
    return KeptRefusal(samples[0].batch.record.address, "investigation.refused.no_plan", facts)
