"""Rules of planning and starting. Pure."""

import re
from collections.abc import Collection
from datetime import date, datetime

from apps.batches.facts.banks import BankFacts
from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Definition
from apps.products.definition.banking import FromBank
from apps.products.facts import VersionState

ENDED = frozenset({BatchState.REJECTED, BatchState.TERMINATED})
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,30}", re.ASCII)


def is_badly_numbered(number: str) -> Objection | None:
    """A batch number is part of addresses, labels and barcodes: capitals, digits and hyphens."""
    if NUMBER.fullmatch(number):
        return None
    template = N_('"{number}" is no batch number: capitals, digits and hyphens, 2 to 31 of them.')
    return Objection("number_malformed", template, {"number": number[:40]}, place="number")


def is_not_approved(state: VersionState, version: str) -> Objection | None:
    """Only an approved master record is executed (21 CFR 211.186)."""
    if state is VersionState.APPROVED:
        return None
    template = N_("Master record {version} is {state}, not approved.")
    return Objection("version_not_approved", template, {"version": version, "state": state}, place="product_version")


def is_not_authorised_here(site: str, sites: Collection[str]) -> Objection | None:
    """A product is made only at the sites its authorisation names."""
    if site in sites:
        return None
    template = N_("The authorisation does not name site {site}.")
    return Objection("site_not_authorised", template, {"site": site}, place="site")


def is_past_authorisation(today: date, valid_until: date) -> Objection | None:
    """The authorisation is valid through its last day."""
    if today <= valid_until:
        return None
    return Objection("authorisation_ended", N_("The authorisation ended on {day}."), {"day": valid_until})


def is_not_given(has_donation: bool, has_bank: bool, made: Definition) -> Objection | None:
    """A batch is made from one donation, from a pool with its manifest, from units of a bank, or from no donor."""
    asked = made.preparation
    if asked.from_bank:
        return _is_not_from_a_bank(has_donation, has_bank)
    if has_bank:
        template = N_("This product is not made from a bank.")
        return Objection("not_from_a_bank", template, place="bank")
    if has_donation is (made.collected is not None and asked.pool is None):
        return None
    if made.collected is None:
        template = N_("This product is made from no donation.")
        return Objection("made_from_no_donation", template, place="donation")
    if asked.pool:
        template = N_("This product is made from a pool: its donations come in the manifest of the batch.")
        return Objection("made_from_a_pool", template, place="donation")
    return Objection("donation_missing", N_("Name the donation it is made from."), place="donation")


def _is_not_from_a_bank(has_donation: bool, has_bank: bool) -> Objection | None:
    if has_donation:
        template = N_("This product is made from a bank: it has the donation of the bank.")
        return Objection("made_from_a_bank", template, place="donation")
    return None if has_bank else Objection("bank_missing", N_("Name the bank it is made from."), place="bank")


def is_no_bank_for(bank: BankFacts, site: str, asked: FromBank) -> list[Objection]:
    """A bank lies at the site, is one the master record names, and was not given up."""
    facts: dict[str, object] = {"bank": bank.number}
    found = []
    if bank.site != site:
        found.append(Objection("other_site", N_("Bank {bank} is at another site."), facts, place="bank"))
    if bank.product not in asked.products:
        template = N_("Bank {bank} is of {product}; the master record names {banks}.")
        named = {**facts, "product": bank.product, "banks": ", ".join(asked.products)}
        found.append(Objection("another_bank", template, named, place="bank"))
    elif not bank.is_kept:
        found.append(Objection("is_no_bank", N_("{bank} is no bank."), facts, place="bank"))
    if bank.state in ENDED:
        ended = {**facts, "state": bank.state}
        found.append(Objection("bank_ended", N_("Bank {bank} is {state}."), ended, place="bank"))
    return found


def is_bank_not_released(bank: BankFacts) -> Objection | None:
    """A bank is released before anything is made from it, and as long as what is made of it goes on to release."""
    if bank.state is BatchState.RELEASED:
        return None
    template = N_("Bank {bank} is {state}, not released.")
    return Objection("bank_not_released", template, {"bank": bank.number, "state": bank.state})


def has_too_few_units(drawn: int, asked: FromBank) -> Objection | None:
    """The units of the bank are drawn before the batch starts."""
    if drawn >= asked.units_at_least:
        return None
    template = N_("{drawn} units of the bank are drawn for this batch; at least {least} are asked.")
    return Objection("bank_units_missing", template, {"drawn": drawn, "least": asked.units_at_least})


def is_no_span(start: datetime, end: datetime | None) -> Objection | None:
    """A batch is planned to end after its start."""
    if end is None or end > start:
        return None
    return Objection("no_length", N_("It must end after it began."), place="planned_end")
