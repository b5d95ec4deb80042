"""The stage of a story: its site, its first day, its people, and how they sign."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.batches.models import Batch
from apps.core.actor import Actor
from apps.organisation.models import Site
from apps.organisation.selectors import user_named
from apps.products.models import ProductVersion
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.services import open_challenge

INSTANT = re.compile(r"^D(-?\d+) (\d\d):(\d\d)$")
DAY = re.compile(r"^D-?\d+$")


def moment(text: str) -> tuple[int, int, int]:
    """Day, hour and minute of an instant of a story."""
    match = INSTANT.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no instant of a story: write D26 14:06")
    days, hours, minutes = (int(part) for part in match.groups())
    return days, hours, minutes


@dataclass
class Stage:
    """Where a story is played. `first_day` is midnight of day 0 at the site; instants count from it: D26 14:06."""

    site: Site
    first_day: datetime
    secret: str
    names: dict[str, str] = field(default_factory=dict)
    batch_number: str = ""
    product: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return ZoneInfo(self.site.timezone)

    @property
    def chain(self) -> str:
        """The chain of identity of the story, once it was issued: what is scanned from labels and wristband."""
        return self.names.get("chain", "")

    @property
    def batch(self) -> Batch:
        """The batch of the story as it stands."""
        return Batch.objects.select_related("record", "site", "product_version__record", "donation__donor").get(
            number=self.batch_number
        )

    @property
    def version(self) -> ProductVersion:
        """The master record of the story."""
        return ProductVersion.objects.select_related("record").get(record__address=f"product/{self.product}")

    def instant(self, text: str) -> datetime:
        """The instant that a story's text means."""
        days, hours, minutes = moment(text)
        return (self.first_day + timedelta(days=days)).replace(hour=hours, minute=minutes)

    def text(self, value: str) -> str:
        """A value as it is typed: days of the story become dates, its instants those with the site's offset."""
        if DAY.match(str(value)):
            return f"{self.instant(f'{value} 00:00'):%Y-%m-%d}"
        return self.instant(value).isoformat() if INSTANT.match(str(value)) else str(value)

    def actor(self, who: str) -> Actor:
        """A person of the story at their own screen."""
        user = user_named(who)
        if user is None:
            raise LookupError(f"nobody is called {who}")
        return Actor(username=user.username, printed_name=user.printed_name, session=f"story-{who}", device="demo")

    def signing(self, content: SignedContent, at: datetime, who: str, on: str = "") -> Signing:
        """`who` signs what is shown; `on` names the person on whose screen they sign in place."""
        challenge = open_challenge(content=content, actor=self.actor(on or who), at=at)
        return Signing(challenge.pk, self.secret, who)


Verb = Callable[..., object]
