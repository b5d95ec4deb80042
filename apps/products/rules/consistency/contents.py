"""What one unit holds, and by which group it is given: labels and doses count only what the fill counts."""

from collections.abc import Iterator

from apps.products.definition import Definition
from apps.products.rules.problems import Problem, path
from apps.products.rules.tables import Tables

CELLS = "{cells}"


def content_problems(definition: Definition, tables: Tables) -> Iterator[Problem]:
    """Where the fill counts no cells, nothing else does; its volume is a volume everywhere."""
    yield from _group_problems(definition, tables)
    fill = definition.units.fill
    if tables.units.knows(fill.volume.unit) and not tables.units.is_same_kind(fill.volume.unit, "mL"):
        yield Problem("units.fill.volume.unit", f"{fill.volume.unit} is no volume")
    if fill.viable_cells is not None:
        return
    for i, field in enumerate(definition.units.label.fields):
        if field.key == "cells":
            yield Problem(path("units", "label", "fields", i), "the fill counts no cells that a label could name")
    for i, arm in enumerate(definition.given.arms if definition.given else ()):
        if arm.amount_unit == CELLS:
            yield Problem(path("dosing", "arms", i, "basis"), "the fill counts no cells that a dose could be made of")


def _group_problems(definition: Definition, tables: Tables) -> Iterator[Problem]:
    dosing, at = definition.given, ("dosing", "compatibility")
    rule = dosing.compatibility if dosing else None
    if dosing is None or rule is None:
        return
    if tables.compatibility_of(rule.table, rule.version) is None:
        yield Problem(path(*at, "table"), f'seeds/abo.yaml has no "{rule.table}" version {rule.version}')
    screening = definition.collected.screening if definition.collected else ()
    found = {(test.key, result.key) for test in screening for result in test.results}
    if (rule.test, rule.result) not in found:
        yield Problem(path(*at, "result"), f'no screening test "{rule.test}" finds "{rule.result}"')
    if rule.patient not in {field.key for field in dosing.order}:
        yield Problem(path(*at, "patient"), f'the order does not ask for "{rule.patient}"')
