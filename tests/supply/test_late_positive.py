"""A test fails after units went out: at once everything is held, what is out recalled, the physician told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.alerts.facts import AlertKind
from apps.alerts.selectors import open_alerts
from apps.alerts.services import raise_due_alerts
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.roles import Role
from apps.dosing.models import TreatmentOrder
from apps.dosing.services import reserve_units
from apps.lookback.facts import Reported
from apps.lookback.models import LookBack, PhysicianNotice
from apps.lookback.selectors import Affected, affected_in, unread_notices, unsent_reports
from apps.lookback.services import acknowledge_notice, failing, name_deputy, open_late_failures, report_failure
from apps.quality.facts import Blocks
from apps.quality.models import Deviation
from apps.quality.selectors import open_holds
from apps.quality.services import lift_hold_for, place_hold
from apps.supply.selectors import free_units, units_in
from apps.testing.models import AssayRun, Result
from apps.testing.services import correct_result
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import Cast, Part, actor, join
from tests.dosing.story import NOW, checked
from tests.supply.story import ASKED, accepted, agreed, comes_in, decided, out, seen_in_sterility, supplied
from tests.testing.story import DAY, INOCULATED, reviewed, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone(cast: Cast, batch: Batch, order: TreatmentOrder) -> list[Unit]:
    """Two units went to the patient's bed by their order; then growth is read."""
    done = supplied(cast, order, batch)
    reserve_units(order=order, actor=actor(cast.stella), at=NOW)
    units = out(units_in(done))
    comes_in(cast, batch, "sterility", growth="growth")
    return units


def blocked(unit: Unit) -> set[Blocks]:
    """What is forbidden for a unit."""
    return {block for hold in open_holds([unit.record]) for block in hold.blocks}


def test_its_sisters_are_held_in_the_moment_of_the_review(cast: Cast, batch: Batch, gone: list[Unit]) -> None:
    (sister, *_others) = free_units(batch)

    assert {Blocks.ISSUE, Blocks.USE} <= {block for hold in open_holds([sister.record]) for block in hold.blocks}


def test_what_is_out_is_recalled_the_physician_told_and_a_deviation_opened_once(
    cast: Cast, batch: Batch, order: TreatmentOrder, gone: list[Unit]
) -> None:
    (opened,) = open_late_failures(at=NOW)

    assert open_late_failures(at=NOW) == []
    assert {duty.unit_id for duty in opened.duties.all()} == {unit.pk for unit in gone}
    (notice,) = PhysicianNotice.objects.filter(look_back=opened)
    assert (notice.order.number, notice.recipient.number) == (order.number, "R-0001")
    assert notice.units == [unit.number for unit in gone]
    assert Deviation.objects.get(record__address=f"deviation/{opened.deviation}").classification == "CRITICAL"


def test_the_physician_acknowledges_in_words_and_once_and_silence_becomes_an_alert(
    cast: Cast, batch: Batch, gone: list[Unit]
) -> None:
    open_late_failures(at=NOW)
    (notice,) = unread_notices()
    told = [one for one in raise_due_alerts(at=NOW + timedelta(days=5)) if one.kind == AlertKind.NOTICE_OVERDUE]
    assert {one.role for one in told} == {"PHYSICIAN", "QA"}
    who = {"notice": notice, "actor": actor(cast.paula), "at": NOW}

    assert codes(lambda: acknowledge_notice(note=" ", **who)) == ["text_missing"]
    read = acknowledge_notice(note="Called in, cultures drawn", **who)

    assert (read.acknowledged_by, unread_notices().count()) == ("paula", 0)
    assert codes(lambda: acknowledge_notice(note="Again", **who)) == ["notice_acknowledged"]


def test_quality_reports_the_organism_in_time_and_once(cast: Cast, batch: Batch, gone: list[Unit]) -> None:
    (opened,) = open_late_failures(at=NOW)
    report = opened.report
    told = [one for one in raise_due_alerts(at=NOW + timedelta(days=5)) if one.kind == AlertKind.REPORT_OVERDUE]
    assert [one.role for one in told] == ["QA"]
    who = {"report": report, "actor": actor(cast.quinn), "at": NOW}

    assert codes(lambda: report_failure(said=Reported("", " . "), **who)) == ["text_missing", "text_missing"]
    sent = report_failure(said=Reported("Sponsor; provincial authority", "Cutibacterium acnes", "penicillin"), **who)

    assert (sent.sent_by, sent.organism, unsent_reports().count()) == ("quinn", "Cutibacterium acnes", 0)
    assert codes(lambda: report_failure(said=Reported("Sponsor", "None yet"), **who)) == ["reported"]


