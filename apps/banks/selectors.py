"""Reads of banks: which one it is, what was drawn for what, how far down a decision lets the stock go."""

from datetime import datetime

from apps.banks import rules
from apps.banks.facts import DrawInput
from apps.banks.models import BelowReserve, Draw
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.rules.planning import is_bank_not_released
from apps.batches.selectors.banking import bank_facts, bank_now
from apps.batches.selectors.batches import batch_now, visible_batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import Objection, RuleBroken
from apps.organisation.models import User
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds
from apps.transport.selectors import standing_shipments
from apps.units.facts import UnitVerb
from apps.units.lifecycle import gone, refuses
from apps.units.models import Unit
from apps.units.rules import goes_below_the_reserve, is_expired, number_of_code
from apps.units.selectors import stock_of

WITH = ("record", "batch__record", "batch__site")


def bank_of(batch: Batch) -> Batch:
    """The bank a batch is made from, as it is now. Raises RuleBroken where there is none."""
    bank = bank_now(batch)
    if bank is None or definition_of_batch(bank).units.bank is None:
        raise RuleBroken(rules.has_no_bank(batch.number))
    return batch_now(bank)


def visible_bank(user: User, number: str, at: datetime) -> Batch:
    """The bank with this number within a person's sites. Raises Batch.DoesNotExist, as for a batch that is none."""
    found = visible_batch(user, number, at)
    if definition_of_batch(found).units.bank is None:
        raise Batch.DoesNotExist
    return found


def permitted_for(batch: Batch, bank: Batch) -> int | None:
    """How far down the newest decision lets the stock go for this batch; None: nothing was decided."""
    newest = BelowReserve.objects.filter(batch=batch, bank=bank).order_by("pk").last()
    return newest.lowest if newest else None


def draws_of(bank: Batch) -> list[Draw]:
    """What was drawn from a bank, newest first."""
    return list(Draw.objects.filter(bank=bank).select_related("unit", "batch").order_by("-pk"))


def draws_for(batch: Batch) -> list[Draw]:
    """What was drawn for a batch."""
    return list(Draw.objects.filter(batch=batch).select_related("unit", "bank").order_by("pk"))


def decisions_of(bank: Batch) -> list[BelowReserve]:
    """The decisions to go below the reserve, newest first."""
    return list(BelowReserve.objects.filter(bank=bank).select_related("batch", "bank").order_by("-pk"))


def numbers_in(said: DrawInput) -> tuple[str, ...]:
    """The numbers of the units that were scanned."""
    return tuple(number_of_code(text) for text in said.units if text.strip())


def units_named(bank: Batch, numbers: tuple[str, ...]) -> list[Unit]:
    """These units of a bank, in the order of their numbers."""
    return list(Unit.objects.filter(batch=bank, number__in=numbers).select_related(*WITH).order_by("pk"))


def never_drawn(batch: Batch, bank: Batch, numbers: tuple[str, ...]) -> list[Objection | None]:
    """What no statement of what happened makes true: nothing scanned, a unit twice, one of another bank, or gone."""
    units = units_named(bank, numbers)
    return [
        rules.names_no_units(numbers),
        rules.are_scanned_twice(numbers),
        rules.are_not_of_the_bank(numbers, [unit.number for unit in units], bank.number),
        *(refuses(UnitVerb.DRAW, unit.facts) for unit in units if gone(unit.facts)),
        rules.takes_no_more(batch.number, BatchState(batch.state)),
    ]


def against_drawing(batch: Batch, bank: Batch, units: list[Unit], drawn_at: datetime) -> list[Objection | None]:
    """What stands against drawing these units, and may yet have happened."""
    holds = open_holds([unit.record for unit in units]) if units else []
    held = [hold for hold in holds if hold.blocks & {Blocks.PROCESS, Blocks.ISSUE, Blocks.USE}]
    sent = standing_shipments(units)
    return [
        is_bank_not_released(bank_facts(bank)),
        has_open_holds(held),
        goes_below_the_reserve(stock_of(bank), len(units), permitted_for(batch, bank)),
        *(is_expired(unit.facts, drawn_at) for unit in units),
        *(rules.stands_in_a_shipment(unit.number, sent.get(unit.pk, "")) for unit in units),
    ]
