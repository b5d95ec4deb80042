"""Agreement, decision and release through the API; the pages show the same and ask for the same signatures."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Record
from apps.audit.selectors import version_of
from apps.batches.models import Batch
from apps.core.http import etag_of
from apps.dosing.models import TreatmentOrder
from apps.organisation.models import User
from apps.supply.facts import SupplyVerb
from apps.supply.lifecycle import MOVES
from apps.supply.selectors import free_units
from tests.batches.refusals import codes
from tests.cast import ApiPerson, Cast, give_role
from tests.dosing.story import NOW, checked
from tests.supply.story import agreed, decided, let_go

pytestmark = pytest.mark.django_db
BODY = {"batch": "CT-0042", "route": "CONDITIONAL", "informed": "At the visit"}
STEPS = {SupplyVerb.DECIDE: decided, SupplyVerb.SUPPLY: let_go}


@pytest.fixture(autouse=True)
def _at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def signed(person: User, url: str, record: Record, body: dict[str, object] | None = None) -> dict[str, object]:
    api = ApiPerson()
    api.sign_in(person)
    reply = api.sign(url, body, person=person, if_match=etag_of(record.address, version_of(record)))
    assert reply.status_code in (200, 201), reply.json()
    return dict(reply.json())


def test_three_people_sign_through_the_api_and_the_page_tells_it(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    one = free_units(batch)[0].number
    number = signed(cast.paula, f"/api/v1/orders/{order.number}/supplies/", order.record, BODY)["number"]
    record, url = Record.objects.get(address=f"supply/{number}"), f"/api/v1/supplies/{number}"
    chosen = signed(cast.cora, f"{url}/decision/", record, {"units": [one]})
    done = signed(cast.quentin, f"{url}/release/", record)

    assert (chosen["state"], done["state"], done["units"]) == ("DECIDED", "SUPPLIED", [one])
    assert {row["test"] for row in done["outstanding"]} == {"sterility"}
    pages = Client()
    pages.force_login(cast.quentin)
    page = pages.get(f"/supply/{number}/").content.decode()
    assert one in page
    assert "R-0001" in page
    assert number in pages.get("/supply/?state=SUPPLIED").content.decode()
    assert number in pages.get(f"/dosing/orders/{order.number}/").content.decode()


def test_the_pages_ask_for_the_words_then_show_what_is_signed(cast: Cast, batch: Batch, order: TreatmentOrder) -> None:
    pages, url = Client(), f"/dosing/orders/{order.number}/agree/"
    pages.force_login(cast.paula)
    asked = pages.get(url)
    panel = pages.post(url, BODY)
    supply = agreed(cast, order, batch)
    pages.force_login(cast.cora)
    units = [unit.number for unit in free_units(batch)]
    chosen = pages.post(f"/supply/{supply.number}/decide/", {"units": units})
    decided(cast, supply)
    pages.force_login(cast.quentin)
    second = pages.get(f"/supply/{supply.number}/release/")

    assert asked.status_code == 200
    for shown in (panel, chosen, second):
        assert 'name="challenge"' in shown.content.decode()
    assert units[0] in second.content.decode()


def test_the_register_costs_the_same_however_long(cast: Cast, batch: Batch, order: TreatmentOrder) -> None:
    api = ApiPerson()
    api.sign_in(cast.quentin)

    def asked() -> int:
        with CaptureQueriesContext(connection) as read:
            assert api.get("/api/v1/supplies/").status_code == 200
        return len(read)

    decided(cast, agreed(cast, order, batch), free_units(batch)[:1])
    asked()
    cost = asked()
    decided(cast, agreed(cast, checked(cast, "R-0002"), batch), free_units(batch)[:1])

    assert asked() == cost


@pytest.mark.parametrize("verb", [verb for verb in SupplyVerb if verb is not SupplyVerb.WITHDRAW])
@pytest.mark.parametrize("hand", ["olga", "anna", "ada"])
def test_nobody_who_made_or_tested_it_signs_any_step(
    cast: Cast, batch: Batch, order: TreatmentOrder, verb: SupplyVerb, hand: str
) -> None:
    supply = agreed(cast, order, batch)
    give_role(getattr(cast, hand), MOVES[verb].roles[0])
    if verb is SupplyVerb.SUPPLY:
        decided(cast, supply)

    assert codes(lambda: STEPS[verb](cast, supply, by=hand)) == ["took_part"]
