"""Worker and beat really run: what is due is told without anybody asking, over each broker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from apps.alerts.models import Alert
from tests.architecture.source import ROOT
from tests.cast import ApiPerson, Cast
from tests.operation.elsewhere import database_url, environment

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
PATIENCE = 180  # seconds; beat calls the sweep every 20
WORKER = ["worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
BEAT = ["beat", "-l", "WARNING", "--pidfile="]


@contextmanager
def running(own: dict[str, str], log: Path, *words: str) -> Iterator[Callable[[], bool]]:
    """One process of Celery as it is started in production; gives whether it still runs."""
    program = [str(Path(sys.executable).parent / "celery"), "--quiet", "-A", "qcsystem", *words]
    with (
        log.open("w") as said,
        subprocess.Popen(program, cwd=ROOT, env=own, stdout=said, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield lambda: process.poll() is None
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.mark.parametrize("broker", ["files", pytest.param("redis", marks=pytest.mark.postgres)])
def test_a_worker_and_beat_tell_what_is_due_without_anybody_asking(cast: Cast, tmp_path: Path, broker: str) -> None:
    for _ in range(5):
        ApiPerson().sign_in(cast.olga, "guess")
    redis = {"REDIS_URL": os.environ["REDIS_URL"]} if broker == "redis" else {}
    url = database_url(str(connection.settings_dict["NAME"]))
    own = {**environment(tmp_path, url, **redis), "C_FORCE_ROOT": "yes"}

    with (
        running(own, tmp_path / "worker.log", *WORKER) as worker_runs,
        running(own, tmp_path / "beat.log", *BEAT) as beat_runs,
    ):
        end = time.monotonic() + PATIENCE
        while not Alert.objects.exists() and worker_runs() and beat_runs() and time.monotonic() < end:
            time.sleep(0.2)

    said = (tmp_path / "worker.log").read_text() + (tmp_path / "beat.log").read_text()
    told = sorted(Alert.objects.values_list("subject__address", "role", "kind"))
    assert told == [("user/olga", "QA", "ACCOUNT_LOCKED"), ("user/olga", "SITE_ADMIN", "ACCOUNT_LOCKED")], said
