"""Made from: the edges between records."""

from django.db import models

from apps.audit.models import Audited, Record


class Edge(Audited):
    """ "This record was made from that one": a batch from a donation, a unit from a batch, a sample from a unit."""

    parent = models.ForeignKey(Record, models.PROTECT, related_name="+")

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "parent"], name="one_edge_between_two_records"),
            models.CheckConstraint(condition=~models.Q(record=models.F("parent")), name="nothing_is_made_from_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} from {self.parent_id}"
