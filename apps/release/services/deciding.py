"""How every decision over a batch is taken: the signer recognised, everything locked, then judged, signed and moved."""

from collections.abc import Callable, Iterable
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.facts.words import Verb
from apps.batches.lifecycle import move_for
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.services.moving import move_batch
from apps.core.actor import Actor
from apps.core.errors import Objection
from apps.lineage.selectors import ancestors
from apps.release import rules
from apps.release.selectors import hands_on_batch
from apps.release.services.registering import REGISTERED
from apps.signatures.facts import SignedContent, Signer, Signing
from apps.signatures.services import admit_signer
from apps.units.selectors import unit_records

Decide = Callable[[Change, Batch, Signer], Batch]


def decide_on(
    verb: Verb, batch: Batch, signing: Signing, actor: Actor, at: datetime, decide: Decide, *, reason: str = ""
) -> Batch:
    """Open the door of one decision and let it judge the batch as it stands inside.

    The units are touched with the batch, and everything the batch was made from is relied on: a hold placed on the
    donor at this moment waits until we are through, or we see it.
    """
    roles, site, address = move_for(verb).roles, batch.site.code, batch.record.address
    signer = admit_signer(signing=signing, actor=actor, role=roles, site=site, at=at, about=address)
    touching: list[Record] = [batch.record, *unit_records(batch)]
    if verb in REGISTERED:
        touching.append(batch.site.record)
    action, sources = f"batch.{verb.lower()}", ancestors([batch.record])
    with audited(
        actor=signer.actor, action=action, at=at, reason=reason, touching=touching, relying_on=sources
    ) as change:
        return decide(change, batch_now(batch), signer)


def moved(
    change: Change,
    verb: Verb,
    batch: Batch,
    signer: Signer,
    content: SignedContent,
    objections: Iterable[Objection | None] = (),
    *,
    reason: str = "",
) -> Batch:
    """Move the batch, unless something stands against it."""
    return move_batch(
        change, verb=verb, batch=batch, signer=signer, content=content, reason=reason, objections=tuple(objections)
    )


def took_part(batch: Batch, signer: Signer, *, but_review: bool = False) -> Objection | None:
    """Whether the signer had a hand in the batch."""
    return rules.took_part(signer.actor.username, hands_on_batch(batch, but_review=but_review))
