"""A blinded trial: cells CT-0042 and placebo PB-0001, released; of both a lot of four kits, BK-0001, whose code Stella
and Ada hold. `SWAPPED` is the same list the other way round: whoever is blind must see no difference."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from apps.batches.content import move_content
from apps.batches.facts.words import BatchState, Verb
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.services.planning import plan_batch, start_batch
from apps.blinding.content import (
    agree_content,
    break_content,
    compare_content,
    name_content,
    open_content,
    read_content,
    seal_content,
)
from apps.blinding.facts import ListLine
from apps.blinding.models import CodeBreak, CodeHolder, CodeOpening, SealedBag
from apps.blinding.services import break_code, name_holder, open_code, read_list, seal_list
from apps.dosing.content import order_content
from apps.dosing.facts import DoseInput
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import prepare
from apps.dosing.services import order_treatment, reserve_units
from apps.identity.models import Recipient
from apps.organisation.models import User
from apps.products.loader import SEEDS, Loaded, load
from apps.units.models import Unit
from apps.units.services import fill_units, freeze_units, issue_containers, print_labels
from tests.cast import Cast, actor, sign_as, site_of, train
from tests.dosing.story import NOW, checked_by, let_go, patient, released_units, said
from tests.products.making import known
from tests.testing.story import FILLED, as_if, bags, released_lot

PACKED = FILLED + timedelta(days=5)
BROKEN = NOW + timedelta(days=2)
READINGS = {"bath_temperature": "37.0", "thaw_minutes": "3.5"}
KIT_DOSE = DoseInput("", "0.5", "10", READINGS)
KITS = tuple(f"BK-0001-K{kit:03}" for kit in range(1, 5))
ARMS = ("placebo", "cells", "cells", "placebo")
SWAPPED = ("cells", "placebo", "placebo", "cells")
OF = {"cells": "CT-0042", "placebo": "PB-0001"}


@cache
def master(name: str) -> Loaded:
    """The record of a product of the trial, read once."""
    return load(SEEDS / "products" / f"msc_covid19_{name}" / "v1")


def begun(cast: Cast, name: str, number: str, at: datetime) -> Batch:
    """A batch that is made from no donation: planned by Quinn, started by Olga."""
    version = known(master(name))
    train(cast.olga, version.record.address)
    site = site_of("NANHU")
    batch = plan_batch(number=number, product_version=version, site=site, actor=actor(cast.quinn), at=at)
    signing = sign_as(cast.olga, move_content(Verb.START, batch), at=at)
    return start_batch(batch=batch, signing=signing, actor=actor(cast.olga), at=at)


def placebo_units(cast: Cast) -> list[Unit]:
    """Nine bags of the vehicle, frozen a day after the cells, and released."""
    day = FILLED + timedelta(days=1)
    batch = begun(cast, "placebo", "PB-0001", FILLED)
    bags(cast, batch, at=FILLED)
    olga: dict[str, Any] = {"actor": actor(cast.olga), "at": day}
    print_labels(batch=batch, **olga)
    made = fill_units(batch=batch, filled_at=day, **olga)
    freeze_units(batch=batch, units=made, frozen_at=day, **olga)
    as_if(batch, BatchState.RELEASED)
    return let_go([unit for unit in made if unit.kind == "PRODUCT"])


def named(cast: Cast, batch: Batch, person: User, *, at: datetime = PACKED) -> CodeHolder:
    """Quinn names a holder of the code."""
    signing = sign_as(cast.quinn, name_content(batch, person), at=at)
    return name_holder(batch=batch, person=person, signing=signing, actor=actor(cast.quinn), at=at)


def lines_of(arms: Sequence[str] = ARMS) -> list[ListLine]:
    """The list: of each kit its three bags, of the next units of its arm. The last lines come first."""
    taken = dict.fromkeys(OF, 0)
    lines = []
    for kit, arm in zip(KITS, arms, strict=True):
        for bag in range(1, 4):
            taken[arm] += 1
            lines.append(ListLine(f"{kit}-{bag}", arm, f"{OF[arm]}-U{taken[arm]:02}"))
    return lines[::-1]


def sealed(
    cast: Cast, batch: Batch, lines: Sequence[ListLine], *, by: User | None = None, second: User | None = None
) -> list[SealedBag]:
    """Stella brings the list in, Ada compares."""
    one, two = by or cast.stella, second or cast.ada
    return seal_list(
        batch=batch,
        lines=lines,
        signing=sign_as(one, seal_content(batch, lines), at=PACKED),
        countersigning=sign_as(two, compare_content(batch, lines), at=PACKED, on=one),
        actor=actor(one),
        at=PACKED,
    )


def lot_of_kits(cast: Cast) -> Batch:
    """BK-0001, running, with two holders of its code; units of both arms are there."""
    released_units(cast)
    placebo_units(cast)
    lot = begun(cast, "kit", "BK-0001", PACKED)
    for person in (cast.stella, cast.ada):
        named(cast, lot, person)
    return lot


def packed_kits(cast: Cast, lot: Batch, arms: Sequence[str] = ARMS) -> list[Unit]:
    """The list sealed, the bags packed and released."""
    sealed(cast, lot, lines_of(arms))
    sleeves = released_lot(cast, "OS-1", "opaque_sleeve")
    olga: dict[str, Any] = {"actor": actor(cast.olga), "at": PACKED}
    issue_containers(batch=lot, lot=sleeves, count=12, **olga)
    print_labels(batch=lot, **olga)
    made = fill_units(batch=lot, filled_at=PACKED, **olga)
    as_if(lot, BatchState.RELEASED)
    return let_go(made)


def trial_order(cast: Cast, number: str = "R-0001", **words: Any) -> TreatmentOrder:
    """Paula orders a dose of the trial, Quentin checks it."""
    recipient, version = patient(cast, number), known(master("kit"))
    order = said(arm="blinded_three_doses", **words)
    content = order_content(recipient, version, order, prepare(recipient, version, order))
    written = order_treatment(
        recipient=recipient,
        product_version=version,
        said=order,
        signing=sign_as(cast.paula, content, at=NOW),
        actor=actor(cast.paula),
        at=NOW,
    )
    return checked_by(cast, "quentin", written)


def kept(cast: Cast, number: str = "R-0001", **words: Any) -> TreatmentOrder:
    """Nils, who knows no code, keeps the bag whose turn it is."""
    return reserve_units(order=trial_order(cast, number, **words), actor=actor(cast.nils), at=NOW)


def broken(cast: Cast, recipient: Recipient, *, reason: str = "Shock; the treatment depends on it") -> list[CodeBreak]:
    """Paula opens the code of a patient."""
    signing = sign_as(cast.paula, break_content(recipient, reason), at=BROKEN)
    return break_code(recipient=recipient, reason=reason, signing=signing, actor=actor(cast.paula), at=BROKEN)


def read(cast: Cast, lot: Batch, person: User) -> list[ListLine]:
    """Somebody reads the list."""
    signing = sign_as(person, read_content(lot), at=NOW)
    return read_list(batch=lot, signing=signing, actor=actor(person), at=NOW)


def opened(cast: Cast, lot: Batch, *, by: User | None = None, second: User | None = None) -> CodeOpening:
    """Quinn and Cora open the code of the lot."""
    one, two, reason = by or cast.quinn, second or cast.cora, "Data locked on 2027-03-01"
    return open_code(
        batch=lot,
        reason=reason,
        signing=sign_as(one, open_content(lot, reason), at=BROKEN),
        countersigning=sign_as(two, agree_content(lot, reason), at=BROKEN, on=one),
        actor=actor(one),
        at=BROKEN,
    )


def lot_again(lot: Batch) -> Batch:
    """The lot as it is now."""
    return batch_now(lot)
