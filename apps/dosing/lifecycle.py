"""The life of a treatment order as one table: verb, from, to, by whom, what the signature means."""

from dataclasses import dataclass

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.dosing.facts import OrderState, OrderVerb

S = OrderState


@dataclass(frozen=True)
class Move:
    """One verb. Without a meaning it is attributed and not signed."""

    verb: OrderVerb
    sources: tuple[OrderState, ...]
    target: OrderState
    roles: tuple[Role, ...]
    label: str
    meaning: str = ""


ORDER_MEANING = N_("I order this treatment for this patient as shown.")
ORDERING = (Role.PHYSICIAN,)
BEDSIDE = (Role.NURSE, Role.PHYSICIAN)
FOLLOWERS = (*BEDSIDE, Role.QA)  # who records reactions and outcomes
SECOND_MEANING = N_("I compared patient, order, dose and units at the bed as the second person.")
_MOVES = (
    Move(
        OrderVerb.CHECK,
        (S.ORDERED,),
        S.CHECKED,
        (Role.QA, Role.CHECKER),
        N_("Check the dose"),
        N_("I checked this order and its computation, line by line; I did not write it."),
    ),
    Move(
        OrderVerb.RESERVE,
        (S.CHECKED,),
        S.RESERVED,
        (Role.STOREKEEPER, Role.QA, Role.PHYSICIAN, Role.NURSE),
        N_("Reserve units"),
    ),
    Move(
        OrderVerb.FREE,
        (S.RESERVED,),
        S.CHECKED,
        (Role.STOREKEEPER, Role.QA, Role.PHYSICIAN, Role.NURSE),
        N_("Give the units back"),
    ),
    Move(
        OrderVerb.THAW,
        (S.RESERVED, S.THAWED),
        S.THAWED,
        (Role.OPERATOR, Role.STOREKEEPER, Role.NURSE),
        N_("Thaw a unit"),
    ),
    Move(
        OrderVerb.PREPARE,
        (S.RESERVED, S.THAWED, S.PREPARED),
        S.PREPARED,
        (Role.OPERATOR, Role.ANALYST, Role.NURSE),
        N_("Work out the volume"),
        N_("I counted what was thawed and worked this dose out as shown."),
    ),
    Move(
        OrderVerb.CONFIRM,
        (S.PREPARED,),
        S.READY,
        (Role.CHECKER, Role.QA, Role.PHYSICIAN, Role.NURSE),
        N_("Check the volume"),
        N_("I checked this dose and its computation, line by line; I did not prepare it."),
    ),
    Move(
        OrderVerb.START,
        (S.READY,),
        S.INFUSING,
        BEDSIDE,
        N_("Start at the bedside"),
        N_("I compared patient, order, dose and units at the bed, and start this infusion."),
    ),
    Move(
        OrderVerb.END,
        (S.INFUSING,),
        S.GIVEN,
        BEDSIDE,
        N_("End the infusion"),
        N_("I ended this infusion as recorded here."),
    ),
    Move(
        OrderVerb.CANCEL,
        (S.ORDERED, S.CHECKED, S.RESERVED, S.THAWED, S.PREPARED, S.READY),
        S.CANCELLED,
        (Role.PHYSICIAN, Role.QA),
        N_("Cancel the order"),
    ),
)
MOVES = {move.verb: move for move in _MOVES}


def may_not_move(verb: OrderVerb, state: OrderState) -> Objection | None:
    """A verb is done from its own states only."""
    if state in MOVES[verb].sources:
        return None
    template = N_("{verb} is not possible: the order is {state}.")
    return Objection("wrong_state", template, {"verb": MOVES[verb].label, "state": state})


def verbs_from(state: OrderState) -> tuple[OrderVerb, ...]:
    """What can be done now: the buttons of the page."""
    return tuple(verb for verb, move in MOVES.items() if state in move.sources)
