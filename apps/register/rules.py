"""Rules of the register of certified batches: pure."""

from collections.abc import Iterable
from datetime import date

from apps.core.errors import Objection
from apps.core.text import N_
from apps.register.facts import CERTIFYING, RegisterKind


def missing_numbers(numbers: Iterable[int], written: int) -> list[int]:
    """The numbers of an unbroken sequence 1, 2, 3 ... that are not there; `written`: how many the trail tells of.

    EU GMP Annex 16, 1.5.5 wants a register that is kept up to date as operations are carried out: a number that is
    missing, also at the end, is an entry that somebody took out.
    """
    found = set(numbers)
    return [n for n in range(1, max(written, *found, 0) + 1) if n not in found]


def kind_after(kind: RegisterKind, earlier: Iterable[RegisterKind]) -> RegisterKind:
    """A batch that was certified before is certified again: the new certificate supersedes the first."""
    if kind is RegisterKind.CERTIFIED and any(one in CERTIFYING for one in earlier):
        return RegisterKind.CERTIFIED_AGAIN
    return kind


def ends_before_it_begins(since: date, until: date) -> Objection | None:
    """A period begins before it ends."""
    if since <= until:
        return None
    return Objection("period", N_("The period ends before it begins."), place="until")


def is_not_over(until: date, today: date) -> Objection | None:
    """A sealed copy shows days that are over or today, so that nothing can be added to it in advance."""
    if until <= today:
        return None
    return Objection("period_not_over", N_("The period ends after today."), place="until")
