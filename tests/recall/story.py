"""Quinn opens recalls and closes them; Stella and Nils say what became of the units."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from apps.recall.content import close_content, open_content
from apps.recall.facts import Begun, Outcome
from apps.recall.models import Recall, RecallLine
from apps.recall.rules import outcomes_for
from apps.recall.selectors import begins_at, lines_of
from apps.recall.services import account_for, close_recall, open_recall, reach
from tests.cast import Cast, actor, sign_as
from tests.dosing.story import START

NOW = START + timedelta(days=3)
YEARLY = Begun(is_mock=True, classification="", why="The yearly exercise")
GLASS = Begun(is_mock=False, classification="class_1", why="Glass in the lot of bags")
KNOWN = "Seen on the shelf by Stella"


def opened(cast: Cast, address: str, said: Begun = YEARLY, *, at: datetime = NOW, **how: Any) -> Recall:
    """Quinn signs what the trace shows."""
    begins = begins_at(cast.quinn, address, at)
    signing = how.pop("signing", None) or sign_as(cast.quinn, open_content(begins, said), at=at)
    return open_recall(begins=begins, said=said, signing=signing, actor=actor(cast.quinn), at=at)


def answer(cast: Cast, line: RecallLine, outcome: Outcome | None = None, *, at: datetime = NOW) -> RecallLine:
    """Stella says what became of a unit; what is to be expected unless said otherwise."""
    said = outcome or outcomes_for(line.custody, is_mock=line.recall.is_mock)[0]
    return account_for(line=line, outcome=said, note=KNOWN, actor=actor(cast.stella), at=at)


def answered(cast: Cast, recall: Recall, *, but: Iterable[str] = (), at: datetime = NOW) -> None:
    """Everybody is reached, every unit answered for; `but` are not found."""
    for line in lines_of(recall):
        answer(cast, line, Outcome.NOT_FOUND if line.unit.number in set(but) else None, at=at)
    while untold := [line for line in lines_of(recall) if line.must_be_told and not line.contacted_at]:
        reach(line=untold[0], note="Dr Paula by phone", actor=actor(cast.quinn), at=at)


def closed(cast: Cast, recall: Recall, conclusion: str = "It works.", *, at: datetime = NOW) -> Recall:
    """Quinn closes it."""
    signing = sign_as(cast.quinn, close_content(recall, conclusion), at=at)
    return close_recall(recall=recall, conclusion=conclusion, signing=signing, actor=actor(cast.quinn), at=at)
