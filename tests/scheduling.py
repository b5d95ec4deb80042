"""Which process takes which tests: a file stays together, what takes longest comes first, the browsers last.

A world that is played once for a file is then played once, not in every process that took a share of the file.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_WORLD = "tests/release/decided/"  # these files share one played batch
BROWSERS = "tests/browser/"  # one installation per process, whatever the file: each test may go where there is time
# Minutes each. Whatever is not named here is short, and fills what time these leave.
LONGEST = (
    "tests/access/test_every_operation.py",
    "tests/access/test_every_role_at_every_address.py",
    "tests/operation/test_run.py",
    "tests/journeys/",
    "tests/access/test_administration.py",
    ONE_WORLD,
    "tests/batches/",
    "tests/dosing/",
    "tests/inspection/",
    "tests/transport/",
)


class ByFile(LoadScopeScheduling):
    """Files in the order of the list, each to the process that is free."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(BROWSERS):
            return nodeid
        return ONE_WORLD if nodeid.startswith(ONE_WORLD) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Asked by pytest-xdist, when there is more than one process."""
    config.option.loadscopereorder = False  # our order, not theirs by the number of tests
    return ByFile(config, log)


def put_the_longest_first_and_the_browsers_last(items: list[pytest.Item]) -> None:
    """After the first browser nothing else in its process could run a loop of its own, as sealing a document does."""
    items.sort(key=lambda item: (_drives_a_browser(item), _place_by_length(item)))


def _drives_a_browser(item: pytest.Item) -> bool:
    return "chromium" in getattr(item, "fixturenames", ())


def _place_by_length(item: pytest.Item) -> int:
    return next((n for n, path in enumerate(LONGEST) if item.nodeid.startswith(path)), len(LONGEST))
