"""When a dose may be given: its day in the plan with the window, the least interval, the time after conditioning."""

from datetime import date, datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import Course
from apps.products.definition.dosing import Arm
from apps.products.definition.limits import SpanEnds


def is_beyond_the_plan(arm: Arm, course: Course, most: int | None) -> Objection | None:
    """The next dose exists in the plan of the arm, and within the most that one patient gets in all arms."""
    plans = [(arm.doses, course.doses + 1)]
    plans += [] if most is None else [(most, course.of_all_arms + 1)]
    for doses, n in plans:
        if n > doses:
            template = N_("The plan has {doses} doses; this would be number {n}.")
            return Objection("plan_complete", template, {"doses": doses, "n": n}, place="arm")
    return None


def is_off_its_day(arm: Arm, n: int, first: date, planned: date) -> Objection | None:
    """The n-th dose falls on its day after the first one, give or take the window; calendar days of the site."""
    if n < 2 or n > arm.doses:
        return None
    day, wanted = (planned - first).days, arm.days[n - 1] - arm.days[0]
    if abs(day - wanted) <= arm.window_days:
        return None
    early = day < wanted
    template = (
        N_("Day {day} is too early: dose {n} is due on day {wanted}, ± {window} d.")
        if early
        else N_("Day {day} is too late: dose {n} was due on day {wanted}, ± {window} d.")
    )
    facts = {"day": day, "n": n, "wanted": wanted, "window": arm.window_days}
    return Objection("too_early" if early else "too_late", template, facts, place="planned_start")


def is_too_soon(arm: Arm, last: datetime | None, planned: datetime) -> Objection | None:
    """The least interval since the last dose, of whichever arm, has passed."""
    if last is None or arm.minimum_interval is None or planned >= arm.minimum_interval.after(last):
        return None
    template = N_("The last dose was begun less than {interval} before.")
    return Objection("interval_too_short", template, {"interval": arm.minimum_interval.text}, place="planned_start")


def is_outside_the_window(arm: Arm, conditioned_at: datetime | None, planned: datetime) -> Objection | None:
    """After conditioning the infusion begins within its window, both ends included."""
    window = arm.after_conditioning
    if window is None:
        return None
    if conditioned_at is None:
        template = N_("Say when the last dose of the conditioning was given.")
        return Objection("conditioning_unknown", template, place="conditioned_at")
    opens, closes = window_after(window, conditioned_at)
    if (opens is None or planned >= opens) and (closes is None or planned <= closes):
        return None
    template = N_("The infusion begins {at_least} to {at_most} after the conditioning.")
    facts = {
        "at_least": window.at_least.text if window.at_least else "0 h",
        "at_most": window.at_most.text if window.at_most else "∞",
    }
    return Objection("outside_window", template, facts, place="planned_start")


def is_conditioned_without(arm: Arm, conditioned_at: datetime | None, released_at: datetime | None) -> Objection | None:
    """Nobody is conditioned before what is made for them is released and there."""
    if arm.after_conditioning is None or conditioned_at is None:
        return None
    if released_at is not None and released_at < conditioned_at:
        return None
    template = N_("What is made for this patient was not released before the conditioning, or is not there.")
    return Objection("not_there_to_condition", template, place="conditioned_at")


def window_after(window: SpanEnds, since: datetime) -> tuple[datetime | None, datetime | None]:
    """When a window opens and closes; elapsed time, whatever the clocks do."""
    return (
        since + window.at_least.timedelta if window.at_least else None,
        since + window.at_most.timedelta if window.at_most else None,
    )
