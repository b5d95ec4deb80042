"""Rules of studies: what is set apart, when it is pulled. Pure."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition.stability import StabilityProtocol, TimePoint
from apps.products.facts import Duration
from apps.stability.facts import PointState, StudyState, Window
from apps.units.facts import UnitFacts, UnitKind

WRONG_UNIT = "wrong_unit"
STUDIED = frozenset({BatchState.FINISHED, BatchState.REVIEWED, BatchState.CERTIFIED, BatchState.RELEASED})


def months_of(amount: int) -> Duration:
    """A number of calendar months as a span."""
    return Duration(Decimal(amount), "mo")


def point_key(study: int, month: int) -> str:
    """The name of a time point among the samples of its batch: the study and the month."""
    return f"ST{study:02}-M{month:02}"


def window_of(point: TimePoint, started_at: datetime, zone: tzinfo) -> Window:
    """Months are counted on the calendar of the site; the window around them is elapsed time. Both ends are within."""
    due_at = months_of(point.month).after(started_at.astimezone(zone)).astimezone(UTC)
    return Window(due_at, due_at - point.window.timedelta, due_at + point.window.timedelta)


# --- opening --------------------------------------------------------------------------------------------------------
def has_no_protocol(batch: str) -> Objection:
    """A study follows the master record its batch was made by (21 CFR 211.166(a): a written programme)."""
    template = N_("The master record of {batch} has no stability protocol.")
    return Objection("no_protocol", template, {"batch": batch}, "batch")


def is_not_studied(state: BatchState) -> Objection | None:
    """Units are set apart from a batch whose record is finished, and not from one that was rejected."""
    if state in STUDIED:
        return None
    return Objection("not_studied", N_("The batch is {state}; a study begins when it is finished."), {"state": state})


def is_studied_already(number: str) -> Objection | None:
    """One study of a batch is open at a time."""
    if not number:
        return None
    return Objection("studied_already", N_("Study {number} of this batch is open."), {"number": number}, "batch")


def has_too_few(protocol: StabilityProtocol, named: int) -> Objection | None:
    """A study sets apart what all its time points need; what it can't finish it does not begin."""
    needed = protocol.pull.units * len(protocol.points)
    if named >= needed:
        return None
    template = N_("The protocol pulls {needed} units; {named} are named.")
    return Objection("too_few_units", template, {"needed": needed, "named": named}, "units")


def is_not_of_the_batch(unit: str, batch: str, is_its_own: bool) -> Objection | None:
    """A study is of the units of one batch."""
    if is_its_own:
        return None
    template = N_("Unit {unit} is not of batch {batch}.")
    return Objection("another_batch", template, {"unit": unit, "batch": batch}, "units")


def is_kept_otherwise(unit: str, state: str, studied: str) -> Objection | None:
    """A unit is studied in the storage state that the protocol names."""
    if state == studied:
        return None
    template = N_("Unit {unit} is kept as {state}; the protocol studies {studied}.")
    return Objection("kept_otherwise", template, {"unit": unit, "state": state, "studied": studied}, "units")


def is_for_the_laboratory(unit: UnitFacts) -> Objection | None:
    """The unit for the release tests is used up by them."""
    if unit.kind is not UnitKind.QC:
        return None
    template = N_("Unit {unit} is for the release tests.")
    return Objection("for_release_tests", template, {"unit": unit.number}, "units")


def is_named_twice(numbers: Sequence[str]) -> Objection | None:
    """Each unit is named once."""
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if not twice:
        return None
    return Objection("named_twice", N_("Named twice: {units}"), {"units": ", ".join(twice)}, "units")


def is_promised(unit: str, to: str) -> Objection | None:
    """What a decision names for a patient, or for destruction, is not set apart."""
    if not to:
        return None
    return Objection("promised", N_("Unit {unit} is named in {to}."), {"unit": unit, "to": to}, "units")


# --- pulls ----------------------------------------------------------------------------------------------------------
def is_closed(state: StudyState, number: str) -> Objection | None:
    """Nothing is pulled from a study that is closed."""
    if state is StudyState.OPEN:
        return None
    return Objection("study_closed", N_("Study {number} is closed."), {"number": number})


def is_not_of(unit: str, study: str, units: Collection[str]) -> Objection | None:
    """The unit in the hand is one that was set apart for this study, or everything stops."""
    if unit in units:
        return None
    template = N_("Unit {unit} is not set apart for study {study}. Stop: put it back.")
    return Objection(WRONG_UNIT, template, {"unit": unit, "study": study}, "scanned")


def is_pulled(month: int, pulled: int, wanted: int) -> Objection | None:
    """As many units as the protocol says, and one more for each resample that quality approved."""
    if pulled < wanted:
        return None
    template = N_("Month {month} has its {wanted} units already.")
    return Objection("pulled_already", template, {"month": month, "wanted": wanted}, "month")


def is_gone(unit: str, is_there: bool) -> Objection | None:
    """A unit is pulled once; what was destroyed or given back is pulled no more."""
    if is_there:
        return None
    return Objection("unit_gone", N_("Unit {unit} is not set apart any more."), {"unit": unit}, "scanned")


def is_too_early(window: Window, pulled_at: datetime) -> Objection | None:
    """A unit that is pulled before its window was not stored as long as its time point says."""
    if pulled_at >= window.opens_at:
        return None
    template = N_("Its window opens on {opens_at:%Y-%m-%d %H:%M} UTC.")
    return Objection("before_the_window", template, {"opens_at": window.opens_at.astimezone(UTC)}, "pulled_at")


def is_late(window: Window, pulled_at: datetime) -> bool:
    """The last minute of the window is within it."""
    return pulled_at > window.ends_at


def is_unexplained(late: bool, reason: str) -> Objection | None:
    """A pull outside its window says why."""
    if not late or reason.strip():
        return None
    return Objection("late_without_reason", N_("The window has passed; say why it is pulled late."), place="reason")


def is_before_the_study(pulled_at: datetime, opened_at: datetime) -> Objection | None:
    """Nothing is pulled before its units were set apart."""
    if pulled_at >= opened_at:
        return None
    template = N_("The study was opened on {opened_at:%Y-%m-%d %H:%M} UTC.")
    return Objection("before_the_study", template, {"opened_at": opened_at.astimezone(UTC)}, "pulled_at")


def has_no_point(month: int, months: Collection[int]) -> Objection | None:
    """A pull is for a time point of the protocol."""
    if month in months:
        return None
    template = N_("The protocol has no month {month}: {months}.")
    told = {"month": month, "months": ", ".join(map(str, sorted(months)))}
    return Objection("no_such_point", template, told, "month")


def is_over(window: Window, state: PointState, at: datetime) -> bool:
    """A time point whose window went by without its pull."""
    return state is PointState.WAITING and at > window.ends_at
