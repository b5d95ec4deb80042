"""After the dose: a grave reaction holds sister units and the next dose; outcomes are structured, each on its day."""

from datetime import date, timedelta
from typing import Any

import pytest

from apps.core.errors import BadInput
from apps.dosing.models import OutcomeValue, TreatmentOrder
from apps.dosing.rules import following as rules
from apps.dosing.selectors import candidate_of, kept_units, outcomes_due, prepare, units_for
from apps.dosing.services import record_outcome, record_reaction
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.story import MASTER, START, checked, patient, ready, said, started_order
from tests.testing.story import approved_master

MINUTE = timedelta(minutes=1)
LATER = START + timedelta(days=1, hours=1)


begins_with = started_order


def reacted(cast: Cast, order: TreatmentOrder, grade: int = 3, **words: Any) -> Any:
    told = {"what": "Hypotension", "actor": actor(cast.nils), "at": START + 20 * MINUTE, **words}
    return record_reaction(order=order, grade=grade, **told)


def found(cast: Cast, order: TreatmentOrder, key: str = "d_dimer", day: int = 1, **words: Any) -> OutcomeValue:
    told = {"text": "0.42", "actor": actor(cast.nils), "at": LATER, **words}
    return record_outcome(order=order, key=key, day=day, **told)


def test_a_grave_reaction_holds_the_sister_units_and_tells_quality(cast: Cast, order: TreatmentOrder) -> None:
    other = checked(cast, "R-0002")
    sister = units_for(other)[0]
    assert not candidate_of(other, sister).held

    reaction = reacted(cast, order, 3)

    assert reaction.holds
    assert candidate_of(other, sister).held
    batch = kept_units(order)[0].batch
    event = Event.objects.get(subject=batch.record, severity="CRITICAL")
    assert event.about == order.record.address
    assert {hold.record.kind: hold.blocks for hold in Hold.objects.filter(code="reaction")} == {
        "batch": {Blocks.ISSUE, Blocks.USE},
        "recipient": {Blocks.USE},
    }


def test_a_reaction_sent_twice_is_one_with_its_holds(cast: Cast, order: TreatmentOrder) -> None:
    first, again = reacted(cast, order), reacted(cast, order, at=START + 20 * MINUTE + timedelta(seconds=2))
    graver = reacted(cast, order, 4)

    assert (first, first.n, graver.n) == (again, 1, 2)
    assert Event.objects.filter(subject=kept_units(order)[0].batch.record, severity="CRITICAL").count() == 2


def test_a_patient_with_an_unanswered_grave_reaction_is_ordered_no_further_dose(
    cast: Cast, order: TreatmentOrder
) -> None:
    version = approved_master(cast)
    reacted(cast, order, 4)
    assert "open_holds" in {one.code for one in prepare(patient(cast), version, said()).objections}


def test_a_mild_reaction_is_recorded_and_holds_nothing(cast: Cast, order: TreatmentOrder) -> None:
    assert not reacted(cast, order, 2).holds
    assert not Hold.objects.filter(code="reaction").exists()


@pytest.mark.parametrize(("grade", "blocking", "holds"), [(2, 3, False), (3, 3, True), (5, 3, True), (1, 1, True)])
def test_the_grade_of_the_master_is_where_holding_begins(grade: int, blocking: int, holds: bool) -> None:
    assert rules.holds_sisters(grade, blocking) is holds


@pytest.mark.parametrize(("grade", "is_one"), [(0, False), (1, True), (5, True), (6, False)])
def test_grades_go_from_1_to_5(grade: int, is_one: bool) -> None:
    assert (rules.is_no_grade(grade) is None) is is_one


@pytest.mark.parametrize(("minutes", "day", "fits"), [(-1, 1, False), (0, 1, True), (-1, 0, True)])
def test_what_is_measured_on_a_later_day_comes_after_the_dose(minutes: int, day: int, fits: bool) -> None:
    assert (rules.is_before_dose(START + minutes * MINUTE, START, day) is None) is fits


def test_the_outcomes_of_a_course_are_kept_with_its_first_dose() -> None:
    assert [rules.is_not_first(n) is None for n in (1, 2)] == [True, False]


def test_a_reaction_has_a_grade_words_and_a_time_within_the_infusion(cast: Cast, order: TreatmentOrder) -> None:
    assert codes(lambda: reacted(cast, order, 6)) == ["no_grade"]
    assert codes(lambda: reacted(cast, order, what=" ")) == ["reason_missing"]
    assert codes(lambda: reacted(cast, order, occurred_at=START - MINUTE)) == ["before_the_start"]
    assert codes(lambda: reacted(cast, order, occurred_at=START + 21 * MINUTE)) == ["in_the_future"]


@pytest.mark.django_db
def test_nothing_follows_a_dose_that_was_not_given(cast: Cast) -> None:
    order = ready(cast, "R-0002")

    assert "not_given" in codes(lambda: reacted(cast, order))
    assert "not_given" in codes(lambda: found(cast, order))
    assert outcomes_due(order) == []


def test_outcomes_are_due_on_the_days_of_the_master_from_the_first_dose_on(cast: Cast, order: TreatmentOrder) -> None:
    due = outcomes_due(order)

    assert len(due) == sum(len(one.days) for one in MASTER.dosing.outcomes)
    assert [one.due_on for one in due] == sorted(one.due_on for one in due)
    last = next(one for one in due if (one.key, one.day) == ("alive", 90))
    assert last.due_on == date(2026, 11, 26) + timedelta(days=90)


def test_an_outcome_is_a_structured_value_that_a_correction_replaces(cast: Cast, order: TreatmentOrder) -> None:
    first = found(cast, order, text="<0.19")

    assert (first.text, first.unit, str(first.number)) == ("<0.19", "ug/mL", "0.19")
    assert codes(lambda: found(cast, order)) == ["reason_missing"]
    second = found(cast, order, reason="Read from the wrong sample")
    assert OutcomeValue.objects.get(replaced_at=None).pk == second.pk
    assert next(one.found for one in outcomes_due(order) if (one.key, one.day) == ("d_dimer", 1)).startswith("0.42")


def test_an_outcome_nobody_asked_for_or_that_cannot_be_read_is_refused(cast: Cast, order: TreatmentOrder) -> None:
    assert codes(lambda: found(cast, order, day=2)) == ["not_asked"]
    assert codes(lambda: found(cast, order, key="mood", day=1)) == ["not_asked"]
    assert codes(lambda: found(cast, order, measured_at=START - MINUTE)) == ["before_the_dose"]
    assert codes(lambda: found(cast, order, measured_at=LATER + MINUTE)) == ["in_the_future"]
    for text in ("", "high", "NaN"):
        with pytest.raises(BadInput):
            found(cast, order, text=text)
