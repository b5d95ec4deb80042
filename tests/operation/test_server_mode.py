"""Server mode refuses to start on anything that is for evaluation only, and says every reason at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured

from apps.core.actor import SYSTEM
from apps.organisation.services import open_account
from qcsystem.keys import make_keys_once
from qcsystem.server_mode import reasons_to_refuse
from qcsystem.start import require_safe_data
from tests.architecture.source import ROOT
from tests.cast import JOINED, SECRET

Environment = dict[str, str]


@pytest.fixture
def ready(tmp_path: Path) -> Environment:
    """An environment that server mode accepts."""
    for name in ("checkpoint.pem", "seal.pem", "seal.crt", "chain.crt", "tls.crt", "tls.key"):
        (tmp_path / name).write_text("made elsewhere")
    return {
        "QCS_MODE": "server",
        "QCS_VAR": str(tmp_path / "var"),
        "SECRET_KEY": "0123456789" * 5,
        "DATABASE_URL": "postgresql://qcs_app:x@db.example/qcs?sslmode=verify-full",
        "REDIS_URL": "rediss://broker.example/0",
        "QCS_HOSTS": "qcs.example",
        "QCS_ORIGINS": "https://qcs.example",
        "QCS_TLS_CERT": str(tmp_path / "tls.crt"),
        "QCS_TLS_KEY": str(tmp_path / "tls.key"),
        "QCS_CHECKPOINT_KEY": str(tmp_path / "checkpoint.pem"),
        "QCS_SEAL_KEY": str(tmp_path / "seal.pem"),
        "QCS_SEAL_CERT": str(tmp_path / "seal.crt"),
        "QCS_SEAL_CHAIN": str(tmp_path / "chain.crt"),
    }


def test_a_complete_environment_is_accepted(ready: Environment) -> None:
    assert list(reasons_to_refuse(ready)) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 50"),
        ({"SECRET_KEY": "secret" * 10}, "SECRET_KEY is not random"),
        ({"SECRET_KEY": "made-on-first-run-" + "x" * 50}, "SECRET_KEY is a development secret"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 50}, "SECRET_KEY is a development secret"),
        ({"DEBUG": "1"}, "DEBUG is set"),
        ({"DJANGO_DEBUG": "True"}, "DJANGO_DEBUG is set"),
        ({"DATABASE_URL": ""}, "SQLite is for evaluation only"),
        ({"DATABASE_URL": "sqlite:///x"}, "SQLite is for evaluation only"),
        ({"DATABASE_URL": "postgresql://a@db.example/qcs"}, "DATABASE_URL names another machine without TLS"),
        ({"DATABASE_URL": "postgresql:///qcs?host=db.example"}, "DATABASE_URL names another machine without TLS"),
        ({"REDIS_URL": ""}, "the file broker is for evaluation only"),
        ({"REDIS_URL": "redis://broker.example/0"}, "REDIS_URL names another machine without TLS"),
        ({"QCS_HOSTS": ""}, "QCS_HOSTS is not set"),
        ({"QCS_HOSTS": "*"}, "QCS_HOSTS may not contain *"),
        ({"QCS_ORIGINS": "http://qcs.example"}, "does not begin with https://"),
        ({"QCS_TLS_CERT": "", "QCS_TLS_KEY": ""}, "No TLS"),
        ({"QCS_TLS_KEY": ""}, "No TLS"),
        ({"QCS_TLS_KEY": "/nowhere/tls.key"}, "/nowhere/tls.key (TLS) cannot be read"),
        ({"QCS_CHECKPOINT_KEY": ""}, "QCS_CHECKPOINT_KEY is not set"),
        ({"QCS_SEAL_KEY": "/nowhere/seal.pem"}, "QCS_SEAL_KEY: /nowhere/seal.pem cannot be read"),
    ],
)
def test_what_is_for_evaluation_only_is_refused_with_its_reason(
    ready: Environment, changed: Environment, reason: str
) -> None:
    reasons = list(reasons_to_refuse(ready | changed))

    assert len(reasons) == 1
    assert reason in reasons[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"DATABASE_URL": "postgresql://qcs_app@%2Frun%2Fpostgresql/qcs", "REDIS_URL": "redis+socket:///run/redis.sock"},
        {"QCS_TLS_CERT": "", "QCS_TLS_KEY": "", "QCS_TLS_PROXY": "yes"},
        {"DEBUG": "0"},
    ],
)
def test_servers_on_this_machine_and_a_proxy_in_front_are_accepted(ready: Environment, changed: Environment) -> None:
    assert list(reasons_to_refuse(ready | changed)) == []


def test_the_seal_that_embedded_mode_made_is_refused(ready: Environment, tmp_path: Path) -> None:
    make_keys_once(tmp_path / "keys")

    reasons = list(reasons_to_refuse(ready | {"QCS_SEAL_CERT": str(tmp_path / "keys" / "seal_cert.pem")}))

    assert reasons == ["QCS_SEAL_CERT is the certificate that embedded mode made for demonstration."]


def ask(environment: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    return subprocess.run(command, cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False)


def test_a_bare_server_does_not_start_and_names_all_that_is_missing(tmp_path: Path) -> None:
    said = ask({"QCS_MODE": "server", "QCS_VAR": str(tmp_path)}, "manage.py", "check")

    assert said.returncode == 1
    assert "Server mode refuses to start" in said.stderr
    assert said.stderr.count("\n- ") == 9
    assert not (tmp_path / "keys").exists()


def test_a_complete_server_starts_with_secure_cookies_and_redirects_to_tls(ready: Environment) -> None:
    show = (
        "from django.conf import settings as s; "
        "print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    )
    said = ask(ready | {"DJANGO_SETTINGS_MODULE": "qcsystem.settings"}, "-c", show)

    assert said.stdout.split() == ["False", "True", "True", "True", "31536000"], said.stderr


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    said = ask({"QCS_MODE": "production", "QCS_VAR": str(tmp_path)}, "manage.py", "check")

    assert said.returncode == 1
    assert "QCS_MODE is 'production'" in said.stderr


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_database_with_demo_accounts_is_refused(settings: LazySettings) -> None:
    settings.IS_SERVER = True
    open_account(username="demo_operator", printed_name="Demo", secret=SECRET, is_demo=True, at=JOINED, actor=SYSTEM)

    with pytest.raises(ImproperlyConfigured, match="demo accounts: demo_operator"):
        require_safe_data()


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_database_role_that_owns_the_trail_is_refused(settings: LazySettings) -> None:
    settings.IS_SERVER = True

    with pytest.raises(ImproperlyConfigured, match="may change the audit trail"):
        require_safe_data()


@pytest.mark.django_db
def test_evaluation_may_hold_demo_accounts(settings: LazySettings) -> None:
    require_safe_data()
