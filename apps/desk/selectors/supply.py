"""What waits before units go to a named patient without certification: the decision, and the second person."""

from collections.abc import Callable, Iterator

from apps.core.roles import Role
from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.donation.facts import Eligibility
from apps.supply.facts import SupplyState
from apps.supply.models import NamedSupply
from apps.supply.selectors import urgent_supplies

NEXT = {
    SupplyState.AGREED: (Role.CERTIFIER, N_("Decide on a supply without certification")),
    SupplyState.DECIDED: (Role.QA, N_("Release as the second person")),
}


def named_supplies(role: Role) -> Callable[[Asked], Iterator[Task]]:
    """The supplies that wait for somebody of this role; cells that are not certified yet do not live long."""

    def tasks(whom: Asked) -> Iterator[Task]:
        for state, (asked, words) in NEXT.items():
            if asked is role:
                yield from _tasks(whom, state, words)

    return tasks


def _tasks(whom: Asked, state: SupplyState, words: str) -> Iterator[Task]:
    rows = NamedSupply.objects.filter(state=state, record__site__in=whom.sites).select_related("batch", "recipient")
    for one in rows.exclude(agreed_by=whom.username).exclude(decided_by=whom.username).order_by("pk")[:MOST]:
        said = {"batch": one.batch.number, "patient": one.recipient.number}
        yield Task(
            words, one.number, one.decided_at or one.agreed_at, "supply:supply", (one.number,), said,
            N_("{batch} for {patient}"), Risk.HIGH, one.agreed_at,
        )  # fmt: skip


def donors_to_read(whom: Asked) -> Iterator[Task]:
    """What was decided about a donor of whom a patient of these sites was given something before."""
    rows = urgent_supplies(whom.sites).exclude(batch__donation__eligibility=Eligibility.PENDING)
    for one in rows[:MOST]:
        said = {"batch": one.batch.number, "patient": one.recipient.number}
        yield Task(
            N_("Read what was decided about the donor"), one.number, one.decided_about_at, "supply:supply",
            (one.number,), said, N_("{batch} for {patient}"), Risk.HIGH, one.supplied_at,
        )  # fmt: skip
