"""What a label says because of the donor: one table, drawn whole on the smallest label, and still scanned."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp

from apps.batches.content import TALLER
from apps.documents.facts import Barcode, Bilingual, DocumentKind, Field, Label, Symbology, read_content
from apps.documents.layout.drawing import draw
from apps.documents.selectors import label_sheets_about
from apps.donation.content import on_label
from apps.donation.facts import DonorStatus, DonorWords, Eligibility, ForWhom
from apps.donation.models import Donation
from apps.donation.rules.labelling import TABLE, as_markdown, words_on_label
from apps.donation.services import record_screening
from apps.products.loader import SEEDS, load
from apps.units.content import QUARANTINE
from apps.units.content import TALLER as TALL_UNIT
from tests.batches.story import approved, collected, donor, screened, small_record
from tests.cast import AT, Cast, actor
from tests.documents import demo
from tests.documents.reading import flowing, pictures_of

SELF, ANOTHER = ForWhom.AUTOLOGOUS, ForWhom.ANOTHER
PENDING, ELIGIBLE, INELIGIBLE = Eligibility.PENDING, Eligibility.ELIGIBLE, Eligibility.INELIGIBLE
ONLY, NOT_EVALUATED = "FOR AUTOLOGOUS USE ONLY", "NOT EVALUATED FOR INFECTIOUS SUBSTANCES"
ADVISE, HAZARD = "WARNING: Advise patient of communicable disease risks", "BIOHAZARD"
HIV, HBV = DonorWords("HIV-1/2", "人类免疫缺陷病毒 1/2 型"), DonorWords("Hepatitis B", "乙型肝炎病毒")
BOTH = "WARNING: Reactive test results for HIV-1/2, Hepatitis B"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (DonorStatus(SELF, PENDING, is_evaluated=False), [ONLY, NOT_EVALUATED]),
        (DonorStatus(SELF, PENDING, is_evaluated=True), [ONLY]),
        (DonorStatus(SELF, ELIGIBLE, is_evaluated=True), [ONLY]),
        (DonorStatus(SELF, INELIGIBLE, is_evaluated=True, reactive=(HIV, HBV)), [HAZARD, ONLY, BOTH]),
        (DonorStatus(SELF, PENDING, is_evaluated=False, reactive=(HIV, HBV)), [HAZARD, ONLY, NOT_EVALUATED, BOTH]),
        (DonorStatus(ANOTHER, PENDING, is_evaluated=False), [NOT_EVALUATED, ADVISE]),
        (DonorStatus(ANOTHER, PENDING, is_evaluated=True), [NOT_EVALUATED, ADVISE]),
        (DonorStatus(ANOTHER, Eligibility.DEFERRED, is_evaluated=True), [NOT_EVALUATED, ADVISE]),
        (DonorStatus(ANOTHER, INELIGIBLE, is_evaluated=True), [HAZARD, ADVISE]),
        (DonorStatus(ANOTHER, INELIGIBLE, is_evaluated=True, reactive=(HIV, HBV)), [HAZARD, ADVISE, BOTH]),
        (DonorStatus(ANOTHER, ELIGIBLE, is_evaluated=True), []),
    ],
)
def test_each_use_and_donor_has_its_exact_statements(status: DonorStatus, said: list[str]) -> None:
    words = words_on_label(status)

    assert [one.en for one in words] == said
    assert all(one.zh for one in words)


def test_the_table_knows_every_use_and_decision_and_is_printed() -> None:
    assert set(TABLE) == {(use, decision) for use in ForWhom for decision in Eligibility}
    assert "| ANOTHER | INELIGIBLE | BIOHAZARD; WARNING: Advise patient" in as_markdown()


def smallest(symbology: Symbology = Symbology.DATA_MATRIX, *, hazard: bool = True) -> Label:
    """A vessel's: 90 x 70 mm with every field it can have, and as much of a donor as the rule can say."""
    status = DonorStatus(SELF, INELIGIBLE, is_evaluated=False, reactive=(HIV, HBV))
    said = tuple(Bilingual(one.en, one.zh) for one in words_on_label(status))
    told = {"Batch": "CT-0042", "Donor code": "D-0117", "Opened in": "expansion[5].feed[3]"}
    told |= {"Opened": "2026-11-05 14:06", "Chain of identity": "CHA999926A0001B"}
    fields = tuple(Field(Bilingual(name, "名称"), value) for name, value in told.items())
    last = Bilingual("In process, not for use in patients", "中间产品，不得用于患者")
    code = Barcode("CT-0042-P1-F01", symbology)
    return Label(
        Bilingual("T75 flask", "T75 培养瓶"),
        "CT-0042-P1-F01",
        fields,
        code,
        (*said, last),
        height_mm=TALLER,
        hazard=hazard,
    )


@pytest.mark.parametrize("symbology", [Symbology.DATA_MATRIX, Symbology.CODE_128])
def test_everything_fits_on_the_smallest_label_and_is_still_scanned(symbology: Symbology) -> None:
    pdf = draw(demo.batch_certificate(kind=DocumentKind.LABEL, blocks=(smallest(symbology),)))

    (page,) = pictures_of(pdf, dpi=300)
    (found,) = zxingcpp.read_barcodes(page)
    said = flowing(pdf)
    assert found.text == "CT-0042-P1-F01"
    assert all(one in said for one in (HAZARD, ONLY, NOT_EVALUATED, BOTH, "生物危险", "中间产品"))


