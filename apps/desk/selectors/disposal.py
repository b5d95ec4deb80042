"""What waits about the destruction of units."""

from collections.abc import Iterator
from datetime import datetime

from apps.core.roles import Role
from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST, Duty
from apps.disposal.facts import DisposalState
from apps.disposal.models import Disposal
from apps.disposal.selectors import disposals_in, stage_for, units_to_dispose, waste_to_carry


def to_ask(whom: Asked) -> Iterator[Task]:
    """Batches with units in the store that nobody may use any more."""
    waiting: dict[str, list[str]] = {}
    since: dict[str, datetime] = {}
    for unit in units_to_dispose(whom.at, whom.sites)[: 20 * MOST]:
        waiting.setdefault(unit.batch.number, []).append(unit.number)
        since.setdefault(unit.batch.number, min(unit.expires_at, whom.at))
    for number, units in list(waiting.items())[:MOST]:
        said, note = {"n": str(len(units))}, N_("Units rejected, recalled or expired: {n}")
        yield Task(
            N_("Ask for a destruction"), number, since[number], "disposal:request", (number,), said, note, Risk.LOW
        )


def to_approve(role: Role) -> Duty:
    """Requests that wait for an approver whom the master names; nobody is asked to approve their own."""

    def duty(whom: Asked) -> Iterator[Task]:
        for disposal in disposals_in(DisposalState.REQUESTED, whom.sites).exclude(requested_by=whom.username)[:MOST]:
            if role in stage_for(disposal).approved_by:
                yield _task(N_("Decide about a destruction"), disposal)

    return duty


def to_destroy(whom: Asked) -> Iterator[Task]:
    """Approved, and not done yet."""
    for disposal in disposals_in(DisposalState.APPROVED, whom.sites)[:MOST]:
        yield _task(N_("Destroy the units"), disposal)


def to_witness(whom: Asked) -> Iterator[Task]:
    """Done by somebody else, and not witnessed yet."""
    for disposal in disposals_in(DisposalState.TREATED, whom.sites).exclude(treated_by=whom.username)[:MOST]:
        yield _task(N_("Witness the destruction"), disposal, Risk.MIDDLE)


def to_carry(whom: Asked) -> Iterator[Task]:
    """Treated waste that waits for its carrier, by the time it may lie here."""
    for disposal in waste_to_carry(whom.sites)[:MOST]:
        treated = disposal.treated_at or whom.at
        said = {"waste": disposal.waste_number}
        yield Task(
            N_("Hand the waste to the carrier"), disposal.number, treated, "disposal:disposal", (disposal.number,),
            said, N_("Waste {waste}"), Risk.LOW, disposal.carrier_due_at,
        )  # fmt: skip


def _task(ask: str, disposal: Disposal, risk: Risk = Risk.LOW) -> Task:
    since = disposal.treated_at or disposal.approved_at or disposal.requested_at
    said = {"batch": disposal.batch.number}
    return Task(ask, disposal.number, since, "disposal:disposal", (disposal.number,), said, N_("Batch {batch}"), risk)
