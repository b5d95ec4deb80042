"""A bank as the rules see it."""

from dataclasses import dataclass

from apps.batches.facts.words import BatchState


@dataclass(frozen=True)
class BankFacts:
    """The batch that is a bank: what it is of, where it lies, how far it is."""

    number: str
    product: str
    site: str
    state: BatchState
