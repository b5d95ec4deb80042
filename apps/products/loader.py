"""Reading master records: a file, a folder read as one, or the stored text. Everything wrong is named at once."""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from apps.core.canonical import canonical, sha256_hex
from apps.products.definition import Definition
from apps.products.former import as_of_today
from apps.products.reading import Reading, read_yaml
from apps.products.rules.consistency import consistency_problems
from apps.products.rules.problems import DefinitionRefused, Problem
from apps.products.rules.sentences import problems_of
from apps.products.rules.tables import CompatibilityTables, MethodTable, RetentionTable, Tables
from apps.products.rules.units import UnitEntry, UnitTable, is_meaningful

Entry = TypeVar("Entry", bound=BaseModel)
SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds"


@dataclass(frozen=True)
class Loaded:
    """A master record that holds: the definition, its canonical text and the hash of that text."""

    definition: Definition
    text: str
    sha256: str


def load(source: Path, tables: Tables | None = None) -> Loaded:
    """Read a product from `v1.yaml` or from the folder `v1/`. Raises DefinitionRefused with every problem."""
    reading = read_product(source)
    loaded = validated(reading, tables or standard_tables())
    version = f"v{loaded.definition.version}"
    if (source.parent.name, source.stem) != (loaded.definition.key, version):
        raise DefinitionRefused(
            [
                Problem(
                    "version", f"{loaded.definition.key}/{version} does not lie in {source.parent.name}/{source.stem}"
                )
            ]
        )
    return loaded


def read_product(source: Path) -> Reading:
    """The files of a product as one mapping; the folder `preparation/` holds one stage a file, in order of names."""
    if source.is_file():
        return read_yaml(source.read_text(encoding="utf-8"), source.name)
    whole = Reading()
    for file in sorted(source.glob("*.yaml")):
        whole.join(read_yaml(file.read_text(encoding="utf-8"), file.name))
    for file in sorted(source.glob("preparation/*.yaml")):
        whole.join_stages(read_yaml(file.read_text(encoding="utf-8"), f"preparation/{file.name}"))
    if not whole.data:
        raise DefinitionRefused([Problem(str(source), "there is no master record here")])
    return whole


def load_text(text: str) -> Definition:
    """The definition of a stored canonical text, also of one signed under a former shape; kept by its hash."""
    return _by_hash(sha256_hex(text), text)


@lru_cache(maxsize=64)
def _by_hash(sha256: str, text: str) -> Definition:
    return Definition.model_validate(as_of_today(json.loads(text)))


def loaded_from_yaml(text: str, tables: Tables | None = None) -> Loaded:
    """A product handed over as one YAML text."""
    return validated(read_yaml(text, ""), tables or standard_tables())


def validated(reading: Reading, tables: Tables) -> Loaded:
    """Judge what was read: its shape first, then whether its parts agree. Raises DefinitionRefused."""
    if reading.problems:
        raise DefinitionRefused(reading.problems)
    try:
        definition = Definition.model_validate(reading.data)
    except ValidationError as error:
        raise DefinitionRefused(reading.located(problems_of(error, reading.data))) from None
    problems = reading.located(consistency_problems(definition, reading.data, tables))
    if problems:
        raise DefinitionRefused(problems)
    text = canonical(reading.data)
    return Loaded(definition, text, sha256_hex(text))


@cache
def standard_tables() -> Tables:
    """The rule tables of the house, read once."""
    return read_tables(SEEDS)


def read_tables(folder: Path) -> Tables:
    """Units, methods, retention and groups of a folder of seeds. Raises DefinitionRefused."""
    units = [
        _table_entry(UnitEntry, entry, f"units[{i}]")
        for i, entry in enumerate(read_table(folder / "units.yaml")["units"])
    ]
    for i, unit in enumerate(units):
        if not is_meaningful(unit.means):
            raise DefinitionRefused(
                [Problem(f"units[{i}].means", f'"{unit.means}" means nothing to the converter', "units.yaml")]
            )
    methods = _table_entry(MethodTable, read_table(folder / "methods.yaml"), "")
    retention = _table_entry(RetentionTable, read_table(folder / "retention.yaml"), "")
    groups = _table_entry(CompatibilityTables, read_table(folder / "abo.yaml"), "")
    return Tables(UnitTable(units), methods.methods, retention.retention, groups.tables)


def units() -> UnitTable:
    """The permitted units."""
    return standard_tables().units


def read_table(file: Path) -> dict:
    """A rule table as its file says it. Raises DefinitionRefused."""
    reading = read_yaml(file.read_text(encoding="utf-8"), file.name)
    if reading.problems:
        raise DefinitionRefused(reading.problems)
    return reading.data


def _table_entry(model: type[Entry], data: dict, at: str) -> Entry:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        prefixed = [Problem(f"{at}.{problem.place}".strip("."), problem.reason) for problem in problems_of(error, data)]
        raise DefinitionRefused(prefixed) from None
