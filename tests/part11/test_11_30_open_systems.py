"""21 CFR 11.30: what leaves the house travels encrypted. That a sealed document is valid outside, documents prove."""

from pathlib import Path

import pytest

from qcsystem.server_mode import reasons_to_refuse
from tests.cast import Cast
from tests.part11.steps import web


def test_11_30_server_mode_refuses_to_start_without_tls(tmp_path: Path) -> None:
    reasons = list(reasons_to_refuse({"QCS_HOSTS": "records.example", "QCS_ORIGINS": "http://records.example"}))

    assert any(reason.startswith("No TLS:") for reason in reasons)
    assert any("does not begin with https://" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("name", "url"),
    [("DATABASE_URL", "postgres://u:p@db.example/records"), ("REDIS_URL", "redis://queue.example/0")],
)
def test_11_30_server_mode_refuses_another_machine_without_tls(name: str, url: str) -> None:
    assert any(
        reason.startswith(f"{name} names another machine without TLS") for reason in reasons_to_refuse({name: url})
    )


def test_11_30_a_plain_request_is_sent_to_tls_where_tls_is_demanded(cast: Cast, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]  # what server mode sets

    plain = web().get("/quality/")

    assert (plain.status_code, plain.headers["Location"]) == (301, "https://testserver/quality/")
