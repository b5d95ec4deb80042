"""The source under inspection: every Python file of the product, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: where it is, what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"

    @property
    def app(self) -> str:
        """The app that the file belongs to; "" outside of apps/."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "apps" and len(parts) > 2 else ""


@cache
def product() -> tuple[Source, ...]:
    """All code of the product. Migrations are made by Django and not judged."""
    paths = sorted(path for folder in ("apps", "qcsystem") for path in (ROOT / folder).rglob("*.py"))
    return tuple(
        Source(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in paths
        if "migrations" not in path.parts
    )


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def docstrings(tree: ast.AST) -> set[int]:
    """The identities of the constants that are docstrings."""
    owners = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | Function))
    return {id(owner.body[0].value) for owner in owners if _is_sentence(owner.body[:1])}


def _is_sentence(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
