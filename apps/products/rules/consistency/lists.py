"""What holds everywhere alike: keys are unique in their list, units are permitted, cited sources are listed."""

from collections.abc import Iterator

from apps.products.rules.problems import Problem, path
from apps.products.rules.tables import Tables


def list_problems(data: dict, tables: Tables) -> Iterator[Problem]:
    """Walk the record as written."""
    sources = {entry.get("key") for entry in data.get("sources", ()) if isinstance(entry, dict)}
    yield from _walk(data, (), sources, tables)


def _walk(value: object, at: tuple[str | int, ...], sources: set, tables: Tables) -> Iterator[Problem]:
    if isinstance(value, dict):
        yield from _mapping_problems(value, at, sources, tables)
        for key, inner in value.items():
            yield from _walk(inner, (*at, key), sources, tables)
    elif isinstance(value, list):
        yield from _repeated_keys(value, at)
        for i, inner in enumerate(value):
            yield from _walk(inner, (*at, i), sources, tables)


def _mapping_problems(value: dict, at: tuple[str | int, ...], sources: set, tables: Tables) -> Iterator[Problem]:
    unit = value.get("unit")
    if isinstance(unit, str) and unit and not tables.units.knows(unit):
        yield Problem(path(*at, "unit"), f'"{unit}" is no permitted unit; see seeds/units.yaml')
    source = value.get("source")
    cited = (
        source.get("cites")
        if isinstance(source, dict)
        else source.partition(" ")[0]
        if isinstance(source, str)
        else None
    )
    if cited and cited not in sources:
        yield Problem(path(*at, "source"), f'"{cited}" is not in the list of sources')


def _repeated_keys(entries: list, at: tuple[str | int, ...]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for i, entry in enumerate(entries):
        key = entry.get("key") if isinstance(entry, dict) else None
        if key is None:
            continue
        if key in seen:
            yield Problem(path(*at, i, "key"), f'"{key}" is already the key of entry [{seen[key]}]')
        seen.setdefault(key, i)
