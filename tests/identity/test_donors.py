"""Donors: a pseudonym for everybody, personal data for the few who need them, and never in the trail."""

from typing import Any

import pytest

from apps.audit.models import Entry
from apps.core.errors import NotAllowed
from apps.identity.facts import Person
from apps.identity.models import Donor, DonorPerson
from apps.identity.selectors import person_of
from apps.identity.services import register_donor
from tests.batches.refusals import codes
from tests.batches.story import donor
from tests.cast import AT, Cast, actor, site_of


def test_personal_data_never_stand_in_the_trail(cast: Cast) -> None:
    donor(cast)

    known = DonorPerson.objects.get()
    trail = "".join(Entry.objects.values_list("text", flat=True))
    for text in (known.name, known.born, known.identifier, known.salt):
        assert text not in trail
    assert '"name":{"sha256":' in trail


def test_two_donors_of_one_name_have_two_hashes(cast: Cast) -> None:
    donor(cast, "D-0001")
    donor(cast, "D-0002")

    names = [entry.text.split('"name":{"sha256":"')[1][:64] for entry in Entry.objects.filter(table__contains="person")]
    assert len(set(names)) == 2


def test_a_donor_number_is_given_once(cast: Cast) -> None:
    donor(cast)

    assert codes(lambda: donor(cast)) == ["number_taken"]


@pytest.mark.parametrize("name", ["quinn", "olga", "stella", "adam"])
def test_only_physicians_and_collectors_register_donors(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        register_donor(
            number="D-1",
            site=site_of("NANHU"),
            donor_class="allogeneic",
            person=Person("A", "2000-01-01", "1"),
            actor=actor(getattr(cast, name)),
            at=AT,
        )


@pytest.mark.parametrize(
    ("name", "sees"),
    [("paula", True), ("colin", True), ("quinn", False), ("olga", False), ("ines", False), ("rita", False)],
)
def test_who_the_donor_is_is_shown_to_the_few_who_need_it(cast: Cast, name: str, sees: bool) -> None:
    found = donor(cast)

    assert (person_of(found, getattr(cast, name), AT) is not None) is sees


def test_the_api_names_the_person_to_a_physician_only(cast: Cast, api_client: Any) -> None:
    donor(cast)
    url = "/api/v1/donors/D-0117/"

    assert api_client(cast.paula).get(url).json()["person"]["name"] == "Wang Fang"
    assert api_client(cast.quinn).get(url).json()["person"] is None
    assert "Wang" not in api_client(cast.olga).get("/api/v1/donors/").content.decode()
    assert api_client(cast.rita).get(url).status_code == 404
    assert Donor.objects.count() == 1
