"""`make run`: one command serves everything, Ctrl-C ends everything, and a second start keeps the data."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from ruamel.yaml import YAML

from tests.architecture.source import ROOT

pytestmark = [pytest.mark.heavy, pytest.mark.embedded]
LAST_WORDS = "Ctrl-C"
PATIENCE = 600  # seconds for the first start, which plays the demo stories


def becomes_true(question: Callable[[], bool], patience: float = 60) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.3)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(var: Path, port: int) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("QCS_", "DATABASE_", "REDIS_"))}
    return {**own, "DJANGO_SETTINGS_MODULE": "qcsystem.settings", "QCS_VAR": str(var), "QCS_PORT": str(port)}


@contextmanager
def started(var: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The system as `make run` starts it, from the first line to its last words."""
    process = subprocess.Popen(
        [sys.executable, "deploy/run.py"], cwd=ROOT, env=environment(var, port), text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said: list[str] = []
    deadline = threading.Timer(PATIENCE, process.kill)
    deadline.start()
    try:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if LAST_WORDS in line:
                break
        assert LAST_WORDS in "".join(said[-1:]), "".join(said)
        yield process, said
    finally:
        deadline.cancel()
        for pid in [*descendants(process.pid), process.pid]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def descendants(pid: int) -> list[int]:
    """Every process that this one started, and those they started."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found[1:]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended meanwhile
        return 0


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def press_ctrl_c(process: subprocess.Popen[str]) -> tuple[int, list[int]]:
    """What the terminal does: the signal goes to all of the foreground. Gives the exit status and who is left."""
    everybody = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    return process.returncode, [pid for pid in everybody if alive(pid)]


def get(port: int, path: str) -> tuple[int, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
        return reply.status, reply.read().decode()


def sign_in(port: int, username: str) -> str:
    """Where a person of the demo is led after signing in as the page asks for it."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    address = f"http://127.0.0.1:{port}/sign-in/"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', opener.open(address).read().decode())
    assert token
    sent = {"username": username, "secret": settings.DEMO_SECRET, "csrfmiddlewaretoken": token[1]}
    with opener.open(address, urllib.parse.urlencode(sent).encode()) as reply:
        return str(urllib.parse.urlsplit(reply.url).path)


def demo_people() -> list[list[str]]:
    """Whom the welcome names, with their password and role: everybody of the demo, in the order of the file."""
    people = YAML(typ="safe", pure=True).load(ROOT / "fixtures" / "people.yaml")["people"]
    return [[person["user"], settings.DEMO_SECRET, person["role"]] for person in people]


def test_one_command_serves_everything_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path / "var", port) as (process, said):
        assert get(port, "/healthz") == (200, "ok\n"), "".join(said)
        assert 'type="password"' in get(port, "/")[1]
        assert len(descendants(process.pid)) >= 4  # gunicorn and its worker, the worker, beat
        assert f"http://127.0.0.1:{port}" in "".join(said)
        assert [line.split()[:3] for line in said if settings.DEMO_SECRET in line] == demo_people()
        heads = tmp_path / "var" / "checkpoints" / "heads.jsonl"
        before = heads.read_text()
        assert sign_in(port, "operator") == "/"
        assert becomes_true(lambda: heads.read_text() != before)  # beat asked, the worker did
        assert press_ctrl_c(process) == (0, [])
    database = tmp_path / "var" / "qcsystem.sqlite3"
    size = database.stat().st_size
    with started(tmp_path / "var", port) as (process, said):
        assert get(port, "/healthz") == (200, "ok\n"), "".join(said)
        assert any("nothing was changed" in line for line in said)
        assert not any("Playing" in line for line in said)
        assert press_ctrl_c(process) == (0, [])
    assert database.stat().st_size >= size


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [sys.executable, "deploy/run.py"]
        said = subprocess.run(
            command, cwd=ROOT, env=environment(tmp_path, port), capture_output=True, text=True, check=False
        )

    assert said.returncode == 1
    assert f"Port {port} is taken" in said.stderr
    assert "QCS_PORT=8001 make run" in said.stderr


def test_seeds_that_are_refused_stop_the_start_with_a_sentence_and_no_trace(tmp_path: Path) -> None:
    house = tmp_path / "house"
    shutil.copytree(ROOT, house, ignore=shutil.ignore_patterns(".*", "var", "tests", "docs", "__pycache__"))
    donation = house / "seeds" / "products" / "msc_covid19" / "v1" / "donation.yaml"
    donation.write_text(donation.read_text().replace("tested_person:", "tested_persons:"))

    said = subprocess.run(
        [sys.executable, "deploy/run.py"], cwd=house, env=environment(tmp_path / "var", free_port()),
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert said.returncode == 1
    assert said.stderr.startswith("Not started: donation.tested_person: is missing")
    assert "Traceback" not in said.stderr
