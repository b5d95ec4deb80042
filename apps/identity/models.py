"""Donors and recipients under pseudonyms, their personal data apart, and the chains of identity between them."""

from django.db import models

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.identity.facts import ChainFacts
from apps.identity.rules.donation_numbers import check_flags, printed
from apps.organisation.models import Site
from apps.products.facts import ChainOfIdentity


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


class Recipient(Audited):
    """A patient by pseudonym: the only name that orders, units and documents know. Its record is `recipient/...`.

    `donor` is whose material is made for this patient: themselves under their donor code, or the relative who gave.
    """

    number = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    donor = models.ForeignKey(Donor, models.PROTECT, null=True, blank=True, related_name="recipients")
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class RecipientPerson(Audited):
    """Who the patient is: hospital number and date of birth are the two identifiers of the wristband. Erasable."""

    recipient = models.OneToOneField(Recipient, models.PROTECT, related_name="person")
    name = models.CharField(max_length=120)
    born = models.CharField(max_length=10)
    identifier = models.CharField(max_length=80)
    salt = models.CharField(max_length=64)

    personal = ("name", "born", "identifier", "salt")

    def __str__(self) -> str:
        return self.recipient.number


class IssuedNumber(Audited):
    """A donation number that this facility gave to a donor before the collection: the next of its year, once.

    Its record is the series, `series/<facility>-<year>`, which two who ask at once lock one after the other.
    """

    number = models.CharField(max_length=13, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="issued_numbers")
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)

    append_only = True

    def __str__(self) -> str:
        return self.number

    @property
    def printed(self) -> str:
        """The number as people read it, with its check character."""
        return printed(self.number)

    @property
    def check_flags(self) -> str:
        """The two characters behind the number in a symbol that carry its check."""
        return check_flags(self.number)


class Chain(Audited):
    """A chain of identity: from one donor to one patient for one product, issued before the first collection.

    The row never changes (triggers in both databases): there is no way to give it, or what bears it, to another.
    """

    number = models.CharField(max_length=15, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=choices_of(ChainOfIdentity))
    product = models.CharField(max_length=60)  # the key of the master record, whatever its version
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="chains")
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="chains")
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["DIRECTED", "AUTOLOGOUS"]), name="known_kind_of_chain"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def facts(self) -> ChainFacts:
        """The chain as a rule sees it; read with donor and recipient."""
        return ChainFacts(self.number, self.donor.number, self.recipient.number, self.product, self.issued_at)
