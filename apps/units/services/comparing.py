"""The labels in the hand: each bears the chain of identity of its batch, and none is of another patient's unit."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import chain_of_batch
from apps.batches.services.comparing import compare_chain
from apps.core.actor import Actor
from apps.identity.rules.chains import is_another
from apps.identity.services import keep_mismatch
from apps.units.models import Unit
from apps.units.rules import chain_of_code, number_of_code


def compare_labels(
    *, batch: Batch, record: Record, scanned: Sequence[str], chain: str, actor: Actor, at: datetime
) -> None:
    """Compare every label that was scanned; a mismatch is a hard stop that is kept on `record`.

    The symbol of a label says its chain by itself; beside a number that was typed, `chain` is scanned.
    """
    expected, texts = chain_of_batch(batch), [text for text in scanned if text.strip()]
    found = Unit.objects.filter(number__in=[number_of_code(text) for text in texts])
    for unit in found.select_related("batch__product_version", "batch__donation").order_by("pk"):
        its = chain_of_batch(unit.batch)
        another = is_another(expected.number if expected else "", its.number if its else "")
        keep_mismatch(record=record, mismatch=another, actor=actor, at=at)
    for text in texts:
        compare_chain(batch, record, chain_of_code(text) or chain, actor, at)
