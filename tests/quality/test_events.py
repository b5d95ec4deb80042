"""Events and deviations: what QA judges, and what its judgement opens and closes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.audit.models import Record
from apps.core.errors import NotAllowed, RuleBroken
from apps.quality import content, rules
from apps.quality.facts import Blocks, DeviationState, EventState, RootCause, Severity
from apps.quality.lifecycle import CAPA_MOVES, DEVIATION_MOVES, EVENT_MOVES, MOVES, QualityVerb, may_not_move
from apps.quality.models import Deviation, Event
from apps.quality.selectors import open_deviations, open_events, open_holds, overdue_deviations, untriaged_events
from apps.quality.services import (
    close_deviation,
    close_event,
    open_deviation,
    report_observation,
    sign_product_impact,
)
from apps.signatures.models import Signature
from tests.cast import AT, Cast, actor, sign_as

IMPACT = {"impact": "Growth and identity are within their limits", "other_batches": "CT-0041 was in INC-03"}


def close(cast: Cast, event: Event, name: str = "quinn", reason: str = "Probe was moved while cleaning") -> Event:
    person = getattr(cast, name)
    signing = sign_as(person, content.close_event_content(event=event, reason=reason))
    return close_event(event=event, reason=reason, signing=signing, actor=actor(person), at=AT)


def deviate(cast: Cast, event: Event, name: str = "quinn") -> Deviation:
    person, said = getattr(cast, name), {"classification": Severity.CRITICAL, "rationale": "Outside the range"}
    signing = sign_as(person, content.open_deviation_content(event=event, **said))
    return open_deviation(event=event, signing=signing, actor=actor(person), at=AT, **said)


def sign_impact(cast: Cast, deviation: Deviation, name: str = "quinn", **said: str) -> Deviation:
    person, said = getattr(cast, name), {**IMPACT, **said}
    signing = sign_as(person, content.product_impact_content(deviation=deviation, **said))
    return sign_product_impact(deviation=deviation, signing=signing, actor=actor(person), at=AT, **said)


def end(cast: Cast, deviation: Deviation, category: RootCause = RootCause.EQUIPMENT) -> Deviation:
    said: dict[str, Any] = {"root_cause": "Door seal", "category": category}
    signing = sign_as(cast.quinn, content.close_deviation_content(deviation=deviation, **said))
    return close_deviation(deviation=deviation, **said, signing=signing, actor=actor(cast.quinn), at=AT)


def blocked(batch: Record) -> bool:
    return bool(open_holds([batch], Blocks.CERTIFY))


def test_anybody_reports_in_their_own_words(cast: Cast, batch: Record) -> None:
    event = report_observation(
        subject=batch, what="The flask looks cloudy", severity=Severity.MAJOR, actor=actor(cast.olga), at=AT
    )

    assert (event.record.number, event.opened_by, event.kind) == ("CT-0042-E01", "olga", "REPORTED")
    assert "The flask looks cloudy" in event.text
    assert blocked(batch)


@pytest.mark.parametrize("name", ["ines", "adam", "rita"])
def test_who_does_not_work_here_reports_nothing(cast: Cast, batch: Record, name: str) -> None:
    person = actor(getattr(cast, name))

    with pytest.raises(NotAllowed):
        report_observation(subject=batch, what="Something", severity=Severity.MINOR, actor=person, at=AT)

    assert not open_events(batch).exists()


def test_events_of_a_record_are_numbered_from_it(
    cast: Cast, batch: Record, make_record: Callable[..., Record], happen: Callable[..., Event]
) -> None:
    lot = make_record("CT-0042", "lot")

    assert [happen(record).record.number for record in (batch, batch, lot)] == [
        "CT-0042-E01",
        "CT-0042-E02",
        "CT-0042-E03",
    ]


def test_an_event_closed_with_a_reason_holds_no_longer(cast: Cast, batch: Record, happen: Callable[..., Event]) -> None:
    event = close(cast, happen(batch))

    assert (event.state, event.closed_by) == (EventState.CLOSED, "quinn")
    assert Signature.objects.get().verb == "close_event"
    assert not blocked(batch)


def test_a_long_reason_is_kept_whole_with_the_event(cast: Cast, batch: Record, happen: Callable[..., Event]) -> None:
    reason = "The probe was moved while cleaning. " * 27

    assert close(cast, happen(batch), reason=reason).close_reason == reason
    assert not blocked(batch)


@pytest.mark.parametrize("name", ["olga", "vera", "hugo", "cora", "rolf"])
def test_only_quality_assurance_of_the_site_judges_an_event(
    cast: Cast, batch: Record, happen: Callable[..., Event], name: str
) -> None:
    with pytest.raises(NotAllowed):
        close(cast, happen(batch), name)

    assert blocked(batch)


def test_who_reported_an_event_does_not_judge_it(cast: Cast, batch: Record) -> None:
    event = report_observation(
        subject=batch, what="A label is torn", severity=Severity.MAJOR, actor=actor(cast.quinn), at=AT
    )

    with pytest.raises(RuleBroken) as refused:
        close(cast, event)

    assert refused.value.code == "own_report"
    assert close(cast, event, "quentin").state == EventState.CLOSED


def test_a_deviation_holds_certification_until_its_product_impact_is_signed(
    cast: Cast, batch: Record, deviation: Deviation
) -> None:
    assert (deviation.record.number, deviation.due_at) == ("CT-0042-D01", AT + timedelta(days=30))
    assert [hold.key for hold in open_holds([batch], Blocks.CERTIFY)] == ["deviation:CT-0042-D01"]
    assert list(open_deviations(batch)) == [deviation]

    signed = sign_impact(cast, deviation)

    assert (signed.state, signed.impact_signed_at) == (DeviationState.IMPACT_SIGNED, AT)
    assert not blocked(batch)
    assert not open_deviations(batch).exists()


def test_a_minor_event_that_becomes_a_deviation_holds_certification(
    cast: Cast, batch: Record, happen: Callable[..., Event]
) -> None:
    event = happen(batch, Severity.MINOR)
    assert not blocked(batch)

    deviate(cast, event)

    assert blocked(batch)


@pytest.mark.parametrize("missing", ["impact", "other_batches"])
def test_a_product_impact_says_what_it_means_and_which_batches_were_considered(
    cast: Cast, batch: Record, deviation: Deviation, missing: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        sign_impact(cast, deviation, **{missing: " . "})

    assert [(objection.code, objection.place) for objection in refused.value.objections] == [("text_missing", missing)]
    assert blocked(batch)


def test_a_deviation_ends_with_its_root_cause(cast: Cast, deviation: Deviation) -> None:
    ended = end(cast, sign_impact(cast, deviation))

    assert (ended.state, ended.root_cause, ended.closed_at) == (DeviationState.CLOSED, "Door seal", AT)


def test_a_deviation_does_not_end_before_its_product_impact_is_signed(cast: Cast, deviation: Deviation) -> None:
    with pytest.raises(RuleBroken) as refused:
        end(cast, deviation)

    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("verb", [*EVENT_MOVES, *DEVIATION_MOVES])
def test_every_verb_is_possible_from_its_own_state_only(verb: QualityVerb) -> None:
    states = list(EventState) if verb in EVENT_MOVES else list(DeviationState)

    possible = [state for state in states if may_not_move(verb, state) is None]

    assert possible == [MOVES[verb].source]
    assert set(MOVES) == set(QualityVerb) == set(EVENT_MOVES) | set(DEVIATION_MOVES) | set(CAPA_MOVES)


def test_an_event_is_judged_once(cast: Cast, batch: Record, happen: Callable[..., Event]) -> None:
    event = happen(batch)
    close(cast, event)

    with pytest.raises(RuleBroken) as refused:
        deviate(cast, event)

    assert refused.value.code == "wrong_state"


def test_an_event_nobody_judged_within_a_working_day_is_a_duty(
    cast: Cast, batch: Record, happen: Callable[..., Event]
) -> None:
    event = happen(batch)  # Thursday 14:00 at the site

    assert untriaged_events(AT + timedelta(days=1)) == []
    assert untriaged_events(AT + timedelta(days=1, seconds=1), {"NANHU"}) == [event]
    assert untriaged_events(AT + timedelta(days=1, seconds=1), {"RHINE"}) == []


@pytest.mark.parametrize(
    ("reported", "due"),
    [
        (datetime(2026, 11, 5, 6, 0, tzinfo=UTC), datetime(2026, 11, 6, 6, 0, tzinfo=UTC)),  # Thursday: Friday
        (datetime(2026, 11, 6, 6, 0, tzinfo=UTC), datetime(2026, 11, 9, 6, 0, tzinfo=UTC)),  # Friday: Monday
        (datetime(2026, 11, 7, 6, 0, tzinfo=UTC), datetime(2026, 11, 9, 6, 0, tzinfo=UTC)),  # Saturday: Monday
        (datetime(2026, 11, 5, 23, 0, tzinfo=UTC), datetime(2026, 11, 8, 23, 0, tzinfo=UTC)),  # there already Friday
    ],
)
def test_one_working_day_is_counted_in_the_zone_of_the_site(reported: datetime, due: datetime) -> None:
    assert rules.one_working_day_after(reported, "Asia/Shanghai") == due


def test_a_deviation_that_is_not_closed_in_thirty_days_is_a_duty(cast: Cast, deviation: Deviation) -> None:
    due = AT + timedelta(days=30)

    assert list(overdue_deviations(due - timedelta(seconds=1))) == []
    assert list(overdue_deviations(due, {"NANHU"})) == [deviation]
