"""Rules of runs and of what is found in them: controls, who may sign, corrections. Pure."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.facts import Verdict
from apps.testing.facts import PASSING, ControlFacts, RunState

LOCKED = frozenset({BatchState.CERTIFIED, BatchState.RELEASED, BatchState.REJECTED, BatchState.TERMINATED})


def run_state(controls: Iterable[ControlFacts], invalid_because: str = "") -> RunState:
    """A run is valid when every control lies in its limits and nobody has found a cause against it."""
    passing = all(control.verdict in PASSING for control in controls)
    return RunState.VALID if passing and not invalid_because.strip() else RunState.INVALID


def lacks_controls(controls: Iterable[ControlFacts]) -> Objection | None:
    """A run is judged by all of its controls."""
    missing = [control.label for control in controls if control.verdict in (None, Verdict.NOT_DONE)]
    if not missing:
        return None
    return Objection("controls_missing", N_("Controls not entered: {controls}."), {"controls": ", ".join(missing)})


def hides_a_failure(
    invalid_because: str, verdicts: Iterable[Verdict], controls: Iterable[ControlFacts]
) -> Objection | None:
    """A failing result does not vanish by calling its run invalid: with good controls that takes an investigation."""
    if not invalid_because.strip() or run_state(controls) is RunState.INVALID or PASSING.issuperset(verdicts):
        return None
    template = N_("A result out of specification stands until an investigation has found the cause.")
    return Objection("failure_stands", template, place="invalid_because")


def is_judged(state: RunState, number: str) -> Objection | None:
    """After the run was judged its controls and its list of samples stand."""
    if state is RunState.OPEN:
        return None
    return Objection("run_judged", N_("Run {run} is already judged {state}."), {"run": number, "state": state})


def is_invalid(state: RunState, number: str) -> Objection | None:
    """An invalid run takes no result."""
    if state is not RunState.INVALID:
        return None
    return Objection("run_invalid", N_("Run {run} is invalid: it gives no reportable result."), {"run": number})


def is_not_signed(state: RunState, number: str) -> Objection | None:
    """A second person reviews what the first has signed."""
    if state is not RunState.OPEN:
        return None
    return Objection("run_open", N_("Run {run} was not signed by its analyst yet."), {"run": number})


def lacks_needs(needed: Iterable[str], given: Collection[str], place: str) -> Objection | None:
    """A run names every instrument and reagent lot that the method asks for, and nothing else."""
    wanted = list(needed)
    missing = [key for key in wanted if key not in given]
    unknown = [key for key in given if key not in wanted]
    if not missing and not unknown:
        return None
    template = N_("The method asks for: {wanted}. Given: {given}.")
    facts = {"wanted": ", ".join(wanted) or "-", "given": ", ".join(sorted(given)) or "-"}
    return Objection("needs_differ", template, facts, place)


def has_nothing_to_sign(count: int, state: RunState) -> Objection | None:
    """There is something new under a signature."""
    if count or state is RunState.OPEN:
        return None
    return Objection("nothing_to_sign", N_("There is no new result to sign here."))


def has_nothing_to_review(count: int) -> Objection | None:
    """There is something new to review."""
    return None if count else Objection("nothing_to_review", N_("There is no signed result to review here."))


def is_own_review(username: str, tested_by: Collection[str]) -> Objection | None:
    """A second person reviews for accuracy, completeness and compliance (21 CFR 211.194(a)(8))."""
    if username not in tested_by:
        return None
    return Objection("own_review", N_("You took part in this test; a second person reviews it."))


def is_not_the_analyst(username: str, analysts: Collection[str]) -> Objection | None:
    """One signs as tested what one has tested oneself."""
    others = sorted(set(analysts) - {username})
    if not others:
        return None
    template = N_("{people} entered results of this run; each analyst signs their own run.")
    return Objection("not_your_test", template, {"people": ", ".join(others)})


def has_tested(username: str, analysts: Collection[str]) -> Objection | None:
    """Who approves the certificate of analysis tested nothing on it."""
    if username not in analysts:
        return None
    return Objection("approver_tested", N_("You tested in this batch; someone else approves its analysis."))


def is_locked(state: BatchState, point: str = "") -> Objection | None:
    """After certification results stand; a late one joins as a signed addendum. What is found at a time point of
    stability is no part of what was certified."""
    if state not in LOCKED or point:
        return None
    template = N_("The batch is {state}: its results stand. A result that comes late joins as a signed addendum.")
    return Objection("result_locked", template, {"state": state})


def is_not_certified(state: BatchState, point: str = "") -> Objection | None:
    """An addendum is for a batch whose record is closed; before that a result is entered as usual, and always one of
    a time point of stability."""
    if point:
        return Objection("of_a_time_point", N_("This sample is of a stability study: enter the result as usual."))
    if state in LOCKED:
        return None
    return Objection("not_certified", N_("The batch is {state}: enter the result as usual."), {"state": state})


def is_recorded(theirs: str, by: str, recorded_at: datetime) -> Objection | None:
    """A result is entered once; the second of two people sees both values."""
    template = N_("{by} has recorded {theirs} here at {recorded_at:%Y-%m-%d %H:%M} UTC. Correct it with a reason.")
    facts = {"by": by, "theirs": theirs, "recorded_at": recorded_at.astimezone(UTC)}
    return Objection("already_recorded", template, facts, "text")


def is_superseded(superseded: bool) -> Objection | None:
    """Only the present value is corrected."""
    if not superseded:
        return None
    return Objection("superseded", N_("This result was corrected meanwhile. Look at the present one."))


def is_no_replicate(replicate: int, replicates: int) -> Objection | None:
    """The method says how many replicates there are."""
    if 1 <= replicate <= replicates:
        return None
    return Objection(
        "no_replicate", N_("The method has {replicates} replicates."), {"replicates": replicates}, "replicate"
    )
