"""A reagent prepared here carries a label of ours: printed on request, once more only with the reason, and scanned."""

from datetime import timedelta
from typing import Any

import pytest
import zxingcpp

from apps.audit.models import Entry
from apps.core.errors import Happened, NotAllowed, RuleBroken
from apps.documents.facts import DocumentContent, Label, read_content
from apps.documents.layout.drawing import draw, refuse_what_cannot_be_drawn
from apps.documents.models import Document
from apps.documents.selectors import label_sheets_about
from apps.materials.content import Preparation, lot_content, lot_labels
from apps.materials.facts import KnownMaterial, LotVerb
from apps.materials.models import MaterialLot
from apps.materials.selectors import known_materials_at
from apps.materials.services import prepare_reagent, print_lot_labels, reject_lot
from apps.products.definition import Bilingual
from tests.batches.refusals import codes
from tests.batches.story import approved, lot, small_record
from tests.cast import AT, Cast, actor, sign_as, site_of
from tests.documents.reading import flowing, pictures_of

pytestmark = pytest.mark.django_db
MADE = AT - timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _that_day(time_machine: Any) -> None:
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def medium(cast: Cast) -> MaterialLot:
    """Complete medium that Olga mixed from two lots half an hour ago."""
    approved(small_record())
    components = [lot(cast, "MD-1", "medium"), lot(cast, "PL-121", "lysate")]
    return prepared(cast, "CM-7", components)


def prepared(cast: Cast, number: str, components: list[MaterialLot], **more: Any) -> MaterialLot:
    said = {"material": "complete", "own_life": timedelta(days=14), "site": site_of("NANHU"), "prepared_at": MADE}
    return prepare_reagent(
        **{"number": number, "components": components, **said, **more}, actor=actor(cast.olga), at=AT
    )


def printed(cast: Cast, of: MaterialLot, copies: int = 1, reason: str = "", **more: Any) -> Document:
    return print_lot_labels(
        **{"lot": of, "copies": copies, "reason": reason, "actor": actor(cast.olga), "at": AT, **more}
    )


def says(sheet: Document) -> dict[str, Any]:
    label = labels_on(read_content(sheet.wording.text))[0]
    return {field.label.en: field.value for field in label.fields}


def labels_on(content: DocumentContent) -> list[Label]:
    return [block for block in content.blocks if isinstance(block, Label)]


def warned(sheet: Document) -> list[str]:
    return [warning.en for warning in labels_on(read_content(sheet.wording.text))[0].warnings]


def test_the_label_says_what_it_is_from_what_by_whom_until_when_and_how_kept(cast: Cast, medium: MaterialLot) -> None:
    sheet = printed(cast, medium, 3)

    content = read_content(sheet.wording.text)
    assert (sheet.kind, sheet.number, sheet.subject) == ("LABEL", "RL-CM-7-1", medium.record)
    assert [(label.title.en, label.identity) for label in labels_on(content)] == [("Complete medium", "CM-7")] * 3
    words = says(sheet)
    assert words["Made from lots"] == "MD-1, PL-121"
    assert (words["Prepared"], words["Use before"]) == ("2026-11-05 13:30 UTC+8", "2026-11-19 13:30 UTC+8")
    assert (words["Prepared by"], words["Storage"].zh, words["Site"].zh) == ("Olga Orlova", "2～8 °C", "南湖细胞中心")
    assert warned(sheet) == ["Prepared reagent, not for use in patients"]


def test_what_is_printed_is_read_by_a_scanner_as_the_address_of_the_lot(cast: Cast, medium: MaterialLot) -> None:
    pdf = draw(read_content(printed(cast, medium, 2).wording.text))

    assert [found.text for page in pictures_of(pdf, dpi=200) for found in zxingcpp.read_barcodes(page)] == [
        "lot/CM-7",
        "lot/CM-7",
    ]
    assert all(word in flowing(pdf) for word in ("完全培养基", "自配试剂，不得用于患者", "RL-CM-7-1 v1 · 2/2"))


