"""`make test`: all tests on PostgreSQL + Redis, then on SQLite + file broker in short form (tests/forms.py)."""

import os
import signal
import subprocess
import sys

from tests.servers import private_postgres, private_redis

ARGUMENTS = [sys.executable, "-m", "pytest", "--numprocesses", os.environ.get("QCS_TEST_WORKERS", "auto")]
ARGUMENTS += ["--dist", "loadscope"]  # in the order of tests/scheduling.py


def main() -> int:
    """Run both; the exit status is 0 only when both passed."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the servers are stopped
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment["QCS_NO_SKIPS"] = "yes"
    with private_postgres() as database, private_redis() as broker:
        print("=== PostgreSQL + Redis, full form", flush=True)
        full = {"DATABASE_URL": database, "REDIS_URL": broker, "QCS_TEST_FORM": "full"}
        on_servers = subprocess.run([*ARGUMENTS, *sys.argv[1:]], env=environment | full, check=False).returncode
    print("=== SQLite + file broker, short form: what asks the database, of the heavy tests a part", flush=True)
    short = {"QCS_TEST_FORM": "short"}
    on_files = subprocess.run([*ARGUMENTS, *sys.argv[1:]], env=environment | short, check=False).returncode
    for name, status in (("PostgreSQL + Redis", on_servers), ("SQLite + file broker", on_files)):
        if status:
            print(f"make test: failed on {name} (see above), exit status {status}", file=sys.stderr)
    return on_servers or on_files


if __name__ == "__main__":
    sys.exit(main())
