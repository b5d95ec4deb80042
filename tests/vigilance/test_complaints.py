"""A complaint points at units and batches, tells quality at once, is judged, answered, closed and opened again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core.errors import NotAllowed
from apps.core.roles import Role
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import candidate_of, kept_units, units_for
from apps.quality.content import close_deviation_content, product_impact_content
from apps.quality.facts import Blocks, RootCause, Severity
from apps.quality.models import Deviation, Event, Hold
from apps.quality.services import close_deviation, sign_product_impact
from apps.vigilance import services
from apps.vigilance.facts import Category, Triage
from apps.vigilance.models import Complaint
from apps.vigilance.selectors import concerned_of, untriaged_complaints
from tests.batches.refusals import codes
from tests.cast import Cast, actor, give_role, sign_as
from tests.dosing.story import checked, started_order
from tests.vigilance.story import (
    CLOUDY,
    DEVIATION,
    LATER,
    NOTHING,
    answered,
    closed,
    complained,
    reopened,
    triaged,
)

begins_with = started_order
WRONG = replace(CLOUDY, category=Category.IDENTITY, severity=Severity.MINOR, what="The bag bore another name.")


def held_by(code: str = "complaint") -> dict[str, frozenset[Blocks]]:
    return {hold.record.address: hold.blocks for hold in Hold.objects.filter(code=code, lifted_at=None)}


def investigated(cast: Cast, complaint: Complaint) -> None:
    """Quinn signs the impact of each deviation and closes it."""
    for deviation in Deviation.objects.filter(event__in=[row.event for row in concerned_of(complaint)]):
        who = {"actor": actor(cast.quinn), "at": LATER}
        said = {"impact": "The batch stays held.", "other_batches": "None of this closure."}
        signing = sign_as(cast.quinn, product_impact_content(deviation=deviation, **said), at=LATER)
        signed = sign_product_impact(deviation=deviation, signing=signing, **said, **who)
        cause = {"root_cause": "A closure sheds.", "category": RootCause.MATERIAL}
        signing = sign_as(cast.quinn, close_deviation_content(deviation=signed, **cause), at=LATER)
        close_deviation(deviation=signed, signing=signing, **cause, **who)


def test_a_complaint_tells_quality_of_the_batch_and_is_due_within_one_working_day(
    cast: Cast, order: TreatmentOrder
) -> None:
    complaint = complained(cast, order)

    unit = kept_units(order)[0]
    event = Event.objects.get(about=complaint.record.address)
    assert (complaint.number, complaint.state, complaint.held) == ("NANHU-C001", "RECEIVED", False)
    assert [(row.unit, row.batch, row.event) for row in concerned_of(complaint)] == [(unit, unit.batch, event)]
    assert (event.subject, event.severity, event.state) == (unit.batch.record, "MAJOR", "OPEN")
    assert LATER < complaint.due_at <= LATER + timedelta(days=3)
    assert list(untriaged_complaints({"NANHU"})) == [complaint]
    assert not list(untriaged_complaints({"NANHU"}, late_at=complaint.due_at - timedelta(seconds=1)))
    assert list(untriaged_complaints({"NANHU"}, late_at=complaint.due_at)) == [complaint]
    assert held_by() == {}


def test_the_same_sent_twice_is_one_complaint(cast: Cast, order: TreatmentOrder) -> None:
    first, again = complained(cast, order), complained(cast, order, at=LATER + timedelta(seconds=3))
    other = complained(cast, order, replace(CLOUDY, what="Another bag leaks."))

    assert (first, other.number) == (again, "NANHU-C002")
    assert Event.objects.filter(about=first.record.address).count() == 1


def test_a_mistaken_identity_is_critical_a_deviation_and_held_at_once(cast: Cast, order: TreatmentOrder) -> None:
    other = checked(cast, "R-0002")
    sister = units_for(other)[0]
    complaint = complained(cast, order, WRONG)

    batch = kept_units(order)[0].batch
    deviation = Deviation.objects.get(subject=batch.record)
    assert (complaint.severity, complaint.held, deviation.classification) == ("CRITICAL", True, "CRITICAL")
    assert held_by() == {batch.record.address: {Blocks.ISSUE, Blocks.USE}}
    assert candidate_of(other, sister).held
    for light in (NOTHING, replace(DEVIATION, severity=Severity.MAJOR), replace(DEVIATION, hold=False)):
        assert "identity_is_critical" in codes(lambda light=light: triaged(cast, complaint, light))
    assert triaged(cast, complaint, replace(DEVIATION, severity=Severity.CRITICAL)).state == "INVESTIGATED"
    assert Deviation.objects.filter(subject=batch.record).count() == 1


@pytest.mark.parametrize(
    ("category", "severity", "holds"),
    [
        (Category.PRODUCT_QUALITY, Severity.CRITICAL, True),
        (Category.PRODUCT_QUALITY, Severity.MAJOR, False),
        (Category.IDENTITY, Severity.CRITICAL, True),
        (Category.OTHER, Severity.CRITICAL, False),
    ],
)
def test_the_table_of_the_house_says_which_complaints_hold_at_once(
    cast: Cast, order: TreatmentOrder, category: Category, severity: Severity, holds: bool
) -> None:
    said = replace(CLOUDY, category=category, severity=severity)

    assert complained(cast, order, said).held is holds
    assert bool(held_by()) is holds


def test_quality_makes_it_a_deviation_and_holds_what_is_in_stock(cast: Cast, order: TreatmentOrder) -> None:
    complaint = triaged(cast, complained(cast, order))

    batch = kept_units(order)[0].batch
    assert (complaint.state, complaint.held, complaint.triaged_name) == ("INVESTIGATED", True, "Quinn Qian")
    assert Deviation.objects.get(subject=batch.record).rationale == DEVIATION.rationale
    assert held_by() == {batch.record.address: {Blocks.ISSUE, Blocks.USE}}


def test_quality_says_that_nothing_follows_and_the_event_is_closed_with_it(cast: Cast, order: TreatmentOrder) -> None:
    complaint = triaged(cast, complained(cast, order), NOTHING)

    event = Event.objects.get(about=complaint.record.address)
    assert (event.state, event.close_reason, complaint.severity) == ("CLOSED", NOTHING.rationale, "MINOR")
    assert not Hold.objects.filter(lifted_at=None, key=f"event:{event.record.number}").exists()
    assert held_by() == {}


def test_who_took_it_down_does_not_judge_it(cast: Cast, order: TreatmentOrder) -> None:
    complaint = complained(cast, order, actor=actor(cast.quinn))

    assert not list(untriaged_complaints({"NANHU"}, but_of="quinn"))
    assert codes(lambda: triaged(cast, complaint)) == ["own_complaint"]
    assert triaged(cast, complaint, by="quentin").state == "INVESTIGATED"


def test_only_quality_judges(cast: Cast, order: TreatmentOrder) -> None:
    complaint = complained(cast, order)
    with pytest.raises(NotAllowed):
        triaged(cast, complaint, by="olga")


def test_it_is_closed_only_when_investigated_and_answered(cast: Cast, order: TreatmentOrder) -> None:
    complaint = complained(cast, order)
    assert "wrong_state" in codes(lambda: answered(cast, complaint))
    triaged(cast, complaint)
    assert "wrong_state" in codes(lambda: closed(cast, complaint))
    answered(cast, complaint)
    assert codes(lambda: closed(cast, complaint)) == ["investigation_open"]
    investigated(cast, complaint)

    done = closed(cast, complaint)

    assert (done.state, done.closed_name) == ("CLOSED", "Quinn Qian")
    assert held_by()  # lifted by a decision of its own, on evidence


def test_it_is_opened_again_answered_and_closed_anew(cast: Cast, order: TreatmentOrder) -> None:
    complaint = triaged(cast, complained(cast, order), NOTHING)
    assert "wrong_state" in codes(lambda: reopened(cast, complaint))
    answered(cast, complaint)
    closed(cast, complaint)
    other = kept_units(order)[1]
    named = {"complaint": complaint, "concerned": [other], "actor": actor(cast.nils), "at": LATER}
    assert codes(lambda: services.name_concerned(**named)) == ["complaint_closed"]

    again = reopened(cast, complaint)

    assert (again.state, again.reopen_reason) == ("INVESTIGATED", "A second ward reports the same.")
    services.name_concerned(**named)
    assert [str(row.unit) for row in concerned_of(again)] == [str(kept_units(order)[0]), str(other)]
    assert codes(lambda: services.name_concerned(**named)) == ["named_before"]
    answered(cast, complaint)
    assert closed(cast, complaint).state == "CLOSED"


def test_a_complaint_says_by_whom_what_and_about_which_unit(cast: Cast, order: TreatmentOrder) -> None:
    assert codes(lambda: complained(cast, order, replace(CLOUDY, what=" . ", reporter=""))) == ["text_missing"] * 2
    assert codes(lambda: complained(cast, order, concerned=[])) == ["nothing_named"]
    late = replace(CLOUDY, received_at=LATER + timedelta(minutes=1))
    assert codes(lambda: complained(cast, order, late)) == ["in_the_future"]
    assert not Complaint.objects.exists()


def test_a_complaint_is_taken_down_where_the_batch_was_made(cast: Cast, order: TreatmentOrder, rhine: object) -> None:
    give_role(cast.nils, Role.NURSE, "RHINE")

    assert codes(lambda: complained(cast, order, site=rhine)) == ["another_site"]
    with pytest.raises(NotAllowed):
        complained(cast, order, actor=actor(cast.rita))


def test_whoever_works_here_takes_complaints_down_and_an_inspector_does_not(cast: Cast, order: TreatmentOrder) -> None:
    assert complained(cast, order, actor=actor(cast.stella)).recorded_by == "stella"
    with pytest.raises(NotAllowed):
        complained(cast, order, actor=actor(cast.ines))


def test_a_held_unit_does_not_stop_a_complaint(cast: Cast, order: TreatmentOrder) -> None:
    complained(cast, order, WRONG)

    assert complained(cast, order, replace(WRONG, what="Another bag bore another name.")).number == "NANHU-C002"


@pytest.mark.parametrize("hold", [True, False])
def test_the_hold_of_triage_is_what_quality_said(cast: Cast, order: TreatmentOrder, hold: bool) -> None:
    said = Triage(Severity.MAJOR, "Cloudy bags.", deviation=False, hold=hold)

    assert triaged(cast, complained(cast, order), said).held is hold
    assert bool(held_by()) is hold
