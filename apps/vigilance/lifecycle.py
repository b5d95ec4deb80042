"""The lives of a complaint and of an adverse event as two tables: verb, from, to, by whom, what its signature means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.vigilance.facts import AdverseState, AdverseVerb, ComplaintState, ComplaintVerb

C, A = ComplaintState, AdverseState


@dataclass(frozen=True)
class Move:
    """One verb. Without a meaning it is attributed, not signed."""

    sources: tuple[StrEnum, ...]
    target: StrEnum
    roles: tuple[Role, ...]
    label: str
    meaning: str = ""


COMPLAINT_MOVES: Mapping[ComplaintVerb, Move] = {
    ComplaintVerb.TRIAGE: Move(
        (C.RECEIVED,),
        C.INVESTIGATED,
        (Role.QA,),
        N_("Triage the complaint"),
        N_("I judged this complaint, its severity and what it means for sister units, as shown."),
    ),
    ComplaintVerb.ANSWER: Move((C.INVESTIGATED, C.ANSWERED), C.ANSWERED, (Role.QA,), N_("Answer the reporter")),
    ComplaintVerb.CLOSE: Move(
        (C.ANSWERED,),
        C.CLOSED,
        (Role.QA,),
        N_("Close the complaint"),
        N_("This complaint is investigated and answered; I close it with the conclusion shown."),
    ),
    ComplaintVerb.REOPEN: Move(
        (C.CLOSED,),
        C.INVESTIGATED,
        (Role.QA,),
        N_("Reopen the complaint"),
        N_("I reopen this complaint for the reason given."),
    ),
}
ADVERSE_MOVES: Mapping[AdverseVerb, Move] = {
    AdverseVerb.ASSESS: Move(
        (A.UNASSESSED, A.ASSESSED),
        A.ASSESSED,
        (Role.PHYSICIAN,),
        N_("Assess the adverse event"),
        N_("I assessed this adverse event, its relation to the product and its expectedness, as shown."),
    ),
    AdverseVerb.CLOSE: Move(
        (A.ASSESSED,),
        A.CLOSED,
        (Role.QA, Role.PHYSICIAN),
        N_("Close the adverse event"),
        N_("This adverse event is assessed, reported and followed up; I close it."),
    ),
    AdverseVerb.REOPEN: Move(
        (A.CLOSED,),
        A.UNASSESSED,
        (Role.QA, Role.PHYSICIAN),
        N_("Reopen the adverse event"),
        N_("I reopen this adverse event for the reason given."),
    ),
}


def may_not_move(move: Move, state: str) -> Objection | None:
    """A verb is done from its own states only."""
    if state in move.sources:
        return None
    template = N_("{verb} is not possible: the state is {state}.")
    return Objection("wrong_state", template, {"verb": move.label, "state": state})


def verbs_from(state: str, moves: Mapping[Any, Move], held: Iterable[Role]) -> list[Any]:
    """What somebody who holds these roles can do now."""
    return [verb for verb, move in moves.items() if state in move.sources and set(move.roles) & set(held)]
