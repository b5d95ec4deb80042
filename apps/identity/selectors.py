"""Reads of donors and recipients; personal data only for the few who need them."""

from datetime import datetime

from django.db.models import QuerySet

from apps.core.roles import Role
from apps.identity.models import Donor, DonorPerson, Recipient, RecipientPerson
from apps.organisation.models import User
from apps.organisation.selectors import roles_at, visible_to

MAY_SEE_PERSONS = {Role.PHYSICIAN, Role.COLLECTOR}
MAY_SEE_PATIENTS = {Role.PHYSICIAN, Role.NURSE}


def visible_donors(user: User, at: datetime) -> QuerySet[Donor]:
    """The donors of the sites this person may see, by pseudonym."""
    return Donor.objects.filter(site__code__in=visible_to(user, at)).select_related("record", "site")


def donor_named(number: str, site: str) -> Donor | None:
    """The donor with this number at the site."""
    return Donor.objects.filter(number=number, site__code=site).select_related("record", "site").first()


def person_of(donor: Donor, user: User, at: datetime) -> DonorPerson | None:
    """Who the donor is, for a physician or collector of the site; None for everybody else."""
    if not roles_at(user, donor.site.code, at) & MAY_SEE_PERSONS:
        return None
    return DonorPerson.objects.filter(donor=donor).first()


def visible_recipients(user: User, at: datetime) -> QuerySet[Recipient]:
    """The recipients of the sites this person may see, by pseudonym."""
    found = Recipient.objects.filter(site__code__in=visible_to(user, at))
    return found.select_related("record", "site", "donor")


def patient_of(recipient: Recipient, user: User, at: datetime) -> RecipientPerson | None:
    """Who the patient is, for a physician or nurse of the site; None for everybody else."""
    if not roles_at(user, recipient.site.code, at) & MAY_SEE_PATIENTS:
        return None
    return RecipientPerson.objects.filter(recipient=recipient).first()
