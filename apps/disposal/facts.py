"""The words of disposal, and what its rules are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from apps.products.definition import Parameter
from apps.products.facts import Entered


class DisposalState(StrEnum):
    """Where the destruction of some units stands."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    TREATED = "TREATED"
    WITNESSED = "WITNESSED"
    REFUSED = "REFUSED"


class DisposalVerb(StrEnum):
    """What people do with a disposal once it is requested; each of these is signed."""

    APPROVE = "APPROVE"
    REFUSE = "REFUSE"
    DESTROY = "DESTROY"
    WITNESS = "WITNESS"


@dataclass(frozen=True)
class Treated:
    """What the operator says was done: when, under which waste number, with which readings.

    `because` is why it is recorded although a rule stands against it; empty in the ordinary case.
    """

    at: datetime
    waste_number: str
    texts: Mapping[str, str] = field(default_factory=dict)
    because: str = ""


@dataclass(frozen=True)
class Proof:
    """One parameter of the treatment with what was read; for a file `shown` is its name."""

    parameter: Parameter
    entered: Entered
    shown: str = ""
    file: int | None = None


class CarrierVerb(StrEnum):
    """What is signed when treated waste leaves: by who gives it, by who takes it."""

    GIVE = "GIVE"
    TAKE = "TAKE"


@dataclass(frozen=True)
class GivenAway:
    """What the giver says: the waste number as scanned, to whom, when, under which paper of the carrier.

    `because` is why it is recorded although a rule stands against it.
    """

    at: datetime
    waste_number: str
    carrier: str
    taker: str
    paper: str = ""
    because: str = ""
