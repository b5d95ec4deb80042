"""Hop 1: the line of the master record that asks for a value, in the file of seeds it was imported from."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.batches.models import Amendment, Batch
from apps.inspection.facts import MasterHop, SourceLine
from apps.products.definition import Definition
from apps.products.definition.preparation import Step
from apps.products.facts import Place
from apps.products.loader import load_text
from apps.products.models import ProductVersion
from apps.products.reading import Reading, read_yaml
from apps.products.rules.problems import path

LONGEST_EXCERPT = 12
PARTS = ("equipment", "materials", "vessels", "parameters")


Steps = tuple[str | int, ...]  # the way to a part of the record: preparation, stages, 2, steps, 6, parameters, 1


def master_of_place(batch: Batch, place: Place) -> MasterHop:
    """Where the master record of a batch asks for the value at a place of its record."""
    version = _version(batch)
    way = place_in_preparation(load_text(version.text), place)
    amendment = Amendment.objects.filter(batch=batch, sha256=batch.definition_sha256).first()
    return _hop(version, way, amendment.number if amendment else "")


def master_of_result(batch: Batch, test: str, parameter: str) -> MasterHop:
    """Where the specification asks for a result of the laboratory."""
    version = _version(batch)
    for i, one in enumerate(load_text(version.text).testing.tests):
        if one.key == test:
            keys = [result.key for result in one.results]
            result = ("results", keys.index(parameter)) if parameter in keys else ()
            return _hop(version, ("testing", "tests", i, *result), "")
    return _hop(version, (), "")


def place_in_preparation(definition: Definition, place: Place) -> Steps:
    """The way from the top of the master record to the field at a place; empty if it has none."""
    for i, stage in enumerate(definition.preparation.stages):
        for j, step in enumerate(stage.steps):
            if (stage.key, step.key) == (place.stage, place.step):
                return next(_fields(("preparation", "stages", i, "steps", j), step, place.parameter), ())
    return ()


def _fields(way: Steps, step: Step, key: str) -> Iterator[Steps]:
    for part in PARTS:
        for k, field in enumerate(getattr(step, part)):
            if field.key == key:
                yield (*way, part, k)


def _version(batch: Batch) -> ProductVersion:
    rows = ProductVersion.objects.select_related("record", "author_signature", "approval_signature")
    return rows.get(pk=batch.product_version_id)


def _hop(version: ProductVersion, way: Steps, amendment: str) -> MasterHop:
    file, lines = _lines(version, way) if way else ("", ())
    author, approver = version.author_signature, version.approval_signature
    return MasterHop(
        product=version.number,
        state=version.state,
        sha256=version.sha256,
        path=path(*way),
        file=file,
        lines=lines,
        amendment=amendment,
        author=author.printed_name if author else "",
        approver=approver.printed_name if approver else "",
        approved_at=version.approved_at,
    )


def _lines(version: ProductVersion, way: Steps) -> tuple[str, tuple[SourceLine, ...]]:
    """File and lines, when the file of seeds still says there, word for word, what was approved."""
    approved = json.loads(version.text)
    for file, below in _files(version, approved, way):
        reading = _read(file, file.stat().st_mtime_ns)
        if reading and _part(reading.data, below) == _part(approved, way):
            name = file.relative_to(settings.SEEDS_DIR.parent) if settings.SEEDS_DIR in file.parents else file.name
            return str(name), _excerpt(file, reading, path(*below))
    return "", ()


def _files(version: ProductVersion, approved: Any, way: Steps) -> Iterator[tuple[Path, Steps]]:
    """The files that may hold this part, each with the way to it inside the file."""
    folder = settings.SEEDS_DIR / "products" / version.key / f"v{version.version}"
    if not folder.is_dir():
        whole = folder.with_suffix(".yaml")
        yield from [(whole, way)] if whole.exists() else []
        return
    for file in sorted(folder.glob("*.yaml")):
        if _begins_a_line(file, f"{way[0]}:"):
            yield file, way
    if way[0] == "preparation":
        key = _part(approved, (*way[:3], "key"))
        for file in sorted(folder.glob("preparation/*.yaml")):
            if _begins_a_line(file, f"key: {key}\n"):
                yield file, way[3:]


def _begins_a_line(file: Path, words: str) -> bool:
    return f"\n{words}" in "\n" + file.read_text(encoding="utf-8")


def _part(data: Any, way: Steps) -> Any:
    """What stands at the end of the way; None when the way leads nowhere."""
    for step in way:
        if isinstance(step, int) and not (isinstance(data, list) and step < len(data)):
            return None
        if isinstance(step, str) and not (isinstance(data, dict) and step in data):
            return None
        data = data[step]
    return data


@lru_cache(maxsize=64)
def _read(file: Path, changed_at: int) -> Reading | None:
    reading = read_yaml(file.read_text(encoding="utf-8"), file.name)
    return None if reading.problems else reading


def _excerpt(file: Path, reading: Reading, where: str) -> tuple[SourceLine, ...]:
    """The lines of one part: up to the first line of what is not inside it."""
    text = file.read_text(encoding="utf-8").splitlines()
    first = reading.lines[where][1]
    inside = (f"{where}.", f"{where}[")
    after = (line for at, (_, line) in reading.lines.items() if line > first and not at.startswith(inside))
    last = min(min(after, default=len(text) + 1), first + LONGEST_EXCERPT)
    return tuple(SourceLine(n, text[n - 1]) for n in range(first, last))
