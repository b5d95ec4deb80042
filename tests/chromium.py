"""One Chromium for all tests of a process, and these tests last: its driver keeps a loop running in the thread."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def let_browsers_come_last(items: list[pytest.Item]) -> None:
    """After the first of them nothing else in this process could run a loop of its own, as sealing a document does."""
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))
