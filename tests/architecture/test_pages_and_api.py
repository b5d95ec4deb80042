"""Whatever a page can do, a program can do: the services that pages call are called by the API as well."""

import ast
import re
from collections.abc import Collection, Iterable

from tests.architecture.source import Source, product

SERVICES = re.compile(r"apps\.\w+\.services(\.|$)")
PAGES = re.compile(r"/(views(\.py|/)|pages\.py)")
API = re.compile(r"/api(\.py|/)")
SAME = {  # the page's verb: the verb by which the API does the same
    "record_value": "record_values",  # one value is a list of one
    "scan_vessel": "record_values",  # with `scanned: true`
}
NO_VERBS = {"preview"}  # writes nothing: what an import would say


def services_called(sources: Iterable[Source], edge: re.Pattern[str]) -> set[str]:
    """The service functions that the files of one edge import, by name or through their module."""
    return {name for source in sources if edge.search(source.path) for name in _called(source.tree)}


def _called(tree: ast.Module) -> set[str]:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    names = {alias.name for node in imports if SERVICES.match(str(node.module)) for alias in node.names}
    modules = {alias.asname or alias.name for node in imports for alias in node.names if alias.name == "services"}
    through = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    }
    return {name for name in names | through if name.islower()}


def of_pages_only(sources: Collection[Source]) -> list[str]:
    offered = services_called(sources, API)
    asked = services_called(sources, PAGES) - NO_VERBS
    return sorted(verb for verb in asked if SAME.get(verb, verb) not in offered)


def test_every_verb_of_a_page_is_a_verb_of_the_api() -> None:
    assert of_pages_only(product()) == []


def test_pages_and_api_were_found() -> None:
    pages, api = services_called(product(), PAGES), services_called(product(), API)

    assert {"plan_batch", "correct_value", "record_result", "grant_role"} <= pages & api
    assert len(pages & api) > 40


def test_a_verb_that_only_a_page_has_is_found() -> None:
    text = "from apps.x.services import do_it\nfrom apps.x import services\nservices.other()"
    page = Source("apps/x/views.py", text)
    api = Source("apps/x/api.py", "from apps.x.services.family import other")

    assert of_pages_only([page, api]) == ["do_it"]
