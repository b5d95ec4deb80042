"""Reads of shipments: what is seen, what the master record asks for, what the logger says, and what waits for whom."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import check_password
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from apps.audit.models import Entry, Record
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.errors import BadInput, Objection
from apps.core.text import N_
from apps.documents.store import read_file
from apps.donation.facts import Eligibility
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import NumberParameter, Parameter
from apps.products.definition.storage import Transport, TransportMode
from apps.products.facts import ParameterKind
from apps.products.loader import standard_tables
from apps.transport.facts import Checked, Declared, LoggerSeries, ShipmentState, Trip
from apps.transport.models import HandOver, HandOverCode, LoggerFile, OneTimeCode, Shipment, ShippedUnit
from apps.transport.rules import receiving, together, trips
from apps.transport.rules.loggers import read_logger
from apps.units.facts import Condition, Custody, Disposition, UnitKind
from apps.units.lifecycle import ISSUABLE
from apps.units.models import Unit
from apps.units.selectors import OF_BATCH

PACKED = Prefetch("lines", ShippedUnit.objects.select_related(*(f"unit__{one}" for one in OF_BATCH)), to_attr="packed")
Code = TypeVar("Code", bound=OneTimeCode)
WRONG_CODE = "shipment.refused.code"
MOST_EXCURSIONS = 20  # sentences on a page; the curve shows all of them


def shipments() -> QuerySet[Shipment]:
    """Every shipment with its batch."""
    return Shipment.objects.select_related("record", "kept_for", "shipper", "logger", *OF_BATCH)


def visible_shipments(user: User, at: datetime) -> QuerySet[Shipment]:
    """The shipments of the sites this person may see."""
    return shipments().filter(batch__site__code__in=visible_to(user, at))


def shipment_now(shipment: Shipment) -> Shipment:
    """The shipment as it is inside the door."""
    return shipments().get(pk=shipment.pk)


def units_in(shipment: Shipment) -> list[Unit]:
    """The units of a shipment, in the order of their numbers."""
    found = Unit.objects.filter(shipments__shipment=shipment).select_related("record", *OF_BATCH)
    return list(found.order_by("pk"))


def units_beside(shipment: Shipment, numbers: Collection[str]) -> list[Unit]:
    """Units among these numbers that are not on the packing list, wherever they belong."""
    found = Unit.objects.filter(number__in=numbers).exclude(shipments__shipment=shipment)
    return list(found.select_related("record").order_by("pk"))


def refused_of(shipment: Shipment) -> list[str]:
    """The units that were kept from use when the others were accepted."""
    if shipment.state != ShipmentState.ACCEPTED:
        return []
    return [line.unit.number for line in shipment.lines.select_related("unit").order_by("unit") if line.stands]


def standing_shipments(units: Iterable[Unit], but: Shipment | None = None) -> dict[int, str]:
    """The shipment in which a unit stands, by the key of the unit."""
    lines = ShippedUnit.objects.filter(unit__in=[unit.pk for unit in units], stands=True)
    if but is not None:
        lines = lines.exclude(shipment=but)
    return dict(lines.values_list("unit", "shipment__number"))


def shipments_for(record: Record) -> list[Shipment]:
    """The shipments with units that an order keeps and that stand in them, oldest first."""
    return list(shipments().filter(kept_for=record, lines__stands=True).distinct().order_by("pk"))


def receivers_of(units: Iterable[Unit]) -> dict[int, str]:
    """Where a unit stands that was sent out: the receiver of its newest shipment, by the key of the unit."""
    lines = ShippedUnit.objects.filter(unit__in=[unit.pk for unit in units], scanned_in=True).order_by("pk")
    return dict(lines.values_list("unit", "shipment__receiver"))


def units_to_ship(batch: Batch) -> list[Unit]:
    """The units of a batch that are free to travel: released, in store, fit, and in no shipment.

    While its donor is not decided about those in quarantine travel, and only in quarantine.
    """
    free = Unit.objects.filter(batch=batch, kind=UnitKind.PRODUCT, custody=Custody.IN_STORE)
    waits = batch.donation is not None and batch.donation.eligibility == Eligibility.PENDING
    free = free.filter(disposition__in=[*ISSUABLE, *([Disposition.QUARANTINED] if waits else [])])
    free = free.filter(condition__in=[Condition.FRESH, Condition.FROZEN]).exclude(shipments__stands=True)
    return list(free.select_related("record").order_by("expires_at", "pk"))


def pending_among(units: Iterable[Unit]) -> set[str]:
    """The numbers of those whose donor nobody has decided about."""
    asked = Unit.objects.filter(pk__in=[unit.pk for unit in units])
    return set(asked.filter(batch__donation__eligibility=Eligibility.PENDING).values_list("number", flat=True))


# --- what the frozen master says ------------------------------------------------------------------------------------
def stage_of(batch: Batch) -> Transport:
    """The transport stage of the master record of a batch."""
    return definition_of_batch(batch).transport


def mode_named(batch: Batch, key: str) -> TransportMode | None:
    """A way of transport of the master record."""
    return next((mode for mode in stage_of(batch).modes if mode.key == key), None)


def batches_in(shipment: Shipment) -> list[Batch]:
    """The batches of the units of a shipment, the one that numbers it first."""
    inside = {line.unit.batch_id: line.unit.batch for line in packed_lines(shipment)}
    return [shipment.batch, *(inside[key] for key in sorted(inside) if key != shipment.batch_id)]


def packed_lines(shipment: Shipment) -> list[ShippedUnit]:
    """The lines of a shipment with units and batches, read once: what is in it and how it travels never changes."""
    prefetch_related_objects([shipment], PACKED)
    return shipment.packed


def ways_of(shipment: Shipment) -> list[tuple[Batch, TransportMode]]:
    """The way of each batch of a shipment, by its own frozen master; of one whose units travel in two, both."""
    keys: dict[int, list[str]] = {}
    for batch_id, key in sorted({(line.unit.batch_id, line.mode) for line in packed_lines(shipment)}):
        keys.setdefault(batch_id, []).append(key or shipment.mode)
    named = [(batch, mode_named(batch, key)) for batch in batches_in(shipment) for key in keys.get(batch.pk, ())]
    return [(batch, way) for batch, way in named if way]


def mode_of(shipment: Shipment) -> TransportMode:
    """The way in which the shipment travels: the strictest of what its batches ask for."""
    ways = [way for _, way in ways_of(shipment)]
    found = together.strictest(ways) if ways else None
    if found is None or isinstance(found, Objection):
        raise LookupError(f"{shipment} travels in a way that its masters do not share")
    return found


def stage_for(shipment: Shipment) -> Transport:
    """What a shipment is packed with and asked for at its receipt: everything that the masters of its batches name."""
    return together.strictest_stage([stage_of(batch) for batch in batches_in(shipment)])


def parameters_of(shipment: Shipment) -> tuple[Parameter, ...]:
    """What the receipt asks for: the state of the shipper, then the questions of the master."""
    return together.asked_once([*mode_of(shipment).checks, *stage_for(shipment).receipt])


def typed_parameters(shipment: Shipment) -> list[Parameter]:
    """What is answered at the receipt; a file is attached."""
    return [one for one in parameters_of(shipment) if one.kind is not ParameterKind.FILE]


def receipt_within(shipment: Shipment) -> timedelta:
    """Within which time of the arrival the receipt is checked; the shortest that a batch of it asks for."""
    table, said = standard_tables().units, [stage_of(batch).receipt_within for batch in batches_in(shipment)]
    return timedelta(minutes=float(min(table.convert(one.value, one.unit, "min") for one in said)))


def checked(shipment: Shipment, texts: Mapping[str, str], now: datetime) -> list[Checked]:
    """Every question of the receipt with its answer. Raises BadInput where one can't be read."""
    parameters = typed_parameters(shipment)
    zone, units = ZoneInfo(shipment.batch.site.timezone), standard_tables().units
    read = [
        (one, receiving.read_finding(one, texts.get(one.key, ""), zone=zone, now=now, units=units))
        for one in parameters
    ]
    unread = [found for _, found in read if isinstance(found, Objection)]
    wrong = [one for one in (*unread, receiving.unknown_findings(texts, parameters)) if one]
    if wrong:
        raise BadInput(*wrong)
    return [Checked(one, found) for one, found in read if not isinstance(found, Objection)]


