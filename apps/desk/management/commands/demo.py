"""manage.py demo: the demo sites, their people and their stories, played through the services."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.desk.story.people import found_sites
from apps.desk.story.playing import Act, StoryBroken, play_together, read_story, stage_for
from apps.organisation.models import Site


class Command(BaseCommand):
    """Play the demo stories into an empty installation. A second call changes nothing."""

    help = "Found the demo sites and play their stories (embedded and training mode only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fixtures", type=Path, default=settings.FIXTURES_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_SERVER:
            raise CommandError("Demo data exist only in embedded and training mode.")
        if Site.objects.exists():
            self.stdout.write("The sites stand already; nothing was changed.")
            return
        now, folder = timezone.now(), options["fixtures"]
        stories = [read_story(path) for path in sorted(folder.glob("*/*.yaml"))]
        longest = max((story.length for story in stories), default=0)
        secret = found_sites(folder / "people.yaml", now=now, days_before=longest + 60)
        self.stdout.write(f"Playing {len(stories)} stories, which takes a minute or two:")
        for story in stories:
            self.stdout.write(f"  {story.batch}: {story.tells}")
        stages = [stage_for(story, ends_at=now, secret=secret) for story in stories]
        acts = [(act, stage) for story, stage in zip(stories, stages, strict=True) for act in story.acts]
        try:
            play_together(acts, self._watch(options["verbosity"]))
        except StoryBroken as broken:
            raise CommandError(str(broken)) from broken
        self.stdout.write(self.style.SUCCESS("The demo stories are played."))

    def _watch(self, verbosity: int) -> Any:
        def watch(act: Act) -> None:
            if verbosity > 1:
                self.stdout.write(f"  {act.at} {act.who} {act.do}")

        return watch
