"""What waits of stability: pulls whose window is open or went by, signatures of later expiries, their relabelling."""

from collections.abc import Iterator

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.stability.facts import ExtensionState, RelabelState
from apps.stability.models import Extension
from apps.stability.selectors import due_points, extensions_in, late_points

MONTH, MONTHS = N_("month {month}"), N_("{months} months")


def to_pull(whom: Asked) -> Iterator[Task]:
    """Units to pull: their window is open, or it is over and nothing was pulled."""
    for point in [*late_points(whom.at, sites=whom.sites), *due_points(whom.at, sites=whom.sites)][:MOST]:
        yield Task(
            N_("Pull a unit"), point.study.number, point.opens_at, "stability:pull", (point.study.number, point.month),
            {"month": str(point.month)}, MONTH, Risk.MIDDLE, point.ends_at,
        )  # fmt: skip


def to_endorse(whom: Asked) -> Iterator[Task]:
    """Later expiries that wait for quality."""
    for one in extensions_in(ExtensionState.PROPOSED, whom.sites)[:MOST]:
        yield _task(N_("Sign as quality assurance"), one)


def to_authorise(whom: Asked) -> Iterator[Task]:
    """Later expiries that wait for the authorised person."""
    for one in extensions_in(ExtensionState.ENDORSED, whom.sites)[:MOST]:
        yield _task(N_("Sign as the authorised person"), one)


def to_relabel(whom: Asked) -> Iterator[Task]:
    """Units that bear their old label still."""
    for one in extensions_in(ExtensionState.AUTHORISED, whom.sites, RelabelState.PRINTED)[:MOST]:
        yield _task(N_("Relabel units"), one)


def to_confirm(whom: Asked) -> Iterator[Task]:
    """Relabelled units that wait for their second person; none that this person relabelled."""
    for one in extensions_in(ExtensionState.AUTHORISED, whom.sites, RelabelState.APPLIED, but_by=whom.username)[:MOST]:
        yield _task(N_("Confirm the relabelling"), one)


def _task(ask: str, one: Extension) -> Task:
    return Task(
        ask, one.number, one.authorised_at or one.proposed_at, "stability:extension", (one.number,),
        {"months": str(one.months)}, MONTHS, Risk.MIDDLE, None,
    )  # fmt: skip
