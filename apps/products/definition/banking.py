"""A cell bank: a batch whose units are kept to make other batches from, and what is made of them."""

from typing import Annotated

from pydantic import Field

from apps.products.definition.base import Count, Key, Part, Source, lower_case
from apps.products.facts import BankTier


class Bank(Part):
    """That the units of a product are a cell bank: of which tier, and how many of them are kept back.

    Below `reserved` no unit is drawn except by a signed decision.
    """

    tier: Annotated[BankTier, lower_case(BankTier)]
    reserved: Annotated[int, Field(ge=0, le=100_000, strict=True)]
    source: Source


class FromBank(Part):
    """What is made from units of a bank: which banks may be used, and how many units are drawn at least."""

    products: Annotated[tuple[Key, ...], Field(min_length=1)]
    units_at_least: Count
    source: Source
