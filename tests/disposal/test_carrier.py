"""Treated waste goes to its carrier: the number scanned by both sides, two signatures or a one-time code."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.audit.models import Entry
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.desk.facts import Asked
from apps.desk.selectors.disposal import to_carry
from apps.disposal.content.carrying import give_content, take_content
from apps.disposal.facts import GivenAway
from apps.disposal.models import Disposal, WasteHandOver
from apps.disposal.selectors import disposal_now
from apps.disposal.services import acknowledge_waste, give_waste, issue_waste_code, take_waste
from apps.organisation.models import User
from apps.quality.models import Event
from apps.signatures.models import Signature
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import Cast, actor, sign_as
from tests.disposal.story import DONE, SEEN, approved, destroyed, requested, treated, with_print_out
from tests.testing.prologue import Prologue

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LEFT = SEEN + HOUR
WASTE = "MW-2026-0311"


@pytest.fixture(scope="module")
def _destroyed(prologue: Prologue, filled_units: list[Unit]) -> Disposal:
    """A bag that was destroyed, with Vera as its witness."""
    return destroyed(prologue.cast, prologue.batch, filled_units[0].number)


@pytest.fixture
def waste(_destroyed: Disposal, cast: Cast, batch: Batch) -> Disposal:
    return disposal_now(_destroyed)


def given(cast: Cast, waste: Disposal, *, at: datetime = LEFT, **words: Any) -> WasteHandOver:
    """Stella gives it to the carrier."""
    said = {"at": at, "waste_number": WASTE, "carrier": "Clean Roads", "taker": "Lu Wei", "paper": "TR-88"}
    did = GivenAway(**{**said, **words})
    signing = sign_as(cast.stella, give_content(disposal_now(waste), did, at), at=at)
    return give_waste(disposal=waste, did=did, signing=signing, actor=actor(cast.stella), at=at)


def taken(cast: Cast, waste: Disposal, *, by: User | None = None, number: str = WASTE) -> WasteHandOver:
    """Kurt, who has an account, signs on Stella's screen."""
    who = by or cast.kurt
    signing = sign_as(who, take_content(disposal_now(waste), number), at=LEFT, on=cast.stella)
    return take_waste(disposal=waste, waste_number=number, signing=signing, actor=actor(cast.stella), at=LEFT)


def test_two_sides_sign_that_the_waste_went_to_its_carrier(cast: Cast, waste: Disposal) -> None:
    given(cast, waste)
    done = taken(cast, waste)

    assert (done.given_by, done.taken_by, done.acknowledged, done.late) == ("stella", "kurt", "SIGNATURE", False)
    signed = Signature.objects.filter(record=waste.record, verb__startswith="waste.").order_by("pk")
    assert list(signed.values_list("verb", "username")) == [("waste.give", "stella"), ("waste.take", "kurt")]


def test_another_container_is_a_hard_stop_on_either_side_and_is_kept(cast: Cast, waste: Disposal) -> None:
    assert codes(lambda: given(cast, waste, waste_number="MW-2026-0312")) == ["other_waste"]
    given(cast, waste)
    assert codes(lambda: taken(cast, waste, number="MW-2026-0312")) == ["other_waste"]

    assert Entry.objects.filter(record=waste.record, action="disposal.refused.waste").count() == 2


def test_waste_leaves_once_and_is_taken_by_another_person(cast: Cast, waste: Disposal) -> None:
    assert codes(lambda: taken(cast, waste)) == ["not_given"]
    given(cast, waste)

    assert codes(lambda: given(cast, waste)) == ["given_already"]
    assert codes(lambda: taken(cast, waste, by=cast.stella)) == ["own_hand_over"]
    taken(cast, waste)
    assert codes(lambda: taken(cast, waste)) == ["taken_already"]


