"""The life of an investigation as one table: verb, from, to, by whom, what the signature means."""

from dataclasses import dataclass

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.testing.facts import InvestigationState, InvestigationVerb

S, V = InvestigationState, InvestigationVerb


@dataclass(frozen=True)
class Move:
    """One verb; without a target it leaves the state as it is, without a meaning it is attributed, not signed."""

    verb: InvestigationVerb
    sources: tuple[InvestigationState, ...]
    target: InvestigationState | None
    roles: tuple[Role, ...]
    label: str
    meaning: str = ""


_MOVES = (
    Move(
        V.ASSESS,
        (S.LABORATORY,),
        S.PHASE_I_DONE,
        (Role.QC_HEAD,),
        N_("Sign phase I"),
        N_("I supervise this laboratory, did not test this sample, and looked at the test as answered here."),
    ),
    Move(
        V.INVALIDATE,
        (S.PHASE_I_DONE,),
        S.INVALIDATED,
        (Role.QA,),
        N_("Approve the laboratory cause"),
        N_("I approve this laboratory cause. The result is invalid and stays visible."),
    ),
    Move(
        V.EXTEND,
        (S.PHASE_I_DONE,),
        S.PRODUCTION,
        (Role.QA,),
        N_("Extend to production"),
        N_("No laboratory cause is shown. The result stands, and production is looked at."),
    ),
    Move(
        V.REVIEW_PRODUCTION,
        (S.PRODUCTION,),
        S.EXTENDED,
        (Role.QA,),
        N_("Sign phase II"),
        N_("I reviewed how this batch was made, as answered here."),
    ),
    Move(V.PROPOSE_PLAN, (S.INVALIDATED, S.EXTENDED), None, (Role.QC_HEAD,), N_("Propose a retest plan")),
    Move(
        V.APPROVE_PLAN,
        (S.INVALIDATED, S.EXTENDED),
        None,
        (Role.QA,),
        N_("Approve the plan"),
        N_("I approve this plan before anything of it is tested. No result beyond it is accepted."),
    ),
    Move(V.REFUSE_PLAN, (S.INVALIDATED, S.EXTENDED), None, (Role.QA,), N_("Refuse the plan")),
    Move(
        V.CONCLUDE,
        (S.INVALIDATED, S.EXTENDED),
        S.CONCLUDED,
        (Role.QA,),
        N_("Conclude"),
        N_("I conclude this investigation as shown, and considered other batches."),
    ),
    Move(V.RETURN, (S.PHASE_I_DONE, S.EXTENDED), S.LABORATORY, (Role.QA,), N_("Return to the laboratory")),
)
MOVES = {move.verb: move for move in _MOVES}


def may_not_move(verb: InvestigationVerb, state: InvestigationState) -> Objection | None:
    """Whether the verb leads anywhere from this state."""
    if state in MOVES[verb].sources:
        return None
    template = N_("{verb} is not possible: this investigation is {state}.")
    return Objection("wrong_state", template, {"verb": MOVES[verb].label, "state": state})


def verbs_from(state: InvestigationState) -> list[InvestigationVerb]:
    """What can be done now."""
    return [move.verb for move in _MOVES if state in move.sources]
