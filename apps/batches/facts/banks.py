"""A bank as the rules see it."""

from dataclasses import dataclass

from apps.batches.facts.words import BatchState
from apps.core.roles import Role

DRAWERS = (Role.OPERATOR, Role.STOREKEEPER, Role.CHECKER)  # who draws units of a bank, and who is the second person
DECIDERS = (Role.QA,)  # who lets the stock of a bank go below its reserve
TAKES = frozenset({BatchState.PLANNED, BatchState.RUNNING})  # when units are drawn for a batch


@dataclass(frozen=True)
class BankFacts:
    """The batch that is a bank: what it is of, where it lies, how far it is; and whether its units are kept as one."""

    number: str
    product: str
    site: str
    state: BatchState
    is_kept: bool = True
