"""What a master record asks for is read in words, in the reader's language: never by its key or the code of a unit."""

import pytest
from django.utils.translation import override

from apps.products.forms import answer_words
from apps.products.loader import SEEDS, load

CRITERIA = load(SEEDS / "products" / "bcl11a_hsc" / "v1").definition.donation.eligibility.criteria


@pytest.mark.parametrize(
    ("key", "text", "en", "zh"),
    [
        ("indication", "sickle_cell", "Sickle cell disease", "镰状细胞病"),
        ("no_matched_donor", "yes", "Yes", "是"),
        ("age", "12", "12 years", "12 年"),
        ("ethics_reference", "EC-1", "EC-1", "EC-1"),
    ],
)
def test_an_answer_is_read_in_words(key: str, text: str, en: str, zh: str) -> None:
    asked = next(one for one in CRITERIA if one.key == key)

    with override("en"):
        assert answer_words(asked, text) == en
    with override("zh-hans"):
        assert answer_words(asked, text) == zh
