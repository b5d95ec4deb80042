"""After the dose: the grade of a reaction and what it holds; outcomes on the days of the master record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import OutcomeDue, WindowDue
from apps.products.definition.dosing import Outcome, SafetyWatch

LOWEST, HIGHEST = 1, 5


def is_no_grade(grade: int) -> Objection | None:
    """Reactions are graded from 1, mild, to 5, fatal."""
    if LOWEST <= grade <= HIGHEST:
        return None
    return Objection("no_grade", N_("A grade is a number from 1 to 5."), place="grade")


def holds_sisters(grade: int, blocking: int) -> bool:
    """From the grade of the master record on, no sister unit is given until quality has judged."""
    return grade >= blocking


def is_not_given(begun: bool) -> Objection | None:
    """Only a dose that was given has reactions and outcomes."""
    if begun:
        return None
    return Objection("not_given", N_("Nothing of this order was given yet."))


def is_not_first(n: int) -> Objection | None:
    """The outcomes of a course are counted from its first dose, and kept there."""
    if n == 1:
        return None
    return Objection("not_first", N_("The outcomes of a course are kept with its first dose."))


def is_not_asked(outcomes: Iterable[Outcome], key: str, day: int) -> Objection | None:
    """Outcomes are those of the master record, on its days."""
    if any(one.result.key == key and day in one.days for one in outcomes):
        return None
    template = N_("The master record does not ask for {key} on day {day}.")
    return Objection("not_asked", template, {"key": key, "day": day}, place="key")


def all_due(
    outcomes: Iterable[Outcome], started_at: datetime, found: Mapping[tuple[str, int], str]
) -> list[OutcomeDue]:
    """Every outcome with the instant by which it is due, soonest first. `started_at` is on the clock of the site."""
    slots = [
        OutcomeDue(
            one.result.key,
            day,
            _due_at(one, day, started_at),
            found.get((one.result.key, day), ""),
            one.after.text if one.after else "",
        )
        for one in outcomes
        for day in one.days
    ]
    return sorted(slots, key=lambda slot: (slot.due_at, slot.day, slot.after))


def _due_at(outcome: Outcome, day: int, started_at: datetime) -> datetime:
    """By the hour from the start, whatever the clocks do; else when the day is over at the site."""
    if outcome.after:
        return (started_at.astimezone(UTC) + outcome.after.timedelta).astimezone(started_at.tzinfo)
    return datetime.combine(started_at.date() + timedelta(days=day + 1), time.min, started_at.tzinfo)


def missing_at(due: Iterable[OutcomeDue], at: datetime) -> list[list[OutcomeDue]]:
    """The outcomes that nobody found although their time has passed; what was due together stands together."""
    missing = [one for one in due if not one.found and one.due_at <= at]
    return [list(some) for _when, some in groupby(missing, key=lambda one: (one.day, one.after, one.due_at))]


def is_before_dose(measured_at: datetime, started_at: datetime, day: int) -> Objection | None:
    """What is measured on a later day is measured after the dose; day 0 is the baseline as well."""
    if day == 0 or measured_at >= started_at:
        return None
    return Objection("before_the_dose", N_("This lies before the first dose."), place="measured_at")


# --- early safety windows -------------------------------------------------------------------------------------------
def is_no_window(windows: Iterable[SafetyWatch], key: str, seen: Collection[str]) -> Objection | None:
    """The windows, and what is looked for in them, are those of the master record."""
    found = next((one for one in windows if one.key == key), None)
    known = {event.key for event in found.events} if found else set()
    wrong = sorted(set(seen) - known) if found else [key]
    if not wrong:
        return None
    template = N_("The master record looks for none of these: {names}.")
    return Objection("not_looked_for", template, {"names": ", ".join(wrong)[:200]}, place="seen")


def is_still_open(seen: Collection[str], observed_at: datetime, due_at: datetime | None) -> Objection | None:
    """That nothing was seen is said when the window is over; what was seen is said at any time."""
    if seen or (due_at is not None and observed_at >= due_at):
        return None
    template = N_("The window is not over yet: until then only what was seen is recorded.")
    return Objection("window_open", template, place="observed_at")


def next_window(windows: Iterable[WindowDue]) -> datetime | None:
    """When the first window that has no answer is over."""
    return min((one.due_at for one in windows if not one.answered), default=None)


def windows_due(
    windows: Iterable[SafetyWatch], ended_at: datetime | None, checks: Sequence[tuple[str, datetime, Sequence[str]]]
) -> list[WindowDue]:
    """The windows of a dose, counted from the end of its infusion. What was said before a window is over leaves it
    open. `checks`: the window, when it was looked, what was seen."""
    if ended_at is None:
        return []
    found = []
    for one in windows:
        due_at, mine = one.after.after(ended_at), [check for check in checks if check[0] == one.key]
        seen = dict.fromkeys(key for check in mine for key in check[2])
        answered = any(looked_at >= due_at for _, looked_at, _ in mine)
        found.append(WindowDue(one.key, due_at, tuple(seen), answered))
    return sorted(found, key=lambda one: one.due_at)
