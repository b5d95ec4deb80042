"""What a person's identity consists of, and what the numbers and symbols say that stand for it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


@dataclass(frozen=True)
class Person:
    """The personal data of a donor or a recipient: erasable, and in the trail only as a salted hash."""

    name: str
    born: str
    identifier: str


class Standard(StrEnum):
    """Who says what a symbol means: a standard, or this house, whose numbers stand on its own labels."""

    ISBT_128 = "ISBT_128"
    GS1 = "GS1"
    HOUSE = "HOUSE"


class DataStructure(StrEnum):
    """The data structures of ISBT 128 that are read here, by the number the standard gives them."""

    DONATION_NUMBER = "001"
    BLOOD_GROUP = "002"
    PRODUCT_CODE = "003"
    EXPIRY_DATE = "004"
    EXPIRY_TIME = "005"
    COLLECTION_DATE = "006"
    COLLECTION_TIME = "007"
    PRODUCTION_DATE = "008"
    PRODUCTION_TIME = "009"
    SPECIAL_TESTING = "010"
    CONTAINER_CATALOGUE = "017"
    CONTAINER_LOT = "018"
    DONOR = "019"
    STAFF = "020"
    ITEM_CATALOGUE = "021"
    ITEM_LOT = "022"
    COMPOUND = "023"
    CONSIGNMENT = "028"
    DIVISIONS = "032"
    SINGLE_EUROPEAN_CODE = "038"
    DONOR_REGISTRATION = "039"
    CHAIN_OF_IDENTITY = "040"


@dataclass(frozen=True)
class Structure:
    """One data structure of a symbol: which, the characters that say so, and what it holds."""

    kind: DataStructure
    identifier: str
    content: str

    @property
    def text(self) -> str:
        """As it stands in the symbol. The second character of a donation number's identifier is its first of data."""
        return "=" + self.content if self.kind is DataStructure.DONATION_NUMBER else self.identifier + self.content


@dataclass(frozen=True)
class DonationNumber:
    """A donation identification number: facility, nominal year, serial number; the flags are not part of it."""

    facility: str
    year: str
    serial: str
    flags: str = "00"

    @property
    def number(self) -> str:
        """The thirteen characters that name the donation."""
        return self.facility + self.year + self.serial


@dataclass(frozen=True)
class ProductCode:
    """What is in the container: the description of the standard's list, the kind of donation, which part of it."""

    description: str
    donation_type: str
    division: str


@dataclass(frozen=True)
class BloodGroup:
    """ABO and RhD of the donor, and whether the unit is for the donor only."""

    abo: str
    rhd: str
    autologous: bool


@dataclass(frozen=True)
class Moment:
    """A date of a label, with the time of day at the labelling site; without one the day's last minute is meant."""

    day: date
    at: time


@dataclass(frozen=True)
class ChainNumber:
    """A Chain of Identity identifier: one for all donations and products of one patient's course of therapy."""

    facility: str
    year: str
    serial: str

    @property
    def number(self) -> str:
        """The fifteen characters that name the chain."""
        return f"CH{self.facility}{self.year}{self.serial}"


@dataclass(frozen=True)
class ChainFacts:
    """A chain of identity as a rule sees it: who gives to whom, for which product, since when."""

    number: str
    donor: str
    recipient: str
    product: str
    issued_at: datetime


@dataclass(frozen=True)
class Element:
    """One element of a GS1 symbol: application identifier, its title in the standard, what it holds."""

    identifier: str
    title: str
    content: str


@dataclass(frozen=True)
class Symbol:
    """What was scanned or typed: by which standard it was read, and what it says."""

    standard: Standard
    said: tuple[Structure | Element, ...]
