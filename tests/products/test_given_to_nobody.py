"""A product that ends before any patient: its master record has no dosing, and nothing asks for one."""

import pytest

from apps.core.errors import RuleBroken
from apps.documents.facts import Statement
from apps.dosing.selectors import products_to_order
from apps.products.content import master_blocks
from tests.batches.story import approved
from tests.products.making import patient_of


@pytest.fixture
def never_given(changed):
    """The MSC product as if it ended before any patient."""
    return changed("dosing", ...)


def test_a_master_record_may_leave_out_its_dosing(never_given) -> None:
    assert never_given.definition.given is None
    with pytest.raises(RuleBroken) as refused:
        _ = never_given.definition.dosing
    assert refused.value.code == "given_to_nobody"


def test_its_readable_record_says_so(never_given) -> None:
    blocks = [block for block in master_blocks(never_given.text) if isinstance(block, Statement)]

    assert any("given to nobody" in line.en for block in blocks for line in block.paragraphs)


@pytest.mark.django_db
def test_it_is_not_among_the_products_to_order(cast, msc, never_given) -> None:
    patient = patient_of(cast, None)
    approved(never_given)

    assert products_to_order(patient) == []
