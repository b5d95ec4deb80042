"""manage.py create_admin: the first two administrators of a new installation."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core.errors import Refused
from apps.organisation.models import Site
from apps.organisation.services import Named, found_site, name_first_administrators

PARTICULARS = ("name_en", "name_zh", "address_en", "address_zh", "timezone", "licence")


class Command(BaseCommand):
    """Names two people, for every later grant needs two. First passwords are asked for, or read from two lines."""

    help = (
        "Open the accounts of the first two site administrators. Example: create_admin --site NANHU "
        "--name-en 'Nanhu Cell Centre' --name-zh 南湖细胞中心 --address-en '8 Nanhu Road' --address-zh 南湖路8号 "
        "--timezone Asia/Shanghai --admin adam 'Adam Acker' --admin astrid 'Astrid Aas'"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="code of the site; founded when it is new")
        for name in PARTICULARS:
            parser.add_argument(f"--{name.replace('_', '-')}", default="", help="of a new site")
        parser.add_argument(
            "--admin", nargs=2, action="append", required=True, metavar=("USER_NAME", "PRINTED_NAME"), help="twice"
        )
        parser.add_argument(
            "--secrets-from-stdin", action="store_true", help="read the two first passwords, a line each"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        secrets = [self._secret_of(name, options["secrets_from_stdin"]) for name, _printed in options["admin"]]
        people = [Named(*named, secret) for named, secret in zip(options["admin"], secrets, strict=True)]
        try:
            site = Site.objects.filter(code=options["site"]).first() or self._found(options, now)
            users = name_first_administrators(site=site, people=people, at=now)
        except Refused as refusal:
            raise CommandError("\n".join(objection.text for objection in refusal.objections)) from refusal
        names = " and ".join(user.username for user in users)
        self.stdout.write(f"{names} administer {site.code}. At the first sign-in each changes the password.")

    def _secret_of(self, username: str, from_stdin: bool) -> str:
        if from_stdin:
            return sys.stdin.readline().rstrip("\n")
        return getpass.getpass(f"First password of {username}: ")

    def _found(self, options: dict[str, Any], now: Any) -> Site:
        missing = [name for name in PARTICULARS[:5] if not options[name]]
        if missing:
            asked = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
            raise CommandError(f"There is no site {options['site']} yet. To found it, add {asked}.")
        return found_site(code=options["site"], at=now, **{name: options[name] for name in PARTICULARS})
