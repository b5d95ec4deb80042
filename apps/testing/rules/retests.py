"""Rules of retests: planned, approved, counted; no result beyond the plan; what the method reports of them. Pure."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Test
from apps.products.facts import Reportable
from apps.quality.rules import is_blank
from apps.testing.facts import LaboratoryCause, PlanKind, Planned, PlanState


def most_retests(test: Test, kind: PlanKind) -> int:
    """How often the master record lets a test be done again; a new sample is tested once at least."""
    allowed = test.retest.at_most if test.retest.allowed else 0
    return max(allowed, 1) if kind is PlanKind.RESAMPLE else allowed


def is_beyond_the_master(test: Test, plan: Planned) -> Objection | None:
    """The number of retests is fixed before, within what the master record foresees."""
    most = most_retests(test, plan.kind)
    if 1 <= plan.retests <= most:
        return None
    if not most:
        return Objection("retest_not_foreseen", N_("The master record foresees no retest of this test."), place="kind")
    template = N_("The master record foresees at most {most}.")
    return Objection("too_many_retests", template, {"most": most}, "retests")


def is_the_first_analyst(analyst: str, testers: Collection[str]) -> Objection | None:
    """Another analyst tests again."""
    if analyst not in testers:
        return None
    template = N_("This person took part in the first test; another analyst retests.")
    return Objection("first_analyst", template, place="analyst")


def is_not_enough(plan: Planned, drawn: Decimal | None) -> list[Objection]:
    """What remains of the sample decides whether it can be tested again at all."""
    if plan.kind is PlanKind.RESAMPLE:
        return []
    if plan.amount_left is None or plan.amount_each is None or plan.amount_each <= 0 or plan.amount_left < 0:
        template = N_("Say how much of the sample is left, and how much each retest takes.")
        return [Objection("amount_missing", template, place="amount_left")]
    found = []
    if drawn is not None and plan.amount_left > drawn:
        template = N_("No more than {drawn} was drawn.")
        found.append(Objection("more_than_drawn", template, {"drawn": f"{drawn:f}"}, "amount_left"))
    needed = plan.amount_each * plan.retests
    if plan.amount_left < needed:
        template = N_("{needed} is needed and {left} is left: a retest of this sample is not possible.")
        facts = {"needed": f"{needed:f}", "left": f"{plan.amount_left:f}"}
        found.append(Objection("sample_used_up", template, facts, "amount_left"))
    return found


def is_representative(plan: Planned, cause: str) -> list[Objection]:
    """A new sample is taken only where the first was shown, with its cause, not to stand for its batch."""
    if plan.kind is not PlanKind.RESAMPLE:
        return []
    found = []
    if cause != LaboratoryCause.SAMPLE:
        template = N_("A new sample is taken only where the first was shown not to be representative.")
        found.append(Objection("sample_is_representative", template, place="kind"))
    says_nothing = is_blank(plan.not_representative, "not_representative")
    return [*found, says_nothing] if says_nothing else found


def is_not_approved(state: PlanState | None) -> Objection | None:
    """The plan is approved before anything of it is tested."""
    if state is PlanState.APPROVED:
        return None
    return Objection("plan_not_approved", N_("Quality assurance has not approved a plan for this."))


def is_decided(state: PlanState) -> Objection | None:
    """A plan is decided on once."""
    if state is PlanState.PROPOSED:
        return None
    return Objection("plan_decided", N_("This plan is already {state}."), {"state": state})


def is_planned_already(planned: bool) -> Objection | None:
    """One plan stands at a time: no second number after the first results are known."""
    return Objection("planned_already", N_("A plan stands for this investigation.")) if planned else None


def is_beyond_the_plan(wanted: int, planned: int, done: int) -> Objection | None:
    """No result beyond the plan is accepted: that would be testing into compliance."""
    if 1 <= wanted <= planned - done:
        return None
    template = N_("The plan has {planned} retests, {done} of them done or begun; {wanted} more is beyond it.")
    return Objection("beyond_the_plan", template, {"planned": planned, "done": done, "wanted": wanted}, "count")


def is_not_planned(username: str, analyst: str, analyst_name: str) -> Objection | None:
    """A retest is done by the analyst whom its plan names."""
    if not analyst or username == analyst:
        return None
    return Objection("other_analyst", N_("The plan names {analyst} for this retest."), {"analyst": analyst_name})


def is_other_method(method: tuple[str, str], planned: tuple[str, str]) -> Objection | None:
    """A retest is done by the method and version that its plan names."""
    if method == planned:
        return None
    template = N_("The plan names method {method} in version {version}.")
    return Objection("other_method", template, {"method": planned[0], "version": planned[1]}, "run")


def is_other_sample(kind: PlanKind, is_the_first: bool, is_drawn_after: bool) -> Objection | None:
    """A retest is of the same sample; a new one is drawn after its plan was approved."""
    if kind is PlanKind.RETEST:
        if is_the_first:
            return None
        return Objection("other_sample", N_("A retest is done on the sample that failed."), place="sample")
    if not is_the_first and is_drawn_after:
        return None
    template = N_("Name the sample that was drawn after the plan was approved.")
    return Objection("not_drawn_anew", template, place="sample")


def are_not_done(planned: int, done: int) -> Objection | None:
    """A plan once approved is carried out whole: nobody stops when the numbers please."""
    if done >= planned:
        return None
    template = N_("The plan has {planned} retests, {done} of them reviewed.")
    return Objection("plan_not_done", template, {"planned": planned, "done": done}, "conclusion")


def mean_of(test: Test, numbers: Sequence[Decimal | None]) -> Decimal | None:
    """The mean, where the method reports it and every value is a plain number; nothing is rounded on the way."""
    plain = [number for number in numbers if number is not None]
    if test.reportable is not Reportable.MEAN or len(numbers) < 2 or len(plain) < len(numbers):
        return None
    return sum(plain, Decimal(0)) / len(plain)
