"""An adverse event: recorded after a dose, judged by a physician, reported by the clock, followed up, closed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core.errors import NotAllowed
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import kept_units
from apps.dosing.services import record_reaction
from apps.quality.models import Event, Hold
from apps.vigilance.facts import Causality, Outcome, Seriousness
from apps.vigilance.models import AdverseEvent, ReportDuty
from apps.vigilance.selectors import duties_for, open_duties, unassessed_events, unclosed_events
from apps.vigilance.services import record_adverse_event
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.story import START, ready, started_order
from tests.vigilance.story import (
    CHILLS,
    DAY,
    EXPECTED,
    GRAVE,
    LATER,
    RELATED,
    assessed,
    ended,
    followed,
    judged_again,
    recorded,
    told_authority,
)

begins_with = started_order
FIRST, COMPLETE = "fatal_or_life_threatening:FIRST", "fatal_or_life_threatening:COMPLETE"
HOSPITAL = replace(GRAVE, grade=3, seriousness=(Seriousness.HOSPITALISATION,))
FATAL = {"grade": 5, "seriousness": (Seriousness.DEATH,), "outcome": Outcome.FATAL}


def days(event: AdverseEvent) -> dict[str, float]:
    """The open duties by clock and stage, in days from the first knowledge."""
    duties = ReportDuty.objects.filter(event=event, withdrawn_at=None, report=None)
    return {f"{one.clock}:{one.stage}": (one.due_at - GRAVE.known_at) / DAY for one in duties}


def test_a_grave_event_holds_the_lots_and_the_next_dose_and_waits_for_its_physician(
    cast: Cast, order: TreatmentOrder
) -> None:
    event = recorded(cast, order)

    batch = kept_units(order)[0].batch
    assert (event.number, event.state, event.held) == (f"{order.number}-AE01", "UNASSESSED", True)
    assert {hold.record.kind for hold in Hold.objects.filter(key=f"adverse:{event.number}")} == {"batch", "recipient"}
    assert Event.objects.get(subject=batch.record, severity="CRITICAL").about == event.record.address
    assert list(unassessed_events({"NANHU"})) == [event]


def test_what_was_recorded_at_the_bed_is_known_since_then_at_the_latest(cast: Cast, order: TreatmentOrder) -> None:
    told = {"grade": 4, "what": "Anaphylaxis", "occurred_at": GRAVE.onset_at, "actor": actor(cast.nils)}
    reaction = record_reaction(order=order, at=GRAVE.known_at, **told)
    late = replace(GRAVE, known_at=GRAVE.known_at + timedelta(minutes=1))

    assert codes(lambda: recorded(cast, order, late, reaction=reaction)) == ["known_at_the_bed"]
    assert days(recorded(cast, order, reaction=reaction)) == {FIRST: 7, COMPLETE: 15}


def test_a_mild_event_holds_nothing_and_is_reported_to_nobody(cast: Cast, order: TreatmentOrder) -> None:
    event = recorded(cast, order, CHILLS)

    assert not event.held
    assert not Hold.objects.filter(code="reaction").exists()
    assert days(event) == {}


@pytest.mark.parametrize(("grade", "holds"), [(2, False), (3, True)])
def test_the_grade_of_the_master_is_where_holding_begins(
    cast: Cast, order: TreatmentOrder, grade: int, holds: bool
) -> None:
    assert recorded(cast, order, replace(HOSPITAL, grade=grade)).held is holds


def test_a_reaction_at_the_bed_is_carried_over_once_and_holds_once(cast: Cast, order: TreatmentOrder) -> None:
    told = {"grade": 4, "what": "Anaphylaxis", "actor": actor(cast.nils), "at": START + timedelta(minutes=40)}
    reaction = record_reaction(order=order, **told)
    held = Hold.objects.filter(code="reaction").count()

    event = recorded(cast, order, reaction=reaction)

    assert (event.reaction, event.held) == (reaction, True)
    assert Hold.objects.filter(code="reaction").count() == held
    assert codes(lambda: recorded(cast, order, replace(GRAVE, term="Shock"), reaction=reaction)) == ["carried_over"]


def test_the_same_sent_twice_is_one(cast: Cast, order: TreatmentOrder) -> None:
    assert recorded(cast, order) == recorded(cast, order, at=LATER + timedelta(seconds=2))
    assert recorded(cast, order, CHILLS).number.endswith("AE02")


def test_what_endangers_life_is_reported_within_7_days_and_completely_8_days_later(
    cast: Cast, order: TreatmentOrder
) -> None:
    assert days(recorded(cast, order)) == {FIRST: 7, COMPLETE: 15}


def test_other_serious_events_are_reported_within_15_days(cast: Cast, order: TreatmentOrder) -> None:
    assert days(recorded(cast, order, HOSPITAL)) == {"other_serious:FIRST": 15}


@pytest.mark.parametrize("said", [EXPECTED, replace(RELATED, causality=Causality.UNLIKELY)])
def test_what_a_physician_judges_expected_or_unrelated_is_no_longer_due_and_says_why(
    cast: Cast, order: TreatmentOrder, said: object
) -> None:
    event = assessed(cast, recorded(cast, order), said)

    assert days(event) == {}
    assert {duty.withdrawn_why for duty in duties_for(event)} == {said.rationale}
    assert not list(open_duties({"NANHU"}))


def test_a_later_judgement_makes_it_due_again_from_the_first_knowledge(cast: Cast, order: TreatmentOrder) -> None:
    event = assessed(cast, recorded(cast, order), EXPECTED)
    again = assessed(cast, event, RELATED, at=LATER + DAY)

    assert days(again) == {FIRST: 7, COMPLETE: 15}


def test_a_suspected_unexpected_event_stays_due(cast: Cast, order: TreatmentOrder) -> None:
    event = assessed(cast, recorded(cast, order))

    assert (event.state, event.assessed_name) == ("ASSESSED", "Paula Perez")
    assert days(event) == {FIRST: 7, COMPLETE: 15}
    assert not list(unassessed_events({"NANHU"}))


def test_only_a_physician_judges(cast: Cast, order: TreatmentOrder) -> None:
    event = recorded(cast, order)
    with pytest.raises(NotAllowed):
        assessed(cast, event, by=cast.quinn)
    assert "text_missing" in codes(lambda: assessed(cast, event, replace(RELATED, reference=" ")))


def test_a_report_answers_its_duty_and_stands_with_addressee_and_number(cast: Cast, order: TreatmentOrder) -> None:
    event = assessed(cast, recorded(cast, order))
    report = told_authority(cast, event, answers=FIRST)

    assert days(event) == {COMPLETE: 15}
    assert (report.sent_to, report.reference, report.recorded_by) == ("The authority", "SR-1", "quinn")
    assert codes(lambda: told_authority(cast, event, answers=FIRST, reference="SR-2")) == ["not_due"]
    assert codes(lambda: told_authority(cast, event)) == ["sent_before"]
    assert told_authority(cast, event, sent_to="The sponsor").sent_to == "The sponsor"


def test_an_overdue_report_is_a_duty_from_its_minute_on(cast: Cast, order: TreatmentOrder) -> None:
    recorded(cast, order)
    due = GRAVE.known_at + 7 * DAY

    assert not list(open_duties(late_at=due - timedelta(seconds=1)))
    assert [one.stage for one in open_duties(late_at=due)] == ["FIRST"]


def test_a_follow_up_that_makes_it_fatal_starts_the_short_clock_when_it_was_learned(
    cast: Cast, order: TreatmentOrder
) -> None:
    event = assessed(cast, recorded(cast, order, HOSPITAL))
    told_authority(cast, event, answers="other_serious:FIRST")
    learned = LATER + 2 * DAY

    event = followed(cast, event, at=learned, **FATAL)

    assert (event.state, event.grade, event.outcome) == ("UNASSESSED", 5, "FATAL")
    assert {duty.due_at for duty in open_duties()} == {learned + 7 * DAY, learned + 15 * DAY}
    assert event.held


def test_a_follow_up_that_changes_nothing_grave_starts_no_clock(cast: Cast, order: TreatmentOrder) -> None:
    event = followed(cast, assessed(cast, recorded(cast, order), EXPECTED), outcome=Outcome.RECOVERED)

    assert (event.state, days(event)) == ("UNASSESSED", {})
    again = followed(cast, event, outcome=Outcome.RECOVERED)
    assert again.follow_ups.count() == 1


def test_a_follow_up_opens_a_closed_event_and_is_never_refused_for_it(cast: Cast, order: TreatmentOrder) -> None:
    event = ended(cast, assessed(cast, recorded(cast, order, CHILLS)))

    assert followed(cast, event, what="It came back at night.").state == "UNASSESSED"


def test_it_is_closed_when_judged_reported_and_followed_to_its_outcome(cast: Cast, order: TreatmentOrder) -> None:
    event = recorded(cast, order)
    assert "wrong_state" in codes(lambda: ended(cast, event))
    assessed(cast, event)
    assert codes(lambda: ended(cast, event)) == ["still_recovering", "reports_due"]
    for key, reference in ((FIRST, "SR-1"), (COMPLETE, "SR-2")):
        told_authority(cast, event, answers=key, reference=reference)
    assessed(cast, followed(cast, event, outcome=Outcome.RECOVERED), at=LATER + DAY)
    assert list(unclosed_events({"NANHU"})) == [event]

    done = ended(cast, event, at=LATER + DAY)

    assert (done.state, done.closed_name) == ("CLOSED", "Quinn Qian")
    assert judged_again(cast, event, at=LATER + DAY).state == "UNASSESSED"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"grade": 5}, "death_is_said_in_part"),
        ({"outcome": Outcome.FATAL}, "death_is_said_in_part"),
        ({"seriousness": (Seriousness.DEATH,)}, "death_is_said_in_part"),
        ({"term": " "}, "text_missing"),
        ({"onset_at": START - timedelta(minutes=1)}, "before_the_start"),
        ({"known_at": START + timedelta(minutes=29)}, "before_the_event"),
        ({"known_at": LATER + timedelta(minutes=1)}, "in_the_future"),
    ],
)
def test_an_event_agrees_with_itself(cast: Cast, order: TreatmentOrder, words: dict[str, object], code: str) -> None:
    assert codes(lambda: recorded(cast, order, replace(CHILLS, **words))) == [code]
    assert not AdverseEvent.objects.exists()


def test_a_grade_is_one_of_five(cast: Cast, order: TreatmentOrder) -> None:
    assert "no_grade" in codes(lambda: recorded(cast, order, replace(CHILLS, grade=6)))


@pytest.mark.django_db
def test_nothing_follows_a_dose_that_was_not_given(cast: Cast) -> None:
    assert "not_given" in codes(lambda: recorded(cast, ready(cast, "R-0002"), CHILLS))


def test_who_follows_the_patient_records_it_and_nobody_else(cast: Cast, order: TreatmentOrder) -> None:
    with pytest.raises(NotAllowed):
        record_adverse_event(order=order, said=CHILLS, actor=actor(cast.olga), at=LATER)
