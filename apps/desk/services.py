"""Giving a task of one's own desk to a colleague: what is asked stays with the stage that asks it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.alerts.models import HandOver
from apps.alerts.selectors import hand_overs_at
from apps.alerts.services import give_task, take_back
from apps.core.actor import Actor
from apps.core.errors import BadInput, Objection, stop_if
from apps.core.text import N_
from apps.desk.facts import Desk
from apps.desk.selectors import desk_of, subject_of
from apps.organisation.models import User
from apps.organisation.selectors import visible_to


def hand_over_task(*, person: User, key: str, taker: User, note: str, actor: Actor, at: datetime) -> HandOver:
    """Give a task to a colleague of whom the same is asked, with a note. The trail keeps who gave what to whom."""
    task = _desk(person, at).task(key)
    subject = subject_of(task, visible_to(person, at)) if task else None
    if task is None or subject is None:
        raise BadInput(Objection("not_asked", N_("This is not asked of you any more."), place="task"))
    theirs = _desk(taker, at).task(key)
    template = N_("This is not asked of {name}: their roles don’t allow it.")
    facts = {"name": taker.printed_name}
    stop_if(None if theirs else Objection("not_asked_of_them", template, facts, "taker"))
    site = subject.site or min(visible_to(person, at) & visible_to(taker, at), default="")
    return give_task(subject=subject, site=site, ask=task.ask, taker=taker, note=note, actor=actor, at=at)


def take_task_back(*, person: User, key: str, actor: Actor, at: datetime) -> HandOver:
    """A task that was given away, or to oneself, is everybody's again."""
    task, sites = _desk(person, at).task(key), visible_to(person, at)
    subject = subject_of(task, sites) if task else None
    given = hand_overs_at(sites).filter(subject=subject, ask=task.ask).first() if task and subject else None
    if given is None:
        raise BadInput(Objection("not_given", N_("Nobody gave this to anybody."), place="task"))
    return take_back(given=given, actor=actor, at=at)


def _desk(person: User, at: datetime) -> Desk:
    return desk_of(person, at, ZoneInfo("UTC"))  # the same tasks in every zone
