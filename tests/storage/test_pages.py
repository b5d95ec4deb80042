"""The pages of the store: the map, a move by scan, where a unit was; drawn with as many statements however full."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.storage.models import Box, Stay, Store
from apps.storage.views import expiry_tone
from apps.units.models import Unit
from tests.cast import AT, Cast
from tests.storage.story import STORED, out, put
from tests.testing.story import MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_that_day(time_machine: Any) -> None:
    time_machine.move_to(STORED + 10 * MINUTE, tick=False)


def test_a_store_and_a_box_are_added_on_pages(cast: Cast, tank: Store, web_client: Any) -> None:
    stella = web_client(cast.stella)
    said = {"number": "F-20", "kind": "FREEZER", "label": "Freezer 20", "room": "ST-LN-03", "low": "-25", "high": "-15"}
    box = {"rack": "1", "code": "A", "rows": 2, "columns": 3, "capacity": 1, "zone": "QUARANTINE"}

    assert stella.post("/storage/open/", said).status_code == 302
    assert stella.post("/storage/stores/F-20/box/", box).status_code == 302
    again = stella.post("/storage/stores/F-20/box/", box)

    assert (again.status_code, list(again.context["form"].errors)) == (409, ["code"])
    page = stella.get("/storage/").content.decode()
    assert all(word in page for word in ("F-20", "Freezer 20", "-25.0 – -15.0 °C", "≤ -150.0 °C"))


@pytest.mark.parametrize("scanned", ["CT-0042-U01", "unit/CT-0042-U01", "(91)unit/CT-0042-U01(92)20271105T0700Z"])
def test_a_move_is_recorded_by_two_scans(
    cast: Cast, tank: Store, frozen: list[Unit], web_client: Any, scanned: str
) -> None:
    stella = web_client(cast.stella)

    assert stella.post("/storage/move/", {"unit": scanned, "position": "LN-03/4/2/E6"}).status_code == 302

    stay = Stay.objects.get()
    assert (stay.unit, str(stay.place)) == (frozen[0], "LN-03/4/2/E6")
    page = stella.get("/storage/stores/LN-03/").content.decode()
    assert 'data-tone="later"' in page
    assert "1 in, 63 free" in page


@pytest.mark.parametrize(
    ("unit", "position", "status", "field"),
    [
        ("CT-0042-U99", "LN-03/4/2/A2", 400, "unit"),
        ("CT-0042-U02", "A2", 400, "position"),
        ("CT-0042-U02", "LN-09/4/2/A2", 400, "position"),
        ("CT-0042-U02", "LN-03/4/2/A1", 409, "position"),
    ],
)
def test_a_wrong_scan_is_said_beside_its_field(
    cast: Cast, tank: Store, frozen: list[Unit], web_client: Any, unit: str, position: str, status: int, field: str
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")

    reply = web_client(cast.stella).post("/storage/move/", {"unit": unit, "position": position})

    assert (reply.status_code, list(reply.context["form"].errors)) == (status, [field])


def test_the_page_of_a_unit_tells_where_it_lay_and_how_long_it_was_out(
    cast: Cast, tank: Store, frozen: list[Unit], web_client: Any
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")
    out(cast, frozen[0], STORED + MINUTE)
    put(cast, frozen[0], "LN-03/4/2/A2", STORED + timedelta(seconds=160))

    page = web_client(cast.ines).get("/storage/units/CT-0042-U01/").content.decode()

    assert all(word in page for word in ("Stella Stone", "1 min 40 s", "≤ 2.0 min", "site to confirm"))
    stella = web_client(cast.stella)
    assert stella.post("/storage/units/CT-0042-U01/take-out/", {"reason": "Shipping"}).status_code == 302
    assert Unit.objects.get(pk=frozen[0].pk).position == ""


def test_the_map_needs_as_many_statements_full_as_empty(
    cast: Cast, tank: Store, frozen: list[Unit], web_client: Any
) -> None:
    ines = web_client(cast.ines)
    ines.get("/storage/stores/LN-03/")

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert ines.get("/storage/stores/LN-03/").status_code == 200
        return len(asked)

    put(cast, frozen[0], "LN-03/4/2/A1")
    with_one = statements()
    for n, unit in enumerate(frozen[1:], start=2):
        put(cast, unit, f"LN-03/4/2/{'ABCDEFGH'[n // 8]}{n % 8 + 1}")
    assert statements() == with_one


@pytest.mark.parametrize(
    ("days", "tone"), [(0, "expired"), (1, "soon"), (30, "soon"), (31, "near"), (90, "near"), (91, "later")]
)
def test_the_colour_says_how_near_the_expiry_is(days: int, tone: str) -> None:
    assert expiry_tone(AT + timedelta(days=days), AT) == tone
    assert expiry_tone(None, AT) == ""


def test_boxes_are_chosen_by_rack_and_box(cast: Cast, tank: Store, web_client: Any) -> None:
    page = web_client(cast.ines).get("/storage/stores/LN-03/?box=4/3")

    assert page.context["line"].box == Box.objects.get(code="3")
