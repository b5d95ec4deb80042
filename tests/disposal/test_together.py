"""Units of several batches in one disposal: each master names the reason and the same proof of the treatment."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.core.roles import Role
from apps.disposal import rules
from apps.disposal.content.certificate import destruction_certificate
from apps.disposal.models import Disposal
from apps.disposal.selectors import batches_in, disposal_now
from apps.products.loader import standard_tables
from apps.signatures.models import Signature
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import Cast
from tests.disposal.story import approved, requested, treated, with_print_out, witnessed
from tests.testing.prologue import known_people, undone
from tests.testing.story import definition, filled, running_batch

MINE, OTHER = "CT-0042-U08", "CT-0043-U08"
STAGE = definition().disposal


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Two batches with their units."""
    with undone(django_db_blocker) as people:
        assert people.quinn  # the site is founded with its first person
        for number, n in (("CT-0042", 1), ("CT-0043", 2)):
            filled(people, running_batch(people, number, n))
        yield people


@pytest.fixture
def cast(world: Cast, db: None) -> Cast:
    return known_people(world)


def asked(cast: Cast, *numbers: str) -> Disposal:
    batch = Unit.objects.select_related("batch__record", "batch__site").get(number=MINE).batch
    return requested(cast, batch, *(numbers or (MINE, OTHER)))


def test_units_of_two_batches_are_destroyed_under_one_number(cast: Cast) -> None:
    disposal = approved(cast, asked(cast))
    with_print_out(cast, disposal)
    disposal = disposal_now(witnessed(cast, treated(cast, disposal)))

    assert [one.number for one in batches_in(disposal)] == ["CT-0042", "CT-0043"]
    assert set(Unit.objects.filter(number__in=[MINE, OTHER]).values_list("custody", flat=True)) == {"DESTROYED"}
    signed = Signature.objects.get(record=disposal.record, verb="disposal.approve").content
    assert signed.count("Consent of the donor") == 2
    data: Any = destruction_certificate(disposal).data
    assert (data["batches"], data["units"]) == (["CT-0042", "CT-0043"], [MINE, OTHER])


def test_the_batch_that_numbers_a_disposal_is_among_its_units(cast: Cast) -> None:
    assert codes(lambda: asked(cast, OTHER)) == ["no_units"]


def test_what_another_master_does_not_name_goes_apart() -> None:
    first = STAGE.treatments[0]
    other = first.model_copy(update={"parameters": first.parameters[:1]})

    assert rules.is_not_shared("CT-0043", "damaged", ["expired"]) is not None
    assert rules.is_treated_otherwise("CT-0043", other, first) is not None
    assert rules.is_treated_otherwise("CT-0043", first, first) is None


def test_who_approves_for_each_of_them_approves() -> None:
    other = STAGE.model_copy(update={"approved_by": (Role.QC_HEAD,), "consent_check": False})
    both = STAGE.model_copy(update={"approved_by": (Role.QC_HEAD, Role.QA)})
    shared = rules.strictest_stage([both, other], standard_tables().units)

    assert rules.has_no_common_approver([STAGE, other]) is not None
    assert (shared.approved_by, shared.consent_check) == ((Role.QC_HEAD,), STAGE.consent_check)