def test_a_carrier_without_an_account_acknowledges_by_a_code_which_is_no_signature(cast: Cast, waste: Disposal) -> None:
    who: dict[str, Any] = {"name": "Lu Wei", "organisation": "Clean Roads", "actor": actor(cast.quinn), "at": SEEN}
    _made, code = issue_waste_code(disposal=waste, **who)
    given(cast, waste)
    told: dict[str, Any] = {"disposal": waste, "waste_number": WASTE, "actor": actor(cast.stella), "at": LEFT}
    assert codes(lambda: acknowledge_waste(code="WRONG", **told)) == ["no_such_code"]
    done = acknowledge_waste(code=code, **told)

    assert (done.taken_by, done.acknowledged) == ("Lu Wei, Clean Roads", "CODE")
    assert not Signature.objects.filter(record=waste.record, verb="waste.take").exists()


def test_who_gives_the_waste_has_not_made_the_code_of_the_other_side(cast: Cast, waste: Disposal) -> None:
    who: dict[str, Any] = {"name": "Lu Wei", "organisation": "", "actor": actor(cast.stella), "at": SEEN}
    _made, code = issue_waste_code(disposal=waste, **who)
    given(cast, waste)
    told: dict[str, Any] = {"disposal": waste, "waste_number": WASTE, "actor": actor(cast.stella), "at": LEFT}

    assert codes(lambda: acknowledge_waste(code=code, **told)) == ["own_code"]


@pytest.mark.parametrize(("hours", "late"), [(48, False), (49, True)])
def test_waste_that_lay_here_too_long_leaves_with_an_event(cast: Cast, waste: Disposal, hours: int, late: bool) -> None:
    done = given(cast, waste, at=DONE - timedelta(minutes=1) + hours * HOUR)

    assert done.late is late
    assert Event.objects.filter(subject=waste.record).exists() is late


def test_what_left_before_its_witness_signed_is_recorded_with_the_reason(
    cast: Cast, batch: Batch, filled_units: list[Unit]
) -> None:
    disposal = approved(cast, requested(cast, batch, filled_units[1].number))
    assert codes(lambda: given(cast, disposal)) == ["not_treated"]
    with_print_out(cast, disposal)
    treated(cast, disposal)
    assert codes(lambda: given(cast, disposal)) == ["not_witnessed"]

    assert given(cast, disposal, because="The lorry left early.").happened
    assert Event.objects.get(subject=disposal.record).severity == "CRITICAL"


def test_waste_that_waits_for_its_carrier_stands_on_my_work(cast: Cast, waste: Disposal) -> None:
    def waits() -> list[str]:
        return [task.record for task in to_carry(Asked(frozenset({"NANHU"}), LEFT, "stella"))]

    assert waits() == [waste.number]
    given(cast, waste)
    assert waits() == [waste.number]
    taken(cast, waste)
    assert waits() == []


def test_what_was_witnessed_before_carriers_were_asked_for_is_nobodys_duty(cast: Cast, waste: Disposal) -> None:
    with audited(actor=SYSTEM, action="test.upgraded", at=LEFT, touching=[waste.record]) as change:
        change.update(disposal_now(waste), carrier_due_at=None)

    assert list(to_carry(Asked(frozenset({"NANHU"}), LEFT, "stella"))) == []


def test_the_waste_leaves_on_the_pages_and_in_the_api(
    cast: Cast, waste: Disposal, web_client: Any, api_client: Any
) -> None:
    url, api_url = f"/disposal/{waste.number}/", f"/api/v1/disposals/{waste.number}/"
    with time_machine.travel(LEFT + HOUR, tick=False):
        client = api_client(cast.stella)
        said = {"waste_number": WASTE, "given_at": LEFT.isoformat(), "carrier": "Clean Roads", "taker": "Lu Wei"}
        tag = client.get(api_url).headers["ETag"]
        reply = client.sign(f"{api_url}carrier/", said, person=cast.stella, if_match=tag)
        code = api_client(cast.quinn).post(f"{api_url}carrier/codes/", {"name": "Lu Wei"}).json()["code"]
        page = web_client(cast.stella)
        assert f"{url}carrier/acknowledge/" in page.get(url).content.decode()
        assert page.post(f"{url}carrier/acknowledge/", {"waste_number": WASTE, "code": code}).status_code == 302
        shown = page.get(url).content.decode()

    assert reply.status_code == 201, reply.content
    assert "Clean Roads" in shown
    assert WasteHandOver.objects.get().acknowledged == "CODE"
