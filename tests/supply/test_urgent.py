"""Urgent use of what has a donor who is not found eligible: 21 CFR 1271.60(d), 1271.65(b)."""

from typing import Any

import pytest

from apps.alerts.selectors.patients import of_donors
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.documents.layout.drawing import draw
from apps.documents.models import Document
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.dosing.models import TreatmentOrder
from apps.quality.facts import Blocks
from apps.quality.models import Hold
from apps.quality.selectors import open_holds
from apps.supply import rules
from apps.supply.content import agree_content, certificate_of
from apps.supply.facts import Agreed, Route, SupplyState
from apps.supply.models import NamedSupply
from apps.supply.selectors import supply_now, units_in
from apps.supply.services import tell_of_donor
from apps.units.facts import Disposition
from tests.batches.refusals import codes
from tests.batches.story import decide
from tests.cast import Cast, actor
from tests.documents.reading import flowing
from tests.donation.story import undecided
from tests.dosing.story import NOW
from tests.supply.story import agreed, decided, supplied
from tests.testing.story import DAY, definition

URGENT = Agreed(
    Route.URGENT,
    informed="By Dr Paula at the bed: HIV NAT of the donor is not in.",
    need="Respiratory failure; no other product is here.",
    risk="An infection from the donor that is not known yet.",
)


@pytest.fixture
def pending(batch: Batch) -> Donation:
    """Nobody has decided about the donor of the batch."""
    return undecided(batch)


def blocked(batch: Batch) -> set[Blocks]:
    donor = [hold for hold in open_holds([batch.record]) if hold.code == "not_eligible"]
    return {block for hold in donor for block in hold.blocks}


@pytest.mark.django_db
def test_units_go_to_the_patient_named_and_the_rest_of_the_donation_stays(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    done = supplied(cast, order, batch, n=1, said=URGENT)

    assert (done.state, done.donor_when_asked) == (SupplyState.SUPPLIED, "PENDING")
    assert {unit.disposition for unit in units_in(done)} == {Disposition.CONDITIONAL}
    assert blocked(batch) == {Blocks.PROCESS, Blocks.CERTIFY}
    assert open_holds([unit.record for unit in units_in(done)], Blocks.ISSUE) == []


@pytest.mark.django_db
def test_the_ordinary_and_the_conditional_way_stay_closed(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    supply = agreed(cast, order, batch)

    assert codes(lambda: decided(cast, supply)) == ["open_holds"]


@pytest.mark.django_db
def test_what_has_an_eligible_donor_is_no_urgent_use(cast: Cast, batch: Batch, order: TreatmentOrder) -> None:
    assert codes(lambda: agreed(cast, order, batch, URGENT)) == ["donor_eligible"]


@pytest.mark.django_db
def test_the_physician_says_why_and_at_what_risk(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    assert codes(lambda: agreed(cast, order, batch, Agreed(Route.URGENT, "At the bed"))) == ["text_missing"] * 2


@pytest.mark.django_db
def test_the_physician_signs_what_is_known_and_what_is_missing(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    lines = agree_content(batch_now(batch), order.record, order.recipient, URGENT).lines

    said = {line.label: (line.value, line.note) for line in lines}
    assert said["Donor"] == (batch.donor_code, batch.din)
    assert said["Donor eligibility"] == ("PENDING", "")
    assert said["HIV-1/2"] == ("known", "Negative, Negative")
    assert [line.value for line in lines if line.label == "On the label"] == [
        "NOT EVALUATED FOR INFECTIOUS SUBSTANCES",
        "WARNING: Advise patient of communicable disease risks",
    ]


@pytest.mark.django_db
def test_its_document_lists_the_tests_of_the_donor_without_a_name(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    done = supplied(cast, order, batch, n=1, said=URGENT)

    assert Document.objects.get(number=f"UU-{done.number}").kind == "URGENT_USE"
    said = flowing(draw(certificate_of(supply_now(done))))
    assert "Urgent use: donor not found eligible" in said
    assert "Determination not completed" in said
    assert "NOT EVALUATED FOR INFECTIOUS SUBSTANCES" in said
    assert "HIV-1/2" in said
    assert URGENT.need in said
    assert "Li Mei" not in said


@pytest.mark.django_db
def test_another_decision_about_the_donor_is_asked_about_anew(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    supply = agreed(cast, order, batch, URGENT)
    decide(cast, pending, batch.product_version, Eligibility.INELIGIBLE, "HIV NAT reactive")

    assert codes(lambda: decided(cast, supply)) == ["decided_since"]


@pytest.mark.django_db
def test_the_decision_afterwards_frees_or_holds_and_the_physician_reads_it(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    done = supplied(cast, order, batch, n=1, said=URGENT)
    assert codes(lambda: tell_of_donor(supply=done, actor=actor(cast.paula), at=NOW)) == ["not_determined"]
    assert [one.key for one in of_donors(NOW + 13 * DAY)] == []
    assert [one.key for one in of_donors(NOW + 14 * DAY)] == ["determined"]

    decide(cast, pending, batch.product_version, Eligibility.INELIGIBLE, "HIV NAT reactive")
    assert blocked(batch) == set(Blocks)
    assert [one.key for one in of_donors(NOW + DAY)] == ["told"]
    told = tell_of_donor(supply=supply_now(done), actor=actor(cast.paula), at=NOW + DAY)
    assert (told.donor_told, told.donor_told_to) == ("INELIGIBLE", cast.paula.printed_name)
    assert list(of_donors(NOW + 30 * DAY)) == []
    assert codes(lambda: tell_of_donor(supply=told, actor=actor(cast.paula), at=NOW + DAY)) == ["told_before"]


@pytest.mark.django_db
def test_found_eligible_afterwards_nothing_of_the_donation_is_held(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder
) -> None:
    supplied(cast, order, batch, n=1, said=URGENT)
    decide(cast, pending, batch.product_version, Eligibility.ELIGIBLE)

    assert blocked(batch) == set()
    assert not Hold.objects.filter(code="not_eligible", lifted_at=None).exists()


@pytest.mark.django_db
def test_the_page_shows_the_donor_and_the_physician_confirms_it_there_or_by_the_api(
    cast: Cast, batch: Batch, pending: Donation, order: TreatmentOrder, web_client: Any, api_client: Any,
    time_machine: Any,
) -> None:  # fmt: skip
    done = supplied(cast, order, batch, n=1, said=URGENT)
    time_machine.move_to(NOW + DAY, tick=False)
    pages = web_client(cast.paula)
    page = pages.get(f"/supply/{done.number}/").content.decode()
    assert "NOT EVALUATED FOR INFECTIOUS SUBSTANCES" in page
    assert "/donor/" not in page
    refused = api_client(cast.paula).post(f"/api/v1/supplies/{done.number}/donor/", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_determined")

    decide(cast, pending, batch.product_version, Eligibility.INELIGIBLE, "HIV NAT reactive")
    assert f"/supply/{done.number}/donor/" in pages.get(f"/supply/{done.number}/").content.decode()
    assert done.number in pages.get("/").content.decode()
    assert pages.post(f"/supply/{done.number}/donor/").status_code == 302
    assert NamedSupply.objects.get(pk=done.pk).donor_told == "INELIGIBLE"


def test_a_way_that_the_master_record_does_not_open_does_not_exist() -> None:
    master = definition()
    closed = master.model_copy(update={"release": master.release.model_copy(update={"urgent": None})})

    assert rules.is_not_foreseen(Route.URGENT, master) is None
    refused = rules.is_not_foreseen(Route.URGENT, closed)
    assert refused
    assert refused.code == "no_urgent_use"
