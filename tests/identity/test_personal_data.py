"""Personal data stand apart, are seen by few, and can be erased without breaking a hash of the trail."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from apps.audit.models import Entry
from apps.core.errors import NotAllowed
from apps.donation.models import Donation
from apps.identity.facts import Person
from apps.identity.models import Donor, DonorPerson, Recipient, RecipientPerson
from apps.identity.selectors import patient_of, person_of
from apps.identity.services import erase_donor, erase_patient, register_recipient
from tests.batches.refusals import codes
from tests.batches.story import collected, donor
from tests.cast import AT, Cast, actor, site_of

WHY = "Request of the donor of 4 November"


@pytest.fixture
def giver(cast: Cast) -> Donor:
    """D-0117, who is Wang Fang."""
    return donor(cast)


@pytest.fixture
def patient(cast: Cast) -> Recipient:
    """R-0001, who is known at the hospital as H-445566."""
    person = Person("Li Wei", "1960-02-03", "H-445566")
    return register_recipient(number="R-0001", site=site_of("NANHU"), person=person, actor=actor(cast.paula), at=AT)


def verified() -> bool:
    said = StringIO()
    call_command("verify_audit", stdout=said)
    return "Everything looked at is as it was written." in said.getvalue()


def test_an_erased_donor_is_nobody_and_every_hash_holds(cast: Cast, giver: Donor) -> None:
    donation = collected(cast, giver)
    erase_donor(donor=giver, reason=WHY, actor=actor(cast.quinn), at=AT)

    row = DonorPerson.objects.get()
    assert (row.name, row.born, row.identifier, row.salt) == ("", "", "", "")
    assert person_of(giver, cast.paula, AT) is None
    assert Donation.objects.get(pk=donation.pk).donor.number == "D-0117"
    assert verified()


def test_an_erased_patient_is_nobody_and_every_hash_holds(cast: Cast, patient: Recipient) -> None:
    assert patient_of(patient, cast.paula, AT) is not None
    erase_patient(recipient=patient, reason=WHY, actor=actor(cast.quinn), at=AT)

    row = RecipientPerson.objects.get()
    assert (row.name, row.born, row.identifier, row.salt) == ("", "", "", "")
    assert patient_of(patient, cast.paula, AT) is None
    assert verified()


def test_nothing_personal_stood_in_the_trail_before_or_after(cast: Cast, giver: Donor, patient: Recipient) -> None:
    salts = [DonorPerson.objects.get().salt, RecipientPerson.objects.get().salt]
    erase_donor(donor=giver, reason=WHY, actor=actor(cast.quinn), at=AT)
    erase_patient(recipient=patient, reason=WHY, actor=actor(cast.quinn), at=AT)

    trail = "".join(Entry.objects.values_list("text", flat=True))
    for text in ("Wang Fang", "1994-02-11", "330402199402110021", "Li Wei", "1960-02-03", "H-445566", *salts):
        assert text not in trail
    last = json.loads(Entry.objects.filter(action="donor.person.erased").get().text)
    assert last["reason"] == WHY


@pytest.mark.parametrize("name", ["paula", "colin", "olga", "ines", "adam"])
def test_only_quality_assurance_erases(cast: Cast, giver: Donor, name: str) -> None:
    with pytest.raises(NotAllowed):
        erase_donor(donor=giver, reason=WHY, actor=actor(getattr(cast, name)), at=AT)
    assert DonorPerson.objects.get().name == "Wang Fang"


def test_it_says_why_and_is_done_once(cast: Cast, giver: Donor) -> None:
    def erase(reason: str) -> Donor:
        return erase_donor(donor=giver, reason=reason, actor=actor(cast.quinn), at=AT)

    assert codes(lambda: erase(" ")) == ["reason_missing"]
    erase(WHY)
    assert codes(lambda: erase(WHY)) == ["erased"]


def test_the_api_erases_and_then_names_nobody(cast: Cast, giver: Donor, patient: Recipient, api_client: Any) -> None:
    quinn, paula = api_client(cast.quinn), api_client(cast.paula)
    for url in ("/api/v1/donors/D-0117/", "/api/v1/recipients/R-0001/"):
        assert quinn.get(url).json()["person"] is None
        assert paula.get(url).json()["person"] is not None
        assert paula.post(f"{url}erasure/", {"reason": WHY}).status_code == 403
        assert quinn.post(f"{url}erasure/", {"reason": WHY}).status_code == 200
        assert paula.get(url).json()["person"] is None
        assert quinn.post(f"{url}erasure/", {"reason": WHY}).status_code == 409
