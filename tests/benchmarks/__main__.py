"""`make bench`: how fast, against the machine's own limit in the same run. Prints one table at its end.

On PostgreSQL with Redis and on SQLite, each filled to 10,000 batches and a million recorded values with valid chains,
then to 100,000 batches. QCS_BENCH_BATCHES=400 makes a small run of it; then the bounds mean little.

python -m tests.benchmarks --on postgresql --parts pages shipments      only these parts, on one database
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import certificate
from tests.benchmarks.table import Line, printed
from tests.servers import private_postgres, private_redis

DATABASES = ("postgresql", "sqlite")
PARTS = ("certificate", "sequencer", "verification", "pages", "values", "shipments", "lists", "stages", "stock")


def main() -> int:
    """Measure what is asked for. The exit status says that it was measured, not that every bound holds."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the servers are stopped
    wanted, chapters = asked_for(), dict[str, list[Line]]()
    if "certificate" in wanted.parts:
        chapters["Certificate"] = certificate.measure()
        print(printed(chapters), flush=True)
    parts = [part for part in wanted.parts if part != "certificate"]
    if parts and "postgresql" in wanted.on:
        with private_postgres(as_in_production=True) as database, private_redis() as broker:
            chapters["PostgreSQL + Redis"] = on_database({"DATABASE_URL": database, "REDIS_URL": broker}, parts)
        print(printed(chapters), flush=True)  # what was measured stands, whatever becomes of the rest
    if parts and "sqlite" in wanted.on:
        chapters["SQLite + file broker"] = on_database({}, parts)
        print(printed(chapters))
    return 0


def asked_for() -> argparse.Namespace:
    """Which parts, on which databases: everything, unless something is named."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="How fast we are.")
    asked.add_argument("--on", choices=DATABASES, nargs="+", default=DATABASES)
    asked.add_argument("--parts", choices=PARTS, nargs="+", default=PARTS)
    return asked.parse_args()


def on_database(chosen: dict[str, str], parts: Sequence[str]) -> list[Line]:
    """The lines of one database, measured in a process of its own with the settings of production."""
    folder = Path(tempfile.mkdtemp(prefix="qcs-bench-"))
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"DJANGO_SETTINGS_MODULE": "qcsystem.settings", "QCS_MODE": "training", "QCS_VAR": str(folder)}
    written = folder / "lines.json"
    try:
        command = [sys.executable, "-m", "tests.benchmarks.setting_up", "on_database", str(written), *parts]
        subprocess.run(command, env=environment | chosen, check=True)
        return [Line(**line) for line in json.loads(written.read_text(encoding="utf-8"))]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
