"""A donor later reactive: stock is held, what is out is recalled, patients are named; whole or not at all."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.alerts.facts import AlertKind
from apps.alerts.services import raise_due_alerts
from apps.audit.selectors import version_of
from apps.core.errors import Refused
from apps.core.http import etag_of
from apps.core.roles import Role
from apps.desk.facts import Asked
from apps.desk.selectors.lookback import to_look_back, to_recall
from apps.donation.selectors import objections_to_eligibility
from apps.donation.services import record_screening
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import kept_units
from apps.identity.models import Donor
from apps.lookback import rules
from apps.lookback.content import look_back_content
from apps.lookback.facts import Answer, DutyFacts, Finding
from apps.lookback.models import LookBack, RecallDuty
from apps.lookback.selectors import awaiting_look_back, donations_in
from apps.lookback.services import answer_recall
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.selectors import open_holds
from apps.units.facts import Custody
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.batches.story import collected
from tests.cast import ApiPerson, Cast, actor, sign_as
from tests.dosing.story import MASTER, START, ready_order, started
from tests.lookback.story import HIV, looked_back
from tests.transport.story import equipped, handed, packed, requested

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=60)


def begins_with(cast: Cast) -> TreatmentOrder:
    """A dose of a donor's cells was given to R-0001; the other units lie in the store."""
    order = ready_order(cast)
    started(cast, order)
    return order


@pytest.fixture
def order(made: TreatmentOrder) -> TreatmentOrder:
    return made


@pytest.fixture
def donor(order: TreatmentOrder) -> Donor:
    return kept_units(order)[0].batch.donation.donor


def reactive(cast: Cast, donor: Donor, result: str = "positive") -> None:
    rows = [("hiv_antibody", result)]
    laboratory = {"laboratory": "City blood centre", "specimen_at": LATER, "actor": actor(cast.anna), "at": LATER}
    record_screening(donor=donor, test="hiv", results=rows, **laboratory)


def asked(cast: Cast) -> Asked:
    return Asked(frozenset({"NANHU"}), LATER, cast.quinn.username)


def test_one_signed_act_holds_what_is_in_stock_recalls_what_was_given_and_names_the_patient(
    cast: Cast, donor: Donor, order: TreatmentOrder
) -> None:
    given = {unit.number for unit in kept_units(order)}

    found = looked_back(cast, donor, at=LATER)

    duties = list(RecallDuty.objects.filter(look_back=found).select_related("unit", "recipient"))
    assert {duty.unit.number for duty in duties} == given
    assert {(duty.custody, duty.recipient.number) for duty in duties if duty.recipient} == {("ADMINISTERED", "R-0001")}
    stock = Unit.objects.filter(custody=Custody.IN_STORE)
    assert set(found.in_stock) == {unit.number for unit in stock}
    assert found.batches == [stock[0].batch.number]
    for blocked in (Blocks.ISSUE, Blocks.USE, Blocks.PROCESS, Blocks.CERTIFY):
        assert "looked_back" in {hold.code for hold in open_holds([stock[0].record], blocked)}
    assert (found.signature.username, found.signature.verb) == ("quinn", "look_back")


def test_it_is_done_whole_or_not_at_all(cast: Cast, donor: Donor) -> None:
    signing = sign_as(cast.quinn, look_back_content(donor, HIV), at=LATER)
    moved = Unit.objects.filter(custody=Custody.IN_STORE).order_by("pk").first()
    assert moved
    Unit.objects.filter(pk=moved.pk).update(custody=Custody.IN_TRANSIT)  # shipped after the signer read the list

    with pytest.raises(Refused):
        looked_back(cast, donor, at=LATER, signing=signing)

    assert not LookBack.objects.exists()
    assert not RecallDuty.objects.exists()
    assert not Hold.objects.filter(code="looked_back").exists()


def test_a_result_that_does_not_pass_after_the_donor_was_eligible_holds_at_once_and_asks_for_the_look_back(
    cast: Cast, donor: Donor
) -> None:
    reactive(cast, donor)

    unit = Unit.objects.filter(custody=Custody.IN_STORE).select_related("record").first()
    assert unit
    assert "donor_reactive" in {hold.code for hold in open_holds([unit.record], Blocks.USE)}
    assert [task.url_args for task in to_look_back(asked(cast))] == [(donor.number,)]
    looked_back(cast, donor, at=LATER)
    assert not awaiting_look_back({"NANHU"}).exists()
    assert {hold.code for hold in open_holds([unit.record], Blocks.USE)} == {"looked_back"}


def test_a_result_that_passes_holds_nothing(cast: Cast, donor: Donor) -> None:
    reactive(cast, donor, "negative")

    assert not awaiting_look_back({"NANHU"}).exists()


def test_a_recall_waits_on_my_work_is_told_when_late_and_ends_with_its_answer(cast: Cast, donor: Donor) -> None:
    found = looked_back(cast, donor, at=LATER)
    duty = RecallDuty.objects.filter(look_back=found).order_by("pk")[0]
    assert len(list(to_recall(asked(cast)))) == RecallDuty.objects.count()

    early = [alert for alert in raise_due_alerts(at=LATER) if alert.kind == AlertKind.RECALL_OVERDUE]
    told = [one for one in raise_due_alerts(at=LATER + timedelta(days=5)) if one.kind == AlertKind.RECALL_OVERDUE]
    said: dict[str, Any] = {"note": "Dr Perez, by telephone", "actor": actor(cast.quinn), "at": LATER}

    assert (early, len(told), {one.role for one in told}) == ([], RecallDuty.objects.count(), {Role.QA})
    assert codes(lambda: answer_recall(duty=duty, answer=Answer.CAME_BACK, **said)) == ["given_units_do_not_return"]
    answer_recall(duty=duty, answer=Answer.PHYSICIAN_TOLD, **said)
    assert codes(lambda: answer_recall(duty=duty, answer=Answer.PHYSICIAN_TOLD, **said)) == ["recall_answered"]
    assert duty.unit.number not in {task.record for task in to_recall(asked(cast))}


