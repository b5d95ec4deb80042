"""Reading a story and playing it: every act through its service, every expected refusal as it must come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from apps.core.errors import Refused
from apps.desk.story import (
    batch_verbs,
    decision_verbs,
    disposal_verbs,
    lab_verbs,
    site_verbs,
    store_verbs,
    supply_verbs,
    transport_verbs,
    treatment_verbs,
    vigilance_verbs,
)
from apps.desk.story.people import train
from apps.desk.story.stage import Stage, Verb, moment
from apps.organisation.models import Site

VERBS: dict[str, Verb] = {
    "train": train,
    **site_verbs.VERBS,
    **batch_verbs.VERBS,
    **lab_verbs.VERBS,
    **decision_verbs.VERBS,
    **disposal_verbs.VERBS,
    **treatment_verbs.VERBS,
    **supply_verbs.VERBS,
    **store_verbs.VERBS,
    **transport_verbs.VERBS,
    **vigilance_verbs.VERBS,
}


@dataclass(frozen=True)
class Act:
    """One line of a story: when, who, which verb, with what; `refused` is the code with which it must be refused."""

    at: str
    who: str
    do: str
    given: Mapping[str, object] = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True)
class Story:
    """A site's days as data: `tells` says of what, `length` is the number of days from its day 0 to its last."""

    site: str
    product: str
    batch: str
    tells: str
    length: int
    acts: tuple[Act, ...]


class StoryBroken(Exception):
    """The system did not do what the story says."""


def read_story(path: Path) -> Story:
    """A story from its file. `like` takes acts of another story first, under other numbers; see `_taken_over`."""
    data = YAML(typ="safe", pure=True).load(path)  # the compiled parser refuses `{at: D-1 10:30}`
    acts = [*_taken_over(path.parent, data["like"]), *data.get("acts", ())] if "like" in data else data["acts"]
    return Story(
        data["site"], data["product"], data["batch"], data["tells"], data["length"], tuple(_act(act) for act in acts)
    )


def _taken_over(folder: Path, like: dict[str, Any]) -> list[dict[str, Any]]:
    """What another batch did, from an instant until another: not what was refused there, nor what `without` names.

    `numbers` replaces text in the whole file before it is read: donors, lots, runs, and figures that differ.
    """
    text = (folder / like["story"]).read_text(encoding="utf-8")
    for old, new in like["numbers"].items():
        text = text.replace(str(old), str(new))
    since, until = (moment(like[name]) for name in ("since", "until"))
    return [
        act
        for act in YAML(typ="safe", pure=True).load(text)["acts"]
        if since <= moment(act["at"]) <= until and "refused" not in act and act["do"] not in like["without"]
    ]


def stage_for(story: Story, *, ends_at: datetime, secret: str) -> Stage:
    """A stage on which the story ends the day before `ends_at`."""
    site = Site.objects.get(code=story.site)
    last = ends_at.astimezone(ZoneInfo(site.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    first_day = last - timedelta(days=story.length + 1)
    return Stage(site=site, first_day=first_day, secret=secret, batch_number=story.batch, product=story.product)


def play(acts: Sequence[Act], stage: Stage, watch: Callable[[Act], None] = lambda act: None) -> None:
    """Play acts in the order of their instants. Raises StoryBroken when a refusal comes unexpected or stays away."""
    play_together([(act, stage) for act in acts], watch)


def play_together(acts: Sequence[tuple[Act, Stage]], watch: Callable[[Act], None] = lambda act: None) -> None:
    """Play acts of several stories as they happened, day by day, whichever story they belong to."""
    for act, stage in sorted(acts, key=lambda told: told[1].instant(told[0].at)):
        watch(act)
        _play_one(act, stage)


def _play_one(act: Act, stage: Stage) -> None:
    try:
        VERBS[act.do](stage, act.who, stage.instant(act.at), **act.given)
    except Refused as refusal:
        codes = {objection.code for objection in refusal.objections}
        if act.refused not in codes:
            raise StoryBroken(f"{stage.batch_number} {act.at} {act.who} {act.do} {act.given}: {refusal}") from refusal
        return
    if act.refused:
        raise StoryBroken(
            f"{stage.batch_number} {act.at} {act.who} {act.do}: should have been refused with {act.refused}"
        )


def _act(data: dict) -> Act:
    given = {name: value for name, value in data.items() if name not in ("at", "who", "do", "refused")}
    return Act(data["at"], data["who"], data["do"], given, data.get("refused", ""))