def test_a_further_sheet_says_why_and_its_labels_say_that_they_are_reprints(cast: Cast, medium: MaterialLot) -> None:
    printed(cast, medium)

    assert codes(lambda: printed(cast, medium)) == ["reason_missing"]
    sheet = printed(cast, medium, reason="Smeared")

    assert (sheet.number, warned(sheet)[-1]) == ("RL-CM-7-2", "Printed once more, sheet 2")
    assert [one.number for one in label_sheets_about(medium.record)] == ["RL-CM-7-1", "RL-CM-7-2"]


def test_the_trail_of_the_lot_keeps_who_printed_which_labels_when_and_why(cast: Cast, medium: MaterialLot) -> None:
    printed(cast, medium, 4)
    printed(cast, medium, reason="Smeared")

    first, second = Entry.objects.filter(record=medium.record, action="lot.labels.printed").order_by("n")
    assert (first.username, first.at) == ("olga", AT)
    assert all(word in first.text for word in ('"sheet":"RL-CM-7-1"', '"copies":4'))
    assert all(word in second.text for word in ('"sheet":"RL-CM-7-2"', "Smeared"))


def test_a_bought_or_a_rejected_lot_gets_no_label_of_ours(cast: Cast, medium: MaterialLot) -> None:
    assert codes(lambda: printed(cast, MaterialLot.objects.get(number="MD-1"))) == ["not_prepared_here"]

    signing = sign_as(cast.quinn, lot_content(medium, LotVerb.REJECT, "Cloudy"))
    reject_lot(lot=medium, reason="Cloudy", signing=signing, actor=actor(cast.quinn), at=AT)
    assert codes(lambda: printed(cast, medium)) == ["lot_rejected"]


@pytest.mark.parametrize("copies", [0, 51, -1])
def test_a_sheet_holds_one_to_fifty_labels(cast: Cast, medium: MaterialLot, copies: int) -> None:
    assert codes(lambda: printed(cast, medium, copies)) == ["label_count"]


def test_what_was_prepared_against_a_rule_is_labelled_as_quarantined(cast: Cast) -> None:
    approved(small_record())
    expired = [lot(cast, "MD-0", "medium", expiry="2026-11-05")]
    happened = Happened(at=MADE + timedelta(days=1), reason="Mixed before anybody looked.")

    later = prepare_reagent(
        number="CM-8", material="complete", components=expired, own_life=timedelta(days=14), site=site_of("NANHU"),
        prepared_at=happened.at, actor=actor(cast.olga), at=AT + timedelta(days=2), happened=happened,
    )  # fmt: skip

    assert warned(printed(cast, later, at=AT + timedelta(days=2)))[1] == "Quarantined until released"


def test_who_does_not_operate_prints_no_label(cast: Cast, medium: MaterialLot) -> None:
    with pytest.raises(NotAllowed):
        printed(cast, medium, actor=actor(cast.vera))


def test_the_longest_words_are_all_on_the_label_and_what_is_too_much_is_refused_at_once(
    cast: Cast, medium: MaterialLot
) -> None:
    number, lots = "C" * 60, [f"PL-{n:03}-2026-{'X' * 20}" for n in range(8)]
    medium.number, words = (
        number,
        "Complete medium with platelet lysate, heparin and glutamine for the second expansion",
    )
    wanted = Bilingual(
        en="10 % platelet lysate, 2 IU/mL heparin, 2 mmol/L glutamine in basal medium, 0.2 µm",
        zh="10% 血小板裂解物、2 IU/mL 肝素、2 mmol/L 谷氨酰胺，基础培养基，0.2 µm",
    )
    kept = Bilingual(en="2 to 8 °C, away from light, upright, closed", zh="2～8 °C，避光直立密闭")
    named = Bilingual(en=words, zh="含血小板裂解物、肝素和谷氨酰胺的第二次扩增用完全培养基")
    known = KnownMaterial("complete", named, specification=wanted, storage=kept)

    sheet = lot_labels(medium, Preparation(known, lots, "Wolfeschlegelsteinhausen-Bergerdorff, Hubert Blaine"), 1, 2)

    text = "".join(flowing(draw(sheet)).split())
    assert all("".join(said.split()) in text for said in (number, *lots[:3], wanted.en, wanted.zh, kept.en))
    assert "PL-002-2026-XXXXXXXXXXXXXXXXXXXXand5more,seetherecord" in text
    assert f"RL-{number}-2v1·1/1·NanhuCellCentre" in text
    with pytest.raises(RuleBroken):
        refuse_what_cannot_be_drawn(lot_labels(medium, Preparation(known, lots, "Hubert " * 60), 1, 2))


