"""Rules of drawing units from a bank. Pure."""

from collections.abc import Collection, Sequence

from apps.batches.facts.banks import TAKES
from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.units.facts import Stock


def has_no_bank(batch: str) -> Objection:
    """Units are drawn only for what is made from a bank."""
    return Objection("no_bank", N_("{batch} is not made from a bank."), {"batch": batch})


def takes_no_more(batch: str, state: BatchState) -> Objection | None:
    """Units go into a batch that is planned or runs."""
    if state in TAKES:
        return None
    template = N_("Batch {batch} is {state}: nothing is drawn for it.")
    return Objection("takes_no_more", template, {"batch": batch, "state": state})


def names_no_units(units: Collection[str]) -> Objection | None:
    """A draw is of something."""
    return None if units else Objection("no_units", N_("Scan the units."), place="units")


def are_scanned_twice(units: Sequence[str]) -> Objection | None:
    """Each unit is scanned once."""
    twice = sorted({one for one in units if units.count(one) > 1})
    if not twice:
        return None
    return Objection("scanned_twice", N_("Scanned twice: {units}."), {"units": ", ".join(twice)}, place="units")


def are_not_of_the_bank(scanned: Collection[str], found: Collection[str], bank: str) -> Objection | None:
    """Every unit is one of the bank that the batch is made from."""
    others = sorted(set(scanned) - set(found))
    if not others:
        return None
    facts = {"units": ", ".join(others)[:200], "bank": bank}
    return Objection("of_another_bank", N_("{units} is not of bank {bank}."), facts, place="units")


def stands_in_a_shipment(unit: str, shipment: str) -> Objection | None:
    """What waits for its shipment is drawn by nobody."""
    if not shipment:
        return None
    template = N_("Unit {unit} stands in the shipment {shipment}.")
    return Objection("in_shipment", template, {"unit": unit, "shipment": shipment}, place="units")


def is_no_decision(stock: Stock, lowest: int) -> Objection | None:
    """A decision lets the stock go below what is kept back, and not below nothing."""
    if 0 <= lowest < stock.reserved:
        return None
    template = N_("The bank keeps {reserved} back: name a number from 0 to {most}.")
    facts = {"reserved": stock.reserved, "most": max(stock.reserved - 1, 0)}
    return Objection("no_decision", template, facts, place="lowest")


def is_one_person(first: str, second: str) -> Objection | None:
    """Two people draw."""
    if first != second:
        return None
    return Objection("same_person", N_("You can’t be the second person as well; somebody else signs."))
