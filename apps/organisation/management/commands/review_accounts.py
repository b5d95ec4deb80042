"""manage.py review_accounts: the periodic check of accounts (21 CFR 11.300(b))."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core.actor import SYSTEM
from apps.organisation.selectors import dormant_accounts, last_sessions
from apps.organisation.services import deactivate_user


class Command(BaseCommand):
    """Names the accounts nobody used for 90 days; with --close closes them, each with an entry in its chain."""

    help = "List accounts not used for 90 days; --close closes them. To be run by the scheduler of the site, daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--close", action="store_true", help="close what is found")

    def handle(self, *args: Any, **options: Any) -> None:
        now, last = timezone.now(), last_sessions()
        dormant = dormant_accounts(now)
        for user in dormant:
            used = last.get(user.record_id)
            self.stdout.write(
                f"{user.username}: last signed in {used:%Y-%m-%d}" if used else f"{user.username}: never signed in"
            )
            if options["close"]:
                deactivate_user(user=user, reason="Not used for 90 days (periodic check)", at=now, actor=SYSTEM)
        act = "closed" if options["close"] else "to be closed"
        self.stdout.write(f"{len(dormant)} accounts {act}")
