"""Donors under a pseudonym, and their personal data apart."""

from django.db import models

from apps.audit.models import Audited
from apps.organisation.models import Site


class Donor(Audited):
    """A donor by pseudonym: the only name that products, labels and documents know. Its record is `donor/...`."""

    number = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    donor_class = models.CharField(max_length=40)
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class DonorPerson(Audited):
    """Who the donor is: a table of its own, shown to few and erasable; the trail keeps salted hashes."""

    donor = models.OneToOneField(Donor, models.PROTECT, related_name="person")
    name = models.CharField(max_length=120)
    born = models.CharField(max_length=10)
    identifier = models.CharField(max_length=80)
    salt = models.CharField(max_length=64)

    personal = ("name", "born", "identifier", "salt")  # a salt that stood in the trail would undo the hashes

    def __str__(self) -> str:
        return self.donor.number
