"""`make run`: prepares the database, then serves web, worker and beat under one command until Ctrl-C ends them all."""

import http.client
import io
import os
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcsystem.settings")
os.environ.setdefault("C_FORCE_ROOT", "yes")  # the worker runs as whoever ran `make run`

import django  # noqa: E402  the path comes first
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connections  # noqa: E402
from honcho.manager import Manager  # noqa: E402

PORT = int(os.environ.get("QCS_PORT", "8000"))
URL = f"http://127.0.0.1:{PORT}"
os.environ.setdefault("QCS_PUBLIC_URL", URL)
PATIENCE = 60  # seconds until the web must answer


def processes() -> dict[str, str]:
    """What is served, by name: the command lines."""
    program = shlex.quote(str(Path(sys.executable).parent))
    celery = f"exec {program}/celery --quiet -A qcsystem"
    return {
        "web": f"exec {program}/gunicorn --config deploy/gunicorn.py",
        "worker": f"{celery} worker --pool solo --without-gossip --without-mingle --without-heartbeat -l WARNING",
        "beat": f"{celery} beat -l WARNING --pidfile=",
    }


def prepare() -> str:
    """Migrate, load the seeds, play the demo story (each keeps what is there). Gives the words of welcome."""
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed")
    call_command("demo")
    words = io.StringIO()
    call_command("welcome", url=URL, stdout=words)
    connections.close_all()
    return words.getvalue()


def is_port_taken() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return True
    return False


def say_when_ready(words: str) -> None:
    """The welcome is the last thing printed: when the web answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        time.sleep(0.3)
        try:
            with direct.open(f"{URL}/healthz", timeout=5):
                break
        except (OSError, http.client.HTTPException):
            continue  # not yet
    print(f"\n{words}", flush=True)


def leave_quietly(number: int, frame: FrameType | None) -> None:
    """The terminal was closed: nobody reads any more, and everything ends as with Ctrl-C."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    os.chdir(ROOT)
    if is_port_taken():
        print(
            f"Port {PORT} is taken, perhaps by an earlier start. Another one: QCS_PORT=8001 make run", file=sys.stderr
        )
        return 1
    print("Preparing the database ...", flush=True)
    try:
        words = prepare()
    except CommandError as refused:  # a sentence that names the way out; a trace would only hide it
        print(f"Not started: {refused}", file=sys.stderr)
        return 1
    manager = Manager()
    for name, command in processes().items():
        manager.add_process(name, command, env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"})
    signal.signal(signal.SIGHUP, leave_quietly)
    threading.Thread(target=say_when_ready, args=(words,), daemon=True).start()
    manager.loop()
    asked_to_stop = manager.returncode in (130, 143)
    return 0 if asked_to_stop else int(manager.returncode or 1)


if __name__ == "__main__":
    sys.exit(main())
