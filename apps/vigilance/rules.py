"""Rules of complaints and adverse events: pure (EU GMP chapter 8; 21 CFR 211.198; ICH E2A, E2B(R3))."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.core.errors import Objection
from apps.core.rules import is_future
from apps.core.text import N_
from apps.quality.facts import Severity
from apps.quality.rules import is_blank
from apps.vigilance.facts import (
    Category,
    Causality,
    Clock,
    Expectedness,
    FollowUp,
    Observed,
    Outcome,
    ReportDue,
    Seriousness,
    Stage,
    Standing,
)

GRAVITY = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
NOT_SUSPECTED = Causality.UNLIKELY
DEADLY_GRADE = 5


# --- complaints -------------------------------------------------------------------------------------------------------
def severity_of(category: Category, said: Severity) -> Severity:
    """A wrong product or a wrong patient is critical, whatever it looks like at first."""
    return Severity.CRITICAL if category is Category.IDENTITY else said


def holds_at_once(category: Category, severity: Severity, table: Iterable[tuple[Category, Severity]]) -> bool:
    """Whether sister units wait from the moment the complaint comes in."""
    return any(one is category and GRAVITY.index(severity) >= GRAVITY.index(least) for one, least in table)


def names_nothing(named: Collection[str]) -> Objection | None:
    """A complaint points at what it is about: at least the batch."""
    if named:
        return None
    return Objection("nothing_named", N_("Scan at least one unit, or the batch."), place="concerned")


def is_elsewhere(number: str, site: str, its: str) -> Objection | None:
    """A complaint is judged where the batch was made."""
    if site == its:
        return None
    template = N_("{number} is of site {its}; record what concerns it there.")
    return Objection("another_site", template, {"number": number, "its": its}, place="concerned")


def is_named_before(number: str, known: Collection[str]) -> Objection | None:
    """A unit stands in a complaint once."""
    if number not in known:
        return None
    return Objection("named_before", N_("{number} is named already."), {"number": number}, place="concerned")


def is_closed(closed: bool) -> Objection | None:
    """What becomes known after the end opens the complaint again first."""
    return Objection("complaint_closed", N_("This complaint is closed; reopen it first.")) if closed else None


def is_own_complaint(recorded_by: str, judged_by: str) -> Objection | None:
    """Who took a complaint down does not judge it."""
    if recorded_by != judged_by:
        return None
    return Objection("own_complaint", N_("You recorded this complaint; another person of quality assurance judges it."))


def is_made_light_of(category: Category, severity: Severity, deviation: bool, hold: bool) -> Objection | None:
    """A mistaken identity stays critical, a deviation and held."""
    if category is not Category.IDENTITY or (severity is Severity.CRITICAL and deviation and hold):
        return None
    template = N_("A mistaken identity is critical, a deviation, and holds sister units.")
    return Objection("identity_is_critical", template, place="severity")


def has_open_investigations(events: Sequence[str], deviations: Sequence[str]) -> Objection | None:
    """Every event of a complaint is judged, every deviation closed with its root cause, before the complaint is."""
    waiting = [*events, *deviations]
    if not waiting:
        return None
    template = N_("Not finished yet: {numbers}.")
    return Objection("investigation_open", template, {"numbers": ", ".join(waiting)})


# --- adverse events ---------------------------------------------------------------------------------------------------
def disagrees(grade: int, seriousness: Collection[Seriousness], outcome: Outcome) -> list[Objection]:
    """Grade 5, the criterion death and the outcome are one statement (CTCAE v5; ICH E2A II.B)."""
    signs = {grade == DEADLY_GRADE, Seriousness.DEATH in seriousness, outcome is Outcome.FATAL}
    if len(signs) == 1:
        return []
    template = N_("Death is said by grade 5, the criterion and the outcome together, or by none of them.")
    return [Objection("death_is_said_in_part", template, place="grade")]


def cannot_be(said: Observed, at: datetime) -> list[Objection]:
    """The times of an event lie one after the other, and none in the future."""
    found = [
        is_blank(said.term, "term"),
        is_future(said.onset_at, at, "onset_at"),
        is_future(said.known_at, at, "known_at"),
        is_before(said.known_at, said.onset_at, "known_at"),
    ]
    return [one for one in found if one] + disagrees(said.grade, said.seriousness, said.outcome)


def cannot_follow(said: FollowUp, known_at: datetime, at: datetime) -> list[Objection]:
    """What is learned later was not known before the event was."""
    found = [
        is_blank(said.what, "what"),
        is_future(said.learned_at, at, "learned_at"),
        is_before(said.learned_at, known_at, "learned_at"),
    ]
    return [one for one in found if one] + disagrees(said.grade, said.seriousness, said.outcome)


def is_before(instant: datetime, earlier: datetime, place: str) -> Objection | None:
    """Nothing is known before it began."""
    if instant >= earlier:
        return None
    template = N_("This lies before {earlier:%Y-%m-%d %H:%M} UTC, when it began or became known.")
    return Objection("before_the_event", template, {"earlier": earlier}, place=place)


def is_known_later(known_at: datetime, recorded_at: datetime | None) -> Objection | None:
    """What was recorded at the bed is known since then, and the clock of its report runs (ICH E2A III.B)."""
    if recorded_at is None or known_at <= recorded_at:
        return None
    template = N_("This was recorded at the bed at {recorded_at:%Y-%m-%d %H:%M} UTC and is known since then.")
    return Objection("known_at_the_bed", template, {"recorded_at": recorded_at.astimezone(UTC)}, place="known_at")


def is_carried_over(number: str) -> Objection | None:
    """A reaction at the bed becomes one adverse event."""
    if not number:
        return None
    return Objection("carried_over", N_("This reaction was carried over into {number} before."), {"number": number})


def is_reported_at_once(said: Standing) -> bool:
    """Serious, suspected and unexpected; what nobody has judged yet counts as both (ICH E2A III.A)."""
    suspected = said.causality is not NOT_SUSPECTED
    return bool(said.seriousness) and suspected and said.expectedness is not Expectedness.EXPECTED


def reports_due(
    said: Standing, known_at: datetime, zone: str, clocks: Sequence[Clock], standing: Collection[tuple[str, Stage]]
) -> list[ReportDue]:
    """The reports of the shortest clock that fits and does not run yet; none where nothing is reported at once."""
    fitting = [one for one in clocks if one.any_of & said.seriousness]
    if not fitting or not is_reported_at_once(said):
        return []
    clock = min(fitting, key=lambda one: one.days)
    wanted = [(Stage.FIRST, clock.days)]
    if clock.complete_after:
        wanted.append((Stage.COMPLETE, clock.days + clock.complete_after))
    return [
        ReportDue(clock.key, stage, days_after(known_at, days, zone))
        for stage, days in wanted
        if (clock.key, stage) not in standing
    ]


def days_after(at: datetime, days: int, zone: str) -> datetime:
    """So many calendar days later, at the same time of the day where the report is written."""
    local = at.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return local.astimezone(at.tzinfo)


def is_not_due(key: str, open_keys: Collection[str]) -> Objection | None:
    """A report answers a duty that is open, or none."""
    if not key or key in open_keys:
        return None
    return Objection("not_due", N_("This report is not due, or was sent before."), place="answers")


def is_sent_before(reference: str, sent: bool) -> Objection | None:
    """One report has one number there."""
    if not sent:
        return None
    template = N_("A report with the reference {reference} was recorded before.")
    return Objection("sent_before", template, {"reference": reference}, place="reference")


def reports_wait(open_duties: int) -> Objection | None:
    """Nothing is closed while a report is due."""
    if not open_duties:
        return None
    return Objection("reports_due", N_("{n} reports are due and not sent."), {"n": open_duties})


def is_still_running(outcome: Outcome) -> Objection | None:
    """Who is still recovering is followed up."""
    if outcome is not Outcome.RECOVERING:
        return None
    return Objection("still_recovering", N_("The patient is still recovering: follow up until the outcome is known."))
