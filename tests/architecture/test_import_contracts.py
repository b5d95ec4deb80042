"""The import contracts of pyproject.toml catch what they are for; `make check` asks them about the product itself."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture.source import ROOT

EVERY_HOUSE_HAS = ("lineage", "signatures", "organisation", "audit", "core")


def layers() -> list[str]:
    """The apps of the first contract, lowest first, neighbours of one layer in turn."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["id"] == "apps")
    return [name.strip(" ()") for row in reversed(rows) for name in row.split("|")]


def verdict(house: Path, files: dict[str, str]) -> str:
    """What the contracts say of a small house built of these files."""
    standing = {f"apps/{app}/models.py": "" for app in EVERY_HOUSE_HAS} | {
        "apps/core/roles.py": "",
        "apps/core/text.py": "",
    }
    for path, text in {**standing, "qcsystem/__init__.py": "", **files}.items():
        file = house / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        for folder in file.relative_to(house).parents:
            (house / folder / "__init__.py").touch()
    (house / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=house, capture_output=True, text=True, check=False)
    return f"{done.returncode} {done.stdout}{done.stderr}"


def test_a_house_in_order_passes(tmp_path: Path) -> None:
    said = verdict(
        tmp_path, {"apps/units/services.py": "from apps.audit.models import x\nfrom apps.units.models import y"}
    )

    assert said.startswith("0 "), said


@pytest.mark.parametrize(
    ("files", "broken"),
    [
        ({"apps/audit/services.py": "import apps.organisation.models"}, "Imports between apps point down BROKEN"),
        ({"apps/novelty/models.py": ""}, "Imports between apps point down BROKEN"),
        (
            {"apps/units/models.py": "import apps.units.services", "apps/units/services.py": ""},
            "Imports between the files of an app point down BROKEN",
        ),
        (
            {"apps/units/services.py": "import apps.units.api", "apps/units/api.py": ""},
            "Imports between the files of an app point down BROKEN",
        ),
        ({"apps/units/rules.py": "import django.db"}, "reach no framework BROKEN"),
        (
            {"apps/units/rules/life.py": "import apps.core.clock", "apps/core/clock.py": "import rest_framework"},
            "reach no framework BROKEN",
        ),
        ({"apps/units/views.py": "import qcsystem"}, "The apps know nothing of the project that runs them BROKEN"),
    ],
)
def test_a_broken_contract_is_named(tmp_path: Path, files: dict[str, str], broken: str) -> None:
    said = verdict(tmp_path, files)

    assert said.startswith("1 "), said
    assert broken in said


def test_every_app_is_installed_and_has_its_place_in_the_layers() -> None:
    there = {path.parent.name for path in ROOT.glob("apps/*/apps.py")}
    installed = {app.name.removeprefix("apps.") for app in apps.get_app_configs() if app.name.startswith("apps.")}

    assert installed == there
    assert there <= set(layers())
