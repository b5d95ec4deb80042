"""Whether the parts of a master record agree with one another: what a single part can't know by itself."""

from collections.abc import Iterator

from apps.products.definition import Definition
from apps.products.rules.consistency.banking import bank_problems
from apps.products.rules.consistency.blinding import blinding_problems
from apps.products.rules.consistency.contents import content_problems
from apps.products.rules.consistency.fields import field_problems
from apps.products.rules.consistency.lists import list_problems
from apps.products.rules.consistency.names import name_problems
from apps.products.rules.consistency.order import order_problems
from apps.products.rules.consistency.pooling import pool_problems, virus_problems
from apps.products.rules.consistency.rights import right_problems
from apps.products.rules.consistency.stability import stability_problems
from apps.products.rules.problems import Problem
from apps.products.rules.tables import Tables


def consistency_problems(definition: Definition, data: dict, tables: Tables) -> Iterator[Problem]:
    """Every disagreement, in the order of the record."""
    found = [
        *list_problems(data, tables),
        *order_problems(definition.preparation),
        *field_problems(definition, tables),
        *name_problems(definition, tables),
        *content_problems(definition, tables),
        *right_problems(definition.authorisation),
        *bank_problems(definition),
        *blinding_problems(definition),
        *stability_problems(definition),
    ]
    yield from found
    if not found:  # these follow the order of the steps, which must first be one
        yield from pool_problems(definition)
        yield from virus_problems(definition)
