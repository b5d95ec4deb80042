"""Rules of in-process vessels: the right one, open, of this batch. Pure."""

from dataclasses import dataclass

from apps.batches.facts.words import VesselState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.rules.chains import MISMATCH


@dataclass(frozen=True)
class ScannedVessel:
    """A vessel as a rule sees it."""

    number: str
    batch: str
    kind: str
    row: str
    state: VesselState


def is_wrong_vessel(vessel: ScannedVessel, batch: str, kind: str, row: str) -> Objection | None:
    """The vessel in hand is the one the step is about: this batch, this kind, this row. Else it is a hard stop."""
    if vessel.batch == batch and vessel.kind == kind and row in ("", vessel.row):
        return None
    facts = {"scanned": vessel.number, "batch": batch, "wanted": f"{kind} {row}".strip()}
    template = N_("Stop. {scanned} was scanned, but this step is about {wanted} of {batch}.")
    return Objection("wrong_vessel", template, facts)


def is_of_another_patient(vessel: str, its_chain: str, chain: str, place: str) -> Objection | None:
    """What is made for one patient is never brought together with what is made for another, whatever happened."""
    if its_chain == chain:
        return None
    facts = {"scanned": f"{vessel} ({its_chain or '–'})", "wanted": chain or "–"}
    template = N_("Stop. {scanned} is not of the chain of identity {wanted}.")
    return Objection(MISMATCH, template, facts, place=place)


def is_empty(vessel: ScannedVessel) -> Objection | None:
    """A closed vessel holds nothing any more."""
    if vessel.state is VesselState.OPEN:
        return None
    return Objection("vessel_closed", N_("{vessel} is closed; it holds no cells."), {"vessel": vessel.number})


def opens_by_itself(place: str) -> Objection | None:
    """The number of a new vessel is given by the system, when it is opened."""
    template = N_("Open the vessel of {place} first: the system gives its number.")
    return Objection("open_the_vessel", template, {"place": place}, place=place)


def row_label(n: int, numbered: bool) -> str:
    """The key of a vessel among its kind: 01, 02 ...; a kind of which there is one has 01."""
    return f"{n:02}" if numbered else "01"


def vessel_number(batch: str, section: str, code: str, row: str, numbered: bool) -> str:
    """CT-0042-P3-F07; a kind of which there is one carries no count: CT-0042-P3-POOL."""
    return f"{batch}-{section}-{code}{row if numbered else ''}"
