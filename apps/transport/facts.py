"""The words of transport, and what its rules are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from apps.products.definition import NumberParameter, Parameter
from apps.products.facts import Entered, Verdict


class LoggerFormat(StrEnum):
    """The files that can be read. A TABLE is any CSV whose columns, zone and signs somebody declares."""

    QTAG = "QTAG"
    FRIDGE_TAG = "FRIDGE_TAG"
    HOBO = "HOBO"
    IBUTTON = "IBUTTON"
    TABLE = "TABLE"


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    POINT = "POINT"
    COMMA = "COMMA"


@dataclass(frozen=True)
class Declared:
    """What a person says about a file where it does not say it itself. Nothing here overrules the file."""

    format: str = ""
    unit: str = ""
    zone: str = ""
    date_order: str = ""
    decimal_sign: str = ""
    separator: str = ""
    time_column: str = ""
    value_column: str = ""
    serial: str = ""


class Reading(NamedTuple):
    """One temperature at one instant."""

    at: datetime
    value: Decimal


@dataclass(frozen=True)
class Day:
    """What a logger that keeps no single readings says of one day."""

    date: date
    lowest: Reading
    highest: Reading
    mean: Decimal


@dataclass(frozen=True)
class LoggerSeries:
    """A logger file as it was read. With `days` it is a summary: its readings are the extremes of each day."""

    format: LoggerFormat
    serial: str
    zone: str
    unit: str
    readings: tuple[Reading, ...]
    days: tuple[Day, ...] = ()

    @property
    def lowest(self) -> Decimal:
        """The coldest reading."""
        return min(reading.value for reading in self.readings)

    @property
    def highest(self) -> Decimal:
        """The warmest reading."""
        return max(reading.value for reading in self.readings)


# --- shipments ------------------------------------------------------------------------------------------------------
class ShipmentState(StrEnum):
    """Where a shipment stands."""

    REQUESTED = "REQUESTED"
    PACKED = "PACKED"
    HANDED_OVER = "HANDED_OVER"
    IN_TRANSIT = "IN_TRANSIT"
    ARRIVED = "ARRIVED"
    RECEIVED = "RECEIVED"
    ACCEPTED = "ACCEPTED"
    QUARANTINED = "QUARANTINED"
    REJECTED = "REJECTED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


class ShipmentVerb(StrEnum):
    """What people do with a shipment once it is requested; all but CANCEL are signed."""

    CANCEL = "CANCEL"
    PACK = "PACK"
    HAND_OVER = "HAND_OVER"
    TAKE = "TAKE"
    RECEIVE = "RECEIVE"
    CONFIRM = "CONFIRM"
    ACCEPT = "ACCEPT"
    QUARANTINE = "QUARANTINE"
    REJECT = "REJECT"
    RETURN = "RETURN"


class Acknowledged(StrEnum):
    """How the other side took a shipment: by a signature, or by a one-time code, never shown as a signature."""

    SIGNATURE = "SIGNATURE"
    CODE = "CODE"


@dataclass(frozen=True)
class Asked:
    """What is to travel where, when, and for how long at most.

    `in_quarantine`: the donor is not decided about; it goes to this `establishment`, named with its address.
    """

    mode: str
    receiver: str
    contact: str
    departs_at: datetime
    hours: Decimal
    note: str = ""
    ward: str = ""
    in_quarantine: bool = False
    establishment: str = ""

    @property
    def arrives_at(self) -> datetime:
        """The latest planned arrival."""
        return self.departs_at + timedelta(hours=float(self.hours))


@dataclass(frozen=True)
class Packed:
    """What the packer scanned and read. `because`: why it is recorded although a rule stands against it.

    `labels` are the scans themselves, where they say more than the numbers; `chain` was scanned beside them.
    """

    at: datetime
    units: tuple[str, ...]
    shipper: str
    logger: str
    seal: str
    hold_hours: Decimal | None = None
    layers: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    because: str = ""
    labels: tuple[str, ...] = ()
    chain: str = ""


@dataclass(frozen=True)
class Handed:
    """What the giver says at a hand-over: to whom, with which seal, at which temperature, for which patient."""

    at: datetime
    taker: str
    organisation: str
    seal: str
    temperature: str
    because: str = ""
    chain: str = ""


@dataclass(frozen=True)
class Taken:
    """What the taker reads at a hand-over: the seal in their own hands, and the chain of identity beside it."""

    seal: str
    chain: str = ""
    because: str = ""


@dataclass(frozen=True)
class Received:
    """What the first of the two persons found at the receipt; `labels` and `chain` as at the packing.

    `ward` is the label of the place where it was received.
    """

    arrived_at: datetime
    checked_at: datetime
    seal: str
    units: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    because: str = ""
    labels: tuple[str, ...] = ()
    chain: str = ""
    ward: str = ""


@dataclass(frozen=True)
class Trip:
    """What a series of readings is judged against: how long it had to run, how often, at which temperatures."""

    began_at: datetime
    ended_at: datetime
    interval: timedelta
    temperature: NumberParameter


@dataclass(frozen=True)
class Outside:
    """Readings beyond the limit of the master record without one inside between them."""

    began_at: datetime
    ended_at: datetime
    worst: Decimal
    verdict: Verdict

    @property
    def length(self) -> timedelta:
        """From the first reading outside to the first one inside again, or to the last there is."""
        return self.ended_at - self.began_at


@dataclass(frozen=True)
class Checked:
    """One parameter of the receipt with what was found."""

    parameter: Parameter
    entered: Entered