def test_the_page_of_the_look_back_asks_for_what_is_missing_and_shows_what_was_said(
    cast: Cast, batch: Batch, gone: list[Unit]
) -> None:
    (opened,) = open_late_failures(at=NOW)
    pages, url = Client(), f"/lookback/{opened.number}/"
    pages.force_login(cast.quinn)
    assert f"{url}report/" in pages.get(url).content.decode()
    answers = {"sent_to": "Sponsor", "organism": "Cutibacterium acnes", "sensitivity": "penicillin"}
    assert pages.post(f"{url}report/", answers).status_code == 302
    pages.force_login(cast.paula)
    page = pages.get(url).content.decode()
    assert "Cutibacterium acnes" in page
    assert f"{url}notices/{opened.notices.get().pk}/acknowledge/" in page


def failed_late(batch: Batch, test: str, at: datetime = NOW) -> None:
    """The hold of a test that failed after units had left, as the review of its result places it."""
    with audited(actor=SYSTEM, action="test.failed", at=at, touching=[batch.record]) as change:
        place_hold(
            change,
            record=batch.record,
            key=f"failed:{test}",
            blocks=[Blocks.USE],
            code="late_failure",
            template="It failed after units had left.",
        )


def test_a_failure_that_cannot_be_looked_back_upon_stops_no_other_and_is_told_until_it_can(
    cast: Cast, batch: Batch, gone: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed_late(batch, "identity")

    def broken(found: Batch) -> Affected:
        if not LookBack.objects.filter(batch=found).exists():
            monkeypatch.setattr(failing, "affected_in", affected_in)
            raise RuntimeError("the lineage could not be read")
        return affected_in(found)

    monkeypatch.setattr(failing, "affected_in", broken)
    soon = NOW + timedelta(minutes=10)

    assert [opened.test for opened in open_late_failures(at=NOW)] == ["identity"]
    told = [one for one in raise_due_alerts(at=soon) if one.kind == AlertKind.LATE_FAILURE]
    assert [(one.role, one.subject_id) for one in told] == [("QA", batch.record_id)]
    assert [opened.test for opened in open_late_failures(at=soon)] == ["sterility"]
    raise_due_alerts(at=soon)
    assert not open_alerts().filter(kind=AlertKind.LATE_FAILURE).exists()


def test_a_donor_of_the_same_number_takes_no_look_back_its_name(cast: Cast, batch: Batch, gone: list[Unit]) -> None:
    """The number of a batch and that of a donor come from two books."""
    with audited(actor=SYSTEM, action="test.opened", at=NOW) as change:
        change.open_record("lookback", f"{batch.number}-L01", site=batch.site.code)

    (opened,) = open_late_failures(at=NOW)

    assert opened.number == "CT-0042-L02"


def test_a_unit_that_was_let_go_for_an_order_and_is_not_kept_for_it_yet_is_told_to_its_physician(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    units = out(units_in(supplied(cast, order, batch, n=1)))
    comes_in(cast, batch, "sterility", growth="growth")

    (opened,) = open_late_failures(at=NOW)

    assert [(one.order_id, one.units) for one in opened.notices.all()] == [(order.record_id, [units[0].number])]
    assert [duty.recipient_id for duty in opened.duties.all()] == [order.recipient_id]


def test_only_the_physician_of_the_order_or_a_deputy_acknowledges(cast: Cast, batch: Batch, gone: list[Unit]) -> None:
    open_late_failures(at=NOW)
    (notice,) = unread_notices()
    petra = join("petra", Part("Petra Pohl", "佩特拉", Role.PHYSICIAN))

    said = {"notice": notice, "note": "Called in", "at": NOW}
    assert codes(lambda: acknowledge_notice(actor=actor(petra), **said)) == ["not_your_patient"]
    assert codes(lambda: name_deputy(notice=notice, deputy="petra", actor=actor(petra), at=NOW)) == ["not_your_patient"]
    assert codes(lambda: name_deputy(notice=notice, deputy="olga", actor=actor(cast.paula), at=NOW)) == ["no_physician"]
    named = name_deputy(notice=notice, deputy="petra", actor=actor(cast.paula), at=NOW)
    read = acknowledge_notice(actor=actor(petra), **said)

    assert (named.deputy_name, read.acknowledged_by) == ("Petra Pohl", "petra")


def test_quality_names_a_deputy_where_the_physician_is_away_on_the_page_and_in_the_api(
    cast: Cast, batch: Batch, gone: list[Unit], api_client: Any
) -> None:
    (opened,) = open_late_failures(at=NOW)
    petra = join("petra", Part("Petra Pohl", "佩特拉", Role.PHYSICIAN))
    url = f"/lookback/{opened.number}/notices/{opened.notices.get().pk}"
    pages = Client()
    pages.force_login(petra)
    assert f"{url}/acknowledge/" not in pages.get(f"/lookback/{opened.number}/").content.decode()
    pages.force_login(cast.quinn)
    assert f"{url}/deputy/" in pages.get(f"/lookback/{opened.number}/").content.decode()

    assert pages.post(f"{url}/deputy/", {"deputy": "olga"}).status_code == 400
    assert pages.post(f"{url}/deputy/", {"deputy": "petra"}).status_code == 302
    api = api_client(cast.quinn)
    again = api.post(
        f"/api/v1/look-backs/{opened.number}/notices/{opened.notices.get().pk}/deputy/", {"deputy": "paula"}
    )
    assert (again.status_code, again.json()["deputy"]) == (200, "paula")


def test_where_nothing_went_out_nothing_is_recalled(cast: Cast, batch: Batch) -> None:
    comes_in(cast, batch, "sterility", growth="growth")

    assert open_late_failures(at=NOW) == []


def test_a_failure_of_what_never_left_asks_for_no_recall_and_no_report(cast: Cast, batch: Batch) -> None:
    """As that of a batch that is certified and not released, or rejected."""
    failed_late(batch, "sterility")

    assert open_late_failures(at=NOW) == []


def test_what_another_patient_asks_for_does_not_let_go_what_the_first_patient_has(
    cast: Cast, batch: Batch, gone: list[Unit]
) -> None:
    accepted(cast, batch)

    done = supplied(cast, checked(cast, "R-0002"), batch, n=1, said=ASKED)

    assert all({Blocks.ISSUE, Blocks.USE} <= blocked(unit) for unit in gone)
    assert [blocked(unit) for unit in units_in(done)] == [{Blocks.CERTIFY}]


def test_a_failure_is_not_corrected_away_and_holds_what_would_go_out_next(
    cast: Cast, batch: Batch, gone: list[Unit]
) -> None:
    growth = Result.objects.select_related("record", "batch__record", "line__run").get(
        batch=batch, test="sterility", parameter="growth"
    )
    again = {"result": growth, "text": "no_growth", "reason": "Misread", "actor": actor(cast.anna), "at": NOW}
    assert codes(lambda: correct_result(**again)) == ["failure_stands"]
    accepted(cast, batch)

    assert "test_failed" in codes(lambda: decided(cast, agreed(cast, checked(cast, "R-0002"), batch)))


def test_a_test_that_fails_once_more_is_looked_back_upon_once_more(cast: Cast, batch: Batch, gone: list[Unit]) -> None:
    (first,) = open_late_failures(at=NOW)
    key, later = "failed:sterility", NOW + timedelta(days=1)
    with audited(actor=SYSTEM, action="test.failed.again", at=later, touching=[batch.record]) as change:
        lift_hold_for(change, record=batch.record, key=key, reason="Contaminated in the laboratory")
        place_hold(change, record=batch.record, key=key, blocks=[Blocks.USE], code="late_failure", template="Again.")

    (second,) = open_late_failures(at=later)

    assert (first.number, second.number) == ("CT-0042-L01", "CT-0042-L02")
    assert second.notices.count() == 1
    assert open_late_failures(at=later) == []


@pytest.fixture
def bag(cast: Cast, batch: Batch, order: TreatmentOrder) -> Unit:
    """One unit waits at the patient's bed while sterility runs."""
    return out(units_in(supplied(cast, order, batch, n=1)))[0]


def test_growth_stops_what_went_out_when_it_is_signed_and_a_second_person_decides_for_how_long(
    cast: Cast, batch: Batch, bag: Unit
) -> None:
    seen_in_sterility(cast, batch, "growth")
    at = INOCULATED + 15 * DAY

    run = signed(cast, AssayRun.objects.get(record__address="run/AR-9100"), at=at)

    assert {Blocks.ISSUE, Blocks.USE} <= blocked(bag)
    assert open_late_failures(at=NOW) == []
    reviewed(cast, run, at=at)
    assert {hold.key for hold in open_holds([bag.record], Blocks.USE)} == {"failed:sterility"}


def test_an_answer_that_says_nothing_stops_what_went_out(cast: Cast, batch: Batch, bag: Unit) -> None:
    seen_in_sterility(cast, batch, "no_growth")
    Result.objects.filter(batch=batch, test="sterility").update(verdict="NOT_EVALUABLE")
    at = INOCULATED + 15 * DAY

    reviewed(cast, signed(cast, AssayRun.objects.get(record__address="run/AR-9100"), at=at), at=at)

    assert Blocks.ISSUE in blocked(bag)