def answers_of(shipment: Shipment) -> dict[str, str]:
    """The answers of the receipt as the first person signed them."""
    return dict(shipment.values.values_list("parameter", "text"))


# --- hand-overs -----------------------------------------------------------------------------------------------------
def hand_overs_of(shipment: Shipment) -> list[HandOver]:
    """The way of custody, first to last."""
    return list(HandOver.objects.filter(shipment=shipment).order_by("n"))


def left_at(shipment: Shipment) -> datetime | None:
    """When the shipment left the house."""
    first = HandOver.objects.filter(shipment=shipment).order_by("n").first()
    return first.given_at if first else None


def code_that_fits(shipment: Shipment, text: str) -> HandOverCode | None:
    """The unused code of a shipment that was typed; compared with the hash that is kept."""
    return fitting(HandOverCode.objects.filter(shipment=shipment), text)


def wrong_codes(shipment: Shipment) -> int:
    """How many wrong codes were typed since the newest one was issued."""
    return tried(HandOverCode.objects.filter(shipment=shipment), shipment.record, WRONG_CODE)


def fitting(codes: QuerySet[Code], text: str) -> Code | None:
    """The unused one of these codes that was typed; the newest five are compared, by the hash that is kept."""
    unused = codes.filter(used_at=None).order_by("-pk")[:5]
    return next((one for one in unused if check_password(text, one.encoded)), None)


