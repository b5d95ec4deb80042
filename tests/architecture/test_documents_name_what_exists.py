"""What the documents name is there: every path that a page of docs/ or the README writes in backticks."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
PATH = re.compile(r"`((?:apps|deploy|docs|fixtures|qcsystem|seeds|tests|locale)/[\w./*-]+)(?::\s*(\w+))?[^`]*`")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_document_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path for path, _name in PATH.findall(text) if not list(ROOT.glob(path.rstrip("/")))]
    missing += [path for path in PICTURE.findall(text) if not (page.parent / path).is_file()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_that_a_document_points_to_stands_in_its_file(page: Path) -> None:
    named = [(path, name) for path, name in PATH.findall(page.read_text(encoding="utf-8")) if name]
    missing = [(path, name) for path, name in named if not re.search(rf"\b{name}\b", (ROOT / path).read_text("utf-8"))]

    assert missing == []


def test_every_command_of_the_state_names_tests_that_exist() -> None:
    commands = re.findall(r"`[TP] ([^`]+)`", (ROOT / "docs/state.md").read_text(encoding="utf-8"))
    named = [part for command in commands for part in command.split() if part.startswith("tests/")]
    missing = [path for path in named if not (ROOT / path).exists()]
    chosen = [(command.split(" -k ")[0].split(), command.split(" -k ")[1]) for command in commands if " -k " in command]
    empty = [word for paths, word in chosen if not any(word in _text(ROOT / path) for path in paths)]

    assert len(named) > 30
    assert (missing, empty) == ([], [])


def _text(path: Path) -> str:
    files = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
