"""Two parallel requests for one unit: one success, one 409; and two who destroy at once."""

from concurrent.futures import Future
from typing import Any

import pytest
import time_machine

from apps.audit.selectors import Verification
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import Refused, stop_if
from apps.disposal.content.signed import destroy_content
from apps.disposal.facts import Treated
from apps.disposal.models import Disposal
from apps.disposal.services import destroy_units
from apps.organisation.models import User
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.services import move_units
from tests.audit.test_two_connections import PATIENCE, threads
from tests.cast import ApiPerson, Cast, actor, cast, sign_as
from tests.disposal.story import ASKED, DONE, GOOD, approved, requested, with_print_out
from tests.testing.story import FILLED, filled, running_batch

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)
U8, U9 = "CT-0042-U08", "CT-0042-U09"
BODY = {"batch": "CT-0042", "reason": "damaged", "treatment": "autoclave_121"}


def results(done: list[Future[Any]]) -> list[Any]:
    return sorted(one.result(PATIENCE) for one in done)


def test_of_two_parallel_requests_for_one_unit_one_succeeds_and_one_is_409(cast: Cast, threads: Any) -> None:
    filled(cast, running_batch(cast))
    people = []
    with time_machine.travel(ASKED, tick=False):
        for person in (cast.stella, cast.olga):
            client = ApiPerson()
            client.sign_in(person)
            people.append(client)

        def ask(client: ApiPerson, units: list[str]) -> int:
            return int(client.post("/api/v1/disposals/", {**BODY, "units": units}).status_code)

        asking = [threads(ask, client, units) for client, units in zip(people, ([U9], [U8, U9]), strict=True)]
        assert results(asking) == [201, 409]

    assert Disposal.objects.count() == 1
    assert list(Verification().findings()) == []


def test_two_requests_for_different_units_both_succeed(cast: Cast, threads: Any) -> None:
    batch = running_batch(cast)
    filled(cast, batch)
    assert cast.stella

    asking = [threads(lambda unit: requested(cast, batch, unit).number, unit) for unit in (U8, U9)]

    assert results(asking) == ["CT-0042-W01", "CT-0042-W02"]


def test_of_two_who_record_one_destruction_one_does(cast: Cast, threads: Any) -> None:
    batch = running_batch(cast)
    filled(cast, batch)
    disposal = approved(cast, requested(cast, batch, U9))
    with_print_out(cast, disposal)
    did = Treated(DONE, "MW-7", GOOD)
    people = (cast.olga, cast.oscar)
    signings = [sign_as(person, destroy_content(disposal, did, DONE), at=DONE) for person in people]

    def destroy(person: User, signing: Any) -> str:
        try:
            destroy_units(disposal=disposal, did=did, signing=signing, actor=actor(person), at=DONE)
        except Refused as refused:
            return refused.code
        return "destroyed"

    acting = [threads(destroy, person, signing) for person, signing in zip(people, signings, strict=True)]

    assert results(acting) == ["already_gone", "destroyed"] or results(acting) == ["destroyed", "wrong_state"]
    assert list(Verification().findings()) == []


def test_of_a_use_and_a_destruction_at_once_one_happens(cast: Cast, threads: Any) -> None:
    """A use asks the holds behind its locks, as every stage does that issues or uses."""
    batch = running_batch(cast)
    unit = next(one for one in filled(cast, batch) if one.number == U9)
    assert cast.stella

    def use() -> str:
        try:
            with_locks(batch, unit)
        except Refused as refused:
            return refused.code
        return "used"

    def ask() -> str:
        try:
            return requested(cast, batch, U9).state
        except Refused as refused:
            return refused.code

    found = results([threads(use), threads(ask)])

    assert found in (["REQUESTED", "open_holds"], ["REQUESTED", "used"])
    held = [hold.key for hold in open_holds([unit.record], Blocks.USE)]
    assert "disposal:CT-0042-W01" in held
    assert Unit.objects.get(number=U9).condition == ("SPENT" if "used" in found else "FRESH")


def with_locks(batch: Any, unit: Unit) -> None:
    touching = [batch.record, unit.record]
    with audited(actor=SYSTEM, action="test.used", at=FILLED, touching=touching) as change:
        held = [hold for hold in open_holds([unit.record], Blocks.USE) if hold.key.startswith("disposal:")]
        stop_if(has_open_holds(held))
        move_units(change, units=[unit], verb=UnitVerb.USE_UP, moved_at=FILLED)
