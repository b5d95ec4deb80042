"""The master record of a batch, amendments included, kept by the hash of its text."""

from functools import lru_cache

from apps.batches.models import Amendment, Batch
from apps.batches.rules.plan import Plan
from apps.products.definition import Definition
from apps.products.loader import load_text
from apps.products.models import ProductVersion


def plan_of(batch: Batch) -> Plan:
    """The master record in force for this batch, with its dependencies worked out."""
    return _plan(batch.definition_sha256)


def definition_of_batch(batch: Batch) -> Definition:
    """The master record in force for this batch: its product version with the approved amendments."""
    return plan_of(batch).definition


@lru_cache(maxsize=128)
def _plan(sha256: str) -> Plan:
    return Plan(load_text(_text(sha256)), sha256)


def text_of(batch: Batch) -> str:
    """The canonical text of the master record in force for this batch."""
    return _text(batch.definition_sha256)


def _text(sha256: str) -> str:
    text = ProductVersion.objects.filter(sha256=sha256).values_list("text", flat=True).first()
    if text is None:
        text = Amendment.objects.filter(sha256=sha256).values_list("text", flat=True).latest("pk")
    return text
