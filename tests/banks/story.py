"""A master bank of seven vials, five of them kept back, and a batch of the working bank planned from it."""

from datetime import timedelta
from functools import cache

from apps.banks.content import below_content, draw_content, second_content
from apps.banks.facts import DrawInput
from apps.banks.models import BelowReserve, Draw
from apps.banks.services import decide_below_reserve, draw_units
from apps.batches.content import move_content
from apps.batches.facts.words import BatchState, Verb
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.services.planning import plan_batch, start_batch
from apps.core.errors import Happened
from apps.organisation.models import User
from apps.products.loader import SEEDS, Loaded, load
from apps.units.models import Unit
from apps.units.services import fill_units, freeze_units, issue_containers, print_labels
from tests.cast import AT, Cast, actor, sign_as, site_of, train
from tests.dosing.story import let_go
from tests.products.making import known, planned
from tests.testing.story import as_if, released_lot

LATER = AT + timedelta(hours=2)
COUNTS = {"product": 7, "retained": 1, "qc": 1}


@cache
def master() -> Loaded:
    """The record of a master bank, read once."""
    return load(SEEDS / "products" / "umsc_master_bank" / "v1")


@cache
def working() -> Loaded:
    """The record of what is made from it."""
    return load(SEEDS / "products" / "umsc_working_bank" / "v1")


def bank_of_seven(cast: Cast, *, released: bool = True) -> Batch:
    """CT-0900: filled, frozen and, but for what is said, released; its tests are told elsewhere."""
    bank = started(cast, planned(cast, master()))
    olga = {"actor": actor(cast.olga), "at": AT}
    issue_containers(batch=bank, lot=released_lot(cast, "CV-1", "cryovial"), count=9, **olga)
    print_labels(batch=bank, units=[f"CT-0900-U{n:02}" for n in range(1, 10)], **olga)
    units = fill_units(batch=bank, filled_at=AT, counts=COUNTS, **olga)
    freeze_units(batch=bank, units=units, frozen_at=AT, **olga)
    if not released:
        return batch_now(bank)
    let_go([unit for unit in units if unit.kind == "PRODUCT"])
    return as_if(bank, BatchState.RELEASED)


def from_it(cast: Cast, bank: Batch, number: str = "WB-0001") -> Batch:
    """A working bank that Olga plans from a master bank."""
    version = known(working())
    train(cast.olga, version.record.address)
    said = {"product_version": version, "site": site_of("NANHU"), "actor": actor(cast.olga), "at": AT}
    return plan_batch(number=number, bank=bank, **said)


def started(cast: Cast, batch: Batch) -> Batch:
    """Olga starts it."""
    signing = sign_as(cast.olga, move_content(Verb.START, batch_now(batch)), at=LATER)
    return start_batch(batch=batch, signing=signing, actor=actor(cast.olga), at=LATER)


def drawn(
    cast: Cast,
    batch: Batch,
    *numbers: str,
    by: User | None = None,
    second: User | None = None,
    happened: Happened | None = None,
) -> list[Draw]:
    """Olga draws and Vera compares, or who is named."""
    said, who, other = DrawInput(numbers, happened), by or cast.olga, second or cast.vera
    return draw_units(
        batch=batch,
        said=said,
        signing=sign_as(who, draw_content(batch, said), at=LATER),
        countersigning=sign_as(other, second_content(batch, said), at=LATER, on=who),
        actor=actor(who),
        at=LATER,
    )


def lowered(cast: Cast, batch: Batch, lowest: int, *, by: User | None = None) -> BelowReserve:
    """Quinn lets the stock go down to this many."""
    who, reason = by or cast.quinn, "Retests are covered by the second tank"
    signing = sign_as(who, below_content(batch, lowest, reason), at=LATER)
    said = {"lowest": lowest, "reason": reason}
    return decide_below_reserve(batch=batch, **said, signing=signing, actor=actor(who), at=LATER)


def unit(n: int) -> Unit:
    """One vial of the bank, as it is now."""
    return Unit.objects.select_related("record", "batch").get(number=f"CT-0900-U{n:02}")
