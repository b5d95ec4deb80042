"""The stock of materials: a thousand lots with what is left of each, and one movement of one lot, among many others."""

from collections.abc import Iterator, Sequence
from copy import copy
from decimal import Decimal
from itertools import islice

from django.db import models
from django.db.models.base import ModelState
from django.utils import timezone

from apps.audit.models import Head, Record
from apps.core.actor import Actor
from apps.materials.models import MaterialLot
from apps.materials.selectors import visible_lots
from apps.materials.services import count_stock
from apps.organisation.selectors import user_named
from tests.benchmarks.storing import Rows, store, wake_sequences
from tests.benchmarks.table import Line, medians, ms

FEW, MANY = 1_000, 100_000
FIRST_KEY = 3_000_000_000
ROUNDS, PIECE = 20, 20_000
LISTED, MOVED = 0.060, 0.015
KEEPER = Actor(username="storekeeper", printed_name="Store", role="STOREKEEPER", device="benchmark")


def measure_stock() -> list[Line]:
    """The lines about lots: with a thousand in stock and with a hundred thousand."""
    _fill(0, FEW)
    of_few = _measured()
    _fill(FEW, MANY)
    of_many = _measured()
    return [
        _line(f"{FEW:,} lots with quantity", "listed", of_few, of_many, LISTED),
        _line("one movement of one lot", "moved", of_few, of_many, MOVED),
    ]


def _measured() -> dict[str, float]:
    keeper = user_named(KEEPER.username)
    lots = list(MaterialLot.objects.filter(number__startswith="BENCH-").select_related("record", "site")[:ROUNDS])

    def listed(n: int) -> object:
        newest = visible_lots(keeper, timezone.now()).order_by("-pk")[:FEW]
        return [(lot.number, lot.stock) for lot in newest]

    def moved(n: int) -> object:
        return count_stock(lot=lots[n], counted=str(n + 1), reason="Counted", actor=KEEPER, at=timezone.now())

    return medians({"listed": listed, "moved": moved}, ROUNDS)


def _line(what: str, name: str, of_few: dict[str, float], of_many: dict[str, float], most: float) -> Line:
    ratio = of_many[name] / of_few[name]
    holds = max(of_few[name], of_many[name]) <= most
    said = f"{what}: {MANY:,} in stock against {FEW:,}"
    return Line(said, ms(of_many[name]), ms(of_few[name]), ratio, f"≤ {most * 1000:.0f} ms", holds)


def _fill(start: int, end: int) -> None:
    """Lots like one of the demo's."""
    pattern = MaterialLot.objects.exclude(number__startswith="BENCH-").exclude(unit="").order_by("pk").first()
    assert pattern is not None
    wanted = iter(range(start, end))
    while piece := list(islice(wanted, PIECE)):
        records = [
            Record(pk=FIRST_KEY + n, address=f"lot/BENCH-{n}", kind="lot", site="NANHU", opened_at=pattern.received_at)
            for n in piece
        ]
        _stored(records, list(_like(pattern, records, piece)), [Head(record=record) for record in records])
    wake_sequences([Record, MaterialLot])


def _like(pattern: MaterialLot, records: Sequence[Record], piece: Sequence[int]) -> Iterator[MaterialLot]:
    for n, record in zip(piece, records, strict=True):
        lot = copy(pattern)
        lot._state = ModelState()
        lot.__dict__ |= {"id": FIRST_KEY + n, "record_id": record.pk, "number": f"BENCH-{n}", "quantity": Decimal(1)}
        yield lot


def _stored(*together: Sequence[models.Model]) -> None:
    rows = Rows()
    for one in together:
        rows.add(one)
    store(rows.packed())
