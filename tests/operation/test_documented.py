"""What can be set by the environment is written down: an administrator reads one page."""

import re

from django.conf import settings

from tests.architecture.source import ROOT

FOR_EVALUATION = {"QCS_PORT"}  # `make run` names it when the port is taken


def test_every_environment_variable_is_documented_for_server_mode() -> None:
    code = "\n".join(path.read_text() for folder in ("qcsystem", "deploy") for path in (ROOT / folder).glob("*.py"))
    read = set(re.findall(r'"(QCS_[A-Z_]+|DATABASE_URL|REDIS_URL|SECRET_KEY)"', code))
    page = (ROOT / "docs" / "server_mode.md").read_text()

    assert {name for name in read - FOR_EVALUATION if f"`{name}`" not in page} == set()


def test_every_documented_variable_is_read() -> None:
    code = "\n".join(path.read_text() for folder in ("qcsystem", "deploy") for path in (ROOT / folder).glob("*.py"))
    page = (ROOT / "docs" / "server_mode.md").read_text()

    assert {name for name in re.findall(r"`(QCS_[A-Z_]+)`", page) if name not in code} == set()


def test_the_password_shown_for_the_demo_is_the_one_that_opens_its_accounts() -> None:
    people = (ROOT / "fixtures" / "people.yaml").read_text()

    assert re.findall(r"^password: (.+)$", people, re.MULTILINE) == [settings.DEMO_SECRET]
