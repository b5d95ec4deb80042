"""The life of a lot: which decision leads from which state to which."""

from dataclasses import dataclass

from apps.core.text import N_
from apps.materials.facts import LotState, LotVerb


@dataclass(frozen=True)
class LotMove:
    """One decision of QA: where it leads from and to, and what its signature means."""

    verb: LotVerb
    sources: frozenset[LotState]
    target: LotState
    label: str
    meaning: str


MOVES = {
    LotVerb.RELEASE: LotMove(
        LotVerb.RELEASE,
        frozenset({LotState.QUARANTINED}),
        LotState.RELEASED,
        N_("Release"),
        N_("I have reviewed the documents of this lot and release it for use."),
    ),
    LotVerb.REJECT: LotMove(
        LotVerb.REJECT,
        frozenset({LotState.QUARANTINED, LotState.RELEASED}),
        LotState.REJECTED,
        N_("Reject"),
        N_("I reject this lot; it must not be used."),
    ),
}
