"""Rules of entering: once per place, in time, with a reason where it is needed. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.core.errors import Objection, Worded
from apps.core.text import N_
from apps.products.facts import Verdict
from apps.quality.rules import told_of

LEAST_REASON = 8  # in half-width columns: eight letters or four Chinese characters


class Lateness(StrEnum):
    """How long after the event it is entered."""

    IN_TIME = "IN_TIME"
    LATE = "LATE"
    FAR = "FAR"


@dataclass(frozen=True)
class Standing:
    """A value that stands at a place: what the person with the second tablet is shown."""

    id: int
    text: str
    unit: str
    recorded_by: str
    recorded_at: datetime

    @property
    def facts(self) -> Mapping[str, object]:
        """For the refusal that shows both values."""
        return {"theirs": f"{self.text} {self.unit}".strip(), "by": self.recorded_by, "recorded_at": self.recorded_at}


def is_already_recorded(place: str, standing: Standing | None, text: str) -> Objection | None:
    """A place is filled once. Both values, persons and times are shown; to change it is a correction."""
    if standing is None:
        return None
    template = N_(
        '{place} was already recorded: "{theirs}" by {by} at {recorded_at:%Y-%m-%d %H:%M} UTC. You have "{yours}".'
    )
    facts = {"place": place, "yours": text, "value_id": standing.id, **standing.facts}
    return Objection("already_recorded", template, facts, place=place)


def are_named_twice(places: Sequence[str]) -> list[Objection]:
    """In one set of values each place is named once."""
    twice = sorted({place for place in places if places.count(place) > 1})
    template = N_("{place} is named twice.")
    return [Objection("named_twice", template, {"place": place}, place=place) for place in twice]


def is_superseded(place: str, standing: Standing, shown: int, text: str) -> Objection | None:
    """A correction corrects the value that was shown, not one that came meanwhile."""
    if standing.id == shown:
        return None
    template = N_('{place} now says "{theirs}" by {by} at {recorded_at:%Y-%m-%d %H:%M} UTC. You have "{yours}".')
    facts = {"place": place, "yours": text, "value_id": standing.id, **standing.facts}
    return Objection("already_recorded", template, facts, place=place)


def is_unchanged(place: str, standing: Standing, text: str, unit: str, same_time: bool) -> Objection | None:
    """A correction changes something."""
    if standing.text != text or (unit and standing.unit != unit) or not same_time:
        return None
    return Objection("nothing_changed", N_("{place}: this is what stands there already."), {"place": place}, place)


def lateness(performed_at: datetime, at: datetime, within: timedelta, second_person_after: timedelta) -> Lateness:
    """How late an entry is; at the very limit it is still in time."""
    delay = at - performed_at
    if delay <= within:
        return Lateness.IN_TIME
    return Lateness.LATE if delay <= second_person_after else Lateness.FAR


def is_late_without_reason(late: Lateness, reason: str) -> Objection | None:
    """A late entry says why it is late."""
    if late is Lateness.IN_TIME or not is_thin(reason):
        return None
    return Objection("late_reason", N_("This is a late entry. Say why it was not entered at the time."), place="reason")


def is_far_late_alone(late: Lateness, has_second: bool) -> Objection | None:
    """An entry far after the event needs a second person who confirms it."""
    if late is not Lateness.FAR or has_second:
        return None
    template = N_("This was done long ago. A second person must confirm it by signature.")
    return Objection("late_second_person", template, place="second")


def is_thin(reason: str) -> bool:
    """Whether a reason says nothing: too short, or one character again and again."""
    columns = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in reason.strip())
    return columns < LEAST_REASON or len(set(reason.strip())) < 3


def needs_a_real_reason(reason: str) -> Objection | None:
    """A correction says why, in words."""
    if not is_thin(reason):
        return None
    return Objection("reason_thin", N_("Say why it is corrected, in words another person understands."), place="reason")


def is_not_done_without_reason(place: str, verdict: Verdict, reason: str) -> Objection | None:
    """An empty field is "not done", and says why."""
    if verdict is not Verdict.NOT_DONE or not is_thin(reason):
        return None
    return Objection("not_done_reason", N_("{place} is empty: say why it was not done."), {"place": place}, place=place)


def is_held(number: str, holds: Sequence[Worded]) -> Objection | None:
    """What is held, itself or something it was made from, is not used: a rejected lot takes its reagents along."""
    if not holds:
        return None
    return Objection("thing_held", N_("{number} is held: {holds}"), {"number": number, **told_of(holds)})
