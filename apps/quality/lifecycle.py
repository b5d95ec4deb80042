"""The lives of an event, a deviation and an action: tables. Buttons, permissions and API verbs are made from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.quality.facts import CapaState, DeviationState, EventState


class QualityVerb(StrEnum):
    """What QA does with an event and with the deviation it may become."""

    CLOSE_EVENT = "CLOSE_EVENT"
    OPEN_DEVIATION = "OPEN_DEVIATION"
    SIGN_PRODUCT_IMPACT = "SIGN_PRODUCT_IMPACT"
    CLOSE_DEVIATION = "CLOSE_DEVIATION"
    REOPEN_DEVIATION = "REOPEN_DEVIATION"
    CARRY_OUT = "CARRY_OUT"
    FIND_EFFECTIVE = "FIND_EFFECTIVE"
    FIND_INEFFECTIVE = "FIND_INEFFECTIVE"
    POSTPONE = "POSTPONE"
    REOPEN_CAPA = "REOPEN_CAPA"
    CANCEL_CAPA = "CANCEL_CAPA"


@dataclass(frozen=True)
class Move:
    """One verb: from which state to which, by whom, what its signature means; without a meaning it is attributed."""

    source: str
    target: str
    roles: tuple[Role, ...]
    label: str
    meaning: str = ""


EVENT_MOVES: Mapping[QualityVerb, Move] = {
    QualityVerb.CLOSE_EVENT: Move(
        EventState.OPEN,
        EventState.CLOSED,
        (Role.QA,),
        N_("Close the event"),
        N_("I judged this event; no deviation is needed, for the reason given."),
    ),
    QualityVerb.OPEN_DEVIATION: Move(
        EventState.OPEN,
        EventState.DEVIATION,
        (Role.QA,),
        N_("Make it a deviation"),
        N_("I judged this event to be a deviation, classified as shown."),
    ),
}
DEVIATION_MOVES: Mapping[QualityVerb, Move] = {
    QualityVerb.SIGN_PRODUCT_IMPACT: Move(
        DeviationState.OPEN,
        DeviationState.IMPACT_SIGNED,
        (Role.QA,),
        N_("Sign the product impact"),
        N_("I assessed what this deviation means for the product and for other batches."),
    ),
    QualityVerb.CLOSE_DEVIATION: Move(
        DeviationState.IMPACT_SIGNED,
        DeviationState.CLOSED,
        (Role.QA,),
        N_("Close the deviation"),
        N_("The root cause of this deviation is found and what follows from it is decided."),
    ),
    QualityVerb.REOPEN_DEVIATION: Move(
        DeviationState.CLOSED,
        DeviationState.OPEN,
        (Role.QA,),
        N_("Open the deviation again"),
        N_("I open this deviation again, for the reason given; its impact on the product is to be signed anew."),
    ),
}
ANYBODY = tuple(role for role in Role if role not in (Role.INSPECTOR, Role.SITE_ADMIN))
CAPA_MOVES: Mapping[QualityVerb, Move] = {
    QualityVerb.CARRY_OUT: Move(CapaState.OPEN, CapaState.DONE, ANYBODY, N_("It is carried out")),
    QualityVerb.FIND_EFFECTIVE: Move(
        CapaState.DONE,
        CapaState.EFFECTIVE,
        (Role.QA,),
        N_("It is effective"),
        N_("I did not carry this action out; judged by its criterion it is effective."),
    ),
    QualityVerb.FIND_INEFFECTIVE: Move(
        CapaState.DONE,
        CapaState.OPEN,
        (Role.QA,),
        N_("It is not effective"),
        N_("I did not carry this action out; judged by its criterion it is not effective and is opened again."),
    ),
    QualityVerb.POSTPONE: Move(CapaState.OPEN, CapaState.OPEN, (Role.QA,), N_("Postpone")),
    QualityVerb.REOPEN_CAPA: Move(CapaState.EFFECTIVE, CapaState.OPEN, (Role.QA,), N_("Open it again")),
    QualityVerb.CANCEL_CAPA: Move(CapaState.OPEN, CapaState.CANCELLED, (Role.QA,), N_("Cancel the action")),
}
MOVES = {**EVENT_MOVES, **DEVIATION_MOVES, **CAPA_MOVES}


def may_not_move(verb: QualityVerb, state: str) -> Objection | None:
    """A verb is done from its own state only."""
    move = MOVES[verb]
    if state == move.source:
        return None
    template = N_("{verb} is not possible while the state is {state}.")
    return Objection("wrong_state", template, {"verb": move.label, "state": state.replace("_", " ").lower()})


def verbs_from(state: str, moves: Mapping[QualityVerb, Move]) -> tuple[QualityVerb, ...]:
    """What can be done now."""
    return tuple(verb for verb, move in moves.items() if move.source == state)
