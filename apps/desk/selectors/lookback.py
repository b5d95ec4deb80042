"""What waits after a donor was found reactive: the look-back, and each unit that was out."""

from collections.abc import Iterator

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.lookback.selectors import awaiting_look_back, unanswered_recalls


def to_look_back(whom: Asked) -> Iterator[Task]:
    """Donors of whom a result did not pass after they were found eligible."""
    for hold in awaiting_look_back(whom.sites)[:MOST]:
        number = hold.record.number
        yield Task(
            N_("Look back from the donor"), number, hold.placed_at, "lookback:start", (number,), hold.facts, "{what}",
            Risk.HIGH, hold.due_at,
        )  # fmt: skip


def to_recall(whom: Asked) -> Iterator[Task]:
    """Units that were out, and of which nobody has said what became of them."""
    for duty in unanswered_recalls(whom.sites)[:MOST]:
        said = {"unit": duty.unit.number, "donor": duty.look_back.donor.number}
        yield Task(
            N_("Recall a unit"), duty.unit.number, duty.look_back.opened_at, "lookback:look_back",
            (duty.look_back.number,), said, N_("Look-back from donor {donor}"), Risk.HIGH, duty.due_at,
        )  # fmt: skip
