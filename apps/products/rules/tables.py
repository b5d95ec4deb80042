"""The rule tables that stand beside the products: units, test methods, retention."""

from dataclasses import dataclass

from pydantic import Field

from apps.products.definition.base import Bilingual, Key, Part, Source, Span, Text
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


class MethodTable(Part):
    """The list of test methods with their sources."""

    sources: dict[Key, Text] = Field(default_factory=dict)
    methods: tuple[Method, ...]


class RetentionTable(Part):
    """The list of retention periods with their sources."""

    sources: dict[Key, Text] = Field(default_factory=dict)
    retention: tuple[Retention, ...]


@dataclass(frozen=True)
class Tables:
    """Everything a master record may name that lies outside it."""

    units: UnitTable
    methods: tuple[Method, ...]
    retention: tuple[Retention, ...]

    def method(self, key: str, version: str) -> Method | None:
        """That version of a method."""
        return next((method for method in self.methods if (method.key, method.version) == (key, version)), None)

    def retention_of(self, key: str) -> Retention | None:
        """The retention period of that key."""
        return next((entry for entry in self.retention if entry.key == key), None)
