"""The life of a disposal as one table: buttons, permissions and API verbs are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.disposal.facts import CarrierVerb, DisposalState, DisposalVerb
from apps.units.lifecycle import KEEPERS

WHO_MAY_ASK = KEEPERS
BY_THE_MASTER: frozenset[Role] = frozenset()  # the master record names who approves
OPEN = (DisposalState.REQUESTED, DisposalState.APPROVED)
DONE = (DisposalState.TREATED, DisposalState.WITNESSED)


@dataclass(frozen=True)
class Move:
    """One verb: from which states, to which, by whom, what its signature means."""

    sources: tuple[DisposalState, ...]
    target: DisposalState
    roles: frozenset[Role]
    label: str
    meaning: str


MOVES: Mapping[DisposalVerb, Move] = {
    DisposalVerb.APPROVE: Move(
        (DisposalState.REQUESTED,),
        DisposalState.APPROVED,
        BY_THE_MASTER,
        N_("Approve the destruction"),
        N_("I approve that these units are destroyed in the way shown."),
    ),
    DisposalVerb.REFUSE: Move(
        OPEN,
        DisposalState.REFUSED,
        BY_THE_MASTER,
        N_("Refuse the destruction"),
        N_("These units are not to be destroyed, for the reason given."),
    ),
    DisposalVerb.DESTROY: Move(
        (DisposalState.APPROVED,),
        DisposalState.TREATED,
        frozenset({Role.OPERATOR, Role.STOREKEEPER}),
        N_("Record the destruction"),
        N_("I destroyed these units as recorded here."),
    ),
    DisposalVerb.WITNESS: Move(
        (DisposalState.TREATED,),
        DisposalState.WITNESSED,
        frozenset({Role.OPERATOR, Role.STOREKEEPER, Role.CHECKER, Role.QA}),
        N_("Witness the destruction"),
        N_("I was present and saw these units destroyed as recorded here."),
    ),
}


@dataclass(frozen=True)
class Handing:
    """One side of the hand-over to the carrier: by whom, what its signature means."""

    roles: frozenset[Role]
    label: str
    meaning: str


CARRYING: Mapping[CarrierVerb, Handing] = {
    CarrierVerb.GIVE: Handing(
        frozenset({Role.OPERATOR, Role.STOREKEEPER}),
        N_("Hand the waste to the carrier"),
        N_("I handed this waste over to the carrier, under the number shown."),
    ),
    CarrierVerb.TAKE: Handing(
        frozenset({Role.COURIER, Role.OPERATOR, Role.STOREKEEPER, Role.CHECKER, Role.QA}),
        N_("Take the waste over"),
        N_("I took this waste over for the carrier, under the number shown."),
    ),
}
WHO_ISSUES_CODES = frozenset({Role.STOREKEEPER, Role.QA})


def may_not_move(verb: DisposalVerb, state: DisposalState) -> Objection | None:
    """A verb is done from its own states only."""
    move = MOVES[verb]
    if state in move.sources:
        return None
    template = N_("{verb} is not possible while the state is {state}.")
    return Objection("wrong_state", template, {"verb": move.label, "state": state.lower()})


def verbs_from(state: DisposalState) -> tuple[DisposalVerb, ...]:
    """What can be done now."""
    return tuple(verb for verb, move in MOVES.items() if state in move.sources)
