"""Units: the permitted UCUM codes, how they are shown, and exact conversion between those of one kind."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache

import pint
from pydantic import BaseModel, ConfigDict

COUNTED = (
    "cell",
    "unit_of_activity",
    "endotoxin_unit",
    "colony",
    "copy",
    "drop",
    "doubling",
    "piece",
    "enzyme_activity",
    "airborne_particle",
)


class UnitEntry(BaseModel):
    """One permitted unit: its UCUM code, what a screen shows, and what it means to the converter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    display: str
    display_zh: str = ""
    means: str


class Incompatible(ValueError):
    """The two units measure different things."""


class UnitTable:
    """The closed list of units."""

    def __init__(self, entries: Iterable[UnitEntry]) -> None:
        self._entries = {entry.code: entry for entry in entries}

    def __iter__(self) -> Iterable[UnitEntry]:
        return iter(self._entries.values())

    def knows(self, code: str) -> bool:
        """Whether the code is permitted."""
        return code in self._entries

    def display(self, code: str, language: str = "en") -> str:
        """The unit as people read it: [IU]/mL of endotoxin is shown as EU/mL."""
        entry = self._entries.get(code)
        if entry is None:
            return code
        return entry.display_zh if language.startswith("zh") and entry.display_zh else entry.display

    def convert(self, value: Decimal, given: str, wanted: str) -> Decimal:
        """The value in another unit, exactly. Raises Incompatible."""
        if given == wanted:
            return value
        if not (self.knows(given) and self.knows(wanted)):
            raise Incompatible(f"{given} can't be converted to {wanted}")
        try:
            return _converted(value, self._entries[given].means, self._entries[wanted].means)
        except pint.DimensionalityError:
            raise Incompatible(f"{given} can't be converted to {wanted}") from None

    def is_same_kind(self, one: str, other: str) -> bool:
        """Whether values of the two units can be converted into each other."""
        try:
            self.convert(Decimal(1), one, other)
        except Incompatible:
            return False
        return True


@cache
def _registry() -> pint.UnitRegistry:
    registry: pint.UnitRegistry = pint.UnitRegistry(
        non_int_type=Decimal, autoconvert_offset_to_baseunit=True, cache_folder=None
    )
    for name in COUNTED:
        registry.define(f"{name} = [{name}]")
    registry.define("megacell = 1000000 * cell")
    return registry


def _quantity(value: Decimal, means: str) -> pint.Quantity:
    return _registry().Quantity(value, _registry().Unit(means))


@lru_cache(maxsize=5_000)
def _converted(value: Decimal, given: str, wanted: str) -> Decimal:
    return _trimmed(Decimal(_quantity(value, given).to(wanted).magnitude))


def is_meaningful(means: str) -> bool:
    """Whether the converter understands what a unit is said to mean."""
    try:
        _registry().Unit(means)
    except (pint.UndefinedUnitError, pint.errors.DefinitionSyntaxError, ValueError, TypeError):
        return False
    return True


def _trimmed(value: Decimal) -> Decimal:
    """Without the zeros that a conversion leaves: 1E+2 and 100.000 both become 100."""
    whole = value.normalize()
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole
