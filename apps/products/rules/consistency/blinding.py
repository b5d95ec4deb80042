"""A blinded kit says nothing of what it holds: neither its label nor its count, its volume nor what is asked of it."""

from collections.abc import Iterator

from apps.products.definition import Definition
from apps.products.definition.blinding import Blinded
from apps.products.definition.dosing import Dosing
from apps.products.rules.problems import Problem, path

TELLING = frozenset(
    {"donor_code", "donation", "cells", "blood_group", "collected_at", "component", "chain_of_identity"}
)
ONLY_CELLS_ANSWER = frozenset({"viability", "viable_recovery", "appearance"})
BY_VOLUME = "mL"


def blinding_problems(definition: Definition) -> Iterator[Problem]:
    """What a single part can't know by itself (EU GMP Annex 13; ICH E9, 2.3)."""
    blinded, pattern = definition.preparation.blinded, definition.units.number_pattern
    if ("{KIT" in pattern, "{BAG" in pattern) != (blinded is not None,) * 2:
        yield Problem("units.number_pattern", "names kit and bag where kits are packed, and nowhere else")
    if blinded is None:
        return
    yield from _sources(definition, blinded)
    yield from _label(definition)
    if definition.units.fill.viable_cells or definition.units.fill.concentration:
        yield Problem("units.fill", "counts cells: not every kit holds some")
    if definition.given is None:
        yield Problem("dosing", "is missing: kits are packed to be given")
    else:
        yield from _given(definition.given, blinded, definition)


def _sources(definition: Definition, blinded: Blinded) -> Iterator[Problem]:
    preparation = definition.preparation
    if definition.collected or preparation.pool or preparation.from_bank:
        yield Problem("preparation.blinded", "kits are packed from units of their arms, and made from nothing else")
    for name in ("key", "product"):
        values = [getattr(arm, name) for arm in blinded.arms]
        if len(set(values)) < len(values):
            yield Problem("preparation.blinded.arms", f"two arms have the same {name}")
    if definition.key in {arm.product for arm in blinded.arms}:
        yield Problem("preparation.blinded.arms", "no kit is packed from kits of its own kind")


def _label(definition: Definition) -> Iterator[Problem]:
    fields = definition.units.label.fields
    for i, field in enumerate(fields):
        if field.key in TELLING:
            yield Problem(path("units", "label", "fields", i), f'"{field.key}" could tell what a kit holds')
    if not {"trial", "unit_number"} <= {field.key for field in fields} or not definition.authorisation.trials:
        yield Problem("units.label.fields", "a kit bears the number of its trial and its own")


def _given(dosing: Dosing, blinded: Blinded, definition: Definition) -> Iterator[Problem]:
    for i, arm in enumerate(dosing.arms):
        if arm.amount_unit != BY_VOLUME:
            yield Problem(path("dosing", "arms", i, "basis"), "a kit is given by its volume: not every one holds cells")
        elif len(arm.days) > blinded.bags_per_kit or arm.dose.value > definition.units.fill.volume.value:
            yield Problem(path("dosing", "arms", i), f"{len(arm.days)} doses need a full bag of the kit each")
    for i, asked in enumerate(dosing.thaw):
        if asked.key in ONLY_CELLS_ANSWER:
            yield Problem(path("dosing", "thaw", i), f'"{asked.key}" would tell what a kit holds')
