"""The life of a shipment as one table: buttons, permissions and API verbs are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.transport.facts import ShipmentState, ShipmentVerb

S = ShipmentState
WHO_MAY_ASK = frozenset({Role.OPERATOR, Role.STOREKEEPER, Role.QA, Role.PHYSICIAN})
WHO_ISSUES_CODES = frozenset({Role.STOREKEEPER, Role.QA})
RECEIVERS = frozenset({Role.NURSE, Role.PHYSICIAN, Role.OPERATOR, Role.CHECKER, Role.STOREKEEPER, Role.QA})
QUALITY = frozenset({Role.QA})
BEFORE_LEAVING = (S.REQUESTED, S.PACKED)
ON_THE_WAY = (S.HANDED_OVER, S.IN_TRANSIT)
UNOPENED = (S.IN_TRANSIT, S.RECEIVED, S.QUARANTINED, S.REJECTED)  # what was accepted was opened
OVER = (S.ACCEPTED, S.REJECTED, S.RETURNED, S.CANCELLED)
ARRIVED = (S.ARRIVED, S.RECEIVED, S.QUARANTINED)


@dataclass(frozen=True)
class Move:
    """One verb: from which states, to which, by whom, what its signature means. Without a meaning it is not signed."""

    sources: tuple[ShipmentState, ...]
    target: ShipmentState
    roles: frozenset[Role]
    label: str
    meaning: str = ""


MOVES: Mapping[ShipmentVerb, Move] = {
    ShipmentVerb.CANCEL: Move(
        BEFORE_LEAVING,
        S.CANCELLED,
        frozenset({Role.STOREKEEPER, Role.QA}),
        N_("Cancel the shipment"),
    ),
    ShipmentVerb.PACK: Move(
        (S.REQUESTED,),
        S.PACKED,
        frozenset({Role.OPERATOR, Role.STOREKEEPER}),
        N_("Record the packing"),
        N_("I packed these units into this shipper as recorded here."),
    ),
    ShipmentVerb.HAND_OVER: Move(
        (S.PACKED, S.IN_TRANSIT),
        S.HANDED_OVER,
        frozenset({Role.OPERATOR, Role.STOREKEEPER, Role.COURIER}),
        N_("Hand over"),
        N_("I handed this shipment over, sealed, as recorded here."),
    ),
    ShipmentVerb.TAKE: Move(
        (S.HANDED_OVER,),
        S.IN_TRANSIT,
        frozenset({Role.COURIER, *RECEIVERS}),
        N_("Take over"),
        N_("I took this shipment over, sealed, as recorded here."),
    ),
    ShipmentVerb.RECEIVE: Move(
        (S.IN_TRANSIT,),
        S.ARRIVED,
        RECEIVERS,
        N_("Record the receipt"),
        N_("I received and checked this shipment as recorded here."),
    ),
    ShipmentVerb.CONFIRM: Move(
        (S.ARRIVED,),
        S.RECEIVED,
        RECEIVERS,
        N_("Confirm the receipt"),
        N_("I was present at the receipt and found the shipment as recorded here."),
    ),
    ShipmentVerb.ACCEPT: Move(
        (S.RECEIVED, S.QUARANTINED),
        S.ACCEPTED,
        RECEIVERS,
        N_("Accept the shipment"),
        N_("I accept these units for use."),
    ),
    ShipmentVerb.QUARANTINE: Move(
        (S.RECEIVED,),
        S.QUARANTINED,
        RECEIVERS,
        N_("Put into quarantine"),
        N_("These units are not used until quality assurance has decided, for the reason given."),
    ),
    ShipmentVerb.REJECT: Move(
        (S.RECEIVED, S.QUARANTINED),
        S.REJECTED,
        QUALITY,
        N_("Reject the shipment"),
        N_("These units are not used, for the reason given."),
    ),
    ShipmentVerb.RETURN: Move(
        UNOPENED,
        S.RETURNED,
        QUALITY,
        N_("Take back into stock"),
        N_("These units come back into stock: their temperature is proven and the seal was intact."),
    ),
}


def roles_for(verb: ShipmentVerb, state: ShipmentState) -> frozenset[Role]:
    """Who may do it now: what is in quarantine, quality assurance alone sets free."""
    return QUALITY if (verb, state) == (ShipmentVerb.ACCEPT, S.QUARANTINED) else MOVES[verb].roles


def is_for_others(verb: ShipmentVerb, state: ShipmentState, role: str) -> Objection | None:
    """Asked behind the lock: it may have gone into quarantine since the signer was admitted."""
    if role in roles_for(verb, state):
        return None
    return Objection("not_for_this_role", N_("In quarantine only quality assurance decides."))


def may_not_move(verb: ShipmentVerb, state: ShipmentState) -> Objection | None:
    """A verb is done from its own states only."""
    move = MOVES[verb]
    if state in move.sources:
        return None
    template = N_("{verb} is not possible: the shipment is {state}.")
    return Objection("wrong_state", template, {"verb": move.label, "state": state.lower()})


def verbs_from(state: ShipmentState) -> tuple[ShipmentVerb, ...]:
    """What can be done now."""
    return tuple(verb for verb, move in MOVES.items() if state in move.sources)
