"""Units leave the house by one verb of the store, which ends their stays: no other code takes them out."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, product

LEAVING = {"THAW", "SHIP", "ADMINISTER", "DESTROY"}
AT_HOME = {"units", "storage"}


def ways_past_the_store(source: Source) -> Iterator[str]:
    verbs = _named_verbs(source.tree)
    for call in ast.walk(source.tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "move_units":
            said = next((word.value for word in call.keywords if word.arg == "verb"), None)
            verb = verbs.get(said.id, "") if isinstance(said, ast.Name) else _verb(said)
            if verb in LEAVING:
                yield source.at(call, f"{verb} by move_units leaves a stay open: use storage.services.send_away")


def _named_verbs(tree: ast.Module) -> dict[str, str]:
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    return {name.id: _verb(node.value) for node in assigned for name in node.targets if isinstance(name, ast.Name)}


def _verb(node: ast.AST | None) -> str:
    named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "UnitVerb"
    return node.attr if named and isinstance(node, ast.Attribute) else ""


def test_no_stage_takes_units_out_of_the_house_past_the_store() -> None:
    judged = [source for source in product() if source.app not in AT_HOME]

    assert [finding for source in judged for finding in ways_past_the_store(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "move_units(change, units=units, verb=UnitVerb.SHIP)",
        "verb = UnitVerb.DESTROY\nmove_units(change, units=units, verb=verb)",
    ],
)
def test_a_way_past_the_store_is_found(text: str) -> None:
    assert len(list(ways_past_the_store(Source("apps/transport/services.py", text)))) == 1


def test_other_verbs_are_nobody_elses_business() -> None:
    text = "move_units(change, units=units, verb=UnitVerb.ARRIVE)\nsend_away(change, units=units, verb=UnitVerb.SHIP)"

    assert list(ways_past_the_store(Source("apps/transport/services.py", text))) == []
