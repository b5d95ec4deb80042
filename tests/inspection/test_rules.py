"""Addresses as they are read, and cells that no spreadsheet takes for a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.tables import as_cell
from apps.inspection.rules import Address, ReportedPlace, read_address, read_reported


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("batch/CT-0042", Address("batch/CT-0042")),
        ("batch/CT-0042#57", Address("batch/CT-0042", n=57)),
        (
            "batch/CT-0042/expansion[2].feed[3].flask[07].confluence",
            Address("batch/CT-0042", "expansion[2].feed[3].flask[07].confluence"),
        ),
        ("product/msc_covid19-v1", Address("product/msc_covid19-v1")),
        (" user/olga ", Address("user/olga")),
    ],
)
def test_an_address_is_a_record_with_a_place_or_a_number_in_its_chain(text, address):
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "batch", "batch/", "/CT-0042", "batch/CT-0042#", "batch/CT-0042#0", "Batch/CT-1", "a/b#x"]
)
def test_other_texts_are_no_address(text):
    assert read_address(text) is None


def test_a_result_is_read_by_test_run_and_quantity():
    assert read_reported("viability[AR-0007].viability") == ReportedPlace("viability", "AR-0007", 1, "viability")
    assert read_reported("cfu[AR-1].replicate[2].count") == ReportedPlace("cfu", "AR-1", 2, "count")
    assert read_reported("expansion[2].feed") is not None  # the shape is the same; the record's kind tells them apart
    assert read_reported("viability") is None


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "\r1", "\n1", "＝1+1", "－1", "\x00=1"]
)
def test_a_cell_that_a_spreadsheet_would_compute_is_led_by_an_apostrophe(text):
    assert as_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [("Olga", "Olga"), (None, ""), (7, "7"), ("batch/CT-1", "batch/CT-1"), ("a=b", "a=b")]
)
def test_other_cells_stay_as_they_are(value, cell):
    assert as_cell(value) == cell


@given(st.text())
def test_no_cell_begins_with_the_sign_of_a_formula(text):
    assert not as_cell(text).lstrip().startswith(("=", "+", "-", "@"))
