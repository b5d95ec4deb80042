"""What met what without being made from it: units and shipments, stores, patients; batches and instruments, rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from apps.audit.models import Record
from apps.batches.models import RecordedValue
from apps.core.errors import Objection
from apps.disposal.models import DisposedUnit
from apps.dosing.models import Reservation
from apps.facility.models import LineClearance
from apps.identity.models import Chain
from apps.lookback.models import LookBack
from apps.stability.models import ExtendedUnit, Study, StudyUnit
from apps.storage.models import Stay
from apps.storage.rules import read_place
from apps.testing.models import Line, RunNeed
from apps.transport.models import Shipment, ShippedUnit
from apps.units.models import ContainerIssue
from apps.vigilance.models import AdverseEvent, Concerned

AT_ONCE = 2000  # records in one question


@dataclass(frozen=True)
class Touch:
    """One way in which records meet: the columns that lead to the thing and to what it touched.

    `after`: the thing came later than what it touched, as a shipment than its units; else earlier, as an instrument.
    """

    kind: str
    model: type[Model]
    thing: str
    touched: str
    after: bool = True
    only: Mapping[str, Any] = field(default_factory=dict)

    def pairs(self, **narrowed: Any) -> list[tuple[int, int]]:
        """Every meeting of this way: (the thing, what it touched)."""
        found = self.model._default_manager.filter(
            **{f"{self.thing}__isnull": False, f"{self.touched}__isnull": False, **self.only, **narrowed}
        )
        return list(found.order_by().values_list(self.thing, self.touched).distinct())


KEPT = {"order__reservations__freed_at": None}
TOUCHES = (
    Touch("shipment", ShippedUnit, "shipment__record", "unit__record"),
    Touch("store", Stay, "box__store__record", "unit__record"),
    Touch("disposal", DisposedUnit, "disposal__record", "unit__record", only={"stands": True}),
    Touch("order", Reservation, "order__record", "unit__record", only={"freed_at": None}),
    Touch("recipient", Reservation, "order__recipient__record", "unit__record", only={"freed_at": None}),
    Touch("recipient", Chain, "recipient__record", "donor__record"),
    Touch("lookback", LookBack, "record", "donor__record"),
    Touch("complaint", Concerned, "complaint__record", "unit__record"),
    Touch("complaint", Concerned, "complaint__record", "batch__record", only={"unit": None}),
    Touch("adverse", AdverseEvent, "record", "order__reservations__unit__record", only=KEPT),
    Touch("adverse", AdverseEvent, "record", "recipient__record"),
    Touch("study", StudyUnit, "study__record", "unit__record"),
    Touch("study", Study, "record", "batch__record"),
    Touch("extension", ExtendedUnit, "extension__record", "unit__record"),
    Touch("run", Line, "run__record", "sample__record"),
    Touch("equipment", RecordedValue, "instrument__record", "batch__record", after=False),
    Touch("equipment", RunNeed, "instrument__record", "run__lines__sample__record", after=False),
    Touch("equipment", Shipment, "shipper__record", "lines__unit__record", after=False),
    Touch("equipment", Shipment, "logger__record", "lines__unit__record", after=False),
    Touch("lot", RunNeed, "lot__record", "run__lines__sample__record", after=False),
    Touch("lot", ContainerIssue, "lot__record", "batch__record", after=False),
    Touch("room", LineClearance, "room__record", "cleared_for", after=False),
)


@dataclass(frozen=True)
class Meeting:
    """A thing and what it touched, by the ids of their records."""

    thing: int
    touched: int
    after: bool


def touched_by(record: Record, position: str = "") -> list[Meeting]:
    """What a shipment, a store (or one position of it), a patient, an instrument or a room touched."""
    ways = [touch for touch in TOUCHES if touch.kind == record.kind]
    narrowed = _in_position(record, position) if position else {}
    return [
        Meeting(thing, touched, touch.after)
        for touch in ways
        for thing, touched in touch.pairs(**{touch.thing: record.pk, **narrowed})
    ]


def met_by(records: Sequence[int]) -> list[Meeting]:
    """Everything that touched these records."""
    pieces = [records[start : start + AT_ONCE] for start in range(0, len(records), AT_ONCE)]
    return [
        Meeting(thing, touched, touch.after)
        for piece in pieces
        for touch in TOUCHES
        for thing, touched in touch.pairs(**{f"{touch.touched}__in": piece})
    ]


def _in_position(store: Record, position: str) -> dict[str, Any]:
    place = read_place(f"{store.number}/{position}")
    if isinstance(place, Objection):
        return {"pk": 0}
    return {"box__rack": place.rack, "box__code": place.box, "row": place.row, "column": place.column}
