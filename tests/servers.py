"""Private PostgreSQL and Redis for the tests: own folder and sockets, nothing on the network, stopped by their pid."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

PATIENCE = 30  # seconds until a server must answer


# Nothing here has to survive a power cut, so the tests need not wait for the disk. Benchmarks do: the memory is a
# quarter of a small server's, as its manual recommends. A story is played in one transaction: a table that is
# analysed in the middle counts as empty for good, and one statement over eleven tables then takes minutes.
# Nor is anything large enough here that compiling a statement could pay.
FOR_TESTS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c jit=off"
FOR_BENCHMARKS = "-c shared_buffers=1GB -c max_wal_size=4GB"


@contextmanager
def private_postgres(*, as_in_production: bool = False) -> Iterator[str]:
    """A PostgreSQL that lives as long as the block. Gives its DATABASE_URL. As root it runs as the user postgres.

    As in production it waits for the disk, has memory, and the database stands already, empty.
    """
    programs = _postgres_programs()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="qcs-pg-"))
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    data, log = folder / "data", folder / "log"
    _run(*as_user, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    kind = FOR_BENCHMARKS if as_in_production else FOR_TESTS
    options = f"-c listen_addresses= {kind} -c max_connections=200 -k {folder}"
    control = [*as_user, programs / "pg_ctl", "-D", data, "-w", "-t", str(PATIENCE), "-l", log]
    try:
        _run(*control, "-o", options, "start")
        if as_in_production:
            _run(*as_user, programs / "createdb", "-h", folder, "-U", "postgres", "qcs")
        yield f"postgresql://postgres@{quote(str(folder), safe='')}/qcs"
    finally:
        if (data / "postmaster.pid").exists():
            _run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def private_redis() -> Iterator[str]:
    """A Redis that lives as long as the block. Gives its REDIS_URL."""
    folder = Path(tempfile.mkdtemp(prefix="qcs-redis-"))
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(socket, server)
            yield f"redis+socket://{socket}"
        finally:
            server.terminate()
            server.wait(PATIENCE)
            shutil.rmtree(folder, ignore_errors=True)


def _postgres_programs() -> Path:
    """Debian keeps the server's programs out of the PATH, in a folder per version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    if not found:
        raise RuntimeError("No PostgreSQL here. Install it: apt-get install postgresql")
    return Path(found).parent


def _run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[-1]} failed:\n{done.stdout}{done.stderr}")


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE * 20):
        if socket.exists():
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("The private Redis did not start.")
