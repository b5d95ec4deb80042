"""A sample carries a label: from what, when, how kept, for which tests, for the laboratory only."""

from typing import Any

import pytest
import zxingcpp

from apps.audit.models import Entry
from apps.batches.models import Batch
from apps.core.errors import NotAllowed
from apps.documents.facts import Label, read_content
from apps.documents.layout.drawing import draw
from apps.documents.models import Document
from apps.documents.selectors import label_sheets_about
from apps.testing.models import Sample
from apps.testing.services import draw_sample, print_sample_labels, refuse_sample
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.documents.reading import flowing, pictures_of
from tests.testing.story import FILLED, definition, filled, specified

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day(time_machine: Any) -> None:
    time_machine.move_to(FILLED, tick=False)


@pytest.fixture
def sample(cast: Cast, batch: Batch) -> Sample:
    """The end of the fill, drawn by Olga in the step that asks for it."""
    place = next(at.place for at in definition().walk() if any(s.sample == "fill_suspension" for s in at.step.samples))
    words: dict[str, Any] = {"batch": batch, "kind": "fill_suspension", "source": batch.record, "drawn_at": FILLED}
    return draw_sample(**words, place=str(place), actor=actor(cast.olga), at=FILLED)


def printed(cast: Cast, sample: Sample, copies: int = 1, reason: str = "", **more: Any) -> Document:
    who = {"actor": actor(cast.olga), "at": FILLED}
    return print_sample_labels(**{"sample": sample, "copies": copies, "reason": reason, **who, **more})


def label_on(sheet: Document) -> Label:
    (label, *_) = [block for block in read_content(sheet.wording.text).blocks if isinstance(block, Label)]
    return label


def test_the_label_says_from_what_when_by_whom_for_what_and_how_it_is_kept(cast: Cast, sample: Sample) -> None:
    sheet = printed(cast, sample)

    label = label_on(sheet)
    said: dict[str, Any] = {field.label.en: field.value for field in label.fields}
    assert (sheet.number, label.identity, label.title.zh) == ("SL-CT-0042-S01-1", "CT-0042-S01", "灌装末段细胞悬液")
    assert (said["Batch"], said["Amount"], said["Taken by"]) == ("CT-0042", "8 mL", "Olga Orlova")
    assert said["Taken"].endswith("UTC+8")
    assert said["Taken from"].en.startswith("CT-0042, ")
    assert (said["Container"].en, said["Storage"].zh) == ("Sterile tube", "2～8 °C")
    assert said["Tests"].en.split("; ") == [specified(test).label.en for test in sample.tests]
    assert [warning.en for warning in label.warnings] == ["For QC only, not for use in patients"]


def test_the_label_ends_when_the_sample_is_too_old_for_the_first_of_its_tests(cast: Cast, sample: Sample) -> None:
    said = {field.label.en: field.value for field in label_on(printed(cast, sample)).fields}

    ages = [age.after(FILLED) for test in sample.tests if (age := specified(test).sample_age)]
    assert bool(ages) is ("Test by" in said)


def test_a_unit_that_is_tested_is_named_as_the_source(cast: Cast, batch: Batch) -> None:
    unit = next(unit for unit in filled(cast, batch) if unit.division == "qc")
    words: dict[str, Any] = {"batch": batch, "kind": "qc_unit", "source": unit.record, "drawn_at": FILLED}
    sample = draw_sample(**words, actor=actor(cast.olga), at=FILLED)

    label = label_on(printed(cast, sample))

    said: dict[str, Any] = {field.label.en: field.value for field in label.fields}
    assert said["Taken from"] == unit.number
    assert said["Tests"].zh.endswith(f"等共 {len(sample.tests)} 项，详见记录")
    assert f"and {len(sample.tests) - 6} more" in flowing(
        draw(read_content(printed(cast, sample, reason="x").wording.text))
    )


def test_what_is_printed_is_read_by_a_scanner_as_the_address_of_the_sample(cast: Cast, sample: Sample) -> None:
    pdf = draw(read_content(printed(cast, sample, 2).wording.text))

    read = [found.text for page in pictures_of(pdf, dpi=200) for found in zxingcpp.read_barcodes(page)]
    assert read == ["sample/CT-0042-S01"] * 2
    assert "仅供质量检验，不得用于患者" in flowing(pdf)


def test_a_further_sheet_says_why_and_the_trail_keeps_it(cast: Cast, sample: Sample) -> None:
    printed(cast, sample, 2)
    assert codes(lambda: printed(cast, sample)) == ["reason_missing"]

    sheet = printed(cast, sample, reason="The tube was wet", actor=actor(cast.anna))

    assert label_on(sheet).warnings[-1].en == "Printed once more, sheet 2"
    first, second = Entry.objects.filter(record=sample.record, action="sample.labels.printed").order_by("n")
    assert (first.username, second.username) == ("olga", "anna")
    assert '"copies":2' in first.text
    assert "The tube was wet" in second.text


def test_a_refused_sample_gets_no_label(cast: Cast, sample: Sample) -> None:
    refuse_sample(sample=sample, reason="Cracked", actor=actor(cast.anna), at=FILLED)

    assert codes(lambda: printed(cast, sample)) == ["sample_refused"]


def test_who_takes_no_samples_prints_no_label(cast: Cast, sample: Sample) -> None:
    with pytest.raises(NotAllowed):
        printed(cast, sample, actor=actor(cast.quinn))


def test_labels_are_printed_on_the_page_of_the_sample(cast: Cast, sample: Sample, web_client: Any) -> None:
    olga, url = web_client(cast.olga), "/testing/samples/CT-0042-S01/"
    assert f"{url}labels/" in olga.get(url).content.decode()

    assert olga.post(f"{url}labels/", {"copies": "many"}).status_code == 400
    assert olga.post(f"{url}labels/", {"copies": 2}).status_code == 302
    assert olga.post(f"{url}labels/", {"copies": 1}).status_code == 400
    assert olga.post(f"{url}labels/", {"copies": 1, "reason": "Torn"}).status_code == 302

    page = olga.get(url).content.decode()
    assert all(word in page for word in ("SL-CT-0042-S01-1", "SL-CT-0042-S01-2", "Print labels once more"))
    assert f"{url}labels/" not in web_client(cast.quinn).get(url).content.decode()
    assert web_client(cast.quinn).get(f"{url}labels/").status_code == 403


def test_labels_are_printed_at_the_api(cast: Cast, sample: Sample, api_client: Any) -> None:
    anna, url = api_client(cast.anna), "/api/v1/samples/CT-0042-S01/labels/"

    assert anna.post(url, {"copies": 2}).json()["number"] == "SL-CT-0042-S01-1"
    assert anna.post(url, {}).json()["code"] == "reason_missing"
    assert [sheet["number"] for sheet in anna.get(url).json()] == ["SL-CT-0042-S01-1"]
    assert anna.post("/api/v1/samples/CT-0099-S01/labels/", {}).status_code == 404
    assert api_client(cast.quinn).post(url, {}).status_code == 403
    assert len(label_sheets_about(sample.record)) == 1
