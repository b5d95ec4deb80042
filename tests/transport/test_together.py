"""Units of several batches in one shipment: what their masters share governs; what shares nothing stays apart."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from apps.audit.services import audited
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import SYSTEM
from apps.core.errors import Objection
from apps.products.definition import NumberParameter, NumericLimit, Parameter
from apps.products.definition.limits import OneOfLimit
from apps.products.definition.storage import TransportMode
from apps.products.facts import LimitKind
from apps.products.services import import_version
from apps.quality.facts import Blocks
from apps.quality.selectors import open_holds
from apps.quality.services import place_hold
from apps.transport.content import decision_content
from apps.transport.facts import Asked, ShipmentVerb
from apps.transport.models import Shipment, ShippedUnit
from apps.transport.rules.together import asked_once, contradictions, strictest, strictest_stage, way_for
from apps.transport.selectors import (
    batches_in,
    mode_of,
    parameters_of,
    receipt_within,
    refused_of,
    shipment_now,
    stage_for,
)
from apps.transport.services import accept_shipment, request_shipment
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import AT, Cast, actor, sign_as
from tests.dosing.story import released_units
from tests.products.test_versions import other_text
from tests.testing.prologue import known_people, undone
from tests.testing.story import loaded, running_batch
from tests.transport.story import (
    ASKED,
    DECIDED,
    U1,
    asked,
    confirmed,
    curve,
    handed,
    packed,
    received,
    released,
    taken,
    with_file,
)
from tests.transport.test_places import tank

OTHER = "CT-0043-U01"
MODES = {mode.key: mode for mode in loaded().definition.transport.modes}


def limited(mode: TransportMode, **words: Any) -> TransportMode:
    """The same way with another limit of its temperature."""
    limit = mode.temperature.limit
    assert limit is not None
    warmth = mode.temperature.model_copy(update={"limit": limit.model_copy(update=words)})
    return mode.model_copy(update={"temperature": warmth})


# --- the rule -------------------------------------------------------------------------------------------------------
def ends(mode: TransportMode | Objection) -> tuple[Any, Any]:
    assert not isinstance(mode, Objection)
    assert isinstance(mode.temperature, NumberParameter)
    limit: Any = mode.temperature.limit
    return limit.low, limit.high


def test_the_strictest_range_governs() -> None:
    chilled = MODES["chilled"]
    wider, shifted = (
        limited(chilled, low=Decimal("1.0"), high=Decimal("10.0")),
        limited(chilled, low=Decimal("4.0"), high=Decimal("12.0")),
    )

    assert ends(strictest([chilled, wider])) == ends(strictest([wider, chilled])) == ends(chilled)
    assert ends(strictest([wider, shifted])) == (Decimal("4.0"), Decimal("10.0"))


def test_ranges_without_a_common_temperature_do_not_travel_together() -> None:
    found = strictest([MODES["chilled"], MODES["dry_shipper"]])

    assert isinstance(found, Objection)
    assert found.code == "no_common_range"


def test_the_least_time_and_the_greatest_margin_govern() -> None:
    chilled = MODES["chilled"]
    quick = limited(chilled).model_copy(update={"hold_time_factor": Decimal(3), "at_most": None})

    both = strictest([quick, chilled])
    assert not isinstance(both, Objection)
    assert (both.at_most, both.hold_time_factor) == (chilled.at_most, Decimal(3))


def test_another_batch_travels_in_the_way_of_its_own_that_keeps_its_state() -> None:
    modes = list(MODES.values())
    frozen = MODES["dry_shipper"].state

    assert way_for(modes, "dry_shipper", frozen) == MODES["dry_shipper"]
    assert way_for(modes, "balloon", frozen) == MODES["dry_shipper"]
    assert way_for(modes, "balloon", "molten") is None


def test_every_paper_and_question_of_each_master_is_asked_for() -> None:
    stage = loaded().definition.transport
    other = stage.model_copy(update={"documents": stage.documents[:1], "receipt": stage.receipt[:1]})

    assert strictest_stage([other, stage]).documents == stage.documents
    assert {one.key for one in strictest_stage([other, stage]).receipt} == {one.key for one in stage.receipt}


STAGE = loaded().definition.transport
QUESTION = next(one for one in STAGE.receipt if one.kind == "YES_NO")
NUMBER = next(one for mode in MODES.values() for one in mode.checks if isinstance(one, NumberParameter) and one.limit)


def asking(parameter: Parameter, **words: Any) -> Parameter:
    """The same question in other words."""
    return parameter.model_copy(update=words)


def between(low: str, high: str) -> NumericLimit:
    """A range for the number that is asked."""
    assert isinstance(NUMBER.limit, NumericLimit)
    ends = {"low": Decimal(low), "high": Decimal(high), "action": None, "alert": None}
    return NUMBER.limit.model_copy(update={"kind": LimitKind.RANGE, **ends})


def one_of(*values: str) -> OneOfLimit:
    return OneOfLimit.model_validate({"kind": "one_of", "values": values})


def limit_of(*questions: Parameter) -> Any:
    (found,) = asked_once(questions)
    return found.limit


def test_what_one_master_needs_answered_is_needed_whoever_comes_first() -> None:
    needed, not_needed = asking(QUESTION, required=True), asking(QUESTION, required=False)

    assert [one.required for one in asked_once([not_needed, needed])] == [True]
    assert [one.required for one in asked_once([needed, not_needed])] == [True]


def test_a_question_that_two_masters_judge_is_judged_by_both() -> None:
    wide, narrow = asking(NUMBER, limit=between("1.0", "9.0")), asking(NUMBER, limit=between("4.0", "20.0"))
    free = asking(NUMBER, limit=None)
    yes, either = asking(QUESTION, limit=one_of("yes")), asking(QUESTION, limit=one_of("yes", "no"))

    assert (limit_of(wide, narrow).low, limit_of(wide, narrow).high) == (Decimal("4.0"), Decimal("9.0"))
    assert limit_of(free, wide) == limit_of(wide, free) == between("1.0", "9.0")
    assert limit_of(either, yes).values == limit_of(yes, either).values == ("yes",)


@pytest.mark.parametrize(
    "other",
    [
        asking(NUMBER, limit=between("100.0", "200.0")),
        asking(NUMBER, unit="g"),
        asking(QUESTION, key=NUMBER.key),
    ],
    ids=["another range", "another unit", "another kind"],
)
def test_what_two_masters_ask_and_no_answer_can_meet_is_named(other: Parameter) -> None:
    own = asking(NUMBER, limit=between("1.0", "9.0"))

    for questions in ([own, other], [other, own]):
        assert [one.code for one in contradictions(questions)] == ["asked_otherwise"]
    assert contradictions([own, own]) == []


# --- two batches ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class World:
    """Two batches with released units."""

    cast: Cast
    batch: Batch


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with undone(django_db_blocker) as people:
        assert people.quinn  # the site is founded with its first person
        first = running_batch(people)
        released(people, first)
        released_units(people, "CT-0043", 2)
        yield World(people, first)


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    return known_people(world.cast)


@pytest.fixture
def batch(world: World, db: None) -> Batch:
    return batch_now(world.batch)


def together(cast: Cast, batch: Batch, *numbers: str, way: Asked | None = None) -> Shipment:
    units = list(Unit.objects.filter(number__in=numbers or (U1, OTHER)).select_related("record", "batch__record"))
    who: dict[str, Any] = {"actor": actor(cast.stella), "at": ASKED}
    return request_shipment(batch=batch, units=units, asked=way or asked(), **who)


def other_master(*, receipt: Mapping[str, Any] | None = None, **limit: Any) -> None:
    """The other batch is made by a master of another product whose dry shipper has this limit."""
    transport = json.loads(loaded().text)["transport"]
    if receipt:
        kept = [one for one in transport["receipt"] if one["key"] != receipt["key"]]
        transport["receipt"] = [*kept, receipt]
    mode = next(one for one in transport["modes"] if one["key"] == "dry_shipper")
    mode["temperature"]["limit"] = {**mode["temperature"]["limit"], "action": None, **limit}
    text = other_text(loaded(), key="msc_other", transport=transport)
    named = replace(text, definition=text.definition.model_copy(update={"key": "msc_other"}))
    version = import_version(loaded=named, actor=SYSTEM, at=AT)
    other = Batch.objects.select_related("record").get(number="CT-0043")
    with audited(actor=SYSTEM, action="test.changed", at=AT, touching=[other.record]) as change:
        change.update(other, product_version=version, definition_sha256=version.sha256)


def came_too_warm_for_the_other(cast: Cast, batch: Batch) -> Shipment:
    """−155 °C on the way: warm enough for the master of the second batch, cold enough for that of the first."""
    other_master(high="-160")
    shipment = taken(cast, handed(cast, packed(cast, together(cast, batch))))
    with_file(cast, shipment, curve({40: "-155"}))
    return shipment_now(confirmed(cast, received(cast, shipment)))


def accepted(cast: Cast, shipment: Shipment, *refused: str) -> Shipment:
    """Quinn accepts, but for what is named."""
    content = decision_content(shipment, ShipmentVerb.ACCEPT, "Judged", {}, refused)
    signing = sign_as(cast.quinn, content, at=DECIDED)
    who: dict[str, Any] = {"actor": actor(cast.quinn), "at": DECIDED}
    return accept_shipment(shipment=shipment, reason="Judged", signing=signing, refused=refused, **who)


def held(number: str) -> list[str]:
    """What keeps a unit from use: on itself, or on what it was made of."""
    return [hold.code for hold in open_holds([Unit.objects.get(number=number).record], Blocks.USE)]


def test_units_of_two_batches_travel_in_one_shipment_and_are_received(cast: Cast, batch: Batch) -> None:
    shipment = packed(cast, together(cast, batch))
    shipment = taken(cast, handed(cast, shipment))
    with_file(cast, shipment, curve())
    shipment = shipment_now(confirmed(cast, received(cast, shipment)))

    assert (shipment.number, shipment.state, shipment.findings) == ("CT-0042-T01", "RECEIVED", [])
    assert [one.number for one in batches_in(shipment)] == ["CT-0042", "CT-0043"]
    assert set(Unit.objects.filter(number__in=[U1, OTHER]).values_list("custody", flat=True)) == {"AT_SITE"}


def test_each_batch_is_judged_by_its_own_master(cast: Cast, batch: Batch) -> None:
    shipment = came_too_warm_for_the_other(cast, batch)

    assert ends(mode_of(shipment))[1] == Decimal(-160)
    assert [one["facts"]["batch"] for one in shipment.findings] == ["CT-0043"]
    assert shipment.state == "QUARANTINED"


def test_the_unit_that_was_too_warm_is_kept_from_use_and_the_other_accepted(cast: Cast, batch: Batch) -> None:
    shipment = came_too_warm_for_the_other(cast, batch)
    assert codes(lambda: accepted(cast, shipment, U1, OTHER)) == ["no_part"]
    done = accepted(cast, shipment, OTHER)

    assert (done.state, refused_of(done)) == ("ACCEPTED", [OTHER])
    assert (held(U1), held(OTHER)) == ([], ["waits_for_acceptance"])


def test_out_of_quarantine_no_single_unit_is_refused(cast: Cast, batch: Batch) -> None:
    shipment = taken(cast, handed(cast, packed(cast, together(cast, batch))))
    with_file(cast, shipment, curve())
    shipment = shipment_now(confirmed(cast, received(cast, shipment)))

    assert codes(lambda: accepted(cast, shipment, OTHER)) == ["not_in_quarantine"]


def test_what_governs_a_shipment_is_read_once(cast: Cast, batch: Batch, django_assert_num_queries: Any) -> None:
    shipment = shipment_now(together(cast, batch))
    mode_of(shipment_now(shipment))  # the master records are read once in the life of a process

    with django_assert_num_queries(1):
        assert (mode_of(shipment), len(stage_for(shipment).documents)) == (MODES["dry_shipper"], len(STAGE.documents))
        assert (len(batches_in(shipment)), receipt_within(shipment) > timedelta(0)) == (2, True)
        assert parameters_of(shipment)


def test_a_shipment_is_told_in_as_many_statements_whatever_lies_in_it(
    cast: Cast, batch: Batch, api_client: Any
) -> None:
    stella = api_client(cast.stella)

    def statements(shipment: Shipment) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert stella.get(f"/api/v1/shipments/{shipment.number}/").status_code == 200
        return len(asked)

    one = together(cast, batch, U1)
    several = together(cast, batch, "CT-0042-U02", "CT-0042-U03", OTHER)
    statements(one)
    assert statements(one) == statements(several)


def test_a_hold_of_one_batch_stops_its_units_and_no_others(cast: Cast, batch: Batch) -> None:
    shipment = taken(cast, handed(cast, packed(cast, together(cast, batch))))
    with_file(cast, shipment, curve())
    shipment = shipment_now(confirmed(cast, received(cast, shipment)))
    accepted(cast, shipment)
    other = Batch.objects.select_related("record").get(number="CT-0043")
    with audited(actor=SYSTEM, action="test.held", at=AT, touching=[other.record]) as change:
        place_hold(change, record=other.record, key="doubt", blocks=[Blocks.USE], code="doubt", template="Doubt")

    assert (held(U1), held(OTHER)) == ([], ["doubt"])


def test_a_batch_whose_range_is_another_stays_behind_with_the_reason(cast: Cast, batch: Batch) -> None:
    other_master(kind="range", low="-90", high="-70")

    assert codes(lambda: together(cast, batch)) == ["no_common_range"]
    assert not ShippedUnit.objects.exists()


def test_a_question_that_the_masters_judge_apart_keeps_the_batches_apart(cast: Cast, batch: Batch) -> None:
    receipt = json.loads(loaded().text)["transport"]["receipt"]
    refused = {**next(one for one in receipt if one["key"] == QUESTION.key), "limit": {"kind": "equals", "value": "no"}}
    other_master(receipt=refused)

    assert codes(lambda: together(cast, batch)) == ["asked_otherwise"]


def test_a_check_of_one_master_and_a_question_of_the_other_by_the_same_name_are_one(cast: Cast, batch: Batch) -> None:
    modes = json.loads(loaded().text)["transport"]["modes"]
    check = next(one["checks"][0] for one in modes if one["key"] == "dry_shipper")
    other_master(receipt=check)
    shipment = taken(cast, handed(cast, packed(cast, together(cast, batch))))
    with_file(cast, shipment, curve())

    done = received(cast, shipment)

    assert done.values.filter(parameter=check["key"]).count() == 1


def test_what_is_kept_from_use_gets_no_position(cast: Cast, batch: Batch) -> None:
    shipment = came_too_warm_for_the_other(cast, batch)
    tank(cast, "WARD-7")
    put = {OTHER: "WARD-7/1/1/A1"}
    signing = sign_as(cast.quinn, decision_content(shipment, ShipmentVerb.ACCEPT, "Judged", put, [OTHER]), at=DECIDED)
    who: dict[str, Any] = {"signing": signing, "actor": actor(cast.quinn), "at": DECIDED}

    accept = partial(accept_shipment, shipment=shipment, reason="Judged", places=put, refused=[OTHER], **who)
    assert codes(accept) == ["refused_and_placed"]


def test_the_batch_that_numbers_a_shipment_is_among_its_units(cast: Cast, batch: Batch) -> None:
    assert "no_units" in codes(lambda: together(cast, batch, OTHER))