def test_lots_that_have_the_room_are_all_named(cast: Cast, medium: MaterialLot) -> None:
    sheet = lot_labels(medium, Preparation(None, [f"L-{n:02}" for n in range(12)], "Olga"), 1, 1)

    assert "L-00, L-01, L-02, L-03, L-04, L-05, L-06, L-07, L-08, L-09, L-10, L-11" in flowing(draw(sheet))


def test_a_lot_number_of_the_longest_kind_has_room_in_the_register(cast: Cast) -> None:
    approved(small_record())
    long = prepared(cast, "C" * 60, [lot(cast, "MD-1", "medium")])

    assert printed(cast, long).number == f"RL-{'C' * 60}-1"
    assert Document._meta.get_field("number").max_length >= len(f"RL-{'C' * 60}-999")


def test_labels_are_printed_on_the_page_of_the_lot(cast: Cast, medium: MaterialLot, web_client: Any) -> None:
    olga, url = web_client(cast.olga), "/materials/lots/CM-7/"
    assert f"{url}labels/" in olga.get(url).content.decode()

    assert olga.post(f"{url}labels/", {"copies": 0}).status_code == 400
    assert olga.post(f"{url}labels/", {"copies": 2}).status_code == 302
    assert olga.post(f"{url}labels/", {"copies": 1, "reason": " "}).status_code == 400
    assert olga.post(f"{url}labels/", {"copies": 1, "reason": "Torn"}).status_code == 302

    page = olga.get(url).content.decode()
    assert all(word in page for word in ("RL-CM-7-1", "RL-CM-7-2", "lot.labels.printed", "Print labels once more"))
    assert f"{url}labels/" not in web_client(cast.vera).get(url).content.decode()
    assert web_client(cast.vera).get(f"{url}labels/").status_code == 403
    assert "RL-" not in olga.get("/materials/lots/MD-1/").content.decode()


def test_labels_are_printed_at_the_api(cast: Cast, medium: MaterialLot, api_client: Any) -> None:
    olga, url = api_client(cast.olga), "/api/v1/lots/CM-7/labels/"

    first = olga.post(url, {"copies": 2})

    assert (first.status_code, first.json()["number"], first.json()["state"]) == (201, "RL-CM-7-1", "DRAFT")
    assert olga.post(url, {}).json()["code"] == "reason_missing"
    assert olga.post(url, {"reason": "Torn"}).json()["number"] == "RL-CM-7-2"
    assert [sheet["number"] for sheet in olga.get(url).json()] == ["RL-CM-7-1", "RL-CM-7-2"]
    assert olga.post("/api/v1/lots/MD-1/labels/", {}).json()["code"] == "not_prepared_here"
    assert olga.post(url, {"copies": 10**30, "reason": "Torn"}).status_code == 400
    assert api_client(cast.vera).post(url, {}).status_code == 403


def test_the_storage_on_the_label_is_that_of_the_master(medium: MaterialLot) -> None:
    known = known_materials_at(["NANHU"])["complete"]

    assert known.storage is not None
    assert known.storage.zh == "2～8 °C"
