"""The store on pages: received, released, rejected, prepared; what is refused stands beside its field."""

from typing import Any

import pytest
from django.test import Client

from apps.audit.models import Entry
from apps.materials.models import MaterialLot
from apps.quality.models import Event, Hold
from tests.batches.conftest import cast, planned_once, room, started_once
from tests.batches.story import approved, lot, small_record
from tests.cast import AT, SECRET, Cast

__all__ = ["cast", "planned_once", "room", "started_once"]
pytestmark = pytest.mark.django_db
DELIVERED = {
    "number": "PL-121",
    "material": "lysate",
    "expiry": "2027-03",
    "supplier": "Hemo Ltd",
    "certificate": "C-7",
}
MEDIUM = {"number": "CM-7", "material": "complete", "prepared_at": "2026-11-05T13:30", "component_1": "MD-1"}


@pytest.fixture(autouse=True)
def _that_day(time_machine: Any) -> None:
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def _in_force(cast: Cast) -> None:
    assert cast.olga
    approved(small_record())


def signed(client: Client, url: str, username: str, **words: str) -> Any:
    """Say what is asked, read it back, sign."""
    shown = client.post(url, words) if words else client.get(url)
    signing = shown.context["signing"]
    answer = {"challenge": signing["challenge"], "secret": SECRET, "username": username}
    return client.post(url, {**signing["hidden"], **answer, **words})


def errors_of(reply: Any) -> dict[str, list[str]]:
    return dict(reply.context["form"].errors)


@pytest.mark.usefixtures("_in_force")
def test_the_storekeeper_receives_a_lot_into_quarantine(cast: Cast, web_client: Any) -> None:
    stella = web_client(cast.stella)
    assert "Lysate" in stella.get("/materials/receive/").content.decode()

    assert stella.post("/materials/receive/", DELIVERED).status_code == 302

    received = MaterialLot.objects.get()
    assert (received.state, received.supplier, received.expires_text) == ("QUARANTINED", "Hemo Ltd", "2027-03")
    page = web_client(cast.olga).get("/materials/").content.decode()
    assert all(word in page for word in ("PL-121", "Lysate", "2027-03", "Quarantined"))


@pytest.mark.usefixtures("_in_force")
@pytest.mark.parametrize(
    ("said", "field"),
    [({"expiry": "soon"}, "expiry"), ({"number": "PL 121"}, "number"), ({"material": "gold"}, "material")],
)
def test_what_is_wrong_with_a_delivery_stands_beside_its_field(
    cast: Cast, web_client: Any, said: dict[str, str], field: str
) -> None:
    reply = web_client(cast.stella).post("/materials/receive/", {**DELIVERED, **said})

    assert (reply.status_code, list(errors_of(reply))) == (400, [field])
    assert not MaterialLot.objects.exists()


@pytest.mark.usefixtures("_in_force")
def test_a_number_that_is_taken_is_said_at_the_number(cast: Cast, web_client: Any) -> None:
    lot(cast, "PL-121", "lysate")

    reply = web_client(cast.stella).post("/materials/receive/", DELIVERED)

    assert (reply.status_code, list(errors_of(reply))) == (409, ["number"])


def test_quality_assurance_releases_a_lot_by_signature(cast: Cast, web_client: Any) -> None:
    lot(cast, "PL-121", "lysate", released=False)
    quinn, url = web_client(cast.quinn), "/materials/lots/PL-121/"
    assert f"{url}release/" in quinn.get(url).content.decode()

    assert signed(quinn, f"{url}release/", "quinn").status_code == 302

    assert MaterialLot.objects.get().state == "RELEASED"
    assert f"{url}release/" not in quinn.get(url).content.decode()


def test_a_lot_is_rejected_with_a_reason_that_is_read_back(cast: Cast, web_client: Any) -> None:
    found = lot(cast, "PL-121", "lysate")
    quinn, url = web_client(cast.quinn), "/materials/lots/PL-121/reject/"
    assert quinn.post(url, {"reason": " "}).status_code == 400
    shown = quinn.post(url, {"reason": "Seal broken"}).content.decode()
    assert "Seal broken" in shown

    assert signed(quinn, url, "quinn", reason="Seal broken").status_code == 302

    assert MaterialLot.objects.get().state == "REJECTED"
    assert Hold.objects.filter(record=found.record, lifted_at=None).exists()
    assert "Seal broken" in quinn.get("/materials/lots/PL-121/").content.decode()


