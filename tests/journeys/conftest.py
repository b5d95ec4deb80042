"""The stage on which the stories are played: sites, people and the master record of the demo, days before day 0."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.test import TestCase, override_settings
from pytest_django.plugin import DjangoDbBlocker

from apps.desk.story.people import found_sites
from apps.desk.story.playing import Act, Story, read_story, stage_for
from apps.desk.story.stage import Stage

ENDS = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # the stories end on the day before, at the site


def story_of(name: str) -> Story:
    """A story of the demo, read anew."""
    return read_story(settings.FIXTURES_DIR / "nanhu" / f"{name}.yaml")


def until(story: Story, instant: str, stage: Stage) -> list[Act]:
    """The acts of a story before an instant."""
    return [act for act in story.acts if stage.instant(act.at) < stage.instant(instant)]


@contextmanager
def empty_installation(folder: Path) -> Iterator[None]:
    """Tables that are empty again afterwards, quick secrets, signed heads in a folder of their own."""
    undone = type("Undone", (TestCase,), {})  # Django's own way to roll back more than one test
    with override_settings(PASSWORD_HASHERS=["tests.cast.QuickArgon2"], CHECKPOINTS_DIR=folder / "checkpoints"):
        undone.setUpClass()
        try:
            yield
        finally:
            undone.tearDownClass()


def founded(story: Story) -> Stage:
    """The sites and people of the demo, and its seeds, as they were some days before the story."""
    before = ENDS - timedelta(days=story.length + 60)
    secret = found_sites(settings.FIXTURES_DIR / "people.yaml", now=before, days_before=0)
    with time_machine.travel(before, tick=False):
        call_command("seed", verbosity=0)
    return stage_for(story, ends_at=ENDS, secret=secret)


@pytest.fixture(scope="module")
def installations(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Installations that live as long as the tests of a module want them."""
    with django_db_blocker.unblock():
        yield lambda: empty_installation(tmp_path_factory.mktemp("installation"))
