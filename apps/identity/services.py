"""Registering a donor under a pseudonym."""

import secrets
from datetime import datetime

from apps.audit.selectors import record_at
from apps.audit.services import audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.rules import is_taken
from apps.identity.facts import Person
from apps.identity.models import Donor, DonorPerson
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
