"""Donors on pages: registered, consented, screened, collected, found eligible; and withdrawn."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.donation.forms import HealthForm
from apps.donation.models import Consent, Donation, ScreeningResult
from apps.identity.models import Donor
from apps.identity.rules.donation_numbers import printed
from apps.products.loader import SEEDS, load
from apps.quality.models import Hold
from tests.batches.story import DIN, approved, collected, donor, passing, screened, small_record
from tests.cast import AT, SECRET, Cast

pytestmark = pytest.mark.django_db
ASKED = small_record().definition.donation
NEW = {
    "site": "NANHU",
    "number": "D-0200",
    "donor_class": "allogeneic_unrelated",
    "name": "Wang Fang",
    "born": "1994-02-11",
    "identifier": "330402199402110021",
}


@pytest.fixture(autouse=True)
def _that_day(time_machine: Any, cast: Cast) -> None:
    time_machine.move_to(AT, tick=False)
    assert cast.olga
    approved(small_record())


def decided(client: Client, decision: str, reason: str = "") -> Any:
    url = f"/donation/donations/{DIN}/decide/"
    said = {"product": "msc_covid19-v1", "decision": decision, "reason": reason}
    signing = client.post(url, said).context["signing"]
    answer = {"challenge": signing["challenge"], "secret": SECRET, "username": "paula"}
    return client.post(url, {**signing["hidden"], **answer})


def screen(client: Client, test: Any, **said: str) -> Any:
    results = {result.key: passing(result) for result in test.results}
    words = {"laboratory": "Lab 1", "specimen_at": "2026-11-04T09:00"}
    return client.post(f"/donation/donors/D-0200/screening/{test.key}/", {**words, **results, **said})


def test_from_registration_to_an_eligible_donation_on_pages(cast: Cast, web_client: Any) -> None:
    paula = web_client(cast.paula)
    assert paula.post("/donation/donors/register/", NEW).status_code == 302
    consent = {
        "version": "3.1",
        "signatory": "mother",
        "scopes": list(ASKED.consent.required_scopes),
        "ethics_reference": "EC-1",
        "signed_at": "2026-11-02T09:00",
    }
    assert paula.post("/donation/donors/D-0200/consent/", consent).status_code == 302
    cord = {"din": printed(DIN), "tissue": "umbilical_cord", "collected_at": "2026-11-04T10:00", "where": "Ward 3"}
    assert paula.post("/donation/donors/D-0200/collect/", cord).status_code == 302
    page = paula.get(f"/donation/donations/{DIN}/").content.decode()
    assert "There is no result of HIV-1/2." in page

    assert {screen(paula, test).status_code for test in ASKED.screening} == {302}
    assert "There is no answer: Malignancy." in paula.get(f"/donation/donations/{DIN}/").content.decode()
    medical = ASKED.eligibility
    answers = {one.key: passing(one) for one in medical.criteria} | {one.key: "no" for one in medical.exclusions}
    told = {"answered_at": "2026-11-04T09:30", **answers}
    assert paula.post(f"/donation/donations/{DIN}/health/", told).status_code == 302
    page = paula.get(f"/donation/donations/{DIN}/").content.decode()
    assert "Nothing stands against it" in page
    assert "40 years" in page
    assert decided(paula, "ELIGIBLE").status_code == 302
    assert Donation.objects.get().eligibility == "PENDING"
    quinn = web_client(cast.quinn)
    assert f"/donation/donations/{DIN}/" in quinn.get("/").content.decode()
    assert paula.get("/").context["groups"] == []  # nothing is asked of her; she may go back to where she stopped
    signing = quinn.get(f"/donation/donations/{DIN}/countersign/").context["signing"]
    answer = {**signing["hidden"], "challenge": signing["challenge"], "secret": SECRET, "username": "quinn"}
    assert quinn.post(f"/donation/donations/{DIN}/countersign/", answer).status_code == 302

    assert Donation.objects.get().eligibility == "ELIGIBLE"
    assert not Hold.objects.filter(lifted_at=None).exists()
    assert "Eligible" in paula.get("/donation/").content.decode()


def test_a_donation_with_open_tests_is_not_found_eligible(cast: Cast, web_client: Any) -> None:
    collected(cast, donor(cast))

    refused = decided(web_client(cast.paula), "ELIGIBLE")

    assert refused.status_code == 409
    assert "There is no result of HIV-1/2." in refused.content.decode()
    assert Donation.objects.get().eligibility == "PENDING"


def test_only_a_physician_decides_on_the_page(cast: Cast, web_client: Any) -> None:
    collected(cast, donor(cast))

    for person in (cast.colin, cast.quinn, cast.olga):
        client = web_client(person)
        assert "A physician of this site decides." in client.get(f"/donation/donations/{DIN}/").content.decode()
        assert client.get(f"/donation/donations/{DIN}/decide/").status_code == 403


@pytest.mark.parametrize("text", ["NaN", "1e400", "12,5", "forty"])
def test_a_result_that_is_no_number_is_refused_at_its_field(cast: Cast, web_client: Any, text: str) -> None:
    paula = web_client(cast.paula)
    paula.post("/donation/donors/register/", NEW)
    alt = next(test for test in ASKED.screening if test.key == "alt")

    refused = screen(paula, alt, alt_value=text)

    assert list(refused.context["form"].errors) == ["alt_value"]
    assert not ScreeningResult.objects.exists()


def test_the_api_refuses_an_unreadable_result_as_the_page_does(cast: Cast, api_client: Any) -> None:
    donor(cast, "D-0200")
    paula, url = api_client(cast.paula), "/api/v1/donors/D-0200/screening/"
    body = {"test": "alt", "laboratory": "Lab 1", "specimen_at": "2026-11-04T09:00:00+08:00"}

    for results, place in (
        ([{"result": "alt_value", "text": "1e400"}], "alt_value"),
        ([{"result": "colour", "text": "red"}], "colour"),
    ):
        refused = paula.post(url, {**body, "results": results})
        assert (refused.status_code, refused.json()["objections"][0]["place"]) == (400, place)
    unknown = paula.post(url, {**body, "test": "alchemy", "results": [{"result": "x", "text": "1"}]})
    assert unknown.json()["code"] == "unknown_test"


def test_a_withdrawn_consent_is_recorded_with_its_reason_and_holds(cast: Cast, web_client: Any) -> None:
    found = donor(cast)
    paula, pk = web_client(cast.paula), Consent.objects.get().pk
    assert f"/consents/{pk}/withdraw/" in paula.get("/donation/donors/D-0117/").content.decode()

    url = f"/donation/donors/D-0117/consents/{pk}/withdraw/"
    nothing_ticked = paula.post(url, {"reason": "Asked by phone"})
    assert (nothing_ticked.status_code, Consent.objects.get().withdrawn_at) == (400, None)
    assert 'id="id_scopes_error"' in nothing_ticked.content.decode()

    assert paula.post(url, {"reason": "Asked by phone", "whole": "on"}).status_code == 302

    assert Hold.objects.get(record=found.record).code == "consent_withdrawn"
    page = paula.get("/donation/donors/D-0117/").content.decode()
    assert "Asked by phone" in page
    assert f"/consents/{pk}/withdraw/" not in page


def test_a_part_of_a_consent_is_withdrawn_on_the_page_and_in_the_api(
    cast: Cast, web_client: Any, api_client: Any
) -> None:
    donor(cast)
    given, paula = Consent.objects.get(), web_client(cast.paula)
    first, second = given.scopes[:2]
    url = f"/donation/donors/D-0117/consents/{given.pk}/withdraw/"
    assert paula.post(url, {"reason": "Asked by phone", "scopes": ["alchemy"]}).status_code == 400
    assert paula.post(url, {"reason": "Asked by phone", "whole": "on", "scopes": [first]}).status_code == 400

    assert paula.post(url, {"reason": "Asked by phone", "scopes": [first]}).status_code == 302
    program = f"/api/v1/donors/D-0117/consents/{given.pk}/withdrawal/"
    again = api_client(cast.paula).post(program, {"reason": "Asked", "scopes": [first]})
    assert (again.status_code, again.json()["objections"][0]["place"]) == (409, "scopes")
    done = api_client(cast.paula).post(program, {"reason": "Asked", "scopes": [second]})

    assert (done.json()["withdrawn_at"], done.json()["withdrawn_scopes"]) == (None, [first, second])
    assert f"/consents/{given.pk}/withdraw/" in paula.get("/donation/donors/D-0117/").content.decode()


def test_who_the_donor_is_stands_on_the_page_of_the_few(cast: Cast, web_client: Any) -> None:
    donor(cast)

    assert "Wang Fang" in web_client(cast.paula).get("/donation/donors/D-0117/").content.decode()
    for person in (cast.olga, cast.quinn, cast.ines, cast.adam):
        page = web_client(person).get("/donation/donors/D-0117/")
        assert "Wang Fang" not in page.content.decode()


def test_screening_is_shown_in_words_with_its_verdict(cast: Cast, web_client: Any) -> None:
    found = donor(cast)
    screened(cast, found, but="hcv")

    page = web_client(cast.paula).get("/donation/donors/D-0117/").content.decode()

    assert "HBsAg: Negative" in page
    assert "ALT: 40 U/L" in page
    assert "Awaited" in page


def test_donors_of_another_site_are_not_seen(cast: Cast, web_client: Any) -> None:
    collected(cast, donor(cast))
    rita = web_client(cast.rita)

    assert DIN not in rita.get("/donation/").content.decode()
    assert "D-0117" not in rita.get("/donation/donors/").content.decode()
    assert rita.get("/donation/donors/D-0117/").status_code == 404
    assert rita.get(f"/donation/donations/{DIN}/").status_code == 404


def test_a_donor_code_is_given_once(cast: Cast, web_client: Any) -> None:
    donor(cast, "D-0200")

    refused = web_client(cast.paula).post("/donation/donors/register/", NEW)

    assert (refused.status_code, list(refused.context["form"].errors)) == (409, ["number"])
    assert Donor.objects.count() == 1


def test_an_undecided_donation_stands_in_the_work_of_the_physician(cast: Cast, web_client: Any) -> None:
    collected(cast, donor(cast))

    assert f"/donation/donations/{DIN}/" in web_client(cast.paula).get("/").content.decode()
    assert f"/donation/donations/{DIN}/" not in web_client(cast.olga).get("/").content.decode()


@pytest.mark.parametrize("url", ["/donation/", "/donation/donors/"])
def test_a_list_costs_the_same_for_one_and_for_many(cast: Cast, web_client: Any, url: str) -> None:
    paula = web_client(cast.paula)
    collected(cast, donor(cast))

    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert paula.get(url).status_code == 200
        return len(statements)

    one = cost()
    for n in range(5):
        collected(cast, donor(cast, f"D-030{n}"), f"G12342600090{n}")

    assert cost() == one


def test_a_date_that_was_not_answered_is_left_out() -> None:
    medical = load(SEEDS / "products" / "convalescent_plasma" / "v1").definition.donation.eligibility
    criteria = {one.key: one for one in medical.criteria}
    form = HealthForm({"answered_at": "2026-11-04T09:30", "onset_on": "2026-10-01"}, criteria=criteria, exclusions={})

    assert form.is_valid(), form.errors
    assert form.answers == [("onset_on", "2026-10-01")]
