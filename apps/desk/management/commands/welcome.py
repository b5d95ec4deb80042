"""manage.py welcome: where the system answers, who may sign in, and how to stop it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.desk.story.people import read_people
from apps.organisation.models import RoleHeld

HEADS = ("user", "password", "role", "site", "try first")


class Command(BaseCommand):
    """The last words of `make run`: the address, the demo accounts that stand, and how to stop."""

    help = "Print the address, the demo accounts with what to try first, and how to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [] if settings.IS_SERVER else demo_rows()
        widths = [max(len(row[i]) for row in [HEADS, *rows]) for i in range(len(HEADS))]
        lines = [HEADS, tuple("-" * width for width in widths), *rows] if rows else []
        for line in lines:
            self.stdout.write("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
        self.stdout.write(f"\n{options['url']}   the same password for everybody, also on the sign-in page")
        self.stdout.write("Ctrl-C stops web, worker and beat; the data stays in var/ for the next start.")


def demo_rows() -> list[tuple[str, ...]]:
    """One line for each demo account that is open: user name, password, role, sites, what to try first."""
    data = read_people(settings.FIXTURES_DIR / "people.yaml")
    held = RoleHeld.objects.filter(user__is_demo=True, user__is_active=True).order_by("site__code")
    sites: dict[tuple[str, str], list[str]] = {}
    for user, role, site in held.values_list("user__username", "role", "site__code"):
        sites.setdefault((user, role), []).append(site)
    return [
        (
            person["user"],
            str(data["password"]),
            person["role"],
            ", ".join(sites[person["user"], person["role"]]),
            person["try"],
        )
        for person in data["people"]
        if (person["user"], person["role"]) in sites
    ]