def test_the_legend_is_drawn_and_no_text_runs_into_it() -> None:
    """What is dark where the legend stands comes from it alone: without it the place is white."""
    dark = []
    for hazard in (True, False):
        label = replace(smallest(hazard=hazard), warnings=(), fields=smallest().fields[:1])
        (page,) = pictures_of(
            draw(demo.batch_certificate(kind=DocumentKind.LABEL, blocks=(label,), demo=False)), dpi=254
        )
        at = page.convert("L").crop((740, 290, 870, 420))  # in tenths of a millimetre
        dark.append(sum(at.histogram()[:128]))

    assert dark[0] > 2_000
    assert dark[1] == 0


@pytest.mark.django_db
def test_the_status_is_read_from_what_is_recorded(cast: Cast) -> None:
    of = donor(cast)
    cord: Donation = collected(cast, of)
    definition = small_record().definition
    assert [one.en for one in on_label(cord, definition).statements] == [NOT_EVALUATED, ADVISE]

    screened(cast, of)
    said = {"laboratory": "Lab 1", "specimen_at": AT - timedelta(hours=1), "actor": actor(cast.paula), "at": AT}
    record_screening(donor=of, test="hiv", results=[("hiv_antibody", "positive"), ("hiv_nat", "negative")], **said)
    found = on_label(cord, definition)
    assert found.hazard
    assert [one.en for one in found.statements][-1] == "WARNING: Reactive test results for HIV-1/2"
    assert on_label(None, definition).statements == ()


@pytest.mark.django_db
def test_the_label_of_a_collection_is_printed_by_page_and_api_and_once_more_with_the_reason(
    cast: Cast, web_client: Any, api_client: Any
) -> None:
    approved(small_record())
    cord = collected(cast, donor(cast))
    pages, client = web_client(cast.paula), api_client(cast.paula)

    assert pages.post(f"/donation/donations/{cord.din}/labels/", {"copies": "2", "reason": ""}).status_code == 302
    again = client.post(f"/api/v1/donations/{cord.din}/labels/", {"copies": 1}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "reason_missing")
    told = {"copies": 1, "reason": "The first fell into the bath"}
    assert client.post(f"/api/v1/donations/{cord.din}/labels/", told, format="json").status_code == 201
    first, second = (read_content(one.wording.text) for one in label_sheets_about(cord.record))
    pdf = draw(first)
    assert len(pictures_of(pdf)) == 2
    assert {one.text for one in zxingcpp.read_barcodes(pictures_of(pdf, dpi=200)[0])} == {f"={cord.din}00"}
    assert all(one in flowing(pdf) for one in (NOT_EVALUATED, ADVISE, "In quarantine until found eligible", "D-0117"))
    assert "Printed once more" in flowing(draw(second))
    page = pages.get(f"/donation/donations/{cord.din}/").content.decode()
    assert f"DL-{cord.din}-2" in page


FOUND: dict[str, str] = {
    "unit_number": "CT-0042-U01", "donor_code": "D-0117", "donation": "A999926000117", "cells": "5.0×10⁷",
    "volume": "10 mL", "expires_at": "2027-11-05 14:00 UTC+8", "storage": "Frozen, vapour phase 冻存（气相液氮）",
    "manufacturer": "Nanhu Cell Centre 南湖细胞中心", "chain_of_identity": "CHA999926A0001B", "blood_group": "A+",
    "collected_at": "2026-11-05 14:00 UTC+8",
}  # fmt: skip


@pytest.mark.parametrize("folder", sorted(one.name for one in (SEEDS / "products").iterdir()))
def test_three_reactive_tests_fit_on_the_unit_label_of_every_product(folder: str) -> None:
    made = load(SEEDS / "products" / folder / "v1").definition
    tests = [DonorWords(one.label.en, one.label.zh) for one in made.donation.screening][:3] if made.collected else []
    status = DonorStatus(ANOTHER, INELIGIBLE, is_evaluated=True, reactive=tuple(tests))
    said = [*words_on_label(status), *made.units.label.statements]
    told = {
        **FOUND,
        "product": f"{made.strength.en} {made.strength.zh}",
        "component": f"{made.title.en} {made.title.zh}",
    }
    fields = [Field(Bilingual(one.label.en, one.label.zh), told.get(one.key, "")) for one in made.units.label.fields]
    code = Barcode("(91)unit/CT-0042-U01(92)20271105T0600Z", gs1=True)
    words = (QUARANTINE, *(Bilingual(one.en, one.zh) for one in said))
    title = Bilingual(made.title.en, made.title.zh)
    label = Label(title, "CT-0042-U01", tuple(fields), code, words, width_mm=100, height_mm=TALL_UNIT, hazard=True)

    pdf = draw(demo.batch_certificate(kind=DocumentKind.LABEL, blocks=(label,)))

    (found,) = zxingcpp.read_barcodes(pictures_of(pdf, dpi=300)[0])
    assert "unit/CT-0042-U01" in found.text
    assert "BIOHAZARD" in flowing(pdf)
