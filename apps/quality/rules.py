"""Rules about holds, events and deviations: pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.core.errors import Objection, Worded
from apps.core.text import N_
from apps.quality.facts import Planned, RootCause, Severity

DEVIATION_TIME = timedelta(days=30)
ANSWERED_BY_A_VERB = {
    "event": N_("the triage of the event"),
    "deviation": N_("the signed product impact of the deviation"),
    "root_cause": N_("the root cause of the deviation"),
    "test": N_("the reviewed result of the test"),
    "review": N_("the review of the record by quality assurance"),
    "disposal": N_("the decision about the disposal"),
    "shipment": N_("the decision about the shipment"),
}


def has_open_holds(holds: Iterable[Worded]) -> Objection | None:
    """Why this can't go on: the holds that block it, oldest first."""
    told = told_of(holds)
    return Objection("open_holds", N_("Open holds: {holds}"), told) if told["holds"] else None


def told_of(holds: Iterable[Worded]) -> dict[str, object]:
    """Holds within a sentence: in English as they stand, and as what they are made of for whoever reads Chinese."""
    once = {hold.text: hold for hold in holds}
    kept = [{"template": one.template, "facts": dict(one.facts), "text": text} for text, one in once.items()]
    return {"holds": "; ".join(once), "holds_zh": kept}


def is_answered_elsewhere(key: str, liftable_by: str) -> Objection | None:
    """A hold whose fact has its own answer is lifted by that answer, never by a decision beside it."""
    kind = key.partition(":")[0]
    if kind in ANSWERED_BY_A_VERB:
        template = N_("This hold is lifted by {answer}, not by a decision.")
        return Objection("answered_elsewhere", template, {"answer": ANSWERED_BY_A_VERB[kind]})
    if liftable_by != "QA":
        return Objection("not_by_decision", N_("Quality assurance can't lift this hold by a decision."))
    return None


def is_lifted(lifted_at: datetime | None) -> Objection | None:
    """A hold is lifted once."""
    return Objection("hold_lifted", N_("This hold was lifted before.")) if lifted_at else None


def is_blank(text: str, place: str) -> Objection | None:
    """A reason, an assessment, evidence: nothing but blanks and dots says nothing."""
    if text.strip(" .-\n\t"):
        return None
    return Objection("text_missing", N_("Say it in words; this will be read by others."), place=place)


def is_own_report(reported_by: str, judged_by: str) -> Objection | None:
    """Who reported an event does not judge it."""
    if reported_by != judged_by:
        return None
    return Objection("own_report", N_("You reported this event; another person of quality assurance judges it."))


def working_days_after(at: datetime, zone: str, days: int) -> datetime:
    """The same time of day so many working days of the site later: Monday to Friday, for its holidays are not known."""
    local = at.astimezone(ZoneInfo(zone))
    for _ in range(days):
        local += timedelta(days=1)
        while local.weekday() >= 5:
            local += timedelta(days=1)
    return local.astimezone(at.tzinfo)


def one_working_day_after(at: datetime, zone: str) -> datetime:
    """The same time of day on the site's next working day."""
    return working_days_after(at, zone, 1)


def is_overdue(opened_at: datetime, zone: str, at: datetime) -> bool:
    """Whether an answer that was due within one working day is late."""
    return at > one_working_day_after(opened_at, zone)


def is_unfound(classification: Severity, category: RootCause) -> Objection | None:
    """The root cause of a critical deviation is found before it is closed, and so before anything is certified."""
    if classification is not Severity.CRITICAL or category is not RootCause.UNKNOWN:
        return None
    template = N_("This deviation is critical: it is closed when its root cause is known.")
    return Objection("root_cause_unknown", template, place="category")


# --- corrective and preventive actions ------------------------------------------------------------------------------
def are_no_dates(planned: Planned, at: datetime) -> list[Objection]:
    """An action lies ahead, and its effect is looked at after it."""
    found = []
    if planned.due_at <= at:
        found.append(Objection("not_ahead", N_("This lies in the past."), place="due_at"))
    if planned.check_at < planned.due_at:
        found.append(Objection("checked_before", N_("The effect is judged after the action is due."), place="check_at"))
    return found


def is_not_later(due_at: datetime, before: datetime) -> Objection | None:
    """An action is postponed to a later date."""
    if due_at > before:
        return None
    return Objection("not_later", N_("This is no later than it was."), place="due_at")


def is_not_the_owner(username: str, owner: str, owner_name: str) -> Objection | None:
    """Who owns an action says that it is done."""
    if username == owner:
        return None
    return Objection("not_the_owner", N_("{owner} owns this action and says when it is done."), {"owner": owner_name})


def is_own_action(username: str, *carried_out_by: str) -> Objection | None:
    """Who carried an action out does not judge its effect."""
    if username not in carried_out_by:
        return None
    return Objection("own_action", N_("You carried this action out; another person judges its effect."))


def is_too_early(check_at: datetime, at: datetime) -> Objection | None:
    """An effect shows after the time that the plan gives it."""
    if at >= check_at:
        return None
    template = N_("Its effect is judged from {check_at:%Y-%m-%d} on.")
    return Objection("too_early", template, {"check_at": check_at})
