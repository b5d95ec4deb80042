"""Registering donors and recipients under pseudonyms, and the chain of identity between them."""

import secrets
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.db.models import QuerySet

from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import audited
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import Objection, RuleBroken, stop_if
from apps.core.roles import Role
from apps.core.rules import is_taken, reason_is_missing
from apps.core.text import N_
from apps.identity.facts import ChainNumber, Person
from apps.identity.models import Chain, Donor, DonorPerson, IssuedNumber, Recipient, RecipientPerson
from apps.identity.rules import chains
from apps.identity.rules.donation_numbers import next_serial
from apps.identity.selectors import facility_of, numbers_in
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.quality.facts import EventKind, Severity
from apps.quality.services import report_event

ERASERS = (Role.QA,)  # a decision about a request for erasure, by those who may not read what they erase


def register_donor(*, number: str, site: Site, donor_class: str, person: Person, actor: Actor, at: datetime) -> Donor:
    """Register a donor: the pseudonym that everything will bear, and the personal data apart."""
    who = require(actor, (Role.PHYSICIAN, Role.COLLECTOR), site.code, at=at)
    stop_if(is_taken(number, record_at(f"donor/{number}") is not None))
    with audited(actor=who, action="donor.registered", at=at) as change:
        record = change.open_record("donor", number, site=site.code)
        donor = Donor(record=record, number=number, site=site, donor_class=donor_class, registered_at=at)
        change.create(donor)
        known = DonorPerson(record=record, donor=donor, salt=secrets.token_hex(32))
        known.name, known.born, known.identifier = person.name, person.born, person.identifier
        change.create(known, action="donor.person.recorded")
        return donor


def register_recipient(
    *, number: str, site: Site, person: Person, actor: Actor, at: datetime, donor: Donor | None = None
) -> Recipient:
    """Register a patient: the pseudonym that orders will bear, and the personal data apart, at the hospital's site."""
    who = require(actor, Role.PHYSICIAN, site.code, at=at)
    stop_if(is_taken(number, record_at(f"recipient/{number}") is not None))
    relying = [donor.record] if donor else []
    with audited(actor=who, action="recipient.registered", at=at, relying_on=relying) as change:
        record = change.open_record("recipient", number, site=site.code)
        recipient = Recipient(record=record, number=number, site=site, donor=donor, registered_at=at)
        change.create(recipient)
        known = RecipientPerson(record=record, recipient=recipient, salt=secrets.token_hex(32))
        known.name, known.born, known.identifier = person.name, person.born, person.identifier
        change.create(known, action="recipient.person.recorded")
        return recipient


def erase_donor(*, donor: Donor, reason: str, actor: Actor, at: datetime) -> Donor:
    """Erase who a donor is. The pseudonym stays with everything made; the hashes stay, and nothing undoes them."""
    _erase(DonorPerson.objects.filter(donor=donor), donor.record, "donor.person.erased", reason, actor, at)
    return donor


def erase_patient(*, recipient: Recipient, reason: str, actor: Actor, at: datetime) -> Recipient:
    """Erase who a patient is, at the site that holds it. The pseudonym stays with orders and units."""
    people = RecipientPerson.objects.filter(recipient=recipient)
    _erase(people, recipient.record, "recipient.person.erased", reason, actor, at)
    return recipient


def issue_chain(*, recipient: Recipient, product_version: ProductVersion, actor: Actor, at: datetime) -> Chain:
    """Issue a chain of identity before the first collection: one donor, one patient, one product, for good."""
    site, donor = recipient.site.code, recipient.donor
    who = require(actor, (Role.PHYSICIAN, Role.COLLECTOR), site, at=at, about=recipient.record.address)
    kind, facility = definition_of(product_version).chain_of_identity, facility_of(site)
    stop_if(
        chains.needs_no_chain(kind, product_version.key),
        chains.has_no_donor(recipient.number, donor.number if donor else None),
        chains.has_no_facility(facility, site),
    )
    giver = cast(Donor, donor)
    relying = [recipient.record, giver.record, product_version.record]
    with audited(actor=who, action="chain.issued", at=at, relying_on=relying) as change:
        number = _free_number(facility, at)
        record = change.open_record("chain", number, site=site)
        chain = Chain(record=record, number=number, site=recipient.site, kind=kind, product=product_version.key)
        chain.donor, chain.recipient, chain.issued_at, chain.issued_by = giver, recipient, at, who.username
        return change.create(chain)


