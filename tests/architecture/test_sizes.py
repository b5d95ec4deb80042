"""Small files, small functions: what one reader can hold.

Of a file every line counts but those of tables of data; of a function neither signature, docstring nor empty lines.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Function, Source, functions, product

LONGEST_FILE = 300
LONGEST_FUNCTION = 30
A_TABLE = 10  # a top-level assignment of more lines than these is a table of data


def too_large(source: Source) -> Iterator[str]:
    if (lines := len(source.text.splitlines()) - len(_tables(source.tree))) > LONGEST_FILE:
        yield f"{source.path}: {lines} lines, at most {LONGEST_FILE}: make it a folder of the same name"
    for function in functions(source.tree):
        lines = len(_lines_of(source) & _body(function))
        if lines > LONGEST_FUNCTION:
            yield source.at(function, f"{function.name} has {lines} lines, at most {LONGEST_FUNCTION}")


def _lines_of(source: Source) -> set[int]:
    return {number for number, line in enumerate(source.text.splitlines(), 1) if line.strip()}


def _tables(tree: ast.Module) -> set[int]:
    """The lines of top-level assignments that are long: tables of data."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    spans = [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in assigned]
    return {line for span in spans if len(span) > A_TABLE for line in span}


def _body(function: Function) -> set[int]:
    """Its statements: neither the signature nor the docstring."""
    has_words = ast.get_docstring(function, clean=False) is not None
    statements = function.body[1:] if has_words else function.body
    return {line for node in statements for line in range(_first(node), (node.end_lineno or node.lineno) + 1)}


def _first(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def test_files_and_functions_stay_small_enough_to_read() -> None:
    assert [finding for source in product() for finding in too_large(source)] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\n" * 301, "301 lines"),
        ("x = 1\n\n" * 150 + "x = 1\n", "301 lines"),
        ("def long():\n" + "    x = 1\n" * 31, "long has 31 lines"),
        ("class A:\n    def long(self):\n" + "        x = 1\n" * 31, "long has 31 lines"),
        ("def long():\n    def inner():\n" + "        x = 1\n" * 30, "long has 31 lines"),
    ],
)
def test_a_long_file_or_function_is_found(text: str, says: str) -> None:
    findings = list(too_large(Source("apps/x/y.py", text)))

    assert len(findings) == 1
    assert says in findings[0]


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * 300,
        "MOVES = (\n" + "    1,\n" * 400 + ")\n",
        "def short():\n    '''" + "words\n" * 40 + "    '''\n" + "    x = 1\n" * 30,
        "def airy():\n" + "    x = 1\n\n" * 30,
        "def asks(\n" + "    a,\n" * 9 + "):\n" + "    x = 1\n" * 30,
    ],
)
def test_signatures_docstrings_blank_lines_and_tables_do_not_count(text: str) -> None:
    assert list(too_large(Source("apps/x/y.py", text))) == []
