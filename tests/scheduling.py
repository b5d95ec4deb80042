"""Which process takes which tests: a file stays together, what takes longest comes first, the browsers last.

A world that is played once for a file is then played once, not in every process that took a share of the file.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ONE_WORLD = "tests/release/decided/"  # these files share one played batch
BROWSERS = "tests/browser/"  # one installation per process, whatever the file: each test may go where there is time
# What tests of one file begin with, each a part of a story played once and standing on the one before it.
FURTHER = ("planned_once", "started_once", "judged_once", "reviewed_once", "certified_once")
# Minutes each. Whatever is not named here is short, and fills what time these leave.
LONGEST = (
    "tests/access/test_every_operation.py",
    "tests/access/test_every_role_at_every_address.py",
    "tests/operation/test_run.py",
    "tests/blinding/test_blind.py",
    "tests/journeys/",
    "tests/access/test_administration.py",
    ONE_WORLD,
    "tests/batches/",
    "tests/dosing/",
    "tests/inspection/",
    "tests/transport/",
)
LONGEST_OF_BROWSERS = (
    "tests/browser/test_release.py",
    "tests/browser/test_pages.py::test_every_page_keeps_to_its_policy_and_its_screen[operator",
    "tests/browser/test_step.py",
    "tests/browser/test_pages.py::test_every_page_keeps_to_its_policy_and_its_screen[qa",
    "tests/browser/test_pages.py",
)


class ByFile(LoadScopeScheduling):
    """Files in the order of the list, each to the process that is free."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(BROWSERS):
            return nodeid
        return ONE_WORLD if nodeid.startswith(ONE_WORLD) else nodeid.partition("::")[0]

    def _reschedule(self, node: WorkerController) -> None:
        """Beside the test that runs one more waits in a process, not three: the others would have nothing to do."""
        if not self.workqueue or self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Asked by pytest-xdist, when there is more than one process."""
    config.option.loadscopereorder = False  # our order, not theirs by the number of tests
    return ByFile(config, log)


def put_the_longest_first_and_the_browsers_last(items: list[pytest.Item]) -> None:
    """After the first browser nothing else in its process could run a loop of its own, as sealing a document does.

    Within a file come first those that begin with nothing, then those that begin further and further on in a story.
    """
    files: dict[str, int] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], len(files))
    items.sort(key=lambda item: (*_place_of_file(item), files[item.nodeid.partition("::")[0]], _begins_at(item)))


def _place_of_file(item: pytest.Item) -> tuple[bool, int]:
    drives_a_browser = "chromium" in getattr(item, "fixturenames", ())
    known = LONGEST_OF_BROWSERS if drives_a_browser else LONGEST
    return drives_a_browser, next((n for n, path in enumerate(known) if item.nodeid.startswith(path)), len(known))


def _begins_at(item: pytest.Item) -> int:
    return sum(name in FURTHER for name in getattr(item, "fixturenames", ()))
