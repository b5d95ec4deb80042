"""The chain of identity at every hand-off: what was scanned belongs to the patient for whom the batch is made."""

from datetime import datetime

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import chain_of_batch
from apps.core.actor import Actor
from apps.identity.services import stop_at_another_chain


def compare_chain(batch: Batch, record: Record, scanned: str, actor: Actor, at: datetime) -> None:
    """Refuse when the chain on the thing in hand is not the batch's, and keep it; refuse when none was scanned.

    `record` is the thing in hand. Raises RuleBroken.
    """
    chain = chain_of_batch(batch)
    stop_at_another_chain(record=record, expected=chain.number if chain else "", scanned=scanned, actor=actor, at=at)
