"""A batch is used where, until when and for what the right says under which it was made; each way in asks anew."""

from datetime import timedelta

import pytest

from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.dosing.facts import Use
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules.choosing import is_outside_authorisation
from apps.dosing.selectors import against_the_start, kept_units, order_now
from apps.dosing.services import free_reserved, reserve_units, thaw_unit
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.dosing.story import MASTER, NOW, at_bed, reserved_order

begins_with = reserved_order
RIGHT = MASTER.authorisation
NAMED = RIGHT.indications[0].en


@pytest.mark.parametrize(
    ("site", "days", "indication", "code"),
    [
        ("NANHU", 0, NAMED, ""),
        ("RHINE", 0, NAMED, "unit_not_for_this_site"),
        ("NANHU", 1, NAMED, "unit_authorisation_ended"),
        ("NANHU", 0, "Hair loss", "unit_not_indicated"),
    ],
)
def test_a_unit_is_used_where_until_when_and_for_what_its_right_says(
    site: str, days: int, indication: str, code: str
) -> None:
    use = Use(site, RIGHT.valid_until + timedelta(days=days), indication)
    found = is_outside_authorisation("CT-0042-U01", RIGHT, use)

    assert (found.code if found else "") == code


@pytest.mark.django_db
def test_the_thaw_and_the_bed_ask_again_whether_the_right_still_stands(cast: Cast, order: TreatmentOrder) -> None:
    unit, after = kept_units(order)[0], NOW.replace(year=RIGHT.valid_until.year + 1)

    refused = codes(lambda: thaw_unit(order=order, scanned=unit.number, actor=actor(cast.olga), at=after))
    against = [one.code for one in against_the_start(order, at_bed(order), after)]

    assert "unit_authorisation_ended" in refused
    assert "unit_authorisation_ended" in against


@pytest.mark.django_db
def test_a_unit_of_a_batch_made_for_something_else_is_not_kept(cast: Cast, order: TreatmentOrder) -> None:
    units = kept_units(order)
    free_reserved(order=order, reason="Another dose", actor=actor(cast.stella), at=NOW)
    with audited(actor=SYSTEM, action="test.arranged", at=NOW, touching=[order.record]) as change:
        change.update(order_now(order), indication="Hair loss")

    named = codes(lambda: reserve_units(order=order_now(order), units=units, actor=actor(cast.stella), at=NOW))
    assert named.count("unit_not_indicated") == len(units)
