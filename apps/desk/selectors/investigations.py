"""What waits in investigations of results out of specification, each step for who takes it."""

from collections.abc import Iterator, Mapping

from apps.core.roles import Role
from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST, Duty
from apps.testing.facts import InvestigationState
from apps.testing.models import Investigation
from apps.testing.selectors import method_of, open_investigations, plans_to_approve, plans_to_carry_out

ASKED: Mapping[Role, Mapping[InvestigationState, str]] = {
    Role.QC_HEAD: {InvestigationState.LABORATORY: N_("Answer phase I of an investigation")},
    Role.QA: {
        InvestigationState.PHASE_I_DONE: N_("Decide on phase I of an investigation"),
        InvestigationState.PRODUCTION: N_("Review production for an investigation"),
        InvestigationState.EXTENDED: N_("Conclude the investigation"),
        InvestigationState.INVALIDATED: N_("Conclude the investigation"),
    },
}


def next_steps(role: Role) -> Duty:
    """The step that comes next, for the role that takes it; not for who tested."""

    def duty(whom: Asked) -> Iterator[Task]:
        steps = ASKED[role]
        found = open_investigations(whom.sites).filter(state__in=list(steps)).exclude(line__run__analyst=whom.username)
        for one in found.select_related("line__run__product_version")[:MOST]:
            yield _task(steps[InvestigationState(one.state)], one)

    return duty


def _task(ask: str, one: Investigation) -> Task:
    said = {"test": method_of(one.line.run).label, "batch": one.batch.number}
    return Task(
        ask, one.number, one.opened_at, "testing:investigation", (one.number,), said, "{test}, {batch}", Risk.HIGH,
        one.due_at,
    )  # fmt: skip


def plans(whom: Asked) -> Iterator[Task]:
    """Plans of retests to be approved before anything of them is tested."""
    for plan in plans_to_approve(whom.sites).exclude(proposed_by=whom.username)[:MOST]:
        number = plan.investigation.number
        yield Task(
            N_("Decide on a retest plan"), number, plan.proposed_at, "testing:investigation", (number,),
            {"analyst": plan.analyst_name, "n": str(plan.retests)}, N_("{n} by {analyst}"), Risk.HIGH,
        )  # fmt: skip


def retests(whom: Asked) -> Iterator[Task]:
    """Approved retests that this analyst is to begin."""
    for plan, progress in plans_to_carry_out(whom.sites, whom.username)[:MOST]:
        number = plan.investigation.number
        yield Task(
            N_("Begin retests"), number, plan.decided_at or plan.proposed_at, "testing:retest", (number,),
            {"n": str(progress.left)}, N_("Left of the plan: {n}"), Risk.HIGH,
        )  # fmt: skip
