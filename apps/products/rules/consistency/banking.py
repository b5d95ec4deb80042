"""What is made from a bank is made neither from a pool nor from itself; a bank keeps fewer units back than it fills."""

from collections.abc import Iterator

from apps.products.definition import Definition
from apps.products.rules.problems import Problem


def bank_problems(definition: Definition) -> Iterator[Problem]:
    """What a single part can't know by itself."""
    made_from, bank = definition.preparation.from_bank, definition.units.bank
    if made_from and definition.preparation.pool:
        yield Problem("preparation.from_bank", "is made from a pool: it can't be made from a bank as well")
    if definition.collected is None and (made_from or definition.preparation.pool):
        yield Problem("donation", "is missing: what is made comes from a donor")
    if made_from and definition.key in made_from.products:
        yield Problem("preparation.from_bank.products", "nothing is made from units of itself")
    planned = sum(one.planned for one in definition.units.divisions if one.purpose == "product")
    if bank and bank.reserved >= planned:
        yield Problem("units.bank.reserved", f"of {planned} planned units {bank.reserved} can't be kept back")
