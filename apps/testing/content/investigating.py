"""What people sign in an investigation: the failing results, the answers, the cause, the plan, the conclusion."""

from collections.abc import Iterable, Sequence

from apps.core.text import N_
from apps.signatures.facts import Line as Shown
from apps.signatures.facts import SignedContent
from apps.testing.checklists import questions_of
from apps.testing.content.signing import result_line
from apps.testing.facts import Concluded, InvestigationVerb, LaboratoryCause, Phase, PlanKind, Replied
from apps.testing.lifecycle import MOVES
from apps.testing.models import Investigation, RetestPlan
from apps.testing.selectors import investigation_now, outcome_of, results_investigated, specification_of


def assess_content(
    investigation: Investigation, answers: Sequence[Replied], finding: str, cause: LaboratoryCause | None
) -> SignedContent:
    """Phase I as the supervisor of the laboratory signs it."""
    told = (*_answers(Phase.LABORATORY, answers), Shown(N_("Finding"), finding), _cause(cause or ""))
    return _content(InvestigationVerb.ASSESS, investigation, *told)


def decide_content(investigation: Investigation, verb: InvestigationVerb, decision: str) -> SignedContent:
    """What QA decides on phase I: the laboratory cause is approved, or production is looked at."""
    now = investigation_now(investigation)
    assessed = Shown(N_("Phase I signed by"), now.assessed_name, now.finding)
    return _content(verb, investigation, assessed, _cause(now.cause), Shown(N_("Decision"), decision))


def production_content(investigation: Investigation, answers: Sequence[Replied], finding: str) -> SignedContent:
    """Phase II as it is signed."""
    told = (*_answers(Phase.PRODUCTION, answers), Shown(N_("Finding"), finding))
    return _content(InvestigationVerb.REVIEW_PRODUCTION, investigation, *told)


def plan_content(plan: RetestPlan) -> SignedContent:
    """The plan as QA approves it, before anything of it is tested."""
    sample = plan.investigation.line.sample
    told = [
        Shown(N_("Plan"), plan.kind, plan.rationale),
        Shown(
            N_("Sample"), sample.number if plan.kind == PlanKind.RETEST else N_("a new one"), plan.not_representative
        ),
        Shown(N_("Analyst"), plan.analyst_name, plan.analyst),
        Shown(N_("Number of retests"), str(plan.retests)),
        Shown(N_("Method"), plan.method, plan.method_version),
        Shown(N_("Proposed by"), plan.proposed_name),
    ]
    amounts = ((N_("Left of the sample"), plan.amount_left), (N_("Used for each retest"), plan.amount_each))
    told += [
        Shown(word, f"{amount.normalize():f}", sample.amount_unit) for word, amount in amounts if amount is not None
    ]
    return _content(InvestigationVerb.APPROVE_PLAN, plan.investigation, *told)


def conclude_content(investigation: Investigation, said: Concluded) -> SignedContent:
    """The conclusion, over everything that was found: the failing results, the retests, what is reported."""
    now = investigation_now(investigation)
    outcome = outcome_of(now.batch, now.test, now.line.sample.point)
    retests = [result_line(one, outcome.test) for one in outcome.results if one.line.retest]
    told = (
        *retests,
        Shown(N_("Test"), outcome.test.label.en, outcome.found),
        _cause(now.cause),
        Shown(N_("Conclusion"), said.conclusion, said.rationale),
        Shown(N_("Other batches considered"), said.other_batches),
    )
    return _content(InvestigationVerb.CONCLUDE, investigation, *told)


def _content(verb: InvestigationVerb, investigation: Investigation, *told: Shown) -> SignedContent:
    address = investigation.record.address
    lines = (*_head(investigation), *told)
    return SignedContent(f"investigation_{verb.lower()}", address, MOVES[verb].meaning, lines)


def _head(investigation: Investigation) -> Iterable[Shown]:
    run, batch = investigation.line.run, investigation.batch
    test = specification_of(run, batch)
    earlier = f"{investigation.earlier} before" if investigation.earlier else ""
    yield Shown(N_("Investigation"), investigation.number, earlier)
    yield Shown(N_("Batch"), batch.number)
    yield Shown(N_("Run"), run.number, f"{run.method} {run.method_version}")
    yield from (result_line(result, test) for result in results_investigated(investigation))


def _cause(cause: str) -> Shown:
    return Shown(N_("Laboratory cause"), cause or N_("none"))


def _answers(phase: Phase, answers: Sequence[Replied]) -> list[Shown]:
    """The answers in the order of the questions; a question without one stands empty."""
    given = {answer.item: answer for answer in answers}
    return [
        Shown(question.label.en, given[question.key].reply, given[question.key].remark)
        if question.key in given
        else Shown(question.label.en, "")
        for question in questions_of(phase)
    ]
