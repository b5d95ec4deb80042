"""The stage on which the stories are played: sites, people and the master record of the demo, days before day 0."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.test import TestCase, override_settings
from pytest_django.plugin import DjangoDbBlocker

from apps.core.actor import SYSTEM
from apps.desk.story.people import found_sites
from apps.desk.story.playing import Act, Story, read_story, stage_for
from apps.desk.story.stage import Stage
from apps.products.loader import SEEDS, Loaded, load
from apps.products.management.commands.seed import TABLES, product_sources
from apps.products.services import import_table, import_version

ENDS = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # the stories end on the day before, at the site


def story_of(name: str) -> Story:
    """A story of the demo, read anew."""
    return read_story(settings.FIXTURES_DIR / "nanhu" / f"{name}.yaml")


@cache
def seeds() -> list[Loaded]:
    """Every product of the seeds, as `manage.py seed` takes it in; read once for all installations of a process."""
    return [load(source) for source in product_sources(SEEDS)]


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
    for name in TABLES:
        import_table(file=SEEDS / name, actor=SYSTEM, at=before)
    for loaded in seeds():
        import_version(loaded=loaded, actor=SYSTEM, at=before)
    return stage_for(story, ends_at=ENDS, secret=secret)


@pytest.fixture(scope="module")
def installations(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Installations that live as long as the tests of a module want them."""
    with django_db_blocker.unblock():
        yield lambda: empty_installation(tmp_path_factory.mktemp("installation"))
