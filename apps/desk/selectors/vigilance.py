"""What waits of complaints and adverse events: to triage, to investigate and answer, to judge, to report, to close."""

from collections.abc import Iterator

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.quality.facts import Severity
from apps.vigilance.selectors import (
    open_duties,
    unassessed_events,
    unclosed_complaints,
    unclosed_events,
    untriaged_complaints,
)

WHAT = N_("{what}")


def to_triage(whom: Asked) -> Iterator[Task]:
    """Complaints that nobody of quality judged yet; none that this person took down."""
    for one in untriaged_complaints(whom.sites, but_of=whom.username)[:MOST]:
        risk = Risk.HIGH if one.severity == Severity.CRITICAL else Risk.MIDDLE
        yield Task(
            N_("Triage the complaint"), one.number, one.recorded_at, "vigilance:complaint", (one.number,),
            {"what": one.what}, WHAT, risk, one.due_at,
        )  # fmt: skip


def to_finish(whom: Asked) -> Iterator[Task]:
    """Complaints that are investigated or answered, until they are closed."""
    for one in unclosed_complaints(whom.sites)[:MOST]:
        yield Task(
            N_("Answer and close the complaint"), one.number, one.recorded_at, "vigilance:complaint", (one.number,),
            {"what": one.what}, WHAT, Risk.MIDDLE, None,
        )  # fmt: skip


def to_assess(whom: Asked) -> Iterator[Task]:
    """Adverse events that wait for a physician."""
    for one in unassessed_events(whom.sites)[:MOST]:
        yield Task(
            N_("Assess the adverse event"), one.number, one.recorded_at, "vigilance:adverse_event", (one.number,),
            {"what": one.term}, WHAT, Risk.HIGH if one.is_serious else Risk.MIDDLE, one.assess_by,
        )  # fmt: skip


def to_report(whom: Asked) -> Iterator[Task]:
    """Reports of adverse events that are due by their clock."""
    for duty in open_duties(whom.sites)[:MOST]:
        one = duty.event
        yield Task(
            N_("Report the adverse event"), one.number, one.recorded_at, "vigilance:adverse_event", (one.number,),
            {"what": one.term}, WHAT, Risk.HIGH, duty.due_at,
        )  # fmt: skip


def to_end(whom: Asked) -> Iterator[Task]:
    """Adverse events that are judged and reported, until they are closed."""
    for one in unclosed_events(whom.sites)[:MOST]:
        yield Task(
            N_("Close the adverse event"), one.number, one.recorded_at, "vigilance:adverse_event", (one.number,),
            {"what": one.term}, WHAT, Risk.LOW, None,
        )  # fmt: skip
