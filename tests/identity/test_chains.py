"""The chain of identity: issued first, bound for good, shown by what is made, and compared wherever it is scanned."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit.models import Entry
from apps.batches.content import move_content, vessel_labels
from apps.batches.facts.words import BatchState, Verb
from apps.batches.models import Batch, Vessel
from apps.batches.selectors.batches import batch_now, chain_of_batch
from apps.batches.services.planning import plan_batch, start_batch
from apps.batches.services.vessels import open_vessel
from apps.core.errors import Happened, NotAllowed
from apps.donation.models import Donation
from apps.donation.selectors import chain_of
from apps.identity.facts import ChainFacts
from apps.identity.models import Chain
from apps.identity.rules.chains import against_making
from apps.identity.rules.contents import read_chain
from apps.identity.services import issue_chain
from apps.products.facts import ChainOfIdentity
from apps.quality.facts import Blocks
from apps.quality.models import Event
from apps.quality.selectors import open_holds
from tests.batches.refusals import codes
from tests.batches.story import Room, small_data, small_record, start
from tests.cast import AT, Cast, actor, sign_as
from tests.products.making import BEFORE, COLLECTED, bound, chain_for, given, giver, known, patient_of, planned

DIRECTED = bound(small_data())
OTHER = bound({**small_data(), "key": "other_product"})
FED = "culture[1].feed[1].flask[01].flask"


@pytest.fixture
def batch(cast: Cast) -> Batch:
    """A planned batch of a product that is made for one patient."""
    return planned(cast, DIRECTED)


def begin(cast: Cast, batch: Batch, scanned: str) -> Batch:
    """Olga starts the batch with what she scanned from the bag."""
    signing = sign_as(cast.olga, move_content(Verb.START, batch_now(batch)))
    return start_batch(batch=batch, chain=scanned, signing=signing, actor=actor(cast.olga), at=AT)


def opened(room: Room) -> Vessel:
    """A flask of the batch, before anything else was recorded."""
    early = Happened(room.now, "Seeded at once")
    said: dict[str, Any] = {"step": "culture[1].seed", "kind": "flask", "at": room.now, "happened": early}
    return open_vessel(batch=room.batch, actor=actor(room.cast.olga), **said)


def chain_number(batch: Batch) -> str:
    chain = chain_of_batch(batch)
    assert chain is not None
    return chain.number


# --- issued ---------------------------------------------------------------------------------------------------------
def test_a_chain_is_issued_in_the_name_of_the_site_for_one_donor_and_one_patient(cast: Cast) -> None:
    chain = chain_for(cast, giver(cast, DIRECTED), known(DIRECTED))

    assert read_chain(f"&/{chain.number}") == read_chain(chain.number)
    assert chain.number.startswith("CHA999926")
    assert (chain.record.address, chain.donor.number, chain.recipient.number, chain.kind, chain.product) == (
        f"chain/{chain.number}", "D-0900", "R-0900", "DIRECTED", "msc_covid19",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["olga", "quinn", "stella", "adam"])
def test_only_physicians_and_collectors_issue_chains(cast: Cast, name: str) -> None:
    version, recipient = known(DIRECTED), patient_of(cast, giver(cast, DIRECTED))

    with pytest.raises(NotAllowed):
        issue_chain(recipient=recipient, product_version=version, actor=actor(getattr(cast, name)), at=BEFORE)


def test_what_is_for_any_patient_and_a_patient_without_donor_get_no_chain(cast: Cast) -> None:
    version, recipient = known(small_record()), patient_of(cast, None)

    refused = codes(lambda: issue_chain(recipient=recipient, product_version=version, actor=actor(cast.paula), at=AT))

    assert refused == ["no_chain_needed", "no_donor"]


def test_no_chain_is_issued_in_the_name_of_an_invented_facility(cast: Cast, settings: Any) -> None:
    settings.FACILITY_NUMBERS = {"HUZHOU": "A9999"}
    donor, version = giver(cast, DIRECTED), known(DIRECTED)

    assert codes(lambda: chain_for(cast, donor, version)) == ["no_facility"]


# --- bound ----------------------------------------------------------------------------------------------------------
def test_a_chain_that_was_issued_after_the_collection_binds_nothing(cast: Cast) -> None:
    donor, version = giver(cast, DIRECTED), known(DIRECTED)
    recipient = patient_of(cast, donor)
    who: dict[str, Any] = {"actor": actor(cast.paula), "at": COLLECTED + timedelta(minutes=1)}
    late = issue_chain(recipient=recipient, product_version=version, **who)

    assert codes(lambda: given(cast, DIRECTED, donor, late)) == ["chain_issued_late"]
    assert not Donation.objects.exists()


def test_a_chain_of_another_donor_binds_nothing(cast: Cast) -> None:
    version, donor = known(DIRECTED), giver(cast, DIRECTED)
    others = chain_for(cast, giver(cast, DIRECTED, 1), version, 1)

    assert codes(lambda: given(cast, DIRECTED, donor, others)) == ["chain_of_another_donor"]


def test_nothing_is_made_for_one_patient_from_a_donation_without_chain(cast: Cast) -> None:
    version, donor = known(DIRECTED), giver(cast, DIRECTED)
    donation = given(cast, DIRECTED, donor, None)

    assert plan_codes(cast, version, donation) == ["chain_missing"]


def test_nothing_else_is_made_from_a_donation_of_a_chain(cast: Cast) -> None:
    donor = giver(cast, DIRECTED)
    donation = given(cast, DIRECTED, donor, chain_for(cast, donor, known(DIRECTED)))

    assert plan_codes(cast, known(OTHER), donation) == ["chain_of_another_product"]


def test_what_is_for_any_patient_is_not_made_from_a_donation_of_a_chain_even_of_its_own_earlier_version() -> None:
    """Version 1 was made for one patient, version 2 is for any: a donation given under version 1 stays theirs."""
    chain = ChainFacts("CHA999926AAAAAA", "D-0900", "R-0900", "msc_covid19", BEFORE)
    making = ("msc_covid19", "A999926000900")

    against = [against_making(kind, *making, chain) for kind in (ChainOfIdentity.NONE, ChainOfIdentity.DIRECTED)]

    assert [objection and objection.code for objection in against] == ["chain_of_another_product", None]


def plan_codes(cast: Cast, version: Any, donation: Donation) -> list[str]:
    from_plan = {"product_version": version, "site": donation.site, "donation": donation, "at": AT}
    return codes(lambda: plan_batch(number="CT-0950", actor=actor(cast.olga), **from_plan))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("identity_chain", "recipient_id = recipient_id + 1"),
        ("identity_chain", "donor_id = donor_id"),
        ("identity_chain", "number = 'CHA999926AAAAAA'"),
        ("donation_bound", "chain_id = chain_id + 1"),
        ("donation_bound", "donation_id = donation_id"),
    ],
)
def test_no_chain_is_ever_given_to_another_not_even_by_hand(batch: Batch, table: str, change: str) -> None:
    for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert chain_of(batch.donation) is not None


def test_no_address_changes_a_chain(cast: Cast, batch: Batch, api_client: Any) -> None:
    url = f"/api/v1/chains/{chain_number(batch)}/"
    paula = api_client(cast.paula)

    assert paula.get(url).json()["recipient"] == "R-0900"
    assert {getattr(paula, verb)(url).status_code for verb in ("post", "put", "patch", "delete")} == {405}


# --- compared -------------------------------------------------------------------------------------------------------
def test_a_batch_starts_only_with_its_chain_scanned(cast: Cast, batch: Batch) -> None:
    assert codes(lambda: begin(cast, batch, "")) == ["chain_not_scanned"]
    assert not Event.objects.exists()

    assert begin(cast, batch, f"&/{chain_number(batch)}").state == BatchState.RUNNING


def test_another_chain_is_a_hard_stop_that_is_kept(cast: Cast, batch: Batch) -> None:
    others = planned(cast, DIRECTED, 1)

    assert codes(lambda: begin(cast, batch, f"&/{chain_number(others)}")) == ["chain_mismatch"]

    assert batch_now(batch).state == BatchState.PLANNED
    event = Event.objects.get()
    assert (event.kind, event.severity, event.subject) == ("NEAR_MISS", "CRITICAL", batch.record)
    assert event.facts == {"scanned": chain_number(others), "expected": chain_number(batch)}
    assert [hold.code for hold in open_holds([batch.record], Blocks.CERTIFY)] == ["event_open"]
    assert Entry.objects.filter(record=batch.record, action="chain.near_miss").exists()


def test_a_slip_in_a_typed_chain_is_a_hard_stop_too(cast: Cast, batch: Batch) -> None:
    right = chain_number(batch)
    slipped = right[:-1] + ("A" if right[-1] != "A" else "B")

    assert codes(lambda: begin(cast, batch, slipped)) == ["chain_mismatch"]
    assert codes(lambda: begin(cast, batch, right[:-1])) == ["chain_mismatch"]


def test_a_chain_on_the_bag_of_a_product_for_any_patient_is_a_hard_stop(cast: Cast) -> None:
    batch = planned(cast, small_record())

    assert codes(lambda: begin(cast, batch, "CHA999926ABC123")) == ["chain_mismatch"]
    assert begin(cast, batch, "").state == BatchState.RUNNING


def test_a_vessel_of_another_patient_is_a_hard_stop_whatever_has_happened(cast: Cast, batch: Batch) -> None:
    rooms = [start(Room(cast, one), chain=chain_number(one)) for one in (batch, planned(cast, DIRECTED, 1))]
    vessels = [opened(room) for room in rooms]

    done = Happened(AT, "It was done")
    assert "chain_mismatch" in codes(lambda: rooms[0].enter(FED, vessels[1].number))
    assert "chain_mismatch" in codes(lambda: rooms[0].enter(FED, vessels[1].number, happened=done))

    kept = list(Event.objects.filter(subject=batch.record, kind="NEAR_MISS"))
    assert {one.severity for one in kept} == {"CRITICAL"}
    assert chain_number(rooms[1].batch) in kept[0].facts["scanned"]


# --- shown ----------------------------------------------------------------------------------------------------------
def test_the_labels_of_vessels_show_the_chain(cast: Cast, batch: Batch) -> None:
    room = start(Room(cast, batch), chain=chain_number(batch))
    sheet = vessel_labels(batch, [opened(room)], 1)

    assert chain_number(batch) in [field.value for field in sheet.blocks[0].fields]


# --- on a page and by a program ---------------------------------------------------------------------------------------
def test_a_chain_is_issued_on_a_page_and_seen_with_its_donor(cast: Cast, web_client: Any) -> None:
    version, donor = known(DIRECTED), giver(cast, DIRECTED)
    patient_of(cast, donor)
    paula, url = web_client(cast.paula), f"/donation/donors/{donor.number}/chain/"

    assert "R-0900" in paula.get(url).content.decode()
    assert paula.post(url, {"recipient": "R-0900", "product": version.record.number}).status_code == 302
    assert Chain.objects.get().number in paula.get(f"/donation/donors/{donor.number}/").content.decode()
    assert web_client(cast.olga).get(url).status_code == 403


def test_a_program_issues_a_chain_and_binds_a_donation_by_its_symbol(cast: Cast, api_client: Any) -> None:
    version, donor = known(DIRECTED), giver(cast, DIRECTED)
    patient_of(cast, donor)
    paula = api_client(cast.paula)
    asked = {"recipient": "R-0900", "product": version.record.number}
    issued = paula.post("/api/v1/chains/", asked)
    assert issued.status_code == 201, issued.content
    assert paula.post("/api/v1/chains/", {**asked, "recipient": "R-9999"}).json()["code"] == "unknown_number"

    given = {"din": "=A99992600090000", "donor": donor.number, "tissue": "umbilical_cord", "where": "Ward 3"}
    now = {**given, "collected_at": timezone.now().isoformat()}
    assert paula.post("/api/v1/donations/", {**now, "chain": "&/CHA999926AAAAAA"}).json()["code"] == "unknown_number"
    assert paula.post("/api/v1/donations/", {**now, "chain": "A-17"}).status_code == 400
    taken = paula.post("/api/v1/donations/", {**now, "chain": issued.json()["symbol"]})
    assert taken.status_code == 201, taken.content
    assert Chain.objects.get().donations.get().donation.din == "A999926000900"