def issue_number(*, donor: Donor, actor: Actor, at: datetime) -> IssuedNumber:
    """Give a donor the next donation number of this facility's year, before the collection; nobody else gets it."""
    site = donor.site
    who = require(actor, (Role.PHYSICIAN, Role.COLLECTOR), site.code, at=at, about=donor.record.address)
    facility, year = facility_of(site.code), f"{at.astimezone(ZoneInfo(site.timezone)):%y}"
    stop_if(chains.has_no_facility(facility, site.code))
    series = _series(facility, year, site.code, at)
    with audited(actor=who, action="donation_number.issued", at=at, touching=[series, donor.record]) as change:
        serial = next_serial(numbers_in(facility, year))
        stop_if(serial if isinstance(serial, Objection) else None)
        given = IssuedNumber(record=series, number=f"{facility}{year}{serial}", site=site, donor=donor)
        given.issued_at, given.issued_by = at, who.username
        return change.create(given)


def stop_at_another_chain(*, record: Record, expected: str, scanned: str, actor: Actor, at: datetime) -> None:
    """Compare the scanned chain with the one that belongs here. Another one is a hard stop, kept with an event.

    A chain never changes, so this is asked before the door of the act, and nothing overrides it.
    """
    stop_if(chains.is_not_scanned(expected, scanned))
    keep_mismatch(record=record, mismatch=chains.is_another(expected, scanned), actor=actor, at=at)


def keep_mismatch(*, record: Record, mismatch: Objection | None, actor: Actor, at: datetime) -> None:
    """Keep a mismatch as a near miss with a critical event, in a door of its own, and refuse the act."""
    if mismatch is None:
        return
    facts = {name: str(value) for name, value in mismatch.facts.items()}
    with audited(actor=actor, action="chain.near_miss", at=at, touching=[record]) as change:
        change.note(record, "chain.near_miss", code=mismatch.code, facts=facts)
        report_event(
            change,
            subject=record,
            kind=EventKind.NEAR_MISS,
            severity=Severity.CRITICAL,
            template=N_("Near miss: {scanned} was scanned where {expected} belongs. Nothing was done."),
            facts=facts,
        )
    raise RuleBroken(mismatch)


def _series(facility: str, year: str, site: str, at: datetime) -> Record:
    """The record of a year's donation numbers, opened with the first of them; of two at once one opens it."""
    number = f"{facility}-{year}"
    record = record_at(f"series/{number}")
    if record is not None:
        return record
    try:
        with audited(actor=SYSTEM, action="series.opened", at=at) as change:
            return change.open_record("series", number, site=site)
    except IntegrityError:
        return Record.objects.get(address=f"series/{number}")


def _free_number(facility: str, at: datetime) -> str:
    """A serial drawn at random: a slip of the hand leads to no other chain, and nobody counts patients by it."""
    while True:
        serial = "".join(secrets.choice(chains.SERIAL) for _ in range(6))
        number = ChainNumber(facility, f"{at:%y}", serial).number
        if not Chain.objects.filter(number=number).exists():
            return number


def _erase(
    people: QuerySet[DonorPerson] | QuerySet[RecipientPerson],
    record: Record,
    action: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """The salt goes with the data: the hashes of the trail still verify and tell nothing any more."""
    who = require(actor, ERASERS, record.site, at=at, about=record.address)
    stop_if(reason_is_missing(reason))
    with audited(actor=who, action=action, at=at, reason=reason, touching=[record]) as change:
        known = people.exclude(salt="").first()
        if known is None:
            raise RuleBroken(Objection("erased", N_("The personal data were erased before.")))
        change.update(known, name="", born="", identifier="", salt="")
