"""Habits a reader may rely on: imports at the top, one verb one home, no product in Python, nothing behind the back."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.source import ROOT, Source, docstrings, functions, product

FAMILIES = {"msc", "mscs", "nkt", "hsc", "hscs", "immunoglobulin", "ivig", "plasma"}
PALETTES = {"BandColour"}  # the hues of the product bands are named so; any product may wear any
SAMPLES = {"apps/core/ui/samples.py"}  # what the style guide shows
REGIMES = {"plasma_derivative", "PLASMA_DERIVATIVE"}  # a rule book, not a product
BEHIND_THE_BACK = ("django.db.models.signals", "django.dispatch", "django.contrib.contenttypes")
MAY_RECEIVE = {"apps/audit/apps.py"}  # the one post_migrate receiver: it restores the triggers


def imports_inside_functions(source: Source) -> Iterator[str]:
    for function in functions(source.tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield source.at(node, f"{function.name} imports inside")


def products_in_python(source: Source, keys: Iterable[str]) -> Iterator[str]:
    """Names and texts (not comments, not docstrings) that name a product or a family of products."""
    if source.path in SAMPLES:
        return
    sentences = docstrings(source.tree)
    palettes = [node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef) and node.name in PALETTES]
    hues = {id(node) for palette in palettes for node in ast.walk(palette)}
    for node in ast.walk(source.tree):
        if id(node) in hues:
            continue
        for text in _words_of(node, sentences):
            named = [key for key in keys if key in text]
            named += [] if text in REGIMES else sorted(FAMILIES & set(re.findall(r"[a-z]+", text.lower())))
            yield from (source.at(node, f"{word} in {text[:60]!r}") for word in named)


def _words_of(node: ast.AST, sentences: set[int]) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and id(node) not in sentences else []
    names = [getattr(node, field, None) for field in ("id", "attr", "arg", "name")]
    return [name for name in names if isinstance(name, str)]


def hidden_effects(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if any(module.startswith(BEHIND_THE_BACK) for module in modules) and source.path not in MAY_RECEIVE:
            yield source.at(node, "signals and generic foreign keys act behind the reader's back")


def verbs_said_twice(sources: Iterable[Source]) -> list[str]:
    """Public functions of services, across all apps: a verb has one home."""
    homes = defaultdict(set)
    for source in sources:
        if source.app and re.search(r"/services(\.py$|/)", source.path):
            for node in source.tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    homes[node.name].add(source.path)
    return [f"{verb}: {', '.join(sorted(paths))}" for verb, paths in sorted(homes.items()) if len(paths) > 1]


def product_keys() -> list[str]:
    return sorted(path.name for path in (ROOT / "seeds" / "products").glob("*") if path.is_dir())


def test_imports_stand_at_the_top_of_the_file() -> None:
    assert [finding for source in product() for finding in imports_inside_functions(source)] == []


def test_no_python_knows_a_product() -> None:
    keys = product_keys()

    assert [finding for source in product() for finding in products_in_python(source, keys)] == []


def test_nothing_happens_behind_the_readers_back() -> None:
    assert [finding for source in product() for finding in hidden_effects(source)] == []


def test_every_verb_has_one_home() -> None:
    assert verbs_said_twice(product()) == []


def test_an_import_inside_a_function_is_found() -> None:
    source = Source("apps/x/y.py", "import os\ndef f():\n    if os:\n        from a import b\n    return b\n")

    assert list(imports_inside_functions(source)) == ["apps/x/y.py:4: f imports inside"]


@pytest.mark.parametrize(
    "line",
    [
        "if product.key == 'msc_covid19': pass",
        "is_msc = True",
        "def thaw_hsc(): pass",
        "title = 'Plasma unit'",
        "rule = definition.nkt_rule",
        "class MscBatch: pass",
    ],
)
def test_a_product_in_python_is_found(line: str) -> None:
    # A class in capitals is found by its words too.
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", line)

    assert len(list(products_in_python(Source("apps/x/y.py", spaced), ["msc_covid19"]))) >= 1


@pytest.mark.parametrize("line", ["'''Like an MSC batch.'''", "# plasma", "x = 'plasma_derivative'", "x = 'mscx'"])
def test_regimes_and_explanations_name_no_product(line: str) -> None:
    assert list(products_in_python(Source("apps/x/y.py", line), ["msc_covid19"])) == []


@pytest.mark.parametrize(
    "line",
    [
        "from django.db.models.signals import post_save",
        "import django.dispatch",
        "from django.contrib.contenttypes.fields import GenericForeignKey",
    ],
)
def test_signals_and_generic_keys_are_found(line: str) -> None:
    assert len(list(hidden_effects(Source("apps/x/models.py", line)))) == 1


def test_a_verb_with_two_homes_is_found() -> None:
    sources = [
        Source("apps/a/services.py", "def ship(): pass\ndef _own(): pass\n"),
        Source("apps/b/services/moves.py", "def ship(): pass\ndef _own(): pass\n"),
    ]

    assert verbs_said_twice(sources) == ["ship: apps/a/services.py, apps/b/services/moves.py"]
