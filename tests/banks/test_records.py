"""What a master record may say of banks, and that those of the seeds ask of a bank what was asked of it before."""

import copy
from typing import Any

import pytest

from apps.batches.content import donation_words
from apps.batches.models import Batch
from apps.products.facts import BankTier, TestLevel
from apps.products.loader import SEEDS, load, read_product, standard_tables, validated
from apps.products.reading import Reading
from apps.products.rules.problems import DefinitionRefused
from apps.units.facts import Stock
from apps.units.rules import goes_below_the_reserve
from tests.banks.story import master, working

WORKING = SEEDS / "products" / "umsc_working_bank" / "v1"


def of_itself(data: dict[str, Any]) -> None:
    data["preparation"]["from_bank"]["products"] = [data["key"]]


def all_kept_back(data: dict[str, Any]) -> None:
    data["units"]["bank"]["reserved"] = 40


def of_a_pool_too(data: dict[str, Any]) -> None:
    pool = {"donors_at_least": 2, "mass": "volume", "mass_tolerance_percent": "1", "source": "site_practice CP"}
    data["preparation"]["pool"] = pool


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (of_itself, "nothing is made from units of itself"),
        (all_kept_back, "of 40 planned units 40 can't be kept back"),
        (of_a_pool_too, "it can't be made from a bank as well"),
    ],
)
def test_a_record_of_a_bank_that_does_not_hold_together_is_refused(change: Any, reason: str) -> None:
    read = read_product(WORKING)
    data = copy.deepcopy(read.data)
    change(data)
    with pytest.raises(DefinitionRefused, match=reason):
        validated(Reading(data, read.lines), standard_tables())


def test_each_bank_passes_the_institute_and_the_animal_centre_before_its_release() -> None:
    made_from_a_cord = load(SEEDS / "products" / "umsc_psoriasis" / "v1").definition
    for bank in (master(), working()):
        asked = {test.key for test in bank.definition.required_tests()}

        assert {"institute_review", "animal_safety", "sterility", "karyotype", "virus_in_vivo"} <= asked
        assert asked >= {test.key for test in made_from_a_cord.required_tests(TestLevel.BANK)}


@pytest.mark.parametrize(
    ("units", "permitted", "passes"),
    [(2, None, True), (3, None, False), (3, 4, True), (4, 4, False), (7, 0, True), (8, 0, False), (3, 6, False)],
)
def test_seven_units_of_which_five_are_kept_back(units: int, permitted: int | None, passes: bool) -> None:
    stock = Stock("CT-0900", BankTier.MASTER, reserved=5, left=7, drawn=0)

    assert (goes_below_the_reserve(stock, units, permitted) is None) is passes


def test_what_is_made_from_a_bank_of_several_donors_names_the_bank_and_no_pool() -> None:
    made = donation_words(Batch(number="WB-0001", bank=Batch(number="PB-0001")))
    assert not isinstance(made, str)

    assert (made.en, made.zh) == ("Cell bank PB-0001", "细胞库 PB-0001")
