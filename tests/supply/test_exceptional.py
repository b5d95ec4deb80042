"""A product out of its specification goes to one patient at the physician's request, and is never called certified."""

from dataclasses import replace

import pytest
from django.test import Client

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.documents.models import Document
from apps.dosing.models import TreatmentOrder
from apps.lookback.services import open_late_failures
from apps.products.definition import Definition
from apps.quality.facts import Blocks
from apps.quality.selectors import open_holds
from apps.release.content.signed import certify_content
from apps.release.services import certify_batch
from apps.supply import rules
from apps.supply.facts import Agreed, Route, SupplyState, TestFacts
from apps.supply.models import NamedSupply, Outstanding
from apps.supply.selectors import overdue_outstanding, units_in
from apps.testing.facts import Conclusion, Standing
from apps.testing.models import Investigation
from apps.units.facts import Disposition
from tests.batches.refusals import codes
from tests.cast import Cast, actor, sign_as
from tests.dosing.story import NOW
from tests.supply.story import ASKED, accepted, agreed, comes_in, decided, supplied
from tests.testing.oos import concluded, extended
from tests.testing.story import DAY, definition

FAILS = TestFacts("viability", "Viability", "活率", Standing.FAILED, is_rapid=True, shows_a_failure=True)
RUNS = TestFacts("sterility", "Sterility", "无菌检查", Standing.AWAITED, NOW + DAY, may_be_outstanding=True)
PASSES = TestFacts("identity", "Identity", "鉴别", Standing.PASSED)


@pytest.fixture
def failing(cast: Cast, batch: Batch) -> Batch:
    """Growth is read before anything went out; quality has judged what was reported of it."""
    comes_in(cast, batch, "sterility", growth="growth")
    accepted(cast, batch)
    return batch


@pytest.mark.django_db
def test_it_goes_to_the_patient_of_the_request_and_stays_uncertified_for_good(
    cast: Cast, failing: Batch, order: TreatmentOrder
) -> None:
    done = supplied(cast, order, failing, n=1, said=ASKED)

    assert (done.state, done.need, done.risk) == (SupplyState.SUPPLIED, ASKED.need, ASKED.risk)
    assert {unit.disposition for unit in units_in(done)} == {Disposition.CONDITIONAL}
    failing.refresh_from_db()
    assert failing.state == BatchState.REVIEWED
    assert dict(Outstanding.objects.filter(supply=done).values_list("test", "due_at")) == {"sterility": None}
    assert overdue_outstanding(NOW + 400 * DAY) == []
    blocked = {block for hold in open_holds([failing.record]) for block in hold.blocks}
    assert blocked == {Blocks.CERTIFY}
    signing = sign_as(cast.cora, certify_content(failing), at=NOW)
    refused = codes(lambda: certify_batch(batch=failing, signing=signing, actor=actor(cast.cora), at=NOW))
    assert {"open_holds", "test_failed"} <= set(refused)


@pytest.mark.django_db
def test_its_document_and_its_page_say_what_it_is(cast: Cast, failing: Batch, order: TreatmentOrder) -> None:
    done = supplied(cast, order, failing, n=1, said=ASKED)

    document = Document.objects.get(number=f"ES-{done.number}")
    assert (document.kind, document.title_en) == ("EXCEPTIONAL_SUPPLY", "Exceptional supply outside the specification")
    assert '"certified":false' in document.wording.text
    assert '"pending":{"sterility":"FAILED"}' in document.wording.text
    assert "does not meet its specification and is not certified" in document.wording.text
    assert not Document.objects.filter(kind__in=["BATCH_CERTIFICATE", "CONDITIONAL_CERTIFICATE"]).exists()
    pages = Client()
    pages.force_login(cast.quentin)
    page = pages.get(f"/supply/{done.number}/").content.decode()
    assert all(words in page for words in ("never certified", ASKED.need, ASKED.risk))


@pytest.mark.django_db
def test_the_physician_says_why_and_at_what_risk_and_only_where_something_fails(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    silent = Agreed(Route.EXCEPTIONAL, "At the visit", need=" . ")

    assert codes(lambda: agreed(cast, order, batch, silent)) == ["text_missing", "text_missing", "within_specification"]
    assert not NamedSupply.objects.exists()


@pytest.mark.parametrize(
    ("route", "tests", "against"),
    [
        (Route.EXCEPTIONAL, [FAILS, RUNS, PASSES], []),
        (Route.EXCEPTIONAL, [RUNS, PASSES], ["within_specification"]),
        (Route.CONDITIONAL, [RUNS, PASSES], []),
        (Route.CONDITIONAL, [FAILS, RUNS, PASSES], ["test_failed"]),
        (Route.CONDITIONAL, [PASSES], ["nothing_outstanding"]),
    ],
)
def test_only_the_exceptional_way_excuses_what_fails_and_both_excuse_what_may_be_outstanding(
    route: Route, tests: list[TestFacts], against: list[str]
) -> None:
    assert [one.code for one in rules.tests_in_the_way(route, tests)] == against


def test_what_fails_after_the_physician_asked_is_asked_about_anew() -> None:
    tests = [FAILS, replace(RUNS, standing=Standing.FAILED), PASSES]

    refused = rules.failed_since(Route.EXCEPTIONAL, ["viability"], tests)

    assert [(one.code, one.facts["test"]) for one in refused] == [("failed_since", "Sterility")]
    assert rules.failed_since(Route.EXCEPTIONAL, ["viability", "sterility"], tests) == []


@pytest.mark.django_db
def test_an_answer_that_came_after_the_request_stops_the_decision(
    cast: Cast, failing: Batch, order: TreatmentOrder
) -> None:
    supply = agreed(cast, order, failing, ASKED)
    NamedSupply.objects.filter(pk=supply.pk).update(failing=["viability"])  # as if sterility had failed since

    assert codes(lambda: decided(cast, supply)) == ["failed_since"]


@pytest.mark.django_db
def test_a_failure_that_was_known_when_the_bag_went_out_stops_it_no_more_by_being_confirmed(
    cast: Cast, failing: Batch, order: TreatmentOrder
) -> None:
    supplied(cast, order, failing, n=1, said=ASKED)

    looked_into = Investigation.objects.get(batch=failing, test="sterility")
    concluded(cast, extended(cast, looked_into), Conclusion.CONFIRMED)

    assert {block for hold in open_holds([failing.record]) for block in hold.blocks} == {Blocks.CERTIFY}
    assert open_late_failures(at=NOW) == []


def test_a_way_that_the_master_record_does_not_open_does_not_exist() -> None:
    master = definition()
    release = master.release.model_copy(update={"exceptional": None})
    closed: Definition = master.model_copy(update={"release": release})

    assert rules.is_not_foreseen(Route.EXCEPTIONAL, master) is None
    refusal = rules.is_not_foreseen(Route.EXCEPTIONAL, closed)
    assert refusal
    assert refusal.code == "no_exceptional_supply"
    assert rules.foresees(closed)  # the conditional way is open
