"""A recall in exercise and in earnest: traced from anything, answered unit by unit, its coverage, its report."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.alerts.facts import AlertKind
from apps.alerts.models import Alert
from apps.alerts.services import raise_due_alerts
from apps.core.errors import BadInput, Refused
from apps.desk.facts import Asked
from apps.desk.selectors.lookback import to_account
from apps.documents.facts import read_content
from apps.documents.models import Document
from apps.dosing.models import TreatmentOrder
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.selectors import open_holds
from apps.recall.content import open_content
from apps.recall.facts import Outcome
from apps.recall.models import Recall, RecallLine
from apps.recall.rules import outcomes_for
from apps.recall.selectors import begins_at, coverage_of, lines_of, reached_from
from apps.recall.services import account_for, open_recall, reach
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import SECRET, ApiPerson, Cast, actor, sign_as
from tests.dosing.story import ready_order, started
from tests.recall.story import GLASS, KNOWN, NOW, YEARLY, answer, answered, closed, opened
from tests.testing.story import filled, running_batch
from tests.transport.story import handed, packed, released, requested, taken

pytestmark = pytest.mark.django_db
LOT = "lot/FB-1"
BATCHES = ["CT-0042", "CT-0043", "CT-0044"]


def begins_with(cast: Cast) -> TreatmentOrder:
    """One lot of bags in three batches: of one a dose was given, of one two units are on the way, one is in store."""
    order = ready_order(cast)
    started(cast, order)
    sent = running_batch(cast, "CT-0043", 2)
    released(cast, sent)
    taken(cast, handed(cast, packed(cast, requested(cast, sent, "CT-0043-U01", "CT-0043-U02"))))
    filled(cast, running_batch(cast, "CT-0044", 3))
    return order


def states() -> list[Any]:
    return list(Unit.objects.order_by("pk").values_list("number", "disposition", "condition", "custody", "last_entry"))


def report_of(recall: Recall) -> Any:
    return read_content(Document.objects.get(number=f"RR-{recall.number}").wording.text)


# --- the two exercises ----------------------------------------------------------------------------------------------
def test_a_mock_recall_of_one_lot_used_in_three_batches_accounts_for_every_unit_and_patient(cast: Cast) -> None:
    before, holds = states(), Hold.objects.count()
    recall = opened(cast, LOT)
    lines = lines_of(recall)
    assert recall.batches == BATCHES
    assert {line.unit.number for line in lines} == {number for number, *_states in before}
    assert {line.recipient.number for line in lines if line.recipient} == {"R-0001"}
    assert coverage_of(lines).units_percent == 0

    answered(cast, recall, at=NOW + timedelta(hours=2))
    found = coverage_of(lines_of(recall))
    assert (found.units, found.found, str(found.units_percent), str(found.patients_percent)) == (
        len(before),
        len(before),
        "100",
        "100",
    )
    assert found.is_whole
    assert found.last_at == NOW + timedelta(hours=2)

    done = closed(cast, recall, at=NOW + timedelta(hours=3))
    assert (done.state, done.closed_by) == ("CLOSED", "quinn")
    said = report_of(recall)
    assert said.data["coverage"]["units_percent"] == "100"
    assert ("Opening to last answer", "2:00:00") in [(one.label.en, one.value) for one in said.blocks[1].fields]
    assert (states(), Hold.objects.count()) == (before, holds)


def test_a_mock_recall_in_which_one_unit_is_not_found_says_so_wherever_it_is_read(cast: Cast) -> None:
    recall = opened(cast, LOT)
    n = Unit.objects.count()

    answered(cast, recall, but=["CT-0044-U03"])

    found = coverage_of(lines_of(recall))
    assert (found.found, found.missing, found.is_whole) == (n - 1, ("CT-0044-U03",), False)
    assert found.units_percent < 100
    page = Client()
    page.post("/sign-in/", {"username": cast.quinn.username, "secret": SECRET})
    shown = page.get(f"/recall/{recall.number}/").content.decode()
    assert f"{found.units_percent} %" in shown
    assert "Not found: CT-0044-U03." in shown
    closed(cast, recall, "Shelf 3 is searched again.")
    (missing,) = [one.value for one in report_of(recall).blocks[1].fields if one.label.en == "Not found"]
    assert missing == "CT-0044-U03"


def test_what_was_not_found_may_be_found_later(cast: Cast) -> None:
    recall = opened(cast, LOT)
    (line,) = [one for one in lines_of(recall) if one.unit.number == "CT-0044-U03"]
    answer(cast, line, Outcome.NOT_FOUND)
    answer(cast, line, Outcome.LOCATED)

    assert codes(lambda: answer(cast, line, Outcome.LOCATED)) == ["accounted_for"]


# --- in earnest -----------------------------------------------------------------------------------------------------
def test_in_earnest_every_unit_is_held_at_once_and_what_is_out_must_come_back(cast: Cast) -> None:
    recall = opened(cast, LOT, GLASS)

    for unit in Unit.objects.select_related("record"):
        assert "recalled" in {hold.code for hold in open_holds([unit.record], Blocks.USE)}, unit.number
    (out,) = [one for one in lines_of(recall) if one.unit.number == "CT-0043-U01"]
    assert (out.custody, out.contact) == ("IN_TRANSIT", "+86 573 0000 0000")
    assert codes(lambda: answer(cast, out, Outcome.LOCATED)) == ["outcome_does_not_fit"]
    assert answer(cast, out).outcome == Outcome.CAME_BACK


def test_it_is_not_closed_before_each_unit_has_its_answer_and_everybody_was_reached(cast: Cast) -> None:
    recall = opened(cast, LOT, GLASS)

    assert codes(lambda: closed(cast, recall)) == ["units_unanswered", "people_untold"]
    answered(cast, recall)
    assert codes(lambda: closed(cast, recall, " ")) == ["reason_missing"]
    closed(cast, recall)
    assert codes(lambda: closed(cast, recall)) == ["recall_closed"]
    (line, *_others) = lines_of(recall)
    assert "recall_closed" in codes(lambda: answer(cast, line))


def test_one_call_reaches_whoever_has_several_units(cast: Cast) -> None:
    recall = opened(cast, LOT)
    sent = [one for one in lines_of(recall) if one.unit.number in ("CT-0043-U01", "CT-0043-U02")]

    told = reach(line=sent[0], note="Ward 7 by phone", actor=actor(cast.nils), at=NOW)

    assert {one.unit.number for one in told} == {"CT-0043-U01", "CT-0043-U02"}
    assert codes(lambda: reach(line=sent[1], note="Again", actor=actor(cast.nils), at=NOW)) == ["told_before"]
    (kept,) = [one for one in lines_of(recall) if one.unit.number == "CT-0044-U03"]
    assert codes(lambda: reach(line=kept, note="Nobody", actor=actor(cast.nils), at=NOW)) == ["nobody_to_tell"]


# --- from anything --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "batches", "units"),
    [
        (LOT, BATCHES, None),
        ("batch/CT-0044", ["CT-0044"], None),
        ("unit/CT-0044-U03", ["CT-0044"], ["CT-0044-U03"]),
        ("equipment/DS-04", ["CT-0043"], ["CT-0043-U01", "CT-0043-U02"]),
        ("shipment/CT-0043-T01", ["CT-0043"], ["CT-0043-U01", "CT-0043-U02"]),
        ("donor/D-0103", ["CT-0044"], None),
    ],
)
def test_it_is_opened_from_what_units_were_made_from_or_met(
    cast: Cast, address: str, batches: list[str], units: list[str] | None
) -> None:
    reached = reached_from(begins_at(cast.quinn, address, NOW))

    assert reached.batches == batches
    wanted = units or Unit.objects.filter(batch__number__in=batches).order_by("number").values_list("number", flat=True)
    assert [unit.number for unit in reached.units] == list(wanted)


@pytest.mark.parametrize("address", ["", "lot/NONE", "recipient/R-0001", "batch/CT-0044/expansion", "nonsense"])
def test_what_is_not_there_opens_nothing(cast: Cast, address: str) -> None:
    with pytest.raises(BadInput) as refused:
        begins_at(cast.quinn, address, NOW)

    assert [one.place for one in refused.value.objections] == ["address"]


def test_nobody_opens_a_recall_of_another_site_or_without_the_role(cast: Cast) -> None:
    with pytest.raises(BadInput):
        begins_at(cast.rolf, LOT, NOW)
    begins = begins_at(cast.stella, LOT, NOW)
    signing = sign_as(cast.stella, open_content(begins, YEARLY), at=NOW)
    act = {"begins": begins, "said": YEARLY, "signing": signing, "actor": actor(cast.stella), "at": NOW}

    assert codes(lambda: open_recall(**act)) == ["role_missing"]
    assert not Recall.objects.exists()


def test_a_unit_that_left_after_the_signer_read_the_trace_is_seen_before_anything_is_opened(cast: Cast) -> None:
    signing = sign_as(cast.quinn, open_content(begins_at(cast.quinn, LOT, NOW), GLASS), at=NOW)
    Unit.objects.filter(number="CT-0044-U03").update(custody="IN_TRANSIT")

    with pytest.raises(Refused):
        opened(cast, LOT, GLASS, signing=signing)

    assert not RecallLine.objects.exists()
    assert not Hold.objects.filter(code="recalled").exists()


# --- what waits -----------------------------------------------------------------------------------------------------
def test_it_waits_on_the_desk_of_quality_and_is_an_alert_once_its_clock_has_run_out(cast: Cast) -> None:
    recall = opened(cast, LOT)
    late = recall.due_at + timedelta(minutes=1)
    (task,) = to_account(Asked(frozenset({"NANHU"}), NOW, "quinn"))
    assert (task.record, task.due_at) == (recall.number, NOW + timedelta(hours=24))

    def told(at: Any) -> list[str]:
        raise_due_alerts(at=at)
        return list(Alert.objects.filter(kind=AlertKind.RECALL_OVERDUE, closed_at=None).values_list("key", flat=True))

    assert told(recall.due_at - timedelta(minutes=1)) == []
    assert told(late) == [f"recall:{recall.number}"]
    answered(cast, recall)
    closed(cast, recall)
    assert told(late) == []
    assert list(to_account(Asked(frozenset({"NANHU"}), NOW, "quinn"))) == []


# --- pages and API --------------------------------------------------------------------------------------------------
def test_a_program_opens_answers_reaches_and_closes_a_mock_recall(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        quinn, stella = ApiPerson(), ApiPerson()
        assert (quinn.sign_in(cast.quinn).status_code, stella.sign_in(cast.stella).status_code) == (200, 200)
        asked = {"address": "unit/CT-0044-U03", "is_mock": True, "why": "Of one unit"}
        made = quinn.sign("/api/v1/recalls/open/", asked, person=cast.quinn)
        assert made.status_code == 201, made.content
        url, (line,) = f"/api/v1/recalls/{made.json()['number']}/", made.json()["units"]
        said = {"outcome": "NOT_FOUND", "note": KNOWN}
        assert stella.post(f"{url}units/{line['id']}/", said).json()["outcome"] == "NOT_FOUND"
        assert stella.post(f"{url}units/{line['id']}/reach/", {"note": "x y z"}).status_code == 409
        shown = quinn.get(url)
        assert shown.json()["coverage"]["units_percent"] == "0"
        assert shown.json()["coverage"]["missing"] == ["CT-0044-U03"]
        end = {"conclusion": "Search"}
        done = quinn.sign(f"{url}close/", end, person=cast.quinn, if_match=shown.headers["ETag"])
        assert (done.status_code, done.json()["state"]) == (200, "CLOSED")
        assert quinn.get("/api/v1/recalls/?state=OPEN").json()["results"] == []
        bad = quinn.post("/api/v1/recalls/open/challenges/", {**asked, "address": "lot/NONE"})
        assert (bad.status_code, bad.json()["objections"][0]["place"]) == (400, "address")


def test_the_board_narrows_to_what_waits_and_answers_on_its_pages(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        recall, page = opened(cast, LOT), Client()
        assert page.post("/sign-in/", {"username": "stella", "secret": SECRET}).status_code == 302
        (line,) = [one for one in lines_of(recall) if one.unit.number == "CT-0044-U03"]
        url = f"/recall/{recall.number}/"
        said = {"outcome": "LOCATED", "note": KNOWN}
        assert page.post(f"{url}units/{line.pk}/", {**said, "outcome": "CAME_BACK"}).status_code == 400
        assert page.post(f"{url}units/{line.pk}/", said).headers["Location"] == url
        assert page.get("/recall/open/").status_code == 403

        def rows(show: str) -> int:
            return page.get(f"{url}?show={show}").content.decode().count("<tr data-row>")

        n = Unit.objects.count()
        assert (rows(""), rows("waiting"), rows("found"), rows("missing")) == (n, n - 1, 1, 0)
        board = page.get(url, headers={"HX-Request": "true"}).content.decode()
        assert board.startswith('<div id="board"')
        assert "<html" not in board


def test_a_note_is_needed_for_every_answer(cast: Cast) -> None:
    (line, *_others) = lines_of(opened(cast, LOT))
    (fits, *_rest) = outcomes_for(line.custody, is_mock=True)
    said = {"line": line, "note": " ", "actor": actor(cast.stella), "at": NOW}

    assert codes(lambda: account_for(outcome=fits, **said)) == ["reason_missing"]
