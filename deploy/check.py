"""`make check`: every check runs, each that fails is named, and the exit status says whether all passed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
TYPED = ("rules", "services", "facts", "definition", "lifecycle")


def typed_files() -> list[str]:
    """Rules and services, be they files or folders, and what they are handed."""
    found = [path for name in TYPED for path in ROOT.glob(f"apps/*/{name}.py")]
    found += [path for name in TYPED for path in ROOT.glob(f"apps/*/{name}/**/*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def checks() -> dict[str, list[str]]:
    return {
        "format": [f"{BIN}/ruff", "format", "--check", "."],
        "lint": [f"{BIN}/ruff", "check", "."],
        "types": [f"{BIN}/mypy", "qcsystem", *typed_files()],
        "imports": [f"{BIN}/lint-imports", "--show-timings"],
        "django": [f"{BIN}/python", "manage.py", "check", "--fail-level", "WARNING"],
        "migrations": [f"{BIN}/python", "manage.py", "makemigrations", "--check", "--dry-run"],
        "schema": [f"{BIN}/python", "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
        "documents": [f"{BIN}/python", "deploy/docs.py"],
        "translations": [f"{BIN}/python", "deploy/translations.py"],
    }


def passes(name: str, command: list[str]) -> bool:
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    told = f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - begun:.1f} s)\n"
    sys.stdout.write(told + (done.stdout + "\n" if done.returncode else ""))  # at once: others print beside it
    sys.stdout.flush()
    return done.returncode == 0


if __name__ == "__main__":
    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        results = list(side_by_side.map(lambda check: passes(*check), checks().items()))
    sys.exit(0 if all(results) else 1)
