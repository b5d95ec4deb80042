"""The next donation number of the year: given once, to one donor, with its check character; two who ask get two."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from apps.audit.selectors import Verification
from apps.audit.services import audited
from apps.core.errors import NotAllowed
from apps.core.roles import Role
from apps.donation.services import record_collection, recording
from apps.identity.facts import DonationNumber, Person
from apps.identity.models import Donor, IssuedNumber
from apps.identity.rules.contents import read_donation_number, write_donation_number
from apps.identity.rules.donation_numbers import next_serial
from apps.identity.services import issue_number, register_donor
from tests.audit.test_two_connections import PATIENCE, threads
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor, cast, give_role, site_of

__all__ = ["cast", "threads"]
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai


def donor(cast: Cast, number: str = "D-0900") -> Donor:
    said = {"donor_class": "adult", "person": Person("Wang Fang", "1990-01-01", "ID-1"), "site": site_of("NANHU")}
    return register_donor(number=number, actor=actor(cast.colin), at=AT, **said)


def issued(cast: Cast, to: Donor, at: datetime = AT) -> str:
    return issue_number(donor=to, actor=actor(cast.colin), at=at).number


@pytest.mark.django_db
def test_the_next_number_of_the_year_is_issued_and_read_back_with_its_check(cast: Cast) -> None:
    to = donor(cast)

    assert [issued(cast, to), issued(cast, to)] == ["A999926000001", "A999926000002"]
    given = IssuedNumber.objects.get(number="A999926000002")
    assert read_donation_number(given.printed) == DonationNumber("A9999", "26", "000002", "00")
    assert (given.donor, given.issued_by, given.record.address) == (to, "colin", "series/A9999-26")
    assert list(Verification().findings()) == []


@pytest.mark.django_db
def test_a_year_begins_with_the_clock_of_the_site(cast: Cast) -> None:
    to = donor(cast)
    issued(cast, to)

    before = issued(cast, to, at=NEW_YEAR.replace(hour=15))
    assert [before, issued(cast, to, at=NEW_YEAR)] == ["A999926000002", "A999927000001"]


@pytest.mark.parametrize(
    ("taken", "serial"), [([], "000001"), (["A999926000117", "A999926000009"], "000118"), (["A999926999999"], None)]
)
def test_a_series_goes_on_behind_its_highest_and_has_an_end(taken: list[str], serial: str | None) -> None:
    following = next_serial(taken)

    assert following == serial if serial else getattr(following, "code", "") == "series_used_up"


@pytest.mark.django_db
def test_a_facility_without_a_registered_number_issues_none(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    to = donor(cast)
    monkeypatch.setattr(settings, "FACILITY_NUMBERS", {})

    assert codes(lambda: issued(cast, to)) == ["no_facility"]
    assert not IssuedNumber.objects.exists()


@pytest.mark.django_db
def test_who_does_not_collect_issues_nothing(cast: Cast) -> None:
    to = donor(cast)
    give_role(cast.rita, Role.COLLECTOR, "RHINE")

    for stranger in (cast.quinn, cast.rita):
        with pytest.raises(NotAllowed):
            issue_number(donor=to, actor=actor(stranger), at=AT)


@pytest.mark.django_db
def test_an_issued_number_is_never_changed(cast: Cast) -> None:
    issued(cast, donor(cast))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE identity_issuednumber SET number = 'A999926000009'")


@pytest.mark.django_db
def test_a_number_that_is_issued_in_the_moment_of_a_collection_labels_nothing_of_another(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = donor(cast), donor(cast, "D-0901")
    issued(cast, other)
    monkeypatch.setattr(recording, "audited", lambda **door: issued(cast, other) and audited(**door))

    collected = {"tissue": "umbilical_cord", "collected_at": AT, "where": "Theatre 2", "at": AT}
    din = write_donation_number("A999926000002").text
    refused = codes(lambda: record_collection(din=din, donor=mine, actor=actor(cast.colin), **collected))

    assert refused == ["number_of_another_donor"]


@pytest.mark.django_db
def test_a_number_of_another_donor_labels_nothing(cast: Cast, api_client: Any) -> None:
    """It may be used for its own donor, and what comes next lies behind what was only taken."""
    mine, other = donor(cast), donor(cast, "D-0901")
    issued(cast, mine)
    colin = api_client(cast.colin)
    body = {"tissue": "umbilical_cord", "collected_at": AT.isoformat(), "where": "Delivery room", "donor": "D-0901"}

    wrong = colin.post("/api/v1/donations/", {**body, "din": IssuedNumber.objects.get().printed})
    right = colin.post("/api/v1/donations/", {**body, "din": IssuedNumber.objects.get().printed, "donor": "D-0900"})

    assert (wrong.status_code, wrong.json()["code"]) == (409, "number_of_another_donor")
    assert wrong.json()["objections"][0]["place"] == "din"
    assert right.status_code == 201, right.json()
    taken = colin.post("/api/v1/donations/", {**body, "din": "=A999926000117" + "00"})
    assert taken.status_code == 201, taken.json()
    assert issued(cast, other) == "A999926000118"


@pytest.mark.django_db
def test_a_number_is_issued_on_the_page_and_by_a_program(cast: Cast, web_client: Any, api_client: Any) -> None:
    donor(cast)
    colin, url = api_client(cast.colin), "/api/v1/donors/D-0900/donation-numbers/"

    assert web_client(cast.colin).post("/donation/donors/D-0900/number/").status_code == 302
    made = colin.post(url)

    assert (made.status_code, made.json()["number"][7:]) == (201, "000002")
    assert [one["number"] for one in colin.get(url).json()] == [
        one.number for one in IssuedNumber.objects.order_by("-pk")
    ]
    page = web_client(cast.colin).get("/donation/donors/D-0900/").content.decode()
    assert all(one.printed in page for one in IssuedNumber.objects.all())
    assert api_client(cast.quinn).post(url).status_code == 403
    assert api_client(cast.rita).get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_two_numbers(cast: Cast, threads: Any) -> None:
    first, second = donor(cast), donor(cast, "D-0901")

    asking = [threads(issued, cast, to) for to in (first, second, first, second)]

    assert len({one.result(PATIENCE) for one in asking}) == 4
    assert sorted(IssuedNumber.objects.values_list("number", flat=True))[-1] == "A999926000004"
    assert list(Verification().findings()) == []
