"""The last of a lot, asked for by two at one moment: one takes it, the other is told how much is left."""

from typing import Any

import pytest
import time_machine

from apps.audit.selectors import Verification
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.materials.models import MaterialLot, Movement
from tests.audit.test_two_connections import PATIENCE, threads
from tests.batches.story import lot
from tests.cast import AT, ApiPerson, Cast, cast

__all__ = ["cast", "threads"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_take_the_last_of_a_lot_at_once_one_does(cast: Cast, threads: Any) -> None:
    lot(cast, "PL-121", "lysate", amount="0.3", unit="L")
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        batches = [change.open_record("batch", number, site="NANHU") for number in ("CT-0042", "CT-0043")]
    people = []
    with time_machine.travel(AT, tick=False):
        for person in (cast.olga, cast.oscar):
            client = ApiPerson()
            client.sign_in(person)
            people.append(client)

        def take(client: ApiPerson, used_in: str) -> tuple[int, str]:
            said = {"amount": "0.3", "used_in": used_in, "taken_at": AT.isoformat()}
            reply = client.post("/api/v1/lots/PL-121/movements/", said)
            return reply.status_code, str(reply.json().get("code", ""))

        asking = [threads(take, client, batch.address) for client, batch in zip(people, batches, strict=True)]
        assert sorted(one.result(PATIENCE) for one in asking) == [(201, ""), (409, "not_enough")]

    assert MaterialLot.objects.get().quantity == 0
    assert [one.left for one in Movement.objects.filter(kind="USED")] == [0]
    assert list(Verification().findings()) == []