def tried(codes: QuerySet[Code], record: Record, action: str) -> int:
    """How many wrong codes the record keeps since the newest of these was issued."""
    newest = codes.order_by("pk").last()
    tries = Entry.objects.filter(record=record, action=action)
    return tries.filter(at__gte=newest.issued_at).count() if newest else tries.count()


# --- the logger -----------------------------------------------------------------------------------------------------
def logger_file_of(shipment: Shipment) -> LoggerFile | None:
    """The newest logger file of a shipment: the one that counts."""
    return LoggerFile.objects.filter(shipment=shipment).order_by("pk").last()


def series_of(file: LoggerFile) -> LoggerSeries:
    """The readings, from the file as it was kept. The file is read and its hash compared each time, parsed once."""
    read = _parsed(read_file(file.sha256), Declared(**file.declared))
    if isinstance(read, Objection):
        raise BadInput(read)
    return read


@lru_cache(maxsize=16)
def _parsed(content: bytes, declared: Declared) -> LoggerSeries | Objection:
    return read_logger(content, declared)


def trip_of(shipment: Shipment, arrived_at: datetime) -> Trip:
    """What the readings are judged against: from the first hand-over to the arrival."""
    mode = mode_of(shipment)
    if not isinstance(mode.temperature, NumberParameter):
        template = N_("The master record limits no temperature of this way of transport.")
        raise BadInput(Objection("no_temperature", template))
    began = left_at(shipment) or shipment.packed_at or shipment.requested_at
    return Trip(began, arrived_at, mode.logger.interval.timedelta, mode.temperature)


def against_the_logger(shipment: Shipment, until: datetime) -> list[Objection]:
    """What the logger's file says against the shipment up to a moment: missing, of another logger, gaps, excursions."""
    file = logger_file_of(shipment)
    if file is None:
        return [one for one in [receiving.has_no_logger_file(0)] if one]
    series, trip = series_of(file), trip_of(shipment, until)
    known = shipment.logger.serial_number if shipment.logger else ""
    found = [trips.is_of_another_logger(series, known), trips.does_not_cover(series, trip)]
    return [*(one for one in found if one), *_excursions(shipment, series, trip)[:MOST_EXCURSIONS]]


def _excursions(shipment: Shipment, series: LoggerSeries, trip: Trip) -> list[Objection]:
    """What lay outside; of several batches each by its own limits, and named."""
    ways, display = ways_of(shipment), standard_tables().units.display
    own = [(batch, way.temperature) for batch, way in ways if isinstance(way.temperature, NumberParameter)]
    found = []
    for batch, warmth in own:
        its = replace(trip, temperature=warmth)
        for one in trips.excursions_in(series, its):
            said = trips.was_outside(one, warmth, display(warmth.unit))
            found.append(said if len(ways) == 1 else trips.of_batch(said, batch.number))
    return found


# --- what waits -----------------------------------------------------------------------------------------------------
def shipments_in(states: Collection[ShipmentState], sites: Collection[str]) -> QuerySet[Shipment]:
    """The shipments of these sites in one of these states, oldest first."""
    return shipments().filter(state__in=states, batch__site__code__in=sites).order_by("requested_at", "pk")
