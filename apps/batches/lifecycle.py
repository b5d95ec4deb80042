"""The life of a batch: one table. Buttons, permissions, API verbs and docs/lifecycle.md are made from it.

An app above that owns a verb (review, certify, release for supply, reject) adds its own objections; the state moves
here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.batches.facts.words import BatchState as S
from apps.batches.facts.words import Verb
from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.quality.facts import Blocks


@dataclass(frozen=True)
class Move:
    """One verb: from which states to which, by whom, what its signature means, which holds block it, what it stamps."""

    verb: Verb
    sources: tuple[S, ...]
    target: S
    roles: tuple[Role, ...]
    label: str
    meaning: str
    blocked_by: tuple[Blocks, ...] = ()
    needs_reason: bool = False
    stamps: str = ""
    objections: str = ""  # what else can stand against it, for docs/lifecycle.md

    @property
    def is_signed(self) -> bool:
        """Planning is attributed; every later move is signed."""
        return bool(self.meaning)


MOVES: tuple[Move, ...] = (
    Move(
        Verb.PLAN,
        (),
        S.PLANNED,
        (Role.OPERATOR, Role.QA),
        N_("Plan"),
        "",
        stamps="planned_at",
        objections="the master version is not approved; the number is taken; the site is not authorised",
    ),
    Move(
        Verb.START,
        (S.PLANNED,),
        S.RUNNING,
        (Role.OPERATOR,),
        N_("Start"),
        N_("I start this batch on the approved master record shown."),
        blocked_by=(Blocks.PROCESS,),
        stamps="started_at",
        objections="the donation is not eligible; the starter is not trained; the authorisation has ended",
    ),
    Move(
        Verb.FINISH,
        (S.RUNNING,),
        S.FINISHED,
        (Role.OPERATOR,),
        N_("Finish"),
        N_("The record of this batch is complete and true."),
        blocked_by=(Blocks.PROCESS,),
        stamps="finished_at",
        objections="each missing value, signature, witness, check and true copy; a repeat whose criterion is not met",
    ),
    Move(
        Verb.TERMINATE,
        (S.PLANNED, S.RUNNING),
        S.TERMINATED,
        (Role.QA,),
        N_("Terminate"),
        N_("I end this batch; nothing of it will be used."),
        needs_reason=True,
        stamps="ended_at",
    ),
    Move(
        Verb.REVIEW,
        (S.FINISHED,),
        S.REVIEWED,
        (Role.QA,),
        N_("Review"),
        N_("I have reviewed the whole record of this batch and its audit trail."),
        stamps="reviewed_at",
        objections="those of the release stage",
    ),
    Move(
        Verb.WITHDRAW_REVIEW,
        (S.REVIEWED,),
        S.FINISHED,
        (Role.QA,),
        N_("Take the review back"),
        N_("I take the review back, so that the record can be corrected."),
        needs_reason=True,
    ),
    Move(
        Verb.CERTIFY,
        (S.REVIEWED,),
        S.CERTIFIED,
        (Role.CERTIFIER,),
        N_("Certify"),
        N_("I certify this batch."),
        blocked_by=(Blocks.CERTIFY,),
        stamps="certified_at",
        objections="those of the release stage; nobody who took part certifies",
    ),
    Move(
        Verb.RELEASE_FOR_SUPPLY,
        (S.CERTIFIED,),
        S.RELEASED,
        (Role.CERTIFIER, Role.QA),
        N_("Release for supply"),
        N_("I release this batch for supply."),
        blocked_by=(Blocks.CERTIFY, Blocks.ISSUE),
        stamps="released_at",
        objections="those of the release stage",
    ),
    Move(
        Verb.REJECT,
        (S.FINISHED, S.REVIEWED, S.CERTIFIED),
        S.REJECTED,
        (Role.QA, Role.CERTIFIER),
        N_("Reject"),
        N_("I reject this batch; nothing of it may be used."),
        needs_reason=True,
        stamps="ended_at",
    ),
    Move(
        Verb.RECALL,
        (S.RELEASED,),
        S.REJECTED,
        (Role.QA, Role.CERTIFIER),
        N_("Recall"),
        N_("I recall this batch; what was supplied is to be returned or destroyed."),
        needs_reason=True,
        stamps="ended_at",
    ),
    Move(
        Verb.REOPEN,
        (S.CERTIFIED, S.RELEASED),
        S.FINISHED,
        (Role.QA, Role.CERTIFIER),
        N_("Reopen for correction"),
        N_("I reopen this record for a correction; it is reviewed and certified again before more is supplied."),
        needs_reason=True,
    ),
)
BY_VERB = {move.verb: move for move in MOVES}
LOCKED = frozenset({S.REVIEWED, S.CERTIFIED, S.RELEASED, S.REJECTED})  # nothing of the record changes any more


def move_for(verb: Verb) -> Move:
    """The line of the table for a verb."""
    return BY_VERB[verb]


def moves_from(state: S) -> tuple[Move, ...]:
    """What can be done with a batch in this state: the buttons of its page."""
    return tuple(move for move in MOVES if state in move.sources)


def may_not_move(verb: Verb, state: S) -> Objection | None:
    """Whether the verb leads anywhere from this state."""
    if state in BY_VERB[verb].sources:
        return None
    facts = {"verb": BY_VERB[verb].label, "state": state}
    return Objection("wrong_state", N_("{verb} is not possible: the batch is {state}."), facts)


def needs_a_reason(verb: Verb, reason: str) -> Objection | None:
    """Ending a batch, or taking a decision back, says why."""
    if reason.strip() or not BY_VERB[verb].needs_reason:
        return None
    return Objection("reason_missing", N_("Say why."), place="reason")


def as_markdown() -> str:
    """docs/lifecycle.md: the table for readers."""
    head = (
        "# The life of a batch\n\nMade from `apps/batches/lifecycle.py` by `make docs`; do not edit.\n\n"
        "`move_batch` is the only code that sets the state. Every verb but *plan* is a signature.\n\n"
        "| verb | from | to | role | blocked by holds on | reason | further objections | the signature means |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(_line(move) for move in MOVES) + "\n"


def _line(move: Move) -> str:
    cells = (
        move.label,
        _words(move.sources) or "nothing",
        move.target,
        _words(move.roles).lower(),
        _words(move.blocked_by).lower() or "–",
        "yes" if move.needs_reason else "–",
        move.objections or "–",
        move.meaning or "–",
    )
    return f"| {' | '.join(cells)} |"


def _words(members: Iterable[str]) -> str:
    return ", ".join(members)
