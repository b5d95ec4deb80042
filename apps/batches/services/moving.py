"""Moving a batch from state to state: the only place that sets it."""

from collections.abc import Iterable

from apps.audit.services import Change
from apps.batches.facts.words import BatchState, Verb
from apps.batches.lifecycle import Move, may_not_move, move_for, needs_a_reason
from apps.batches.models import Batch
from apps.batches.selectors.situation import process_holds
from apps.core.errors import KeptRefusal, NotAllowed, Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.facts import roles_wanted
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.signatures.facts import SignedContent, Signer
from apps.signatures.services import sign


def move_batch(
    change: Change,
    *,
    verb: Verb,
    batch: Batch,
    signer: Signer,
    content: SignedContent,
    objections: Iterable[Objection | None] = (),
    reason: str = "",
) -> Batch:
    """Move a batch, inside the door of the verb: refuse with everything that stands against it, sign, set the state.

    An app above that owns a verb hands in its own objections. `batch` is read inside the door.
    """
    move = move_for(verb)
    _is_admitted(move, batch, signer)
    stop_if(
        may_not_move(verb, BatchState(batch.state)),
        needs_a_reason(verb, reason),
        *objections,
        blocking_holds(move, batch),
    )
    sign(change, signer=signer, record=batch.record, content=content, site=batch.site.code)
    return set_state(change, batch, move)


def set_state(change: Change, batch: Batch, move: Move) -> Batch:
    """Set the state that a verb leads to, and its instant."""
    stamp = {move.stamps: change.at} if move.stamps else {}
    return change.update(batch, action=f"batch.{move.target.lower()}", state=move.target, **stamp)


def blocking_holds(move: Move, batch: Batch) -> Objection | None:
    """The holds that block this verb, on the batch and on everything it is made from."""
    if not move.blocked_by:
        return None
    if move.blocked_by == (Blocks.PROCESS,):
        return has_open_holds(process_holds(batch))
    return has_open_holds(hold for hold in open_holds([batch.record]) if hold.blocks & set(move.blocked_by))


def _is_admitted(move: Move, batch: Batch, signer: Signer) -> None:
    if signer.actor.role in move.roles:
        return
    facts = {"verb": move.label, **roles_wanted(move.roles)}
    keep = KeptRefusal(batch.record.address, "access.refused", {"verb": move.verb})
    refusal = Objection(
        "role_missing", N_("{verb} needs the role {roles}."), {**facts, "role": Role(signer.actor.role)}
    )
    raise NotAllowed(refusal, keep=keep)
