"""Server mode set up by environment variables alone, as docs/server_mode.md says: two roles, TLS, real processes."""

import datetime
import os
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tests.architecture.source import ROOT
from tests.operation.test_run import becomes_true, free_port

pytestmark = [pytest.mark.heavy, pytest.mark.postgres]
BIN = Path(sys.executable).parent
PATIENCE = 60


def write_key(path: Path, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
    forms = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*forms))


def write_certificate(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """A certificate of an own authority for localhost."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=2)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def server(tmp_path: Path) -> dict[str, str]:
    """Everything that server mode demands but the database."""
    key = ec.generate_private_key(ec.SECP256R1())
    write_key(tmp_path / "seal.pem", key)
    write_certificate(tmp_path / "seal.crt", key)
    write_key(tmp_path / "checkpoint.pem", ed25519.Ed25519PrivateKey.generate())
    own = {name: value for name, value in os.environ.items() if not name.startswith(("QCS_", "DATABASE_", "DJANGO_"))}
    return own | {
        "QCS_MODE": "server",
        "QCS_VAR": str(tmp_path / "var"),
        "QCS_HOSTS": "localhost",
        "QCS_BIND": f"127.0.0.1:{free_port()}",
        "QCS_WORKERS": "1",
        "SECRET_KEY": "only-for-this-test-" + "abcdefghijklmnopqrstuvwxyz0123456789",
        "QCS_TLS_CERT": str(tmp_path / "seal.crt"),
        "QCS_TLS_KEY": str(tmp_path / "seal.pem"),
        "QCS_CHECKPOINT_KEY": str(tmp_path / "checkpoint.pem"),
        "QCS_SEAL_KEY": str(tmp_path / "seal.pem"),
        "QCS_SEAL_CERT": str(tmp_path / "seal.crt"),
        "QCS_SEAL_CHAIN": str(tmp_path / "seal.crt"),
    }


@pytest.fixture
def roles() -> Iterator[tuple[str, str]]:
    """A database of its own with an owner and a serving role: the URL of each."""
    folder = unquote(urlsplit(os.environ["DATABASE_URL"]).netloc.partition("@")[2])
    mark = f"{os.getpid()}"
    owner, app, name = f"owner_{mark}", f"app_{mark}", f"serving_{mark}"
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as connection:
        for statement in (
            f"CREATE ROLE {owner} LOGIN",
            f"CREATE ROLE {app} LOGIN",
            f"CREATE DATABASE {name} OWNER {owner}",
        ):
            connection.execute(statement)
        yield tuple(f"postgresql://{role}@{quote(folder, safe='')}/{name}" for role in (owner, app))
        for statement in (f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {app}", f"DROP ROLE {owner}"):
            connection.execute(statement)


def run(environment: dict[str, str], *words: str, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, input=typed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def set_up(server: dict[str, str], owner: str, app: str) -> None:
    """What docs/server_mode.md tells the administrator to do."""
    run(server | {"DATABASE_URL": owner}, "manage.py", "migrate", "--verbosity", "0")
    rights = run(server | {"DATABASE_URL": owner}, "deploy/grants.py", str(urlsplit(app).username))
    parts = urlsplit(owner)
    folder = unquote(parts.netloc.partition("@")[2])
    with psycopg.connect(host=folder, user=parts.username, dbname=parts.path.strip("/")) as connection:
        connection.execute(rights)  # type: ignore[arg-type]  # a script, not a literal
    run(server | {"DATABASE_URL": app}, "manage.py", "collectstatic", "--noinput", "--verbosity", "0")


def name_administrators(environment: dict[str, str]) -> None:
    site = [
        "--site",
        "NANHU",
        "--name-en",
        "Nanhu Cell Centre",
        "--name-zh",
        "南湖细胞中心",
        "--timezone",
        "Asia/Shanghai",
    ]
    address = ["--address-en", "8 Nanhu Road", "--address-zh", "南湖路8号"]
    people = ["--admin", "adam", "Adam Acker", "--admin", "astrid", "Astrid Aas", "--secrets-from-stdin"]
    secrets = "first copper kettle\nsecond copper kettle\n"
    run(environment, "manage.py", "create_admin", *site, *address, *people, typed=secrets)


def celery(environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    command = [str(BIN / "celery"), "--quiet", "-A", "qcsystem", *words, "-l", "ERROR"]
    return subprocess.Popen(command, cwd=ROOT, env=environment | {"C_FORCE_ROOT": "yes", "PYTHONWARNINGS": "ignore"})


def gunicorn(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [str(BIN / "gunicorn"), "--config", "deploy/gunicorn.py"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def ask(server: dict[str, str], path: str) -> HTTPResponse:
    """Over TLS, trusting this certificate only, patient while the server starts."""
    trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=server["QCS_TLS_CERT"]))
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust)
    address = f"https://localhost:{server['QCS_BIND'].rpartition(':')[2]}{path}"
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return direct.open(address, timeout=10)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def test_a_server_set_up_as_documented_serves_over_tls_as_a_role_that_cannot_change_the_trail(
    server: dict[str, str], roles: tuple[str, str]
) -> None:
    owner, app = roles
    set_up(server, owner, app)
    process = gunicorn(server | {"DATABASE_URL": app})
    try:
        assert ask(server, "/healthz").read() == b"ok\n"
        page = ask(server, "/")
        assert (page.status, page.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
        assert b'type="password"' in page.read()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_worker_and_beat_carry_the_trail_to_its_signed_tree_over_redis(
    server: dict[str, str], roles: tuple[str, str]
) -> None:
    owner, app = roles
    set_up(server, owner, app)
    serving = server | {"DATABASE_URL": app}
    name_administrators(serving)
    heads = Path(server["QCS_VAR"]) / "checkpoints" / "heads.jsonl"
    assert not heads.exists()

    processes = [celery(serving, "worker", "--concurrency", "1"), celery(serving, "beat", "--pidfile=")]
    try:
        assert becomes_true(heads.exists)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def test_a_server_on_the_owners_role_refuses_to_start_and_says_why(
    server: dict[str, str], roles: tuple[str, str]
) -> None:
    owner, _ = roles
    run(server | {"DATABASE_URL": owner}, "manage.py", "migrate", "--verbosity", "0")

    process = gunicorn(server | {"DATABASE_URL": owner})
    said = process.communicate(timeout=PATIENCE)[1]

    assert process.returncode != 0
    assert "The database role in DATABASE_URL may change the audit trail." in said
