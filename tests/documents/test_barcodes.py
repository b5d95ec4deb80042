"""Every barcode we print is read back by a scanner's engine, from the picture of the page."""

import pytest
import zxingcpp

from apps.core.errors import RuleBroken
from apps.documents.facts import Barcode, Bilingual, DocumentKind, Field, Label, Symbology
from apps.documents.layout.barcodes import modules_of
from apps.documents.layout.drawing import draw
from tests.documents import demo
from tests.documents.reading import flowing, pictures_of

GS = "\x1d"
IDENTITIES = [
    Barcode("unit/CT-0042-01"),
    Barcode("=G12349865432100"),
    Barcode("batch/CT-0042/expansion[2].vessel[07]"),
    Barcode("unit/CT-0042-01", Symbology.QR),
    Barcode("CT-0042-01", Symbology.CODE_128),
    Barcode("=G12349865432100", Symbology.CODE_128),
]


def label_of(barcode: Barcode) -> Label:
    return Label(Bilingual("UC-MSC"), "CT-0042-01", (Field(Bilingual("Content"), "10 mL"),), barcode)


def read(barcode: Barcode) -> list[zxingcpp.Barcode]:
    content = demo.batch_certificate(kind=DocumentKind.LABEL, blocks=(label_of(barcode),))
    (page,) = pictures_of(draw(content), dpi=200)
    return zxingcpp.read_barcodes(page)


@pytest.mark.parametrize("barcode", IDENTITIES, ids=lambda barcode: f"{barcode.symbology}-{barcode.text}")
def test_the_symbol_of_a_label_reads_back_as_what_it_says(barcode: Barcode) -> None:
    (found,) = read(barcode)

    assert found.text == barcode.text


@pytest.mark.parametrize(
    ("symbology", "identifier"), [(Symbology.DATA_MATRIX, "]d2"), (Symbology.QR, "]Q3"), (Symbology.CODE_128, "]C1")]
)
def test_a_gs1_symbol_is_a_true_one(symbology: Symbology, identifier: str) -> None:
    (found,) = read(Barcode("(01)07612345678906(21)ABC123(10)LOT7", symbology, gs1=True))

    assert found.symbology_identifier == identifier
    assert found.bytes.decode() == f"010761234567890621ABC123{GS}10LOT7"


@pytest.mark.parametrize("text", ["x", "lot/CM-101", "sample/CT-0042-S01", "unit/CT-0042-01", f"lot/{'C' * 60}"])
def test_a_data_matrix_is_as_wide_as_it_is_high(text: str) -> None:
    rows = modules_of(Barcode(text))

    assert {len(row) for row in rows} == {len(rows)}


def test_each_label_of_a_sheet_has_its_own_symbol_and_its_place_in_the_count() -> None:
    pdf = draw(demo.labels(12))

    texts = [found.text for page in pictures_of(pdf, dpi=200) for found in zxingcpp.read_barcodes(page)]
    assert texts == [f"unit/CT-0042-{n:02d}" for n in range(1, 13)]
    assert "LB-0042 v1 · 12/12" in flowing(pdf)


def test_the_certificate_carries_its_address_as_qr() -> None:
    content = demo.batch_certificate()
    imprint = demo.imprint_of(content)

    *_, last = pictures_of(draw(content, imprint))
    assert [found.text for found in zxingcpp.read_barcodes(last)] == [imprint.verify_url]


def test_a_label_too_small_for_its_text_is_refused() -> None:
    warnings = tuple(Bilingual(f"Warning number {n} of a long list") for n in range(12))
    small = Label(Bilingual("UC-MSC"), "CT-0042-01", (), Barcode("x"), warnings, width_mm=60, height_mm=30)

    with pytest.raises(RuleBroken) as refused:
        draw(demo.batch_certificate(kind=DocumentKind.LABEL, blocks=(small,)))

    assert refused.value.code == "label_too_small"
