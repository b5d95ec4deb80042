"""Rules of recalls: pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.core.errors import Objection
from apps.core.text import N_
from apps.recall.facts import Begun, Coverage, LineFacts, Outcome, RecallState
from apps.units.facts import Custody

IN_STOCK = (Custody.IN_STORE, Custody.RESERVED, Custody.SET_APART)
ENDED = {
    Custody.ADMINISTERED: Outcome.ADMINISTERED,
    Custody.DESTROYED: Outcome.DESTROYED,
    Custody.DRAWN: Outcome.DRAWN,
}
RETURNED = (Outcome.CAME_BACK, Outcome.DESTROYED, Outcome.ADMINISTERED, Outcome.NOT_FOUND)


def outcomes_for(custody: str, *, is_mock: bool) -> tuple[Outcome, ...]:
    """What may be answered of a unit by where it was. What is out has to come back; in an exercise it is seen there.

    EU GMP chapter 8, 8.29: products distributed, and products returned, are reconciled.
    """
    if ended := ENDED.get(Custody(custody)):
        return (ended,)
    if custody in IN_STOCK:
        return (Outcome.LOCATED, Outcome.DESTROYED, Outcome.NOT_FOUND)
    return (Outcome.LOCATED, *RETURNED[1:]) if is_mock else RETURNED


def does_not_fit(line: LineFacts, outcome: Outcome, *, is_mock: bool) -> Objection | None:
    """The answer must be possible for where the unit was."""
    if outcome in outcomes_for(line.custody, is_mock=is_mock):
        return None
    template = N_("{unit} was {custody}: this answer does not fit.")
    return Objection("outcome_does_not_fit", template, {"unit": line.unit, "custody": line.custody}, place="outcome")


def is_accounted_for(line: LineFacts) -> Objection | None:
    """A unit is answered for once; only what was not found may be found later."""
    if line.outcome in (None, Outcome.NOT_FOUND):
        return None
    return Objection("accounted_for", N_("{unit} is accounted for already."), {"unit": line.unit})


def needs_no_contact(line: LineFacts) -> Objection | None:
    """Somebody is told where a unit left, or is kept for a patient; once."""
    if not line.must_be_told:
        return Objection("nobody_to_tell", N_("{unit} never left, and is kept for nobody."), {"unit": line.unit})
    if line.contacted_at:
        return Objection("told_before", N_("Who has {unit} was reached before."), {"unit": line.unit})
    return None


def coverage(lines: Sequence[LineFacts]) -> Coverage:
    """Units found of units made, patients reached of patients (EU GMP 8.30: the effectiveness of a recall)."""
    found = [one for one in lines if one.outcome not in (None, Outcome.NOT_FOUND)]
    told, to_tell = [one for one in lines if one.contacted_at], [one for one in lines if one.must_be_told]
    patients = {one.patient for one in lines if one.patient}
    waiting = {one.patient for one in to_tell if one.patient and not one.contacted_at}
    times = [at for one in lines for at in (one.found_at, one.contacted_at) if at]
    return Coverage(
        units=len(lines),
        found=len(found),
        unanswered=sum(one.outcome is None for one in lines),
        missing=tuple(one.unit for one in lines if one.outcome is Outcome.NOT_FOUND),
        patients=len(patients),
        reached=len(patients - waiting),
        to_tell=len(to_tell),
        told=len(told),
        last_at=max(times, default=None),
    )


def due_at(opened_at: datetime, hours: int) -> datetime:
    """Until when everything is accounted for; cells wait for no working day."""
    return opened_at + timedelta(hours=hours)


def says_too_little(said: Begun, classes: Sequence[str]) -> list[Objection | None]:
    """Why it is opened; and of a recall that is none of exercise, its class."""
    blank = Objection("reason_missing", N_("Say why."), place="why") if not said.why.strip() else None
    is_known = said.classification in classes or (said.is_mock and not said.classification)
    no_class = Objection("class_missing", N_("Choose the class of the recall."), place="classification")
    return [blank, None if is_known else no_class]


def reaches_nothing(units: Sequence[str]) -> Objection | None:
    """Where nothing was made, there is nothing to recall."""
    return None if units else Objection("reaches_nothing", N_("No unit was made from it or touched by it."))


def is_closed(state: RecallState) -> Objection | None:
    """What is learned after the closing is an event, or another recall."""
    return Objection("recall_closed", N_("This recall is closed.")) if state is RecallState.CLOSED else None


def is_not_finished(found: Coverage) -> list[Objection | None]:
    """It is closed when each unit has its answer, be it that it was not found, and everybody was reached."""
    left = {"units": found.unanswered, "people": found.to_tell - found.told}
    units = Objection("units_unanswered", N_("Units without an answer: {units}."), left) if found.unanswered else None
    people = Objection("people_untold", N_("Nobody was reached yet for {people} units."), left)
    return [units, people if found.told < found.to_tell else None]
