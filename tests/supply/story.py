"""Paula agrees, Cora decides, Quentin lets the units go; all at NOW unless said otherwise."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.actor import SYSTEM
from apps.core.roles import Role
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import order_now
from apps.dosing.services import agree_to_supply
from apps.quality.content import close_event_content
from apps.quality.facts import EventState
from apps.quality.models import Event
from apps.quality.services import close_event
from apps.release.facts import Answer
from apps.release.selectors import review_page
from apps.release.services import accept_finding
from apps.supply.content import agree_content, decide_content, release_to_named_content
from apps.supply.facts import Agreed, Route
from apps.supply.models import NamedSupply
from apps.supply.selectors import free_units, supply_now
from apps.supply.services import decide_supply, release_to_named
from apps.testing.models import Sample
from apps.units.facts import Counted, Custody, UnitKind
from apps.units.models import Unit
from apps.units.selectors import units_now, units_of
from apps.units.services import freeze_units, reconcile
from tests.cast import Cast, actor, give_role, sign_as
from tests.dosing.story import NOW
from tests.testing.story import (
    DAY,
    FILLED,
    INOCULATED,
    all_tested,
    as_if,
    entered,
    run_through,
    running_batch,
    specified,
)

NOTE = "Read; no effect on the product."
LONG = ("sterility",)
SAID = Agreed(Route.CONDITIONAL, "By Dr Paula at the visit: sterility is outstanding.")
ASKED = Agreed(
    Route.EXCEPTIONAL,
    informed="By Dr Paula at the visit: growth was found, antibiotics are given.",
    need="No other donor; the patient would not live until the next batch.",
    risk="Infection; the organism is sensitive to what is given.",
)


def waiting_batch(cast: Cast) -> Batch:
    """A batch whose rapid tests are reviewed while the long ones run; frozen, reconciled, its record reviewed."""
    batch = running_batch(cast)
    all_tested(cast, batch, but=LONG)
    as_if(batch, BatchState.RUNNING)
    for counted in Counted:
        reconcile(batch=batch, counted=counted, actor=actor(cast.olga), at=FILLED)
    kept = [unit for unit in units_of(batch) if unit.kind == UnitKind.PRODUCT]
    freeze_units(batch=batch, units=kept, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    give_role(cast.quentin, Role.CERTIFIER)
    accepted(cast, as_if(batch, BatchState.FINISHED))
    return as_if(batch, BatchState.REVIEWED)


def accepted(cast: Cast, batch: Batch) -> None:
    """Quentin has looked at whatever is not as the master says, and closes what was reported."""
    for finding in review_page(batch).findings:
        if finding.answer is Answer.TO_JUDGE:
            accept_finding(batch=batch, key=finding.key, note=NOTE, actor=actor(cast.quentin), at=NOW)
    for event in Event.objects.filter(subject=batch.record, state=EventState.OPEN).select_related("record", "subject"):
        signing = sign_as(cast.quentin, close_event_content(event=event, reason=NOTE), at=NOW)
        close_event(event=event, reason=NOTE, signing=signing, actor=actor(cast.quentin), at=NOW)


def agreed(
    cast: Cast, order: TreatmentOrder, batch: Batch, said: Agreed = SAID, *, by: str = "paula", at: datetime = NOW
) -> NamedSupply:
    """Paula signs for the patient of her order, or who is named."""
    person, order, batch = getattr(cast, by), order_now(order), batch_now(batch)
    signing = sign_as(person, agree_content(batch, order.record, order.recipient, said), at=at)
    return agree_to_supply(order=order, batch=batch, said=said, signing=signing, actor=actor(person), at=at)


def decided(
    cast: Cast, supply: NamedSupply, units: Sequence[Unit] = (), *, by: str = "cora", at: datetime = NOW
) -> NamedSupply:
    """Cora decides."""
    person, supply = getattr(cast, by), supply_now(supply)
    signing = sign_as(person, decide_content(supply, units or free_units(supply.batch)), at=at)
    return decide_supply(supply=supply, units=units, signing=signing, actor=actor(person), at=at)


def let_go(cast: Cast, supply: NamedSupply, *, by: str = "quentin", at: datetime = NOW) -> NamedSupply:
    """Quentin, as the second person, lets the units go."""
    person, supply = getattr(cast, by), supply_now(supply)
    signing = sign_as(person, release_to_named_content(supply), at=at)
    return release_to_named(supply=supply, signing=signing, actor=actor(person), at=at)


def supplied(cast: Cast, order: TreatmentOrder, batch: Batch, n: int = 2, said: Agreed = SAID) -> NamedSupply:
    """The first units of the batch, let go to the patient of an order."""
    units = free_units(batch)[:n]
    return let_go(cast, decided(cast, agreed(cast, order, batch, said), units))


def comes_in(cast: Cast, batch: Batch, test: str, **answers: str) -> Any:
    """A long test is done and reviewed."""
    wanted = specified(test)
    sample = next(one for one in Sample.objects.filter(batch=batch).order_by("pk") if test in one.tests)
    number = f"AR-9{len(test):03}"
    return run_through(cast, batch_now(batch), sample, wanted, number, answers or None)


def seen_in_sterility(cast: Cast, batch: Batch, growth: str) -> None:
    """Anna enters what she sees in the bottles; she has not signed it, nobody has reviewed it."""
    sample = next(one for one in Sample.objects.filter(batch=batch).order_by("pk") if "sterility" in one.tests)
    when: dict[str, Any] = {"at": INOCULATED + 15 * DAY, "inoculated_at": INOCULATED}
    entered(cast, batch_now(batch), sample, "sterility", "AR-9100", answers={"growth": growth}, **when)


def out(units: Sequence[Unit]) -> list[Unit]:
    """The units at the bed, without the shipment that leads there."""
    with audited(actor=SYSTEM, action="test.sent", at=NOW, touching=[unit.record for unit in units]) as change:
        change.update_many(units_now(units), action="unit.arrive", custody=Custody.AT_SITE)
    return units_now(units)