def test_only_quality_assurance_is_shown_the_decisions(cast: Cast, web_client: Any) -> None:
    lot(cast, "PL-121", "lysate", released=False)

    for person in (cast.stella, cast.olga, cast.ines):
        client = web_client(person)
        assert "Quality assurance of this site decides" in client.get("/materials/lots/PL-121/").content.decode()
        assert client.post("/materials/lots/PL-121/release/", {}).status_code == 403


@pytest.mark.usefixtures("room")
def test_a_reagent_is_prepared_for_a_batch_and_leads_back_to_its_step(cast: Cast, web_client: Any) -> None:
    lot(cast, "MD-1", "medium")
    lot(cast, "PL-1", "lysate")
    url = "/materials/prepare/CT-0042/?step=culture%5B1%5D.prepare"

    reply = web_client(cast.olga).post(url, {**MEDIUM, "component_2": "PL-1"})

    assert reply.status_code == 302
    assert reply["Location"] == "/batches/CT-0042/steps/culture%5B1%5D.prepare/"
    made = MaterialLot.objects.get(number="CM-7")
    assert (made.state, made.is_prepared, made.site.code) == ("RELEASED", True, "NANHU")
    page = web_client(cast.olga).get("/materials/lots/CM-7/").content.decode()
    assert "MD-1" in page
    assert "PL-1" in page


@pytest.mark.usefixtures("room")
def test_the_life_of_a_reagent_is_that_of_the_master_record(cast: Cast, web_client: Any) -> None:
    lot(cast, "MD-1", "medium")

    web_client(cast.olga).post("/materials/prepare/", MEDIUM)

    made = MaterialLot.objects.get(number="CM-7")
    assert (made.expires_at - made.received_at).days == 14


@pytest.mark.usefixtures("room")
def test_a_component_that_is_not_here_is_said_at_its_field(cast: Cast, web_client: Any) -> None:
    reply = web_client(cast.olga).post("/materials/prepare/CT-0042/", MEDIUM)

    assert (reply.status_code, list(errors_of(reply))) == (400, ["component_1"])


@pytest.mark.usefixtures("room")
def test_a_reagent_that_was_prepared_all_the_same_is_recorded_with_all_its_components(
    cast: Cast, web_client: Any
) -> None:
    lot(cast, "MD-1", "medium", released=False)
    lot(cast, "PL-1", "lysate")
    olga, url = web_client(cast.olga), "/materials/prepare/CT-0042/"

    refused = olga.post(url, {**MEDIUM, "component_2": "PL-1"})
    assert refused.status_code == 409
    again = dict(refused.context["refusal"]["already"]["hidden"])
    done = olga.post(url, {**again, "happened_at": "2026-11-05T13:30", "happened_reason": "Noticed after mixing"})

    assert done.status_code == 302
    made = MaterialLot.objects.get(number="CM-7")
    assert made.state == "QUARANTINED"
    assert Event.objects.get(subject=made.record).severity == "CRITICAL"
    assert "Noticed after mixing" in Entry.objects.filter(record=made.record, action="lot.prepared").first().text


@pytest.mark.usefixtures("room")
def test_nothing_is_prepared_for_a_batch_of_another_site(cast: Cast, web_client: Any) -> None:
    assert web_client(cast.rita).get("/materials/prepare/CT-0042/").status_code == 404
    assert web_client(cast.rita).get("/materials/prepare/CT-9999/").status_code == 404


def test_the_store_of_another_site_is_not_seen(cast: Cast, web_client: Any) -> None:
    lot(cast, "PL-121", "lysate")
    rita = web_client(cast.rita)

    assert "PL-121" not in rita.get("/materials/").content.decode()
    assert rita.get("/materials/lots/PL-121/").status_code == 404


def test_lots_are_found_by_state_and_words(cast: Cast, web_client: Any) -> None:
    lot(cast, "PL-121", "lysate")
    lot(cast, "MD-1", "medium", released=False)
    olga = web_client(cast.olga)

    assert [one.number for one in olga.get("/materials/?state=RELEASED").context["page"].rows] == ["PL-121"]
    assert [one.number for one in olga.get("/materials/?q=md").context["page"].rows] == ["MD-1"]
    assert [one.number for one in olga.get("/materials/?q=gold").context["page"].rows] == []
