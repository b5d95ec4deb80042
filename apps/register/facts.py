"""The words of the register of certified batches, and what a decision says to it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RegisterKind(StrEnum):
    """What was decided over a batch, or over a certificate of it."""

    CERTIFIED = "CERTIFIED"
    CERTIFIED_AGAIN = "CERTIFIED_AGAIN"
    CONDITIONAL = "CONDITIONAL"
    EXCEPTIONAL = "EXCEPTIONAL"
    URGENT = "URGENT"
    REJECTED = "REJECTED"
    RECALLED = "RECALLED"
    REOPENED = "REOPENED"
    WITHDRAWN = "WITHDRAWN"


# After one of these, what is certified of the batch is certified again: a correction, not a first entry.
CERTIFYING = (RegisterKind.CERTIFIED, RegisterKind.CERTIFIED_AGAIN)


@dataclass(frozen=True)
class Registered:
    """What an entry says of a batch: the product as its master names it, and the units decided on, by number."""

    kind: RegisterKind
    product: str
    title_en: str
    title_zh: str
    units: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Asked:
    """What is asked of a register: a kind, words in batch, product, document or person, and a span of whole days."""

    kind: str = ""
    q: str = ""
    since: date | None = None
    until: date | None = None
