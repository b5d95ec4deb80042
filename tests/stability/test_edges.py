"""Studies and pulls through the API and on the pages: the same services, the same signatures, the same refusals."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.alerts.facts import AlertKind
from apps.alerts.selectors import due_things
from apps.audit.models import Record
from apps.audit.selectors import version_of
from apps.batches.models import Batch
from apps.core.http import etag_of
from apps.desk.selectors.desk import desk_of
from apps.organisation.models import User
from apps.stability.models import Pull, Study
from tests.cast import ApiPerson, Cast
from tests.stability.story import OPENED, for_study, month, opened, pulled, received, run_of
from tests.testing.story import DAY, MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day() -> Iterator[None]:
    with time_machine.travel(OPENED, tick=False):
        yield


def api_of(person: User) -> ApiPerson:
    api = ApiPerson()
    api.sign_in(person)
    return api


def page_of(person: User, language: str = "en") -> Client:
    pages = Client(headers={"accept-language": language})
    pages.force_login(person)
    return pages


def on(day: datetime) -> Any:
    return time_machine.travel(day, tick=False)


def test_a_study_is_opened_pulled_and_read_through_the_api(cast: Cast, batch: Batch) -> None:
    units = [unit.number for unit in for_study(batch)]
    etag = etag_of(batch.record.address, version_of(batch.record))
    quinn = api_of(cast.quinn)

    made = quinn.sign("/api/v1/batches/CT-0042/studies/", {"units": units}, person=cast.quinn, if_match=etag)

    assert made.status_code == 201, made.json()
    url = f"/api/v1/studies/{made.json()['number']}"
    assert [point["month"] for point in made.json()["points"]] == [3, 6, 9, 12, 18, 24]
    assert made.json()["units"] == sorted(units)
    with on(month(3)):
        anna = api_of(cast.anna)
        said = {"month": 3, "scanned": units[0], "pulled_at": month(3).isoformat()}
        done = anna.post(f"{url}/pulls/", said)
        again = anna.post(f"{url}/pulls/", {**said, "month": 6})
        wrong = anna.post(f"{url}/pulls/", {**said, "scanned": "CT-0042-U09"})
        told = anna.get(f"{url}/support/").json()
    assert (done.status_code, done.json()["unit"]) == (201, units[0])
    assert (again.status_code, wrong.status_code) == (409, 409)
    assert wrong.json()["code"] == "wrong_unit"
    assert told["months"] == 0
    assert told["points"][1]["standings"]["potency"] == "AWAITED"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"month": "x", "scanned": "U", "pulled_at": "2026-01-01T00:00:00Z"},
        {"month": -1, "scanned": "U", "pulled_at": "2026-01-01T00:00:00Z"},
        {"month": 3, "scanned": "", "pulled_at": "2026-01-01T00:00:00Z"},
        {"month": 3, "scanned": "U", "pulled_at": "yesterday"},
    ],
)
def test_what_can_not_be_read_is_a_clear_400_and_stores_nothing(
    cast: Cast, batch: Batch, body: dict[str, object]
) -> None:
    study = opened(cast, batch)

    reply = api_of(cast.anna).post(f"/api/v1/studies/{study.number}/pulls/", body)

    assert reply.status_code == 400
    assert not Pull.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_show_a_study_in_both_languages(cast: Cast, batch: Batch, language: str) -> None:
    study = opened(cast, batch)
    sample = received(cast, pulled(cast, study, 3).sample)
    run_of(cast, sample, "potency")
    pages = page_of(cast.quinn, language)

    page = pages.get(f"/stability/{study.number}/")

    assert page.status_code == 200
    text = page.content.decode()
    assert "<svg class=" in text  # potency, month 0 and month 3
    assert sample.number in text
    assert study.number in pages.get("/stability/?state=OPEN").content.decode()
    assert study.number in pages.get("/batches/CT-0042/").content.decode()
    table = pages.get(f"/stability/{study.number}/results.csv").content.decode()
    assert f"{study.number},3,potency,PASSED" in table


def test_a_pull_on_the_page_says_what_is_wrong_beside_its_field(cast: Cast, batch: Batch) -> None:
    study = opened(cast, batch)
    url = f"/stability/{study.number}/pulls/3/"
    with on(month(3)):
        pages = page_of(cast.anna)
        empty = pages.post(url, {"scanned": "", "pulled_at": ""})
        early = pages.post(url, {"scanned": for_study(batch)[0].number, "pulled_at": "2026-01-01T00:00"})
        local = f"{month(3):%Y-%m-%dT%H:%M}"
        done = pages.post(url, {"scanned": for_study(batch)[0].number, "pulled_at": local})

    assert (empty.status_code, early.status_code, done.status_code) == (400, 409, 302)
    assert "pulled_at" in early.content.decode()
    assert Pull.objects.get().point.month == 3


def test_the_opening_asks_for_units_then_shows_what_is_signed(cast: Cast, batch: Batch) -> None:
    pages, url = page_of(cast.quinn), "/stability/batches/CT-0042/open/"

    asked = pages.get(url)
    panel = pages.post(url, {"units": [unit.number for unit in for_study(batch)]})

    assert asked.status_code == 200
    assert panel.status_code == 200
    assert for_study(batch)[0].number in panel.content.decode()
    assert not Study.objects.exists()


def test_a_pull_is_told_when_its_window_opens_and_again_when_it_is_over(cast: Cast, batch: Batch) -> None:
    study = opened(cast, batch)

    def kinds(day: datetime) -> list[AlertKind]:
        return [one.kind for one in due_things(day) if one.kind in (AlertKind.PULL_DUE, AlertKind.PULL_OVERDUE)]

    opens, ends = month(3) - 7 * DAY, month(3) + 7 * DAY
    assert kinds(opens - MINUTE) == []
    assert kinds(opens) == [AlertKind.PULL_DUE]
    assert kinds(ends) == [AlertKind.PULL_DUE]
    assert kinds(ends + MINUTE) == [AlertKind.PULL_OVERDUE] * 2
    tasks = desk_of(cast.anna, opens, ZoneInfo("Asia/Shanghai")).later
    assert [task.record for task in tasks if task.url_name == "stability:pull"] == [study.number]
    pulled(cast, study, 3)
    assert kinds(ends) == []


def test_a_list_of_studies_costs_the_same_however_long_it_is(cast: Cast, batch: Batch) -> None:
    opened(cast, batch)
    pages = page_of(cast.quinn)
    pages.get("/stability/")

    with CaptureQueriesContext(connection) as queries:
        pages.get("/stability/")

    assert len(queries) < 40


def test_search_finds_a_study_by_its_number(cast: Cast, batch: Batch) -> None:
    study = opened(cast, batch)

    assert Record.objects.get(address=f"study/{study.number}")
    reply = page_of(cast.quinn).get(f"/search/?q={study.number}", follow=True)
    assert study.number in reply.content.decode()
