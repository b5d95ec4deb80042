"""The second player of a story: every act through the REST API, by people who sign in, at the instant of the act.

The first player (apps/desk/story) calls the services. Both read the same acts; what each verb means here stands in
tests/journeys/verbs/. The clock is frozen at each act, so both leave the same times behind.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import time_machine
from django.utils import timezone
from rest_framework.response import Response

from apps.desk.story.playing import Act, StoryBroken
from apps.desk.story.stage import Stage
from tests.cast import ApiPerson

API = "/api/v1"
IDLE = timedelta(minutes=10)  # people who were away longer sign in again


class ApiRefused(Exception):
    """A problem+json reply: its status, the codes of its objections, and the body."""

    def __init__(self, reply: Response) -> None:
        self.status, self.body = reply.status_code, reply.json()
        self.codes = {self.body.get("code", ""), *(one["code"] for one in self.body.get("objections", ()))}
        super().__init__(f"{self.status} {self.body}")


@dataclass(frozen=True)
class Named:
    """Somebody by user name, as the sign-in asks for it."""

    username: str


@dataclass
class ApiStage:
    """Where a story is played through the API. `stage` gives the site, its days and its people's secret."""

    stage: Stage
    _screens: dict[str, tuple[datetime, ApiPerson]] = field(default_factory=dict)

    @property
    def batch(self) -> str:
        """The address of the batch in the API."""
        return f"{API}/batches/{self.stage.batch_number}"

    @property
    def number(self) -> str:
        """The number of the batch."""
        return self.stage.batch_number

    def instant(self, text: str) -> str:
        """An instant of the story as it is sent."""
        return self.stage.instant(text).isoformat()

    def text(self, value: object) -> str:
        """A value as it is typed."""
        return self.stage.text(str(value))

    def at_screen(self, who: str) -> ApiPerson:
        """A person at their own screen, signed in anew when they were away."""
        now = timezone.now()
        last, client = self._screens.get(who) or (None, ApiPerson())
        if last is None or now - last > IDLE:
            client.credentials()
            client.cookies.clear()
            _done(client.sign_in(Named(who), self.stage.secret))
        self._screens[who] = (now, client)
        return client

    def get(self, who: str, url: str, **asked: str) -> Any:
        """What is shown."""
        return _done(self.at_screen(who).get(url, asked)).json()

    def all(self, who: str, url: str, **asked: str) -> list[Any]:
        """Every row of a list, page by page, oldest first."""
        page = self.get(who, url, **asked, page_size="200")
        rows = page["results"]
        while page["next"]:
            page = _done(self.at_screen(who).get(page["next"])).json()
            rows += page["results"]
        return rows[::-1]

    def post(self, who: str, url: str, body: Mapping[str, object] | None = None) -> Any:
        """An unsigned act."""
        return _done(self.at_screen(who).post(url, dict(body or {}))).json()

    def sign(self, who: str, url: str, body: Mapping[str, object] | None = None, *, seen: str, by: str = "") -> Any:
        """Read what is to be signed and sign it; `seen` is the address whose version was looked at before.

        `by` names the second person who signs on the screen of the first.
        """
        client = self.at_screen(who)
        version = _done(client.get(seen))["ETag"]
        signer = Named(by or who)
        reply = client.sign(url, body, person=signer, if_match=version, secret=self.stage.secret)
        return _done(reply).json()


ApiVerb = Callable[..., object]


def part(place: str) -> str:
    """A place of a record as one segment of an address."""
    return quote(place, safe="")


def play_through_api(acts: Sequence[Act], stage: ApiStage, verbs: Mapping[str, ApiVerb]) -> list[ApiRefused]:
    """Play acts in the order of their instants. Returns the refusals that the story foresaw, in order."""
    return play_together_through_api([(act, stage) for act in acts], verbs)


def play_together_through_api(acts: Sequence[tuple[Act, ApiStage]], verbs: Mapping[str, ApiVerb]) -> list[ApiRefused]:
    """Play acts of several stories as they happened, day by day, whichever story they belong to."""
    foreseen = []
    for act, stage in sorted(acts, key=lambda told: told[1].stage.instant(told[0].at)):
        with time_machine.travel(stage.stage.instant(act.at), tick=False):
            refusal = _play_one(act, stage, verbs)
        foreseen += [refusal] if refusal else []
    return foreseen


def _play_one(act: Act, stage: ApiStage, verbs: Mapping[str, ApiVerb]) -> ApiRefused | None:
    try:
        verbs[act.do](stage, act.who, **act.given)
    except ApiRefused as refusal:
        if act.refused not in refusal.codes:
            raise StoryBroken(f"{act.at} {act.who} {act.do} {act.given}: {refusal}") from refusal
        return refusal
    if act.refused:
        raise StoryBroken(f"{act.at} {act.who} {act.do}: should have been refused with {act.refused}")
    return None


def _done(reply: Response) -> Response:
    if reply.status_code >= 400:
        raise ApiRefused(reply)
    return reply
