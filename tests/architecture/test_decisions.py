"""A dependency needs a decision record, and so does every line of the requirements."""

import re

from tests.architecture.source import ROOT


def undecided(requirements: str, decisions: str) -> list[str]:
    """The packages named in requirements that no decision record names."""
    named = re.findall(r"^([A-Za-z0-9._-]+)", requirements, re.MULTILINE)
    packages = {re.sub(r"[-_.]+", "-", name).lower() for name in named if not name.startswith("-")}
    known = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.sub(r"[-_.]+", "-", decisions).lower()))
    return sorted(packages - known)


def test_every_dependency_has_a_decision_record() -> None:
    requirements = "\n".join((ROOT / name).read_text() for name in ("requirements.in", "requirements-dev.in"))
    decisions = "\n".join(path.name + path.read_text() for path in (ROOT / "docs" / "decisions").glob("*.md"))

    assert undecided(requirements, decisions) == []


def test_every_record_fits_on_ten_lines() -> None:
    records = list((ROOT / "docs" / "decisions").glob("*.md"))

    assert [path.name for path in records if len(path.read_text().splitlines()) > 10] == []


def test_a_dependency_without_a_record_is_found() -> None:
    requirements = "# words\n-r other.in\nDjango>=5\nruamel.yaml~=0.19\nnovelty[extra]~=1.0\n"

    assert undecided(requirements, "`Django>=5.2`, `ruamel.yaml~=0.19`") == ["novelty"]
