"""Rules about the monitoring of the environment. Pure."""

import re
from datetime import datetime, timedelta

from apps.core.errors import Objection
from apps.core.text import N_
from apps.facility.facts import Level
from apps.products.facts import Verdict

COUNTED_WITHIN = timedelta(days=7)  # ours: a sample has been incubated and counted by then
COUNT = re.compile(r"\d{1,7}", re.ASCII)


def judge(count: int, level: Level) -> Verdict:
    """A count above the action level is one; from the alert level on it is an alert."""
    if count > level.most:
        return Verdict.ACTION
    return Verdict.ALERT if level.alert is not None and count >= level.alert else Verdict.PASS


def read_count(text: str) -> int | Objection:
    """What was counted: a whole number. Nothing grown is 0, never empty."""
    if COUNT.fullmatch(text.strip()):
        return int(text.strip())
    return Objection("no_count", N_('"{text}" is no count; write 0 where nothing grew.'), {"text": text[:20]}, "count")


def has_no_level(level: Level | None, grade: str, kind: str) -> Objection | None:
    """A point is planned where its grade is held to something."""
    if level is not None:
        return None
    template = N_("Grade {grade} has no level for {kind}.")
    return Objection("no_level", template, {"grade": grade, "kind": kind}, place="kind")


def is_not_occupied(room: str, holder: str) -> Objection | None:
    """Samples belong to a session: a batch stands in the room."""
    if holder:
        return None
    template = N_("No batch stands in {room}; clear the line for it first.")
    return Objection("no_session", template, {"room": room}, place="point")


def is_before_the_session(taken_at: datetime, cleared_at: datetime) -> Objection | None:
    """What was taken before the batch came in tells nothing of it."""
    if taken_at >= cleared_at:
        return None
    template = N_("The batch came in at {at:%Y-%m-%d %H:%M} UTC only.")
    return Objection("before_the_session", template, {"at": cleared_at}, place="taken_at")


def is_elsewhere(room: str, points_room: str) -> Objection | None:
    """A point lies in its room."""
    if room == points_room:
        return None
    return Objection("other_room", N_("This point lies in {room}."), {"room": points_room}, place="point")


def is_read_too_early(read_at: datetime, taken_at: datetime) -> Objection | None:
    """A plate is read after it was taken."""
    if read_at >= taken_at:
        return None
    return Objection("read_too_early", N_("It was taken after this."), place="read_at")
