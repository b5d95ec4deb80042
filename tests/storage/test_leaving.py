"""A unit that leaves the house leaves its position: shipped, given or destroyed, its stay ends by the same act."""

from datetime import datetime
from typing import Any

import pytest

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.errors import Happened
from apps.storage.models import Stay, Store
from apps.storage.services import send_away
from apps.units.facts import Disposition, UnitVerb
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import set_disposition
from tests.batches.refusals import codes
from tests.cast import Cast, actor
from tests.disposal.story import DONE, approved, requested, treated, with_print_out
from tests.storage.story import STORED, put
from tests.testing.story import MINUTE

pytestmark = pytest.mark.django_db
LATER = STORED + 30 * MINUTE


def sent(cast: Cast, units: list[Unit], verb: UnitVerb = UnitVerb.SHIP, at: datetime = LATER, **more: Any) -> None:
    """Stella sends released units away."""
    touching = [units[0].batch.record, *(unit.record for unit in units)]
    with audited(actor=actor(cast.stella), action="test.sent", at=at, touching=touching) as change:
        quarantined = [unit for unit in units_now(units) if unit.disposition == Disposition.QUARANTINED]
        set_disposition(change, units=quarantined, verb=UnitVerb.RELEASE)
        send_away(change, units=units, verb=verb, **more)


def test_what_is_shipped_lies_nowhere_and_its_position_is_free(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")
    put(cast, frozen[1], "LN-03/4/2/A2")

    sent(cast, frozen[:2], moved_at=LATER - MINUTE)

    ended = [(stay.out_at, stay.out_by, stay.out_reason) for stay in Stay.objects.all()]
    assert ended == [(LATER - MINUTE, "stella", "IN_TRANSIT")] * 2
    assert {(unit.position, unit.custody) for unit in units_now(frozen[:2])} == {("", "IN_TRANSIT")}
    assert str(put(cast, frozen[2], "LN-03/4/2/A1", LATER).place) == "LN-03/4/2/A1"


def test_what_is_destroyed_leaves_its_position(cast: Cast, batch: Batch, tank: Store, frozen: list[Unit]) -> None:
    put(cast, frozen[8], "LN-03/4/2/A1")
    disposal = approved(cast, requested(cast, batch, frozen[8].number))
    with_print_out(cast, disposal)

    treated(cast, disposal)

    stay = Stay.objects.get()
    assert (stay.out_at, stay.out_by, stay.out_reason) == (DONE - MINUTE, "olga", "DESTROYED")


def test_what_is_on_its_way_is_put_into_no_store(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    sent(cast, frozen[:1])

    assert codes(lambda: put(cast, frozen[0], "LN-03/4/2/A1", LATER)) == ["not_in_house"]


def test_a_unit_that_lies_nowhere_leaves_all_the_same(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    sent(cast, frozen[:1])

    assert (units_now(frozen[:1])[0].custody, Stay.objects.count()) == ("IN_TRANSIT", 0)


def test_what_left_before_it_was_put_in_is_refused_or_recorded_with_an_event(
    cast: Cast, tank: Store, frozen: list[Unit]
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")
    early = STORED - MINUTE
    assert codes(lambda: sent(cast, frozen[:1], moved_at=early)) == ["moved_later"]
    assert Stay.objects.get().out_at is None

    sent(cast, frozen[:1], moved_at=early, happened=Happened(early, "The courier took it before it was stored."))

    assert Stay.objects.get().out_at == STORED


def test_other_verbs_leave_no_position(cast: Cast, tank: Store, frozen: list[Unit]) -> None:
    with pytest.raises(ValueError, match="RECALL"):
        sent(cast, frozen[:1], UnitVerb.RECALL)


def test_the_page_says_in_which_custody_a_stay_ended(
    cast: Cast, tank: Store, frozen: list[Unit], web_client: Any, time_machine: Any
) -> None:
    put(cast, frozen[0], "LN-03/4/2/A1")
    sent(cast, frozen[:1])
    time_machine.move_to(LATER, tick=False)

    page = web_client(cast.ines).get(f"/storage/units/{frozen[0].number}/")

    assert page.context["stays"][0]["gone"] == "IN_TRANSIT"
    assert "IN_TRANSIT" not in page.content.decode()
