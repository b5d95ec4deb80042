"""Rules of planning and starting. Pure."""

import re
from collections.abc import Collection
from datetime import date, datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.facts import VersionState

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


def is_not_given(has_donation: bool, pooled: bool) -> Objection | None:
    """A batch is made from one donation, or from a pool whose manifest names them."""
    if has_donation is not pooled:
        return None
    if pooled:
        template = N_("This product is made from a pool: its donations come in the manifest of the batch.")
        return Objection("made_from_a_pool", template, place="donation")
    return Objection("donation_missing", N_("Name the donation it is made from."), place="donation")


def is_no_span(start: datetime, end: datetime | None) -> Objection | None:
    """A batch is planned to end after its start."""
    if end is None or end > start:
        return None
    return Objection("no_length", N_("It must end after it began."), place="planned_end")
