"""Made = administered + stored + tested + retained + shipped + destroyed; and what was destroyed stays destroyed."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import Happened, RuleBroken
from apps.quality.models import Event
from apps.testing.services import draw_sample
from apps.units.facts import Condition, Custody, Disposition, Fate, UnitFacts, UnitKind, UnitVerb
from apps.units.lifecycle import MOVES, fate_of, goes_back
from apps.units.models import Unit
from apps.units.rules import units_balance
from apps.units.selectors import whereabouts, whereabouts_of
from apps.units.services import move_units
from tests.cast import Cast, actor
from tests.testing.story import FILLED, HOUR, filled, received_sample

STATES = list(product(UnitKind, Disposition, Condition, Custody, [True, False]))
units = st.lists(st.sampled_from(STATES), max_size=40)


def fate(state: tuple[Any, ...]) -> Fate | None:
    kind, disposition, condition, custody, sampled = state
    return fate_of(UnitFacts("U", kind, disposition, condition, custody, FILLED), sampled)


def fates(states: list[tuple[Any, ...]]) -> dict[str, Fate | None]:
    return {f"U{n:02}": fate(state) for n, state in enumerate(states)}


# --- the rule -------------------------------------------------------------------------------------------------------
@given(units)
def test_every_unit_counts_once_or_is_named(states: list[tuple[Any, ...]]) -> None:
    balance = units_balance(len(states), fates(states))

    assert sum(balance.accounted.values()) + len(balance.unexplained) == len(states)
    assert balance.closes == (not balance.unexplained)


@given(units, st.integers(min_value=1, max_value=5))
def test_a_unit_more_or_less_than_was_made_opens_the_balance(states: list[tuple[Any, ...]], n: int) -> None:
    made = len(states)

    assert not units_balance(made + n, fates(states)).closes
    assert made < n or not units_balance(made - n, fates(states)).closes


@given(units, st.randoms())
def test_the_order_of_the_units_changes_nothing(states: list[tuple[Any, ...]], dice: Any) -> None:
    listed = list(fates(states).items())
    dice.shuffle(listed)

    assert units_balance(len(states), dict(listed)) == units_balance(len(states), fates(states))


def test_where_a_unit_counts_is_said_by_its_states() -> None:
    store, gone = Custody.IN_STORE, Custody.DESTROYED
    frozen, spent, released = Condition.FROZEN, Condition.SPENT, Disposition.RELEASED
    said = {
        (UnitKind.PRODUCT, released, frozen, store, False): Fate.STORED,
        (UnitKind.PRODUCT, released, frozen, Custody.RESERVED, False): Fate.STORED,
        (UnitKind.PRODUCT, released, frozen, Custody.IN_TRANSIT, False): Fate.SHIPPED,
        (UnitKind.PRODUCT, released, Condition.THAWED, Custody.AT_SITE, False): Fate.SHIPPED,
        (UnitKind.PRODUCT, released, spent, Custody.ADMINISTERED, False): Fate.ADMINISTERED,
        (UnitKind.PRODUCT, released, spent, store, False): None,
        (UnitKind.QC, Disposition.QUARANTINED, spent, store, True): Fate.TESTED,
        (UnitKind.QC, Disposition.QUARANTINED, spent, gone, True): Fate.DESTROYED,
        (UnitKind.RETAINED, Disposition.QUARANTINED, frozen, store, False): Fate.RETAINED,
        (UnitKind.RETAINED, Disposition.REJECTED, frozen, gone, False): Fate.DESTROYED,
    }

    assert {state: fate(state) for state in said} == said


# --- what was destroyed ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", UnitVerb)
def test_no_verb_brings_back_what_was_destroyed_even_if_it_is_said_to_have_happened(verb: UnitVerb) -> None:
    for kind, disposition, condition in product(UnitKind, Disposition, Condition):
        facts = UnitFacts("U", kind, disposition, condition, Custody.DESTROYED, FILLED)
        moves = MOVES[verb].custody is not None or MOVES[verb].condition is not None

        assert goes_back(verb, facts) == moves


def destroyed(batch: Batch, *units: Unit) -> list[Unit]:
    touching = [batch.record, *(unit.record for unit in units)]
    with audited(actor=SYSTEM, action="test", at=FILLED, touching=touching) as change:
        return move_units(change, units=units, verb=UnitVerb.DESTROY)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [verb for verb in UnitVerb if MOVES[verb].disposition is None])
def test_a_destroyed_unit_takes_no_further_step(cast: Cast, batch: Batch, verb: UnitVerb) -> None:
    unit = destroyed(batch, filled(cast, batch)[0])[0]
    happened = Happened(FILLED + HOUR, "The log of the ward says so.")

    def move(**how: Any) -> None:
        touching = [batch.record, unit.record]
        with audited(actor=SYSTEM, action="test", at=FILLED + HOUR, touching=touching) as change:
            move_units(change, units=[unit], verb=verb, **how)

    with pytest.raises(RuleBroken):
        move()
    move(happened=happened)

    assert Unit.objects.get(pk=unit.pk).custody == "DESTROYED"
    assert Event.objects.get().severity == "CRITICAL"


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"custody": "IN_STORE"}, {"custody": "ADMINISTERED", "condition": "SPENT"}])
def test_the_database_itself_brings_nothing_back(cast: Cast, batch: Batch, change: dict[str, str]) -> None:
    unit = destroyed(batch, filled(cast, batch)[0])[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(**change, spent_at=FILLED)


@pytest.mark.django_db
def test_nothing_is_sampled_from_a_destroyed_unit_although_it_was_sampled_before(cast: Cast, batch: Batch) -> None:
    tested = next(unit for unit in filled(cast, batch) if unit.kind == "QC")
    received_sample(cast, batch, "qc_unit", at=FILLED + HOUR, unit=tested)
    destroyed(batch, tested)

    with pytest.raises(RuleBroken) as refusal:
        draw_sample(
            batch=batch,
            kind="qc_unit",
            source=tested.record,
            drawn_at=FILLED + 2 * HOUR,
            actor=actor(cast.olga),
            at=FILLED + 2 * HOUR,
        )

    assert [objection.code for objection in refusal.value.objections] == ["unit_destroyed"]


# --- a batch --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_balance_of_a_batch_follows_its_units(cast: Cast, batch: Batch) -> None:
    assert whereabouts(batch).made == 0
    made = filled(cast, batch)
    assert (whereabouts(batch).accounted[Fate.STORED], whereabouts(batch).accounted[Fate.RETAINED]) == (10, 2)

    tested = next(unit for unit in made if unit.kind == "QC")
    received_sample(cast, batch, "qc_unit", at=FILLED + HOUR, unit=tested)
    destroyed(batch, made[0], made[1])

    balance = whereabouts(batch)
    assert balance.closes
    assert balance.made == 12
    assert {fate.value: n for fate, n in balance.accounted.items() if n} == {
        "STORED": 7,
        "TESTED": 1,
        "RETAINED": 2,
        "DESTROYED": 2,
    }


@pytest.mark.django_db
def test_a_unit_that_was_used_up_and_went_nowhere_is_named(cast: Cast, batch: Batch) -> None:
    unit = filled(cast, batch)[0]
    with audited(actor=SYSTEM, action="test", at=FILLED, touching=[batch.record, unit.record]) as change:
        move_units(change, units=[unit], verb=UnitVerb.USE_UP, moved_at=FILLED)

    balance = whereabouts(batch)

    assert (balance.closes, balance.unexplained, balance.difference) == (False, ("CT-0042-U01",), 1)


@pytest.mark.django_db
def test_any_number_of_batches_costs_the_same(
    cast: Cast, batch: Batch, django_assert_num_queries: Callable[..., Any]
) -> None:
    filled(cast, batch)

    with django_assert_num_queries(3):
        assert whereabouts_of([batch, batch])[batch.pk].made == 12


@pytest.mark.django_db
def test_the_page_of_the_units_and_the_api_say_where_they_are(
    cast: Cast, batch: Batch, web_client: Any, api_client: Any, time_machine: Any
) -> None:
    time_machine.move_to(FILLED + timedelta(minutes=5), tick=False)
    destroyed(batch, filled(cast, batch)[0])

    page = web_client(cast.olga).get("/units/batches/CT-0042/").content.decode()
    said = api_client(cast.olga).get("/api/v1/batches/CT-0042/units/balance/").json()

    assert "Where the units are" in page
    assert (said["made"], said["accounted"]["DESTROYED"], said["accounted"]["STORED"]) == (12, 1, 9)
    assert (said["closes"], said["unexplained"]) == (True, [])
