"""Lots of reagents, media and consumables, bought or prepared here."""

from django.db import models

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.materials.facts import LotFacts, LotState
from apps.organisation.models import Site


class MaterialLot(Audited):
    """One lot of one material at one site. Its record is `lot/...`; what it was prepared from are its ancestors."""

    number = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    material = models.CharField(max_length=40)
    supplier = models.CharField(max_length=120, blank=True)
    supplier_lot = models.CharField(max_length=60, blank=True)
    certificate = models.CharField(max_length=120, blank=True)
    amount = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, choices=choices_of(LotState), default=LotState.QUARANTINED)
    expires_text = models.CharField(max_length=40)
    expires_at = models.DateTimeField()
    is_prepared = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(LotState)), name="known_lot_state"),
        ]
        indexes = [
            models.Index(fields=["site", "material", "expires_at"], name="lots_first_expired_first"),
            models.Index(fields=["expires_at"], condition=models.Q(state="RELEASED"), name="lots_about_to_expire"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_dated_by_day(self) -> bool:
        """Whether its label gives a month or a day, not an instant."""
        return "T" not in self.expires_text

    @property
    def facts(self) -> LotFacts:
        """The lot as a rule sees it."""
        return LotFacts(self.number, self.material, LotState(self.state), self.expires_at, self.opened_at)
