"""Rules of two persons: nobody witnesses, checks or confirms their own work. Pure."""

from collections.abc import Collection

from apps.core.errors import Objection
from apps.core.text import N_


def is_own_work(person: str, hands: Collection[str], what: str) -> Objection | None:
    """The second person had no hand in what they look at (China GMP 2010 art. 175, 21 CFR 211.188(b)(11))."""
    if person not in hands:
        return None
    template = N_("You took part in {what}; a second person must do this.")
    return Objection("same_person", template, {"what": what})


def is_not_a_performer(person: str, hands: Collection[str], step: str) -> Objection | None:
    """Who signs a step again after a correction is one of those who did or corrected it."""
    if person in hands:
        return None
    template = N_("{step} is signed again by who did or corrected it: {hands}.")
    return Objection("not_the_performer", template, {"step": step, "hands": ", ".join(sorted(hands))}, place=step)
