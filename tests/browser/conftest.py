"""Chromium, installations and people for the browser tests."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.installation import Installation, copied, played, restore, served
from tests.browser.people import DESK, Person, at_screen

SitDown = Callable[..., Person]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The stories, played once for all processes of this test run."""
    base = tmp_path_factory.getbasetemp()
    return played(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base, os.environ.get("DATABASE_URL", ""))


@pytest.fixture(scope="session")
def server(template: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The one server of this test process."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with copied(template, tmp_path_factory.mktemp(f"served_{worker}") / "var") as copy, served(copy):
        yield copy


@pytest.fixture
def fresh(server: Installation, template: Installation) -> Iterator[Installation]:
    """An installation in which a test may write; it is as it was afterwards."""
    yield server
    restore(server, template)


@pytest.fixture
def sit_down(chromium: Browser) -> Iterator[SitDown]:
    """Sits a person down in front of a screen; in the end nothing may have gone wrong on any page of anybody."""
    seated: list[Person] = []

    def sit(installation: Installation, name: str, screen: dict[str, Any] = DESK, **more: Any) -> Person:
        seated.append(at_screen(chromium, installation.url, name, screen, **more))
        return seated[-1]

    yield sit
    faults = [fault for person in seated for fault in person.faults]
    for person in seated:
        person.context.close()
    assert "\n".join(faults) == ""
