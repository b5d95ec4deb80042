"""Reads of donors and recipients; personal data only for the few who need them."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from apps.audit.models import Record
from apps.core.errors import BadInput, Objection
from apps.core.roles import Role
from apps.core.rules import unknown
from apps.identity.facts import Person
from apps.identity.models import Chain, Donor, DonorPerson, IssuedNumber, Recipient, RecipientPerson
from apps.identity.rules.contents import read_chain
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
    """Who the donor is, for a physician or collector of the site; None for everybody else, and once erased."""
    if not roles_at(user, donor.site.code, at) & MAY_SEE_PERSONS:
        return None
    return DonorPerson.objects.filter(donor=donor).exclude(salt="").first()


def visible_recipients(user: User, at: datetime) -> QuerySet[Recipient]:
    """The recipients of the sites this person may see, by pseudonym."""
    found = Recipient.objects.filter(site__code__in=visible_to(user, at))
    return found.select_related("record", "site", "donor")


def patient_of(recipient: Recipient, user: User, at: datetime) -> RecipientPerson | None:
    """Who the patient is, for a physician or nurse of the site; None for everybody else, and once erased."""
    if not roles_at(user, recipient.site.code, at) & MAY_SEE_PATIENTS:
        return None
    return RecipientPerson.objects.filter(recipient=recipient).exclude(salt="").first()


def visible_chains(user: User, at: datetime) -> QuerySet[Chain]:
    """The chains of identity of the sites this person may see."""
    found = Chain.objects.filter(site__code__in=visible_to(user, at))
    return found.select_related("record", "site", "donor", "recipient")


def chain_scanned(text: str, user: User, at: datetime) -> Chain | None:
    """The chain of identity that was scanned or typed, of one's sites; None where nothing was. Raises BadInput."""
    if not text.strip():
        return None
    read = read_chain(text)
    if isinstance(read, Objection):
        raise BadInput(replace(read, place="chain"))
    found = visible_chains(user, at).filter(number=read.number).first()
    if found is None:
        raise BadInput(unknown(read.number, "chain"))
    return found


def facility_of(site: str) -> str:
    """The facility identification number that is set up for a site; "" where there is none."""
    numbers: dict[str, str] = settings.FACILITY_NUMBERS
    return numbers.get(site, numbers.get("*", ""))


def numbers_in(facility: str, year: str) -> list[str]:
    """The highest donation numbers of a series: of those that were issued here, and of those that were only taken."""
    series = f"{facility}{year}"
    issued = IssuedNumber.objects.filter(number__startswith=series).order_by("-number").values_list("number", flat=True)
    taken = Record.objects.filter(address__startswith=f"donation/{series}").order_by("-address")
    return [*issued[:1], *(record.number for record in taken[:1])]


def issued_to(number: str) -> str:
    """The donor for whom a donation number was issued here; "" where it was not."""
    found = IssuedNumber.objects.filter(number=number).values_list("donor__number", flat=True)
    return found.first() or ""


def wristband_of(recipient: Recipient) -> Person | None:
    """Who wears the wristband, to be compared with a scan at the bed; never shown. None where the data were erased."""
    known = RecipientPerson.objects.filter(recipient=recipient).exclude(salt="").first()
    return Person(known.name, known.born, known.identifier) if known else None
