"""The temperature of a store on its pages: the curve, the excursions, who lay there; readings by file and by hand."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.facility.models import Probe, Reading
from apps.quality.models import Hold
from apps.storage.models import Store, StoreExcursion
from apps.units.models import Unit
from tests.cast import SECRET, Cast
from tests.storage.story import put
from tests.storage.watching import DAYTIME, minute, probe_of, take

pytestmark = pytest.mark.django_db
URL = "/storage/stores/LN-03/temperature/"
WARM = ((0, "-160"), (5, "-149"), (10, "-142.5"), (15, "-155"), (60, "-161"))


@pytest.fixture(autouse=True)
def _on_that_day(time_machine: Any) -> None:
    time_machine.move_to(DAYTIME, tick=False)


@pytest.fixture
def probe(cast: Cast, tank: Store) -> Probe:
    return probe_of(cast, tank)


@pytest.fixture
def excursion(cast: Cast, probe: Probe, frozen: list[Unit]) -> StoreExcursion:
    for n, unit in enumerate(frozen[:3], start=1):
        put(cast, unit, f"LN-03/4/2/A{n}", minute(0))
    return take(cast, probe, *WARM).excursions[0]


def test_the_page_draws_the_curve_with_its_gap_the_excursion_and_the_stays_under_it(
    cast: Cast, excursion: StoreExcursion, web_client: Any
) -> None:
    page = web_client(cast.ines).get(URL)

    plot, text = page.context["plot"], page.content.decode()
    assert plot.path.count("M") == 1  # the part after the silence is one point, drawn as a dot
    assert len(plot.dots) == 1
    (shade,) = plot.shades
    assert (shade.key, shade.text) == (excursion.pk, "10 min, worst −142.5 °C")
    (bar,) = plot.bars
    assert (bar.name, bar.text, bar.is_met) == ("CT-0042", "3 units", True)
    assert [mark.text for mark in plot.limits] == ["≤ −150"]
    assert [mark.text for mark in plot.grid] == ["−165", "−160", "−155", "−150", "−145", "−140"]
    assert "5 readings from −161 to −142.5 °C; times outside the range: 1." in text
    assert f'href="/storage/excursions/{excursion.pk}/"' in text


def test_a_store_without_readings_says_where_they_come_from(cast: Cast, tank: Store, web_client: Any) -> None:
    page = web_client(cast.stella).get(URL).content.decode()

    assert "Readings come from the monitoring system" in page
    assert "Nothing measures here yet." in page


@pytest.mark.parametrize(
    "asked", ["?days=7", "?days=x", "?until=0001-01-01T00:00", "?until=9999-12-31T00:00", "?probe=TP-99"]
)
def test_whatever_is_asked_for_is_answered(cast: Cast, excursion: StoreExcursion, web_client: Any, asked: str) -> None:
    assert web_client(cast.ines).get(URL + asked).status_code == 200
    assert web_client(cast.ines).get(f"/storage/stores/LN-03/temperature.csv{asked}").status_code == 200


def test_the_page_needs_as_many_statements_however_many_units_lay_there(
    cast: Cast, probe: Probe, frozen: list[Unit], web_client: Any
) -> None:
    ines = web_client(cast.ines)
    put(cast, frozen[0], "LN-03/4/2/A1", minute(0))
    take(cast, probe, *WARM)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert ines.get(URL).status_code == 200
        return len(asked)

    statements()
    with_one = statements()
    for n, unit in enumerate(frozen[1:6], start=2):
        put(cast, unit, f"LN-03/4/2/A{n}", minute(70 + n))
    assert statements() == with_one


def test_the_readings_are_a_table_for_whoever_wants_them(
    cast: Cast, excursion: StoreExcursion, web_client: Any
) -> None:
    lines = web_client(cast.ines).get("/storage/stores/LN-03/temperature.csv?days=7").content.decode().splitlines()

    assert lines[0] == "probe,at,value,unit,given,quantity"
    assert lines[1] == f"TP-31,{minute(0).isoformat()},-160.000,Cel,-160,TEMPERATURE"
    assert len(lines) == 6


def test_a_probe_is_added_read_by_hand_and_taken_away_on_pages(cast: Cast, tank: Store, web_client: Any) -> None:
    stella = web_client(cast.stella)

    said = {"number": "TP-31", "silent_after": "15", "quantity": "TEMPERATURE"}
    added = stella.post("/storage/stores/LN-03/probe/", said)
    read = stella.post("/storage/probes/TP-31/read/", {"at": "2026-11-05T20:00", "value": "-160.5"})
    odd = stella.post("/storage/probes/TP-31/read/", {"at": "2026-11-05T20:05", "value": "cold"})
    again = stella.post("/storage/stores/LN-03/probe/", said)

    assert (added.status_code, read.status_code) == (302, 302)
    assert (odd.status_code, list(odd.context["form"].errors)) == (400, ["value"])
    assert (again.status_code, list(again.context["form"].errors)) == (409, ["number"])
    assert Reading.objects.get().given == "-160.5"
    assert stella.post("/storage/probes/TP-31/retire/", {"reason": "Broken."}).status_code == 302
    assert "taken away" in stella.get(URL).content.decode()


def test_the_tolerance_is_changed_on_its_page(cast: Cast, tank: Store, web_client: Any) -> None:
    said = {"minutes": "10", "reason": "The lid is open while a box is filled."}

    assert web_client(cast.stella).post("/storage/stores/LN-03/tolerance/", said).status_code == 302
    assert Store.objects.get().tolerated_minutes == 10


def test_a_file_is_taken_on_its_page_and_what_is_missing_is_said_beside_its_field(
    cast: Cast, probe: Probe, web_client: Any
) -> None:
    stella = web_client(cast.stella)
    declared = {
        "at_column": "Time", "time_column": "", "value_column": "T", "unit": "Cel", "zone": "Asia/Shanghai",
        "date_order": "", "decimal_sign": ".", "delimiter": "comma", "header_line": "1",
    }  # fmt: skip

    def sent(text: str, **said: str) -> Any:
        file = SimpleUploadedFile("l.csv", text.encode(), "text/csv")
        return stella.post("/storage/probes/TP-31/import/", {**declared, **said, "file": file})

    unsaid = sent("Time,T\n05/11/2026 20:00,-160\n")
    broken = sent("Time,T\n2026-11-05 20:00,-160\n2026-11-05 20:05,x\n")

    assert (unsaid.status_code, list(unsaid.context["form"].errors)) == (400, ["date_order"])
    assert (broken.status_code, list(broken.context["form"].errors)) == (400, ["file"])
    assert "Line 3" in broken.content.decode()
    assert sent("Time,T\n2026-11-05 20:00,-160\n").status_code == 302
    assert Reading.objects.count() == 1


def test_quality_decides_on_a_group_with_one_signature_on_the_page(
    cast: Cast, excursion: StoreExcursion, frozen: list[Unit], web_client: Any
) -> None:
    quinn, url = web_client(cast.quinn), f"/storage/excursions/{excursion.pk}/"
    chosen = [unit.number for unit in frozen[:2]]

    shown = quinn.get(f"{url}accept/?unit={chosen[0]}")
    assert shown.context["form"]["units"].initial == [chosen[0]]
    panel = quinn.post(f"{url}accept/", {"units": chosen, "evidence": "Core below -155."})
    assert panel.status_code == 200
    signing = panel.context["signing"]
    form = {**signing["hidden"], "challenge": signing["challenge"], "username": "quinn", "secret": SECRET}
    done = quinn.post(f"{url}accept/", form)

    assert done.status_code == 302, done.content.decode()[-3000:]
    assert Hold.objects.filter(key=excursion.hold_key, lifted_at=None).count() == 1
    page = quinn.get(url).content.decode()
    assert all(word in page for word in ("Quinn Qian", "Core below -155.", "fit"))


def test_only_quality_sees_the_way_to_decide(cast: Cast, excursion: StoreExcursion, web_client: Any) -> None:
    stella, url = web_client(cast.stella), f"/storage/excursions/{excursion.pk}/"

    assert "Decide on a unit or a group" not in stella.get(url).content.decode()
    assert stella.get(f"{url}accept/").status_code == 403
    assert web_client(cast.rita).get(url).status_code == 404
