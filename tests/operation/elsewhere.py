"""The programs of this system run by themselves, against a database and a folder that a test gives them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from django.db import connection

from tests.architecture.source import ROOT


def database_url(name: str) -> str:
    """The address of another database beside the one of the tests."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


def environment(var: Path, url: str, **more: str) -> dict[str, str]:
    """That of an installation in training mode, with nothing of the one that runs the tests."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("QCS_", "DATABASE_", "REDIS_"))}
    told = {"QCS_MODE": "training", "QCS_VAR": str(var), "DATABASE_URL": url}
    return {**own, "DJANGO_SETTINGS_MODULE": "qcsystem.settings", **told, **more}


def managed(own: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """What `manage.py` says there."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=dict(own), capture_output=True, text=True, check=False, timeout=300)