def test_nothing_is_looked_back_upon_where_nothing_was_collected(cast: Cast, donor: Donor) -> None:
    since = Finding("Anti-HCV reactive", "City blood centre", LATER.date())

    assert codes(lambda: looked_back(cast, donor, since, at=LATER)) == ["nothing_collected"]


def test_the_day_since_which_it_counts_begins_where_the_donor_gave(cast: Cast, donor: Donor) -> None:
    midnight = datetime(2027, 3, 2, tzinfo=ZoneInfo("Asia/Shanghai"))  # in UTC the day before
    gave = collected(cast, donor, "G123426000902", at=midnight)

    def reached(since: datetime) -> bool:
        return gave in donations_in(donor, Finding(HIV.what, HIV.laboratory, since.date()))

    assert [reached(midnight), reached(midnight + timedelta(days=1))] == [True, False]


def test_who_is_looked_back_upon_gives_no_more(cast: Cast, donor: Donor) -> None:
    again = collected(cast, donor, "G123426000902", at=LATER)

    def against() -> list[str]:
        return [one.code for one in objections_to_eligibility(again, MASTER) if one.code == "looked_back"]

    assert against() == []
    looked_back(cast, donor, Finding(HIV.what, HIV.laboratory), at=LATER)
    assert against() == ["looked_back"]


def test_what_is_held_is_neither_asked_for_nor_leaves_when_it_was_packed_before(cast: Cast, donor: Donor) -> None:
    equipped(cast)
    unit, other = Unit.objects.filter(custody=Custody.IN_STORE, disposition="RELEASED").order_by("pk")[:2]
    shipment = packed(cast, requested(cast, unit.batch, unit.number))
    looked_back(cast, donor, at=LATER)

    assert codes(lambda: handed(cast, shipment)) == ["open_holds"]
    assert codes(lambda: requested(cast, other.batch, other.number)) == ["open_holds"]
    assert Unit.objects.get(pk=unit.pk).custody == Custody.RESERVED


def test_what_was_found_and_by_whom_is_said_in_words() -> None:
    assert [one.place for one in rules.says_nothing(Finding(" . ", "-"))] == ["what", "laboratory"]
    assert rules.does_not_fit(DutyFacts("U1", False, False), Answer.CAME_BACK) is None


def test_page_and_api_do_the_same(cast: Cast, donor: Donor) -> None:
    pages, api = Client(), ApiPerson()
    with time_machine.travel(LATER, tick=False):
        api.sign_in(cast.quinn)
        body = {"what": HIV.what, "laboratory": HIV.laboratory}
        seen = version_of(donor.record)
        url, etag = f"/api/v1/donors/{donor.number}/look-back/", etag_of(donor.record.address, seen)
        replied = api.sign(url, body, person=cast.quinn, if_match=etag)
        number = replied.json()["number"]
        pages.force_login(cast.quinn)
        page = pages.get(f"/lookback/{number}/").content.decode()
        duty = replied.json()["duties"][0]
        answered = pages.post(
            f"/lookback/{number}/duties/{duty['id']}/answer/", {"answer": "PHYSICIAN_TOLD", "note": "Dr Perez"}
        )
        told = api.get(f"/api/v1/look-backs/{number}/").json()

    assert replied.status_code == 201, replied.json()
    assert replied.json()["recipients"] == ["R-0001"]
    assert duty["unit"] in page
    assert "R-0001" in page
    assert answered.status_code == 302
    assert {one["answer"] for one in told["duties"] if one["id"] == duty["id"]} == {"PHYSICIAN_TOLD"}


def test_the_list_costs_the_same_however_many_look_backs(cast: Cast, donor: Donor) -> None:
    with time_machine.travel(LATER, tick=False):
        api = ApiPerson()
        api.sign_in(cast.quinn)
        looked_back(cast, donor, at=LATER)
        with CaptureQueriesContext(connection) as one:
            api.get("/api/v1/look-backs/")
        looked_back(cast, donor, at=LATER)
        with CaptureQueriesContext(connection) as two:
            told = api.get("/api/v1/look-backs/").json()

    assert [len(row["duties"]) for row in told["results"]] == [RecallDuty.objects.count() // 2] * 2
    assert len(two) == len(one)


def test_the_start_shows_what_it_reaches_before_the_signature(cast: Cast, donor: Donor) -> None:
    client = Client()
    with time_machine.travel(LATER, tick=False):
        client.force_login(cast.quinn)
        form = client.get(f"/lookback/donors/{donor.number}/")
        panel = client.post(f"/lookback/donors/{donor.number}/", {"what": HIV.what, "laboratory": HIV.laboratory})

    assert form.status_code == 200
    assert "R-0001" in panel.content.decode()
    assert 'name="challenge"' in panel.content.decode()
