"""The life of a supply to a named patient as one table: verb, from, to, by whom."""

from dataclasses import dataclass

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.supply.facts import Route, SupplyState, SupplyVerb

S = SupplyState


@dataclass(frozen=True)
class Move:
    """One verb. Withdrawing is attributed, the others are signed."""

    verb: SupplyVerb
    sources: tuple[SupplyState, ...]
    target: SupplyState
    roles: tuple[Role, ...]
    label: str


_MOVES = (
    Move(SupplyVerb.DECIDE, (S.AGREED,), S.DECIDED, (Role.CERTIFIER,), N_("Decide as the authorised person")),
    Move(SupplyVerb.SUPPLY, (S.DECIDED,), S.SUPPLIED, (Role.QA, Role.CERTIFIER), N_("Release as the second person")),
    Move(
        SupplyVerb.WITHDRAW,
        (S.AGREED, S.DECIDED),
        S.WITHDRAWN,
        (Role.PHYSICIAN, Role.QA, Role.CERTIFIER),
        N_("Withdraw"),
    ),
)
MOVES = {move.verb: move for move in _MOVES}
AGREEING = (Role.PHYSICIAN,)
WAYS = {
    Route.CONDITIONAL: N_("Conditional release: tests are outstanding"),
    Route.EXCEPTIONAL: N_("Exceptional supply: out of its specification, never certified"),
    Route.URGENT: N_("Urgent use: the donor is not found eligible"),
}
AGREED = {
    Route.CONDITIONAL: N_("I agree that this product is given to this patient while the tests shown are outstanding."),
    Route.EXCEPTIONAL: N_(
        "I request this product for this patient although it is out of its specification as shown; I know the risk."
    ),
    Route.URGENT: N_(
        "I request this product for this patient, in urgent need, although its donor is not found eligible; I know "
        "what is known of the donor and what is missing, as shown."
    ),
}
DECIDED = {
    Route.CONDITIONAL: N_(
        "I release this batch conditionally, for the patient named, while the tests shown are outstanding."
    ),
    Route.EXCEPTIONAL: N_(
        "I have assessed the risk and agree to the supply to the patient named; this product is not certified."
    ),
    Route.URGENT: N_(
        "I agree to the urgent use for the patient named; the determination of the donor's eligibility is completed "
        "afterwards and the physician is told."
    ),
}
SECOND = {
    Route.CONDITIONAL: N_("I release these units conditionally, to the patient named and nobody else."),
    Route.EXCEPTIONAL: N_("I let these units go to the patient named and nobody else; they are not certified."),
    Route.URGENT: N_(
        "I let these units go to the patient named and nobody else, labelled as shown; their donor is not found "
        "eligible."
    ),
}


def may_not_move(verb: SupplyVerb, state: SupplyState) -> Objection | None:
    """Whether the verb leads anywhere from this state."""
    if state in MOVES[verb].sources:
        return None
    template = N_("{verb} is not possible: this supply is {state}.")
    return Objection("wrong_state", template, {"verb": MOVES[verb].label, "state": state})


def verbs_from(state: SupplyState) -> list[SupplyVerb]:
    """What can be done now."""
    return [move.verb for move in _MOVES if state in move.sources]
