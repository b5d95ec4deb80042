"""Units: what the fill makes, how it is labelled, and how containers and labels are accounted for."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from apps.products.definition.banking import Bank
from apps.products.definition.base import Bilingual, Count, Key, Listed, Number, Part, Quantity, Source


def _gtin(value: object) -> object:
    """GS1 General Specifications, 7.9: the last digit checks the others."""
    digits = str(value)
    if re.fullmatch("[0-9]{14}", digits, re.ASCII) is None:
        raise PydanticCustomError("gtin", '"{text}" is no trade item number of 14 digits', {"text": digits[:40]})
    weighted = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(digits[:13]))
    if (weighted + int(digits[13])) % 10:
        raise PydanticCustomError("gtin", "the check digit of {text} is another one", {"text": digits})
    return digits


Gtin = Annotated[str, BeforeValidator(_gtin)]


class Container(Part):
    """The immediate container."""

    material: Key
    label: Bilingual
    closure: Bilingual


class Fill(Part):
    """What one unit holds: a volume, and in it so many viable cells where the product is made of cells."""

    volume: Quantity
    viable_cells: Quantity | None = None
    concentration: Quantity | None = None
    source: Source


class Division(Part):
    """How many units of the one fill go where: product, retained, quality control."""

    key: Key
    label: Bilingual
    purpose: Annotated[str, Field(pattern=r"^(product|retained|quality_control)$")]
    planned: Count
    at_least: Annotated[int, Field(ge=0, strict=True)]
    source: Source


class UnitLabel(Part):
    """What stands on the label, and what must be true of its count."""

    fields: Annotated[tuple[Listed, ...], Field(min_length=1)]
    statements: tuple[Bilingual, ...]
    specimen_in_record: bool
    closes_at_percent: Number
    source: Source


class Units(Part):
    """Container, fill, divisions, label, and the storage state that starts at the fill."""

    container: Container
    fill: Fill
    divisions: Annotated[tuple[Division, ...], Field(min_length=1)]
    label: UnitLabel
    bank: Bank | None = None  # where the units are kept to make other batches from
    gtin: Gtin | None = None  # the trade item number, where the units are traded under one; never invented
    first_state: Key  # a storage state: its shelf life gives the expiry
    number_pattern: Annotated[str, Field(pattern=r"^[A-Z0-9{}:-]+$")] = "{BATCH}-U{N:02}"
    accounted_as: tuple[Listed, ...]
