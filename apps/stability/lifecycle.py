"""The lives of a study and of an extension as two tables: verb, from, to, by whom, what its signature means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.stability.facts import ExtensionState, ExtensionVerb, StudyState, StudyVerb

S, X = StudyState, ExtensionState
HANDS = (Role.OPERATOR, Role.ANALYST, Role.STOREKEEPER)


@dataclass(frozen=True)
class Move:
    """One verb. Without a meaning it is attributed, not signed."""

    sources: tuple[StrEnum, ...]
    target: StrEnum
    roles: tuple[Role, ...]
    label: str
    meaning: str = ""


STUDY_MOVES: Mapping[StudyVerb, Move] = {
    StudyVerb.OPEN: Move(
        (),
        S.OPEN,
        (Role.QA, Role.QC_HEAD),
        N_("Open a stability study"),
        N_("I approve this study by the protocol of the master record, with the units shown."),
    ),
    StudyVerb.PULL: Move((S.OPEN,), S.OPEN, HANDS, N_("Pull a unit")),
    StudyVerb.CLOSE: Move(
        (S.OPEN,),
        S.CLOSED,
        (Role.QA, Role.QC_HEAD),
        N_("Close the study"),
        N_("I close this study for the reason given; its remaining units go back to the stock."),
    ),
}
EXTENSION_MOVES: Mapping[ExtensionVerb, Move] = {
    ExtensionVerb.PROPOSE: Move((), X.PROPOSED, (Role.QA, Role.QC_HEAD), N_("Propose a later expiry")),
    ExtensionVerb.ENDORSE: Move(
        (X.PROPOSED,),
        X.ENDORSED,
        (Role.QA,),
        N_("Sign as quality assurance"),
        N_("I reviewed the data of this study; they support the later expiry of these units."),
    ),
    ExtensionVerb.AUTHORISE: Move(
        (X.ENDORSED,),
        X.AUTHORISED,
        (Role.CERTIFIER,),
        N_("Sign as the authorised person"),
        N_("I approve the later expiry of these units; it counts for each from its confirmed relabelling on."),
    ),
    ExtensionVerb.RELABEL: Move(
        (X.AUTHORISED,),
        X.AUTHORISED,
        (Role.OPERATOR, Role.STOREKEEPER),
        N_("Relabel a unit"),
        N_("I took the old label of this unit off, destroyed it, and applied the new one."),
    ),
    ExtensionVerb.CONFIRM: Move(
        (X.AUTHORISED,),
        X.AUTHORISED,
        (Role.CHECKER, Role.OPERATOR, Role.STOREKEEPER, Role.QA),
        N_("Confirm the relabelling"),
        N_("I was present: the old label of each unit is destroyed, the new one is on it, none is left over."),
    ),
    ExtensionVerb.COMPLETE: Move(
        (X.AUTHORISED,),
        X.COMPLETED,
        (Role.QA,),
        N_("Leave the other units out"),
    ),
    ExtensionVerb.WITHDRAW: Move((X.PROPOSED, X.ENDORSED), X.WITHDRAWN, (Role.QA,), N_("Withdraw it")),
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
