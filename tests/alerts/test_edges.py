"""Alerts on the page, at the bell and through the API: of one's roles at one's sites, in both languages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.alerts.models import Alert
from apps.alerts.services import raise_due_alerts
from apps.batches.models import Batch
from apps.quality.services import stop_record
from tests.cast import AT, Cast, actor
from tests.testing.story import DAY, released_lot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _told(cast: Cast, batch: Batch) -> Iterator[None]:
    """Two lots that expire soon, and a stop that nobody answered; it is AT."""
    for number in ("DM-1", "DM-2"):
        released_lot(cast, number, "dmso", expiry="2026-11-10")
    stop_record(record=batch.record, reason="Cloudy", actor=actor(cast.olga), at=AT - 3 * DAY)
    raise_due_alerts(at=AT)
    with time_machine.travel(AT, tick=False):
        yield


def bell(client: Client) -> str:
    """The number at the bell, as the page shows it."""
    page = client.get("/alerts/").content.decode()
    found = re.search(r'href="/alerts/"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>|\s", "", found[1])


def test_the_page_lists_what_concerns_the_person_and_the_bell_counts_it(cast: Cast, web_client: Any) -> None:
    stella, quinn = web_client(cast.stella), web_client(cast.quinn)
    page = stella.get("/alerts/").content.decode()

    assert "Lot DM-1 expires soon." in page
    assert "Lot DM-2 expires soon." in page
    assert "waits for its answer" not in page
    assert "A hold on batch/CT-0042 waits for its answer." in quinn.get("/alerts/").content.decode()
    assert "2" in bell(stella)
    assert "1" in bell(quinn)


def test_somebody_without_alerts_reads_what_was_looked_at(cast: Cast, web_client: Any) -> None:
    for person in (cast.olga, cast.rita, cast.ines):
        page = web_client(person).get("/alerts/").content.decode()
        assert "No alert stands." in page
        assert "DM-1" not in page


def test_the_page_speaks_chinese(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.stella)
    english = client.get("/alerts/").content.decode()
    session = client.session
    session["screen_language"] = "zh-hans"
    session.save()
    chinese = client.get("/alerts/").content.decode()

    assert 'lang="zh' in chinese
    assert "expires soon" not in chinese
    assert "DM-1" in chinese
    assert "expires soon" in english


def test_an_alert_is_taken_on_the_page_and_shows_who_has_it(cast: Cast, web_client: Any) -> None:
    client, alert = web_client(cast.stella), Alert.objects.get(subject__address="lot/DM-1")
    url = f"/alerts/{alert.pk}/acknowledge/"

    assert client.post(url, {"note": ""}).status_code in (400, 409)
    assert client.post(url, {"note": "Ordered a new one"}).status_code == 302

    page = client.get("/alerts/").content.decode()
    assert "Stella Stone" in page
    assert "Ordered a new one" in page
    again = client.post(url, {"note": "Once more"})
    assert again.status_code == 409
    assert "took this already" in again.content.decode()


def test_what_one_does_not_see_one_does_not_take(cast: Cast, web_client: Any, api_client: Any) -> None:
    alert = Alert.objects.get(subject__address="lot/DM-1")

    for person in (cast.quinn, cast.rita, cast.olga):
        client = web_client(person)
        assert client.post(f"/alerts/{alert.pk}/acknowledge/", {"note": "Mine"}).status_code in (403, 404)
        reply = api_client(person).post(f"/api/v1/alerts/{alert.pk}/acknowledge/", {"note": "Mine"})
        assert reply.status_code in (403, 404)
    assert Alert.objects.get(pk=alert.pk).acknowledged_at is None


def test_programs_read_and_take_alerts(cast: Cast, api_client: Any) -> None:
    client = api_client(cast.stella)
    rows = client.get("/api/v1/alerts/").json()["results"]

    assert {(row["subject"], row["kind"], row["role"]) for row in rows} == {
        ("lot/DM-1", "LOT_EXPIRING", "STOREKEEPER"),
        ("lot/DM-2", "LOT_EXPIRING", "STOREKEEPER"),
    }
    assert rows[-1]["text"] == "Lot DM-1 expires soon."
    taken = client.post(f"/api/v1/alerts/{rows[0]['id']}/acknowledge/", {"note": "Ordered"})
    assert (taken.status_code, taken.json()["acknowledged_by"]) == (200, "stella")
    assert client.post(f"/api/v1/alerts/{rows[0]['id']}/acknowledge/", {"note": "Again"}).status_code == 409


def test_the_page_asks_a_constant_number_of_questions(cast: Cast, web_client: Any) -> None:
    client = web_client(cast.stella)
    client.get("/alerts/")
    with CaptureQueriesContext(connection) as few:
        client.get("/alerts/")
    for n in range(3, 15):
        released_lot(cast, f"DM-{n}", "dmso", expiry="2026-11-10")
    raise_due_alerts(at=AT)
    with CaptureQueriesContext(connection) as many:
        client.get("/alerts/")

    assert len(many) == len(few)
