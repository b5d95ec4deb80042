"""In-process vessels carry labels of their own: printed when they are opened, once more with a reason, and scanned."""

from typing import Any

import pytest
import zxingcpp

from apps.audit.models import Entry
from apps.batches.models import Vessel
from apps.batches.selectors.vessels import vessel_label_sheets
from apps.batches.services.vessels import print_vessel_labels
from apps.core.errors import NotAllowed
from apps.documents.facts import read_content
from apps.documents.layout.drawing import draw
from tests.batches.refusals import codes
from tests.batches.story import Room
from tests.cast import Cast, actor
from tests.documents.reading import flowing, pictures_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(room: Room, time_machine: Any) -> Room:
    """Two flasks of passage 1, opened."""
    room.receipt().clear_line().medium()
    room.flasks("culture[1].seed")
    time_machine.move_to(room.now, tick=False)
    return room


def flask(number: str) -> Vessel:
    return Vessel.objects.get(number=number)


def again(room: Room, vessels: list[Vessel], reason: str = "Smeared", **more: Any) -> Any:
    return print_vessel_labels(
        **{
            "batch": room.batch,
            "vessels": vessels,
            "reason": reason,
            "actor": actor(room.cast.olga),
            "at": room.now,
            **more,
        }
    )


def test_opening_vessels_prints_a_label_for_each(seeded: Room) -> None:
    (sheet,) = vessel_label_sheets(seeded.batch)

    content = read_content(sheet.wording.text)
    assert (sheet.kind, sheet.number, sheet.state) == ("LABEL", "VL-CT-0042-1", "DRAFT")
    assert [block.identity for block in content.blocks] == ["CT-0042-P1-F01", "CT-0042-P1-F02"]
    words = {field.label.en: field.value for field in content.blocks[0].fields}
    assert (words["Batch"], words["Donor code"], words["Opened in"]) == ("CT-0042", "D-0117", "culture[1].seed")


def test_what_is_printed_is_read_by_a_scanner_and_taken_by_the_next_step(seeded: Room) -> None:
    pdf = draw(read_content(vessel_label_sheets(seeded.batch)[0].wording.text))

    read = [found.text for page in pictures_of(pdf, dpi=200) for found in zxingcpp.read_barcodes(page)]
    assert read == ["CT-0042-P1-F01", "CT-0042-P1-F02"]
    assert "中间产品" in flowing(pdf)
    seeded.enter("culture[1].seed.seeded", "1.00")
    seeded.enter("culture[1].seed.seeded_at", seeded.now.isoformat())
    seeded.complete("culture[1].seed")
    taken = seeded.enter("culture[1].feed[1].flask[01].flask", read[0], scanned=True)
    assert (taken.vessel, taken.origin) == (flask(read[0]), "SCANNED")


def test_a_further_print_says_why_and_is_a_sheet_of_its_own(seeded: Room) -> None:
    assert codes(lambda: again(seeded, [flask("CT-0042-P1-F02")], " ")) == ["reason_missing"]
    assert codes(lambda: again(seeded, [])) == ["no_vessels"]

    sheet = again(seeded, [flask("CT-0042-P1-F02")])

    assert (sheet.number, len(read_content(sheet.wording.text).blocks)) == ("VL-CT-0042-2", 1)
    assert "Smeared" in Entry.objects.get(record=sheet.record, action="document.requested").text


def test_a_closed_vessel_gets_no_label(seeded: Room) -> None:
    seeded.enter("culture[1].seed.seeded", "1.00")
    seeded.enter("culture[1].seed.seeded_at", seeded.now.isoformat())
    seeded.complete("culture[1].seed")
    seeded.feed().harvest()

    assert codes(lambda: again(seeded, [flask("CT-0042-P1-F01")])) == ["vessel_closed"]


def test_who_does_not_operate_prints_no_label(seeded: Room) -> None:
    with pytest.raises(NotAllowed):
        again(seeded, [flask("CT-0042-P1-F01")], actor=actor(seeded.cast.vera))


def test_labels_are_printed_once_more_on_the_page(seeded: Room, cast: Cast, web_client: Any) -> None:
    olga, url = web_client(cast.olga), "/batches/CT-0042/vessels/"
    page = olga.get(url).content.decode()
    assert "CT-0042-P1-F01" in page
    assert "VL-CT-0042-1" in page

    assert olga.post(f"{url}labels/", {"vessels": ["CT-0042-P1-F01"], "reason": ""}).status_code == 400
    assert olga.post(f"{url}labels/", {"vessels": ["CT-0042-P1-F01"], "reason": "Torn"}).status_code == 302

    assert "VL-CT-0042-2" in olga.get(url).content.decode()
    assert web_client(cast.vera).get(f"{url}labels/").status_code == 403


def test_labels_are_printed_once_more_at_the_api(seeded: Room, cast: Cast, api_client: Any) -> None:
    olga, url = api_client(cast.olga), "/api/v1/batches/CT-0042/vessels/labels/"
    assert [sheet["number"] for sheet in olga.get(url).json()] == ["VL-CT-0042-1"]

    printed = olga.post(url, {"vessels": ["CT-0042-P1-F01"], "reason": "Torn"})

    assert (printed.status_code, printed.json()["number"]) == (201, "VL-CT-0042-2")
    assert olga.post(url, {"vessels": ["CT-0042-P9-F01"], "reason": "Torn"}).json()["code"] == "unknown_number"
    assert api_client(cast.anna).post(url, {"vessels": ["CT-0042-P1-F01"], "reason": "Torn"}).status_code == 403
