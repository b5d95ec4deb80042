"""At the bed: the right patient by two identifiers, every unit of the dose, two people, in date to the planned end."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import OrderState, Said, Slot
from apps.products.definition.dosing import Vitals
from apps.products.definition.parameters import Recordable

ANOTHER_PATIENT = "another_patient_at_bed"
BY_SCAN = ("patient_first", "patient_second", "unit_matches")  # what the scans answer; nobody ticks it
NOT_A_SIGN = re.compile(r"[\W_]+")
GRACE = timedelta(minutes=5)  # after a due time, before somebody is told
SAID_TWICE = timedelta(minutes=1)  # the same words of the same person within it are one press of the button too many
OVER = (OrderState.INFUSING, OrderState.GIVEN, OrderState.CANCELLED)


def is_another_patient(scanned: Sequence[str], worn: Sequence[str]) -> Objection | None:
    """Both identifiers are those of the patient of the order. What was scanned is not repeated: it may be another's."""
    wrong = [n for n, (one, other) in enumerate(zip(scanned, worn, strict=True), 1) if not _agree(one, other)]
    if not wrong:
        return None
    template = N_("The wristband is not that of the patient of this order: identifier {which} differs.")
    return Objection(ANOTHER_PATIENT, template, {"which": ", ".join(str(n) for n in wrong)}, "first")


def has_no_identity() -> Objection:
    """Without the personal data nobody can be recognised."""
    return Objection("no_identity", N_("Who the patient is has been erased: nobody can be recognised."), place="first")


def has_no_units(kept: Collection[str]) -> Objection | None:
    """Of an order for which no unit is kept there is nothing in hand that could be given, or could have been."""
    if kept:
        return None
    return Objection("no_units", N_("No unit is kept for this order."), place="units")


def are_not_scanned(scanned: Collection[str], kept: Collection[str]) -> Objection | None:
    """Every unit of the dose is scanned."""
    missing = sorted(set(kept) - set(scanned))
    if not missing:
        return None
    return Objection("not_scanned", N_("Not scanned: {units}."), {"units": ", ".join(missing)}, "units")


def is_one_person(first: str, second: str) -> Objection | None:
    """Two people compare at the bed."""
    if first != second:
        return None
    return Objection("same_person", N_("You compared yourself; a second person compares and signs."))


def is_over(state: OrderState) -> Objection | None:
    """A dose is given once; a cancelled order is not given under this number, whatever happened."""
    if state not in OVER:
        return None
    template = N_("This dose can’t be started: the order is {state}.")
    return Objection("wrong_state", template, {"state": state})


def is_before_start(at: datetime, started_at: datetime, place: str) -> Objection | None:
    """Nothing of an infusion lies before its start."""
    if at >= started_at:
        return None
    template = N_("The infusion started only at {started_at:%Y-%m-%d %H:%M} UTC.")
    return Objection("before_the_start", template, {"started_at": started_at}, place)


def is_said_twice(said: Said, last: Said | None) -> bool:
    """Whether a person says again what they said last: a button pressed twice, or sent again by a slow network."""
    return last is not None and (said.by, said.what) == (last.by, last.what) and abs(said.at - last.at) < SAID_TWICE


def ran_past(ended_at: datetime, expires_at: datetime) -> bool:
    """Whether the infusion still ran in the first minute in which its units may no longer be used."""
    return ended_at >= expires_at


def is_not_said(field: Recordable, done: bool) -> Objection | None:
    """What the master record asks about an infusion is said at its end."""
    if done or not field.required:
        return None
    facts = {"field": field.label.en, "field_zh": field.label.zh}
    return Objection("answer_missing", N_("{field}: not said."), facts, field.key)


def is_cancelled(state: OrderState) -> Objection | None:
    """Nobody is watched for a dose that will not be given."""
    if state is not OrderState.CANCELLED:
        return None
    return Objection("wrong_state", N_("The order is {state}."), {"state": state})


def asked_at_bed(asked: Iterable[Recordable]) -> list[Recordable]:
    """What two people answer besides the scans."""
    return [one for one in asked if one.key not in BY_SCAN]


# --- vital signs ----------------------------------------------------------------------------------------------------
def due_times(vitals: Vitals, start: datetime, end: datetime, *, ended: bool) -> list[datetime]:
    """The times of the master record: before, at each interval until the end, at the end, and when the watch is over.

    While the infusion runs, `end` is the planned one; what comes after it is due once it has ended.
    """
    found = [start] if vitals.before else []
    if vitals.first_after and start + vitals.first_after.timedelta < end:
        found.append(start + vitals.first_after.timedelta)
    step, n = vitals.every.timedelta, 1
    while step > timedelta(0) and start + n * step < end:
        found.append(start + n * step)
        n += 1
    watch = sorted(span.timedelta for span in (*vitals.also_after_end, vitals.after_end)) if ended else []
    return [*sorted(set(found)), end, *(end + span for span in watch)]


def slots(times: Sequence[datetime], taken: Collection[datetime]) -> list[Slot]:
    """The due times with what was done about each."""
    return [Slot(time, time in taken) for time in times]


def answers_which(slots_of_it: Sequence[Slot], taken_at: datetime, within: timedelta) -> datetime | None:
    """The due time that signs taken now answer: the last one that has come, or comes within half an interval.

    Where that one is answered they answer none: an earlier time that was missed stays missed.
    """
    come = [slot for slot in slots_of_it if slot.due_at <= taken_at + within / 2]
    return come[-1].due_at if come and not come[-1].taken else None


def waits_now(slots_of_it: Sequence[Slot], last_taken: datetime | None, at: datetime) -> datetime | None:
    """The newest due time that has passed unanswered; signs that were taken later answer the earlier times."""
    passed = [slot for slot in slots_of_it if slot.due_at + GRACE <= at]
    if not passed or passed[-1].taken or (last_taken is not None and last_taken >= passed[-1].due_at):
        return None
    return passed[-1].due_at


def has_no_signs(signs: Collection[str]) -> Objection | None:
    """Something was measured."""
    if signs:
        return None
    return Objection("no_signs", N_("Enter what was measured."), place="systolic")


def _agree(one: str, other: str) -> bool:
    left, right = (NOT_A_SIGN.sub("", text).casefold() for text in (one, other))
    return bool(left) and left == right
