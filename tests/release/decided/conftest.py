"""One whole batch, played by the services until QC has approved its analysis; what a test does to it is undone."""

from collections.abc import Iterator

import pytest
import time_machine
from pytest_django.plugin import DjangoDbBlocker

from apps.desk.story.playing import play
from apps.desk.story.stage import Stage
from tests.journeys.conftest import empty_installation, founded, story_of, until
from tests.release.deciding import Release

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


@pytest.fixture
def release(played: Stage, db: None) -> Iterator[Release]:
    """The batch and the people who decide over it; the clock of the edges stands at the beginning of each test."""
    begins = played.instant(BEGINS)
    with time_machine.travel(begins, tick=False) as clock:
        yield Release(played, begins, clock)
