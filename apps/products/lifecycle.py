"""The life of a master record's version: who decides, from where to where, and what the signature says."""

from dataclasses import dataclass

from apps.core.roles import Role
from apps.core.text import N_
from apps.products.facts import VersionState, VersionVerb


@dataclass(frozen=True)
class VersionMove:
    """One decision about a version."""

    verb: VersionVerb
    sources: frozenset[VersionState]
    target: VersionState
    roles: frozenset[Role]
    meaning: str
    label: str
    needs_reason: bool = False


MOVES = {
    move.verb: move
    for move in (
        VersionMove(
            VersionVerb.SIGN,
            frozenset({VersionState.DRAFT}),
            VersionState.AUTHOR_SIGNED,
            frozenset({Role.AUTHOR}),
            N_("I am the author of this master record; it is complete and ready for approval."),
            N_("Sign as author"),
        ),
        VersionMove(
            VersionVerb.APPROVE,
            frozenset({VersionState.AUTHOR_SIGNED}),
            VersionState.APPROVED,
            frozenset({Role.QA}),
            N_("I have checked this master record independently and approve it for use."),
            N_("Approve"),
        ),
        VersionMove(
            VersionVerb.RETURN,
            frozenset({VersionState.AUTHOR_SIGNED}),
            VersionState.DRAFT,
            frozenset({Role.QA}),
            N_("I return this master record to its author; it is not approved."),
            N_("Return to the author"),
            needs_reason=True,
        ),
        VersionMove(
            VersionVerb.RETIRE,
            frozenset({VersionState.APPROVED}),
            VersionState.RETIRED,
            frozenset({Role.QA}),
            N_("I retire this master record; no new batch is planned on it."),
            N_("Retire"),
            needs_reason=True,
        ),
    )
}


def verbs_from(state: VersionState) -> tuple[VersionVerb, ...]:
    """What may be decided in a state, in the order of the table."""
    return tuple(verb for verb, move in MOVES.items() if state in move.sources)
