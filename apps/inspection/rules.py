"""How an address is read. Pure."""

import re
from dataclasses import dataclass

RECORD = r"[a-z][a-z_]*/[^/#]+"
ADDRESS = re.compile(rf"(?P<record>{RECORD})(?:/(?P<place>[^#]+)|#(?P<n>[1-9][0-9]{{0,17}}))?")
REPORTED = re.compile(
    r"(?P<test>[a-z][a-z0-9_]*)\[(?P<run>[^\[\]]+)\](?:\.replicate\[(?P<replicate>[1-9][0-9]{0,3})\])?"
    r"\.(?P<parameter>[a-z][a-z0-9_]*)"
)


@dataclass(frozen=True)
class Address:
    """An address taken apart: the record, and a place in it or a number in its chain."""

    record: str
    place: str = ""
    n: int | None = None


@dataclass(frozen=True)
class ReportedPlace:
    """Where a result of the laboratory stands in its sample's record."""

    test: str
    run: str
    replicate: int
    parameter: str


def read_address(text: str) -> Address | None:
    """`batch/CT-0042`, `batch/CT-0042/expansion[3].harvest.viability` or `batch/CT-0042#57`; None for anything else."""
    form = ADDRESS.fullmatch(text.strip())
    if form is None:
        return None
    return Address(form["record"], form["place"] or "", int(form["n"]) if form["n"] else None)


def read_reported(place: str) -> ReportedPlace | None:
    """`viability[AR-0007].viability`: test, run and reported quantity."""
    form = REPORTED.fullmatch(place)
    if form is None:
        return None
    return ReportedPlace(form["test"], form["run"], int(form["replicate"] or 1), form["parameter"])
