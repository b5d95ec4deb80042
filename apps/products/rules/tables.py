"""The rule tables that stand beside the products: units, test methods, retention, groups."""

from dataclasses import dataclass

from pydantic import Field

from apps.products.definition.base import Bilingual, Count, Key, Part, Source, Span, Text
from apps.products.facts import Fit
from apps.products.rules.units import UnitTable


class Method(Part):
    """One version of a test method, as the laboratory runs it."""

    key: Key
    version: Text
    title: Bilingual
    principle: Bilingual
    procedure: Text
    supersedes: str = ""
    in_force: bool = True
    source: Source


class Retention(Part):
    """How long records of a kind are kept, counted from what, under which rule."""

    key: Key
    label: Bilingual
    at_least: Span
    counted_from: Bilingual
    source: Source


class CompatibilityRow(Part):
    """The groups of units that a patient of one group may get."""

    patient: Key
    units: tuple[Key, ...]


class Compatibility(Part):
    """One version of a table of groups: what is not listed is not given."""

    key: Key
    version: Count
    label: Bilingual
    rows: tuple[CompatibilityRow, ...]
    source: Source

    def fit(self, unit: str, patient: str) -> Fit:
        """How a unit of one group stands to a patient of another."""
        row = next((one for one in self.rows if one.patient == patient), None)
        if row is None or unit not in {one.patient for one in self.rows}:
            return Fit.UNKNOWN
        if unit not in row.units:
            return Fit.INCOMPATIBLE
        return Fit.SAME if unit == patient else Fit.COMPATIBLE


class MethodTable(Part):
    """The list of test methods with their sources."""

    sources: dict[Key, Text] = Field(default_factory=dict)
    methods: tuple[Method, ...]


class RetentionTable(Part):
    """The list of retention periods with their sources."""

    sources: dict[Key, Text] = Field(default_factory=dict)
    retention: tuple[Retention, ...]


class CompatibilityTables(Part):
    """The list of tables of groups with their sources."""

    sources: dict[Key, Text] = Field(default_factory=dict)
    tables: tuple[Compatibility, ...]


@dataclass(frozen=True)
class Tables:
    """Everything a master record may name that lies outside it."""

    units: UnitTable
    methods: tuple[Method, ...]
    retention: tuple[Retention, ...]
    compatibility: tuple[Compatibility, ...] = ()

    def method(self, key: str, version: str) -> Method | None:
        """That version of a method."""
        return next((method for method in self.methods if (method.key, method.version) == (key, version)), None)

    def compatibility_of(self, key: str, version: int) -> Compatibility | None:
        """That version of a table of groups."""
        return next((one for one in self.compatibility if (one.key, one.version) == (key, version)), None)

    def retention_of(self, key: str) -> Retention | None:
        """The retention period of that key."""
        return next((entry for entry in self.retention if entry.key == key), None)
