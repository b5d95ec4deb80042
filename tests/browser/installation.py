"""Installations for the browser: the stories are played once, each test process serves a copy of its own."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.architecture.source import ROOT

PATIENCE = 120  # seconds until a server must answer
STORIES = ROOT / "fixtures"
# What goes on today in the browser: CT-0041 on the fourteenth day of its sterility test, CT-0043 on its day of harvest.
TODAY = {
    "ct_0041": {"until: D41 12:00": "until: D40 13:59", "length: 46": "length: 40"},
    "ct_0043": {"length: 13": "length: 17"},
    "store": {"D22 13:42": "D28 13:42", "D26 08:55": "D32 08:55"},  # the units of CT-0041, which is six days later here
}

ELSEWHERE = ("cp_0011", "hs_0003", "nk_0007", "nk_0008", "vigilance", "oos")  # no page is asked about them here


@dataclass(frozen=True)
class Installation:
    """One installation: its folder, its database (none: SQLite in the folder), and where it is served."""

    var: Path
    database: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("QCS_", "DATABASE_", "REDIS_"))
        }
        said = {"QCS_MODE": "training", "QCS_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "qcsystem.settings"}
        if self.database:
            said["DATABASE_URL"] = self.database
        if self.port:
            said |= {"QCS_PORT": str(self.port), "QCS_PUBLIC_URL": self.url}
        return own | said


# --- the stories, played once -----------------------------------------------------------------------------------------
def played(folder: Path, database_url: str) -> Installation:
    """The installation that all others are copied from: CT-0042 is released, CT-0041 one reading before its analysis,
    CT-0043 before its first harvest. Whoever of the test processes comes first plays, the others wait."""
    template = Installation(folder / "played", _database_named(database_url, f"browser_{os.getpid()}"))
    with (folder / "played.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "played.done").exists():
            _play(template, _stories(folder))
            (folder / "played.done").write_text(template.database)
        return Installation(template.var, (folder / "played.done").read_text())


def _play(template: Installation, stories: Path) -> None:
    template.var.mkdir(parents=True)
    if template.database:
        _administer(template.database, "CREATE DATABASE {}")
    environment = template.environment | {"DJANGO_SETTINGS_MODULE": "tests.browser.playing"}
    for command in (["migrate"], ["seed"], ["demo", "--fixtures", str(stories)]):
        words = [sys.executable, "manage.py", *command, "-v", "0"]
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def _stories(folder: Path) -> Path:
    stories = folder / "stories"
    shutil.copytree(STORIES, stories)
    for name in ELSEWHERE:
        (stories / "nanhu" / f"{name}.yaml").unlink()
    for name, changes in TODAY.items():
        story = stories / "nanhu" / f"{name}.yaml"
        text = story.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        story.write_text(text, encoding="utf-8")
    return stories


# --- a copy for one test ----------------------------------------------------------------------------------------------
@contextmanager
def copied(template: Installation, var: Path) -> Iterator[Installation]:
    """An installation in the state in which the stories ended; it is gone afterwards."""
    copy = Installation(var, template.database and f"{template.database}_{var.parent.name}", free_port())
    restore(copy, template)
    try:
        yield copy
    finally:
        if copy.database:
            _administer(copy.database, "DROP DATABASE {} WITH (FORCE)")
        shutil.rmtree(var)


def restore(copy: Installation, template: Installation) -> None:
    """Back to the state in which the stories ended, also under a server that waits for its next request."""
    for path in ("qcsystem.sqlite3", "qcsystem.sqlite3-wal", "qcsystem.sqlite3-shm"):
        (copy.var / path).unlink(missing_ok=True)
    shutil.copytree(template.var, copy.var, dirs_exist_ok=True)
    if copy.database:
        _administer(copy.database, "DROP DATABASE IF EXISTS {} WITH (FORCE)")
        _administer(copy.database, "CREATE DATABASE {} TEMPLATE {}", _name(template.database))


@contextmanager
def served(installation: Installation, *, with_worker: bool = False) -> Iterator[Installation]:
    """The web of an installation, with worker and beat where documents are to be issued: as `make run` starts them."""
    program = "deploy/run.py" if with_worker else "-m gunicorn --config deploy/gunicorn.py"
    log = installation.var / "server.log"
    with log.open("w") as said:
        server = subprocess.Popen(
            [sys.executable, *program.split()], cwd=ROOT, env=installation.environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait_for(installation.url, server, log)
        yield installation
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)


def free_port() -> int:
    """A port on the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with direct.open(f"{url}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer:\n{log.read_text()}")


# --- databases beside the one of the other tests ----------------------------------------------------------------------
def _database_named(url: str, name: str) -> str:
    return url and url.rpartition("/")[0] + f"/{name}"


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _administer(url: str, command: str, *others: str) -> None:
    names = [sql.Identifier(name) for name in (_name(url), *others)]
    with psycopg.connect(_database_named(url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(command).format(*names))  # type: ignore[arg-type]
