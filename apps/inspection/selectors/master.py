"""Hop 1: the line of the master record that asks for a value, in the file of seeds it was imported from."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from apps.batches.models import Amendment, Batch
from apps.core.canonical import canonical, sha256_hex
from apps.inspection.facts import MasterHop, SourceLine
from apps.products.definition import Definition
from apps.products.facts import Place
from apps.products.loader import load_text, read_product
from apps.products.models import ProductVersion
from apps.products.reading import Reading
from apps.products.rules.problems import DefinitionRefused, path

LONGEST_EXCERPT = 12
PARTS = ("equipment", "materials", "vessels", "parameters")


def master_of_place(batch: Batch, place: Place) -> MasterHop:
    """Where the master record of a batch asks for the value at a place of its record."""
    version = ProductVersion.objects.select_related("record", "author_signature", "approval_signature").get(
        pk=batch.product_version_id
    )
    where = place_in_preparation(load_text(version.text), place)
    amendment = Amendment.objects.filter(batch=batch, sha256=batch.definition_sha256).first()
    return _hop(version, where, amendment.number if amendment else "")


def master_of_result(batch: Batch, test: str, parameter: str) -> MasterHop:
    """Where the specification asks for a result of the laboratory."""
    version = ProductVersion.objects.select_related("record", "author_signature", "approval_signature").get(
        pk=batch.product_version_id
    )
    tests = load_text(version.text).testing.tests
    found = next((i for i, one in enumerate(tests) if one.key == test), None)
    if found is None:
        return _hop(version, "", "")
    keys = [result.key for result in tests[found].results]
    results = ("results", keys.index(parameter)) if parameter in keys else ()
    return _hop(version, path("testing", "tests", found, *results), "")


def place_in_preparation(definition: Definition, place: Place) -> str:
    """A place of the record as a place of the file: preparation.stages[2].steps[6].parameters[1]; "" if it has none."""
    for i, stage in enumerate(definition.preparation.stages):
        for j, step in enumerate(stage.steps):
            if (stage.key, step.key) != (place.stage, place.step):
                continue
            for part in PARTS:
                for k, field in enumerate(getattr(step, part)):
                    if field.key == place.parameter:
                        return path("preparation", "stages", i, "steps", j, part, k)
    return ""


def _hop(version: ProductVersion, where: str, amendment: str) -> MasterHop:
    file, lines = _lines(version, where) if where else ("", ())
    author, approver = version.author_signature, version.approval_signature
    return MasterHop(
        product=version.number,
        state=version.state,
        sha256=version.sha256,
        path=where,
        file=file,
        lines=lines,
        amendment=amendment,
        author=author.printed_name if author else "",
        approver=approver.printed_name if approver else "",
        approved_at=version.approved_at,
    )


def _lines(version: ProductVersion, where: str) -> tuple[str, tuple[SourceLine, ...]]:
    """File and lines, when the file of seeds is still the text that was imported."""
    source = _source(version.key, version.version)
    reading, folder = _read(source, _changed_at(source)), source.parent if source.is_file() else source
    if reading is None or sha256_hex(canonical(reading.data)) != version.sha256 or where not in reading.lines:
        return "", ()
    name, first = reading.lines[where]
    text = (folder / name).read_text(encoding="utf-8").splitlines()
    last = min(_next_line(reading, where, name, len(text) + 1), first + LONGEST_EXCERPT)
    excerpt = tuple(SourceLine(n, text[n - 1]) for n in range(first, last))
    return f"seeds/products/{version.key}/{_below(source)}{name}", excerpt


def _source(key: str, version: int) -> Path:
    folder = settings.SEEDS_DIR / "products" / key / f"v{version}"
    return folder if folder.is_dir() else folder.with_suffix(".yaml")


def _below(source: Path) -> str:
    return "" if source.is_file() else f"{source.name}/"


def _changed_at(source: Path) -> tuple[int, ...]:
    files = sorted(source.rglob("*.yaml")) if source.is_dir() else [source]
    return tuple(file.stat().st_mtime_ns for file in files if file.exists())


@lru_cache(maxsize=16)
def _read(source: Path, changed_at: tuple[int, ...]) -> Reading | None:
    if not changed_at:
        return None
    try:
        return read_product(source)
    except DefinitionRefused:
        return None


def _next_line(reading: Reading, where: str, name: str, end: int) -> int:
    """Where the part that begins at this place ends: the first line of what is not inside it."""
    begun = reading.lines[where][1]
    after = [
        line
        for place, (file, line) in reading.lines.items()
        if file == name and line > begun and not place.startswith((f"{where}.", f"{where}["))
    ]
    return min(after, default=end)
