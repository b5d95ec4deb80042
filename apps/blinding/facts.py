"""Who may hold a code and who opens it, and what the rules of blinding look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.core.roles import Role

NAMERS = (Role.QA,)  # who names the holders of a code
TREATING = (Role.PHYSICIAN,)  # who opens the code of one patient in an emergency
OPENERS = (Role.QA, Role.CERTIFIER)  # who open the code of a lot when the trial has ended, two of them
BLIND = frozenset({Role.PHYSICIAN, Role.NURSE})  # who treats and judges is never told by being named (ICH E6)
HOLDERS = (
    *(Role.OPERATOR, Role.CHECKER, Role.ANALYST, Role.QC_HEAD),
    *(Role.QA, Role.CERTIFIER, Role.STOREKEEPER),
)  # among whom a holder is named


@dataclass(frozen=True)
class ListLine:
    """One line of the list: this bag is of that arm, and is that unit."""

    bag: str
    arm: str
    unit: str


@dataclass(frozen=True)
class PackedUnit:
    """A unit of the list as the rules see it: of which product and site it is, how much is in it."""

    number: str
    product: str
    site: str
    volume: Decimal
    volume_unit: str


@dataclass(frozen=True)
class LotFacts:
    """What the list of a lot must fit: the bags its master record numbers, the product of each arm, the volume."""

    site: str
    bags: tuple[str, ...]
    bags_per_kit: int
    products: Mapping[str, str]
    volume: Decimal
    volume_unit: str
