"""What stands between a lot and its patients besides the maker's own tests, and how long is asked after them."""

from apps.products.facts import Gate, TestLevel
from apps.products.loader import SEEDS, load

PRODUCTS = SEEDS / "products"


def test_institute_and_animal_centre_stand_before_the_release_of_product_and_bank() -> None:
    testing = load(PRODUCTS / "umsc_psoriasis" / "v1").definition.testing

    for level in (TestLevel.LOT, TestLevel.BANK):
        gates = {test.key: test.at(level).gate for test in testing.tests if test.at(level)}
        assert gates["institute_review"] is gates["animal_safety"] is Gate.BEFORE_RELEASE
    required = {test.key for test in load(PRODUCTS / "umsc_psoriasis" / "v1").definition.required_tests()}
    assert {"institute_review", "animal_safety"} <= required  # each is a hold from the start of a batch


def test_edited_cells_are_followed_every_year_for_fifteen_years() -> None:
    outcomes = {one.result.key: one.days for one in load(PRODUCTS / "bcl11a_hsc" / "v1").definition.dosing.outcomes}

    assert outcomes["malignancy"] == tuple(365 * year for year in range(1, 16))
