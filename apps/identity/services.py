"""Registering donors and recipients under pseudonyms."""

import secrets
from datetime import datetime

from apps.audit.selectors import record_at
from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.rules import is_taken
from apps.identity.facts import Person
from apps.identity.models import Donor, DonorPerson, Recipient, RecipientPerson
from apps.organisation.models import Site
from apps.organisation.services import require


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
