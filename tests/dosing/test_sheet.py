"""The dose sheet: requested by the second signature, issued after the checkpoint, nothing of the person in it."""

import re
from decimal import Decimal

import pytest

from apps.audit.services import sequence_entries
from apps.documents.models import Document
from apps.documents.selectors import due_documents, judgement_of
from apps.documents.services import issue_document
from apps.documents.store import read_file
from apps.dosing.content.words import LINES, ROUNDINGS
from apps.dosing.models import Dose, TreatmentOrder
from tests.architecture.source import ROOT
from tests.documents.reading import flowing
from tests.dosing.story import COUNT, PATIENT, ready_order

pytestmark = pytest.mark.django_db
begins_with = ready_order


@pytest.fixture
def sheet(order: TreatmentOrder) -> tuple[str, bytes]:
    """The text of the dose sheet, and the sheet."""
    sequence_entries(at=COUNT)
    document = next(one for one in due_documents() if one.kind == "DOSE_SHEET")
    issued = issue_document(document=document, at=COUNT)
    pdf = read_file(issued.file_sha256)
    return flowing(pdf), pdf


def test_the_dose_sheet_says_what_is_drawn_up_and_how_that_was_worked_out(
    order: TreatmentOrder, sheet: tuple[str, bytes]
) -> None:
    text, pdf = sheet

    for words in (
        "Dose sheet", "剂量单", "DS-R-0001-T01", "R-0001", "19.4 mL", "7.0×10⁷ cells ÷ 3.6×10⁶ cells/mL",
        "19.444444…", "四舍五入至 1 位小数", "CT-0042-U01", "CT-0042-U02", "Olga Orlova", "Vera Voss",
        "Paula Perez", "Quinn Qian", "重新计算并复核", "90.0 %", "≥ 70.0 %", "≤ 5.0 min", "均匀",
    ):  # fmt: skip
        assert words in text, words
    assert judgement_of(pdf, at=COUNT).valid
    assert Document.objects.get(kind="DOSE_SHEET").subject == order.record


def test_nobody_learns_from_the_dose_sheet_who_the_patient_is(sheet: tuple[str, bytes]) -> None:
    text, pdf = sheet

    for words in (PATIENT.name, PATIENT.born, PATIENT.identifier):
        assert words not in text
        assert words.encode() not in pdf


def test_every_line_of_a_computation_has_its_words_in_both_languages(order: TreatmentOrder) -> None:
    rows = [*order.workings, *Dose.objects.get().workings]

    assert {row["what"] for row in rows} <= set(LINES)
    assert {row["rounding"] for row in rows} <= set(ROUNDINGS)
    assert Decimal(next(row["shown"] for row in rows if row["what"] == "Left over, to be destroyed")) == Decimal("0.6")


def test_whatever_a_rule_may_work_out_has_its_words_too() -> None:
    rules = "".join(path.read_text() for path in (ROOT / "apps" / "dosing" / "rules").glob("*.py"))
    named = set(re.findall(r'(?:Working|_rounded)\(\s*N_\("([^"]+)"\)', rules))

    assert {"Cells that count, per kg", "DMSO per kg"} <= named  # lines that this order does not have
    assert named <= set(LINES)
