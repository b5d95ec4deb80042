"""What waits after a donor was found reactive: the look-back, and each unit that was out."""

from collections.abc import Iterator

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.lookback.selectors import (
    awaiting_look_back,
    theirs_to_read,
    unanswered_recalls,
    unread_notices,
    unsent_reports,
)
from apps.recall.selectors import open_recalls


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
        donor, batch = duty.look_back.donor, duty.look_back.batch
        said = {
            "donor": donor.number if donor else "",
            "batch": batch.number if batch else "",
            "what": duty.look_back.what,
        }
        note = N_("Look-back from donor {donor}") if donor else N_("{batch}: {what}")
        yield Task(
            N_("Recall a unit"), duty.unit.number, duty.look_back.opened_at, "lookback:look_back",
            (duty.look_back.number,), said, note, Risk.HIGH, duty.due_at,
        )  # fmt: skip


def to_read(whom: Asked) -> Iterator[Task]:
    """What failed after it was kept for, or given to, a patient: its physician must read it."""
    for notice in unread_notices(whom.sites).filter(theirs_to_read(whom.username))[:MOST]:
        said = {"patient": notice.recipient.number, "what": notice.look_back.what}
        yield Task(
            N_("Read what failed"), notice.order.number, notice.look_back.opened_at, "lookback:look_back",
            (notice.look_back.number,), said, N_("{patient}: {what}"), Risk.HIGH, notice.due_at,
        )  # fmt: skip


def to_report(whom: Asked) -> Iterator[Task]:
    """What failed after units had left, and is not reported to sponsor and authority yet."""
    for report in unsent_reports(whom.sites)[:MOST]:
        found = report.look_back
        yield Task(
            N_("Report what failed"), found.number, found.opened_at, "lookback:look_back", (found.number,),
            {"what": found.what}, N_("{what}"), Risk.HIGH, report.due_at,
        )  # fmt: skip


def to_account(whom: Asked) -> Iterator[Task]:
    """Recalls that are not closed: each unit has to be accounted for, everybody reached."""
    for recall in open_recalls(whom.sites)[:MOST]:
        yield Task(
            N_("Account for a recall"), recall.number, recall.opened_at, "recall:recall", (recall.number,),
            {"why": recall.why}, N_("{why}"), Risk.HIGH, recall.due_at,
        )  # fmt: skip
