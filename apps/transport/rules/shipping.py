"""What may be shipped, in what, and what a hand-over needs. Pure."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.facility.facts import InstrumentFacts
from apps.facility.rules import is_out_of_service, is_past_calibration, is_past_qualification
from apps.products.definition.base import Listed
from apps.products.definition.storage import TransportMode
from apps.products.rules.rounding import plain
from apps.transport.facts import Asked, Packed, ShipmentState
from apps.transport.lifecycle import BEFORE_LEAVING, ON_THE_WAY

CODE_LIFE = timedelta(hours=24)
TRIES = 5
AHEAD = timedelta(days=366)
LONGEST = Decimal(720)  # hours


def has_no_units(numbers: Collection[str]) -> Objection | None:
    """A shipment names its units, each once."""
    if numbers and len(set(numbers)) == len(numbers):
        return None
    return Objection("no_units", N_("Name units of this batch, each once."), place="units")


def has_no_such_mode(key: str, modes: Sequence[TransportMode]) -> Objection | None:
    """The ways of transport are those of the frozen master record."""
    if any(mode.key == key for mode in modes):
        return None
    template = N_("{key} is none of those the master record names: {listed}.")
    return Objection("not_in_master", template, {"key": key, "listed": ", ".join(m.key for m in modes)}, "mode")


def has_no_time(hours: Decimal) -> Objection | None:
    """The planned time is more than nothing, and at most a month."""
    if 0 < hours <= LONGEST:
        return None
    return Objection("no_hours", N_("Say for how many hours it travels, at most 720."), place="hours")


def leaves_too_late(departs_at: datetime, at: datetime) -> Objection | None:
    """A departure is planned within a year."""
    if departs_at - at <= AHEAD:
        return None
    return Objection("departs_too_late", N_("Plan the departure within a year."), place="departs_at")


def takes_too_long(mode: TransportMode, hours: Decimal) -> Objection | None:
    """The master record limits how long this way of transport may take."""
    if mode.at_most is None or timedelta(hours=float(hours)) <= mode.at_most.timedelta:
        return None
    template = N_("Planned are {hours} h; this way of transport takes at most {limit}.")
    return Objection("takes_too_long", template, {"hours": plain(hours), "limit": str(mode.at_most)}, "hours")


def travels_otherwise(unit: str, stored: str, mode: TransportMode) -> Objection | None:
    """A frozen unit travels frozen: each way of transport keeps one storage state."""
    if stored == mode.state:
        return None
    template = N_("Unit {unit} is kept {stored}; this way of transport keeps {state}.")
    return Objection("travels_otherwise", template, {"unit": unit, "stored": stored, "state": mode.state}, "mode")


def would_expire(unit: str, expires_at: datetime, asked: Asked) -> Objection | None:
    """A unit must still be good at the latest planned arrival."""
    if asked.arrives_at < expires_at:
        return None
    template = N_("Unit {unit} expires on {expires_at:%Y-%m-%d %H:%M} UTC, before it can have arrived.")
    return Objection("would_expire", template, {"unit": unit, "expires_at": expires_at.astimezone(UTC)}, "units")


def goes_by_an_order_only(unit: str, is_conditional: bool) -> Objection | None:
    """A unit that is not certified travels for the order of the patient it was let go to."""
    if not is_conditional:
        return None
    template = N_("Unit {unit} is not certified: it is sent by the order of the patient it was let go to.")
    return Objection("goes_by_an_order", template, {"unit": unit}, "units")


def is_in_another(unit: str, shipment: str) -> Objection | None:
    """A unit travels once: it stands in one shipment."""
    if not shipment:
        return None
    template = N_("Unit {unit} stands in the shipment {shipment} already.")
    return Objection("in_shipment", template, {"unit": unit, "shipment": shipment}, "units")


# --- packing --------------------------------------------------------------------------------------------------------
def is_not_what_was_asked(scanned: Collection[str], asked: Collection[str]) -> Objection | None:
    """What is packed is what was asked for: every unit scanned, and no other."""
    missing, foreign = sorted(set(asked) - set(scanned)), sorted(set(scanned) - set(asked))
    if not missing and not foreign:
        return None
    facts = {"missing": ", ".join(missing) or "–", "foreign": ", ".join(foreign) or "–"}
    return Objection("units_differ", N_("Not scanned: {missing}. Not asked for: {foreign}."), facts, "units")


def lies_in_store(unit: str, position: str) -> Objection | None:
    """Its time out of the store begins when somebody takes it out, not when it is packed."""
    if not position:
        return None
    template = N_("Unit {unit} still lies in {position}: take it out of the store first.")
    return Objection("lies_in_store", template, {"unit": unit, "position": position}, "units")


def against_shipper(shipper: InstrumentFacts, until: datetime) -> list[Objection | None]:
    """In service, and qualified until it can have arrived."""
    undated = None
    if shipper.qualified_until is None:
        undated = Objection(
            "never_qualified", N_("{shipper} was never qualified."), {"shipper": shipper.number}, "shipper"
        )
    return [is_out_of_service(shipper), undated, is_past_qualification(shipper, until)]


def against_logger(logger: InstrumentFacts, until: datetime) -> list[Objection | None]:
    """In service, and calibrated until it can have arrived."""
    undated = None
    if logger.calibration_due is None:
        undated = Objection(
            "never_calibrated", N_("{logger} was never calibrated."), {"logger": logger.number}, "logger"
        )
    return [is_out_of_service(logger), undated, is_past_calibration(logger, until)]


def holds_too_short(mode: TransportMode, hold_hours: Decimal | None, hours: Decimal) -> Objection | None:
    """The shipper keeps cold for the planned time and the margin of the master record."""
    if mode.hold_time_factor is None:
        return None
    needed = hours * mode.hold_time_factor
    if hold_hours is not None and hold_hours >= needed:
        return None
    facts = {
        "left": "–" if hold_hours is None else plain(hold_hours),
        "needed": plain(needed),
        "hours": plain(hours),
        "factor": plain(mode.hold_time_factor),
    }
    template = N_("The shipper holds {left} h more; {needed} h are needed: {hours} h × {factor}.")
    return Objection("holds_too_short", template, facts, "hold_hours")


def is_incomplete(said: Collection[str], listed: Sequence[Listed], place: str) -> Objection | None:
    """Every layer of the packing, and every document that travels along."""
    missing = [one for one in listed if one.key not in said]
    if not missing:
        return None
    words = ", ".join(one.label.en for one in missing)
    return Objection(f"{place}_missing", N_("Missing: {missing}."), {"missing": words}, place)


def unknown_keys(said: Collection[str], listed: Sequence[Listed], place: str) -> Objection | None:
    """Layers and documents are those of the master record."""
    unknown = sorted(set(said) - {one.key for one in listed})
    if not unknown:
        return None
    template = N_("{key} is none of those the master record names: {listed}.")
    facts = {"key": ", ".join(unknown)[:100], "listed": ", ".join(one.key for one in listed)}
    return Objection("not_in_master", template, facts, place)


def has_no_seal(packed: Packed) -> Objection | None:
    """A package leaves under the number of its seal."""
    return None if packed.seal.strip() else Objection("no_seal", N_("Say the number of the seal."), place="seal")


# --- hand-over ------------------------------------------------------------------------------------------------------
def is_not_packed(state: ShipmentState) -> Objection | None:
    """Packing comes before the hand-over."""
    if state is not ShipmentState.REQUESTED:
        return None
    return Objection("not_packed", N_("The packing of this shipment is not recorded."))


def seal_differs(read: str, known: str, place: str = "seal") -> Objection | None:
    """The seal is the one that was put on."""
    if read.strip() == known:
        return None
    template = N_("The seal is {read}; packed under {known}.")
    return Objection("seal_differs", template, {"read": read.strip() or "–", "known": known or "–"}, place)


def is_over(state: ShipmentState) -> Objection | None:
    """What has arrived, or was cancelled, is handed over no more."""
    if state in (*BEFORE_LEAVING, *ON_THE_WAY):
        return None
    return Objection("wrong_state", N_("This shipment is {state} already."), {"state": state.lower()})


def has_no_taker(name: str) -> Objection | None:
    """Somebody takes it."""
    return None if name.strip() else Objection("no_taker", N_("Say who takes it over."), place="taker")


def is_own_hand_over(given_by: str, taken_by: str) -> Objection | None:
    """A hand-over has two sides."""
    if given_by != taken_by:
        return None
    return Objection("own_hand_over", N_("You handed this shipment over; another person takes it."))


def is_own_code(issued_by: str, given_by: str) -> Objection | None:
    """Who hands over has not made the code of the other side."""
    if issued_by != given_by:
        return None
    return Objection(
        "own_code", N_("Who handed the shipment over made this code; it proves no other side."), place="code"
    )


def is_no_code(is_right: bool, valid_until: datetime | None, at: datetime) -> Objection | None:
    """A code is right, unused and still good; nothing says which of these it is not."""
    if is_right and valid_until is not None and at < valid_until:
        return None
    return Objection("no_such_code", N_("This code is not valid for this shipment."), place="code")


def is_tried_too_often(tries: int) -> Objection | None:
    """After five wrong codes a new one has to be issued."""
    if tries < TRIES:
        return None
    return Objection("code_locked", N_("Too many wrong codes: have a new one issued."), place="code")


def has_no_such_position(unit: str, position: str, is_known: bool) -> Objection | None:
    """A unit of the shipment is put into a position that is there."""
    if is_known:
        return None
    template = N_("{unit} in {position}: there is no such position, or the unit is not in this shipment.")
    return Objection("no_such_position", template, {"unit": unit[:60], "position": position}, place="places")
