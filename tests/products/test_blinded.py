"""A record of blinded kits tells nothing of what a kit holds, and one that would is refused with the place."""

from copy import deepcopy
from typing import Any

import pytest

from apps.batches.rules.planning import is_not_given
from apps.core.errors import RuleBroken
from apps.documents.facts import Section, Statement
from apps.donation.selectors import asked_at
from apps.products.content import master_blocks
from apps.products.loader import SEEDS, Loaded, Reading, load, read_product, standard_tables, validated
from apps.products.rules.problems import DefinitionRefused
from apps.units.rules import kit_of, unit_number
from tests.batches.story import approved
from tests.cast import Cast, site_of

KIT, PLACEBO, CELLS = (
    SEEDS / "products" / name / "v1" for name in ("msc_covid19_kit", "msc_covid19_placebo", "msc_covid19")
)
CELL_COUNT = {"value": "5.0e7", "unit": "{cells}", "source": "site_practice CP"}
VIABILITY: dict[str, Any] = {
    "key": "viability", "kind": "number", "label": {"en": "Viability", "zh": "活率"}, "unit": "%", "decimals": 1,
}  # fmt: skip
WRONG: dict[str, tuple[str, Any, str]] = {
    "it would hold something of a donor": ("donation", read_product(CELLS).data["donation"], "preparation.blinded"),
    "two arms of one key": ("preparation.blinded.arms.1.key", "cells", "preparation.blinded.arms"),
    "two arms of one product": ("preparation.blinded.arms.1.product", "msc_covid19", "preparation.blinded.arms"),
    "kits of kits": ("preparation.blinded.arms.1.product", "msc_covid19_kit", "preparation.blinded.arms"),
    "one arm": ("preparation.blinded.arms.1", ..., "preparation.blinded.arms"),
    "a label that tells": ("units.label.fields.0.key", "donor_code", "units.label.fields[0]"),
    "a label without its trial": ("units.label.fields.1.key", "manufacturer", "units.label.fields"),
    "no trial": ("authorisation.trials", [], "units.label.fields"),
    "a count of cells": ("units.fill.viable_cells", CELL_COUNT, "units.fill"),
    "a number without kit and bag": ("units.number_pattern", "{BATCH}-U{N:02}", "units.number_pattern"),
    "no kit although the number names one": ("preparation.blinded", ..., "units.number_pattern"),
    "kits for nobody": ("dosing", ..., "dosing"),
    "more doses than bags": ("preparation.blinded.bags_per_kit", 2, "dosing.arms[0]"),
    "more than a bag holds": ("dosing.arms.0.dose.value", "11", "dosing.arms[0]"),
    "a reading that only cells give": ("dosing.thaw.0", VIABILITY, "dosing.thaw[0]"),
}


def changed(path: str, value: Any) -> Loaded:
    """The record of the kit with one thing changed, or taken out."""
    data = deepcopy(read_product(KIT).data)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    found: Any = data
    for part in way:
        found = found[part]
    if value is ...:
        del found[last]
    else:
        found[last] = value
    return validated(Reading(data), standard_tables())


@pytest.mark.parametrize("what", WRONG)
def test_a_record_that_could_tell_an_arm_is_refused_at_its_place(what: str) -> None:
    path, value, place = WRONG[what]
    with pytest.raises(DefinitionRefused) as refused:
        changed(path, value)
    assert place in {problem.place for problem in refused.value.problems}


def test_a_dose_that_counts_cells_is_refused() -> None:
    arm = read_product(CELLS).data["dosing"]["arms"][1]
    with pytest.raises(DefinitionRefused) as refused:
        changed("dosing.arms.0", arm)
    assert "dosing.arms[0].basis" in {problem.place for problem in refused.value.problems}


def test_a_kit_may_hold_a_spare_bag_for_one_that_breaks() -> None:
    definition = changed("preparation.blinded.bags_per_kit", 4).definition

    numbers = [unit_number(definition, "BK-0001", n) for n in (4, 5)]
    assert numbers == ["BK-0001-K001-4", "BK-0001-K002-1"]


def test_bags_are_numbered_by_kit() -> None:
    definition = load(KIT).definition
    numbers = [unit_number(definition, "BK-0001", n) for n in (1, 3, 4, 12)]

    assert numbers == ["BK-0001-K001-1", "BK-0001-K001-3", "BK-0001-K002-1", "BK-0001-K004-3"]
    assert kit_of(numbers[3]) == "BK-0001-K004"
    assert unit_number(load(PLACEBO).definition, "PB-0001", 3) == "PB-0001-U03"


@pytest.mark.parametrize("source", [KIT, PLACEBO])
def test_what_holds_nothing_of_a_donor_is_planned_without_one(source: Any) -> None:
    definition = load(source).definition

    assert is_not_given(False, False, definition) is None
    refused = is_not_given(True, False, definition)
    assert refused is not None
    assert refused.code == "made_from_no_donation"
    assert is_not_given(False, False, load(CELLS).definition) is not None
    with pytest.raises(RuleBroken) as asked:
        _ = definition.donation
    assert asked.value.code == "of_no_donor"


def test_its_readable_record_says_so_and_names_the_arms() -> None:
    said = [
        line.en
        for block in master_blocks(load(PLACEBO).text)
        if isinstance(block, Statement)
        for line in block.paragraphs
    ]
    (kits,) = [one for one in master_blocks(load(KIT).text) if isinstance(one, Section) and "Blinded" in one.title.en]

    assert "The product is made from no donation." in said
    assert [field.value for field in kits.fields[:2]] == ["msc_covid19", "msc_covid19_placebo"]


@pytest.mark.django_db
def test_a_donor_is_asked_nothing_for_it(cast: Cast) -> None:
    assert site_of("NANHU")
    approved(load(PLACEBO))

    assert asked_at({"NANHU"}) == []
