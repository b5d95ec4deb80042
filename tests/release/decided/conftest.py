"""One whole batch, played by the services until QC has approved its analysis; what a test does to it is undone.

Tests that begin further on ask for the batch as `judged`, `reviewed` or `certified`: played once for a file.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import time_machine
from pytest_django.plugin import DjangoDbBlocker

from apps.desk.story.playing import play
from apps.desk.story.stage import Stage
from tests.journeys.conftest import empty_installation, founded, story_of, until
from tests.release.deciding import Release
from tests.testing.prologue import further

BEGINS = "D41 14:00"


@pytest.fixture(scope="package")
def played(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """CT-0042, finished, every test passed, the certificate of analysis approved and issued."""
    with django_db_blocker.unblock(), empty_installation(tmp_path_factory.mktemp("installation")):
        story = story_of("ct_0042")
        stage = founded(story)
        play(until(story, BEGINS, stage), stage)
        yield stage


@pytest.fixture(scope="module")
def judged_once(played: Stage) -> Iterator[datetime]:
    """Every finding judged: until when that took."""
    yield from _further(played, played.instant(BEGINS), Release.accept_all)


@pytest.fixture(scope="module")
def reviewed_once(played: Stage, judged_once: datetime) -> Iterator[datetime]:
    """The review signed."""
    yield from _further(played, judged_once, Release.sign_review)


@pytest.fixture(scope="module")
def certified_once(played: Stage, reviewed_once: datetime) -> Iterator[datetime]:
    """Certified, the certificate not issued yet."""
    yield from _further(played, reviewed_once, Release.certify)


def _further(stage: Stage, since: datetime, decide: Callable[[Release], Any]) -> Iterator[datetime]:
    with further():
        with _people(stage, since) as release:
            decide(release)
        yield release.now


@contextmanager
def _people(stage: Stage, since: datetime) -> Iterator[Release]:
    """The batch and the people who decide over it; the clock of the edges stands where they begin."""
    with time_machine.travel(since, tick=False) as clock:
        yield Release(stage, since, clock)


@pytest.fixture
def release(played: Stage, db: None) -> Iterator[Release]:
    """The batch before its review."""
    with _people(played, played.instant(BEGINS)) as people:
        yield people


@pytest.fixture
def judged(played: Stage, judged_once: datetime, db: None) -> Iterator[Release]:
    """The batch with every finding judged."""
    with _people(played, judged_once) as people:
        yield people


@pytest.fixture
def reviewed(played: Stage, reviewed_once: datetime, db: None) -> Iterator[Release]:
    """The batch after its review."""
    with _people(played, reviewed_once) as people:
        yield people


@pytest.fixture
def certified(played: Stage, certified_once: datetime, db: None) -> Iterator[Release]:
    """The batch after its certification."""
    with _people(played, certified_once) as people:
        yield people
