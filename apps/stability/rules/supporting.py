"""Rules of what the data of a study support. Pure."""

from collections.abc import Iterable

from apps.core.errors import Objection
from apps.core.text import N_
from apps.stability.facts import PointFacts, Support
from apps.testing.facts import Standing

FAILING = frozenset({Standing.FAILED, Standing.INVESTIGATED})


def supported(points: Iterable[PointFacts], at_most: int) -> Support:
    """The last month at which every required test passed, none having failed up to there; never more than the cap.

    A month that was missed, or waits for a result, supports nothing and stands in nobody's way: a later one that
    passed whole speaks for it. A failure under investigation counts as one (ICH Q5C 6; no extrapolation).
    """
    months, begun = 0, False
    for point in sorted(points, key=_month):
        standings = set(point.standings.values())
        if standings & FAILING:
            return Support(months, failed_at=point.month, begun=begun)
        if standings != {Standing.PASSED}:
            if point.month == 0:
                return Support(0, begun=False)
            continue
        begun = True
        if point.month >= at_most:
            return Support(at_most, capped_at=at_most)
        months = point.month
    return Support(months, begun=begun)


def _month(point: PointFacts) -> int:
    return point.month


def said(support: Support) -> Objection:
    """The same in words."""
    facts = {"months": support.months}
    if support.failed_at is not None:
        template = N_("The data support {months} months: month {failed} failed, and nothing after it counts.")
        return Objection("ends_with_a_failure", template, {**facts, "failed": support.failed_at})
    if not support.begun:
        return Objection("not_begun", N_("The data support nothing yet: the release tests have not all passed."))
    if support.capped_at is not None:
        template = N_("The data support {months} months, the most that the master record allows.")
        return Objection("supported_at_most", template, facts)
    if not support.months:
        return Objection("none_yet", N_("The data support nothing yet: no time point has passed whole."))
    template = N_("The data support {months} months: every required test passed up to there.")
    return Objection("supported", template, facts)
