"""The stock of a lot in decimals, to an exact 0; the clock of an opened container."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.alerts.facts import AlertKind
from apps.alerts.selectors import due_things
from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import BadInput, Happened, NotAllowed, Objection
from apps.lineage.models import Edge
from apps.lineage.selectors import ancestor_ids
from apps.materials import rules
from apps.materials.facts import Stock
from apps.materials.models import MaterialLot, Movement
from apps.materials.services import (
    count_stock,
    destroy_stock,
    discard_container,
    open_container,
    prepare_reagent,
    take_stock,
)
from apps.materials.services.opening import open_lot
from apps.quality.models import Event
from apps.quality.services import stop_record
from tests.batches.refusals import codes
from tests.batches.story import lot
from tests.cast import AT, Cast, actor

pytestmark = pytest.mark.django_db
MONTH, SECOND = timedelta(days=30), timedelta(seconds=1)


@pytest.fixture
def batch(cast: Cast) -> Record:
    """The record of a batch; what a batch is, is told elsewhere."""
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        return change.open_record("batch", "CT-0042", site="NANHU")


def bottle(cast: Cast, **more: Any) -> MaterialLot:
    return lot(cast, "PL-121", "lysate", **{"amount": "0.3", "unit": "L", **more})


def take(cast: Cast, found: MaterialLot, amount: str, batch: Record, **more: Any) -> Movement:
    said = {"taken_at": AT, "place": "expansion[1].feed[1]", "at": AT, **more}
    return take_stock(lot=found, amount=amount, used_in=batch, actor=actor(cast.olga), **said)


def left(number: str = "PL-121") -> Decimal | None:
    return MaterialLot.objects.get(number=number).quantity


@given(amount=st.decimals("0.000001", "999999999", places=6, allow_nan=False))
def test_an_amount_is_read_as_it_was_written(amount: Decimal) -> None:
    assert rules.read_amount(f"{amount:f}") == amount
    assert Decimal(rules.plain(amount)) == amount


@pytest.mark.parametrize("text", ["", "12,5", "-1", "+1", "1e3", "NaN", "1.2345678", "１", "9999999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert isinstance(rules.read_amount(text), Objection)


def test_nobody_takes_more_than_is_left_and_all_of_it_leaves_nothing() -> None:
    assert rules.is_more_than_left(Stock("L", Decimal("0.3"), "L"), Decimal("0.3")) is None
    assert rules.is_more_than_left(Stock("L", Decimal("0.3"), "L"), Decimal("0.300001")) is not None


@pytest.mark.parametrize(
    ("life", "read"),
    [
        (None, None),
        (timedelta(minutes=1), 1),
        (timedelta(days=3653), 3653 * 24 * 60),
        (timedelta(seconds=59), "no_life"),
        (timedelta(days=3653, seconds=1), "no_life"),
    ],
)
def test_an_opened_container_lives_between_one_minute_and_ten_years(life: timedelta | None, read: object) -> None:
    found = rules.minutes_of(life)

    assert (found.code if isinstance(found, Objection) else found) == read


def test_three_tenths_are_taken_down_to_an_exact_zero_and_each_says_for_which_step(cast: Cast, batch: Record) -> None:
    found = bottle(cast)
    for _ in range(3):
        take(cast, found, "0.1", batch)

    assert left() == 0
    rows = Movement.objects.order_by("pk").values_list("kind", "change", "place")
    assert list(rows) == [("RECEIVED", Decimal("0.3"), ""), *[("USED", Decimal("-0.1"), "expansion[1].feed[1]")] * 3]
    assert found.record_id in ancestor_ids([batch])
    assert codes(lambda: take(cast, found, "0.000001", batch)) == ["not_enough"]


def test_a_refusal_leaves_the_book_as_it_was(cast: Cast, batch: Record) -> None:
    found, olga = bottle(cast, amount="0.02"), {"actor": actor(cast.olga), "at": AT}
    take(cast, found, "0.01", batch)
    take(cast, found, "0.01", batch)
    with audited(actor=SYSTEM, action="test.arranged", at=AT) as change:
        other = change.open_record("batch", "CT-0043", site="NANHU")
    before = list(Movement.objects.values()), list(Edge.objects.values()), MaterialLot.objects.values().get()

    assert codes(lambda: take(cast, found, "0.01", other)) == ["not_enough"]
    assert codes(lambda: take(cast, found, "0", other)) == ["nothing_moved"]
    assert codes(lambda: take(cast, found, "0.01", other, taken_at=AT + SECOND)) == ["in_the_future"]
    assert codes(lambda: open_container(lot=found, opened_at=AT + SECOND, **olga)) == ["in_the_future"]
    stop_record(record=found.record, reason="Cloudy", actor=actor(cast.quinn), at=AT)
    assert codes(lambda: take(cast, found, "0.01", other)) == ["open_holds", "not_enough"]
    assert (list(Movement.objects.values()), list(Edge.objects.values()), MaterialLot.objects.values().get()) == before


def test_what_was_taken_all_the_same_is_recorded_and_opens_an_event(cast: Cast, batch: Record) -> None:
    found = bottle(cast)
    moved = take(cast, found, "0.5", batch, happened=Happened(AT, "A second bottle stood behind it"))

    assert (moved.left, moved.overridden[0]["code"]) == (Decimal("-0.2"), "not_enough")
    assert Event.objects.get().kind == "ACCEPTED_FACT"


def test_a_quarantined_lot_is_not_taken_from(cast: Cast, batch: Record) -> None:
    found, olga = bottle(cast, released=False), actor(cast.olga)

    assert codes(lambda: take(cast, found, "0.1", batch)) == ["lot_not_released"]
    assert codes(lambda: open_container(lot=found, opened_at=AT, actor=olga, at=AT)) == ["lot_not_released"]


def test_a_lot_that_was_never_counted_is_counted_first(cast: Cast, batch: Record) -> None:
    found = bottle(cast, amount="", unit="")
    stella: dict[str, Any] = {"actor": actor(cast.stella), "at": AT}

    assert codes(lambda: take(cast, found, "0.1", batch)) == ["not_counted"]
    assert codes(lambda: destroy_stock(lot=found, amount="0.1", reason="Broken", **stella)) == ["not_counted"]
    assert codes(lambda: count_stock(lot=found, counted="4", reason="Counted", **stella)) == ["unit_missing"]
    count_stock(lot=found, counted="4", unit="L", reason="Counted", **stella)
    assert take(cast, found, "0.1", batch).left == Decimal("3.9")


def test_a_count_and_a_destruction_say_why(cast: Cast, batch: Record) -> None:
    found, quinn = bottle(cast), {"actor": actor(cast.quinn), "at": AT}

    assert codes(lambda: destroy_stock(lot=found, amount="0.1", reason=" ", **quinn)) == ["reason_missing"]
    assert codes(lambda: count_stock(lot=found, counted="0.1", reason=" ", **quinn)) == ["reason_missing"]
    assert codes(lambda: destroy_stock(lot=found, amount="0", reason="Broken", **quinn)) == ["nothing_moved"]
    assert destroy_stock(lot=found, amount="0.1", reason="Broken", **quinn).left == Decimal("0.2")
    assert codes(lambda: destroy_stock(lot=found, amount="0.3", reason="Broken", **quinn)) == ["not_enough"]
    assert count_stock(lot=found, counted="0", reason="Nothing on the shelf", **quinn).change == Decimal("-0.2")
    with pytest.raises(NotAllowed):
        count_stock(lot=found, counted="1", reason="Mine", actor=actor(cast.olga), at=AT)


def test_an_amount_of_a_delivery_that_is_no_number_is_refused_at_its_field(cast: Cast) -> None:
    with pytest.raises(BadInput) as caught:
        bottle(cast, amount="two", unit="")

    assert [one.place for one in caught.value.objections] == ["amount", "unit"]


def test_opening_starts_a_clock_and_the_earlier_end_counts_at_the_moment_of_use(cast: Cast, batch: Record) -> None:
    found = bottle(cast, expiry="2027-03", life_after_opening=MONTH)
    take(cast, found, "0.1", batch)
    late = AT + MONTH

    assert take(cast, found, "0.1", batch, taken_at=late - SECOND, at=late).left == Decimal("0.1")
    assert codes(lambda: take(cast, found, "0.1", batch, taken_at=late, at=late)) == ["container_expired"]
    opened = open_container(lot=found, opened_at=late, actor=actor(cast.olga), at=late)
    assert (opened.n, take(cast, found, "0.1", batch, taken_at=late, at=late).left) == (2, 0)


def test_a_lot_never_lives_longer_because_it_was_opened(cast: Cast, batch: Record) -> None:
    ends = AT + timedelta(hours=1)
    found = bottle(cast, expiry=ends.isoformat(), life_after_opening=MONTH)
    opened = open_container(lot=found, opened_at=AT, actor=actor(cast.olga), at=AT)

    assert opened.usable_until == ends
    assert codes(lambda: take(cast, found, "0.1", batch, taken_at=ends, at=ends)) == ["lot_expired"]
    assert codes(lambda: open_container(lot=found, opened_at=ends, actor=actor(cast.olga), at=ends)) == ["lot_expired"]


@pytest.mark.parametrize("on_its_label", [MONTH, None])
def test_who_uses_a_container_next_is_held_to_the_life_it_was_opened_with(
    cast: Cast, batch: Record, on_its_label: timedelta | None
) -> None:
    """A master record opened it for a day; its label says a month, or nothing."""
    found, ends = bottle(cast, amount="2", life_after_opening=on_its_label), AT + timedelta(days=1)
    with audited(actor=SYSTEM, action="test.arranged", at=AT, touching=[found.record]) as change:
        open_lot(change, lot=MaterialLot.objects.get(), opened_at=AT, life=timedelta(days=1))

    assert take(cast, found, "1", batch, taken_at=ends - SECOND, at=ends).left == 1
    assert codes(lambda: take(cast, found, "1", batch, taken_at=ends, at=ends)) == ["container_expired"]
    mixed: dict[str, Any] = {"material": "medium", "own_life": MONTH, "site": found.site, "actor": actor(cast.olga)}
    mixed |= {"number": "R-1", "components": [found], "at": ends}
    assert codes(lambda: prepare_reagent(**mixed, prepared_at=ends)) == ["container_expired"]
    assert prepare_reagent(**mixed, prepared_at=ends - SECOND).expires_at == ends


def test_an_opened_container_is_told_until_it_is_put_away(cast: Cast) -> None:
    def told(at: Any) -> list[AlertKind]:
        return [due.kind for due in due_things(at)]

    found, olga = bottle(cast, life_after_opening=MONTH), actor(cast.olga)
    open_container(lot=found, opened_at=AT, actor=olga, at=AT)

    assert told(AT) == []
    assert told(AT + MONTH - timedelta(hours=1)) == [AlertKind.CONTAINER_ENDING]
    assert told(AT + MONTH) == told(AT + MONTH + timedelta(days=9)) == [AlertKind.CONTAINER_ENDED]
    discard_container(lot=found, actor=olga, at=AT + MONTH)
    assert told(AT + MONTH) == []
    assert codes(lambda: discard_container(lot=found, actor=olga, at=AT + MONTH)) == ["none_open"]


def test_the_stock_is_kept_on_pages_as_at_the_api(
    cast: Cast, batch: Record, web_client: Any, api_client: Any, time_machine: Any
) -> None:
    time_machine.move_to(AT, tick=False)
    bottle(cast, life_after_opening=MONTH)
    olga, said = web_client(cast.olga), {"amount": "0.1", "used_for": "CT-0042", "taken_at": "2026-11-05T14:00"}
    assert olga.post("/materials/lots/PL-121/take/", {**said, "place": "a.b[1]"}).status_code == 302
    again = olga.post("/materials/lots/PL-121/take/", {**said, "amount": "0.9"})
    assert (again.status_code, "0.2 L are left" in again.content.decode()) == (409, True)

    api, url = api_client(cast.olga), "/api/v1/lots/PL-121"
    body = {"amount": "0.9", "used_in": "batch/CT-0042", "taken_at": AT.isoformat()}
    assert api.post(f"{url}/movements/", body).json()["code"] == "not_enough"
    assert api.post(f"{url}/movements/", {**body, "amount": "0.2"}).json()["left"] == "0"
    assert [row["kind"] for row in api.get(f"{url}/movements/").json()] == ["USED", "USED", "RECEIVED"]
    assert api.post(f"{url}/containers/put-away/").json()["n"] == 1
    assert api.post(f"{url}/containers/", {"opened_at": AT.isoformat()}).status_code == 201
    assert api_client(cast.stella).post(f"{url}/counts/", {"counted": "2", "reason": "Found"}).json()["change"] == "2"

    here = {"lot": "PL-121", "amount": "0.5", "taken_at": "2026-11-05T14:00"}
    assert olga.post("/materials/take/CT-0042/?step=a.b[2]", here).status_code == 302
    assert olga.post("/materials/take/CT-0042/", {**here, "lot": "PL-9"}).status_code == 400

    page = olga.get("/materials/lots/PL-121/").content.decode()
    assert all(words in page for words in ("1.5 L", "PL-121 #2", "Counted", "a.b[2]", "Take from stock"))
