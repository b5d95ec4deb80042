"""Rules of the store: pure. The notation of a place, what is free, what a store keeps, time out of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise

from apps.core.errors import Objection
from apps.core.text import N_
from apps.facility.facts import MARKS, Quantity
from apps.products.definition import Definition, NumberParameter
from apps.products.definition.limits import Limit, NumericLimit
from apps.products.definition.storage import StorageState
from apps.products.facts import Judgement
from apps.products.rules.limits import judge_number, limit_text
from apps.storage.facts import Grid, Outing, Place, Rejection, StayFacts, Warmth, Zone
from apps.units.facts import Custody, Disposition, UnitFacts
from apps.units.lifecycle import ISSUABLE

PLACE = re.compile(r"([A-Z0-9_-]{1,40})/([A-Z0-9_-]{1,20})/([A-Z0-9_-]{1,20})/([A-Z])([1-9]\d?)", re.ASCII)
IN_HOUSE = (
    Custody.IN_STORE,
    Custody.RESERVED,
    Custody.SET_APART,
    Custody.AT_SITE,
)  # at a site: in a store of whoever received it
HANDLING = "transient_warming"  # the watch point of a master record that limits each time out of the store, in minutes
MINUTE = timedelta(minutes=1)
CELSIUS = MARKS[Quantity.TEMPERATURE]


# --- places ---------------------------------------------------------------------------------------------------------
def read_place(text: str) -> Place | Objection:
    """The position that was scanned or typed. Anything else is refused, never guessed at."""
    form = PLACE.fullmatch(text.strip().upper())
    if form is None:
        template = N_("A position is written store/rack/box/position, such as LN-03/4/2/E6.")
        return Objection("no_position", template, place="position")
    store, rack, box, row, column = form.groups()
    return Place(store, rack, box, ord(row) - 64, int(column))


def lies_outside(place: Place, grid: Grid) -> Objection | None:
    """A position stands in the grid of its box."""
    if place.row <= grid.rows and place.column <= grid.columns:
        return None
    facts = {"position": place, "rows": grid.rows, "columns": grid.columns}
    template = N_("{position} does not exist: the box has {rows} rows of {columns}.")
    return Objection("outside_box", template, facts, place="position")


def is_full(place: Place, taken_by: Sequence[str], grid: Grid) -> Objection | None:
    """A position takes as many units as its box says: one, unless it says more."""
    if len(taken_by) < grid.capacity:
        return None
    template = N_("{position} is taken by {units}.")
    return Objection("position_taken", template, {"position": place, "units": ", ".join(taken_by)}, place="position")


def spots(grid: Grid) -> Iterator[tuple[int, int]]:
    """Row and column of every position, row by row."""
    return ((row, column) for row in range(1, grid.rows + 1) for column in range(1, grid.columns + 1))


def free_spots(grid: Grid, taken: Mapping[tuple[int, int], int], wanted: int) -> list[tuple[int, int]]:
    """The first positions that still take a unit, in reading order."""
    return list(islice((spot for spot in spots(grid) if taken.get(spot, 0) < grid.capacity), wanted))


# --- what a store keeps ---------------------------------------------------------------------------------------------
def warmth_of(state: StorageState) -> Warmth:
    """The temperatures that a storage state asks for: its action level where it has one, else its limit."""
    limit = state.temperature.limit
    if not isinstance(limit, NumericLimit):
        return Warmth(None, None)
    inner = limit.action
    low = inner.low if inner and inner.low is not None else limit.low
    high = inner.high if inner and inner.high is not None else limit.high
    return Warmth(low, high)


def keeps(store: Warmth, asked: Warmth) -> bool:
    """Whether everything the store may be lies within what is asked for."""
    low = asked.low is None or (store.low is not None and store.low >= asked.low)
    high = asked.high is None or (store.high is not None and store.high <= asked.high)
    return low and high


def warmth_text(warmth: Warmth, mark: str = CELSIUS) -> str:
    """ "2 – 8 °C", "≤ -150 °C", "4.5 – 5.5 % CO₂": the same in every language."""
    if warmth.low is not None and warmth.high is not None:
        return f"{warmth.low:f} – {warmth.high:f} {mark}"
    if warmth.high is not None:
        return f"≤ {warmth.high:f} {mark}"
    return f"≥ {warmth.low:f} {mark}" if warmth.low is not None else "–"


def rejection_text(rejection: Rejection, mark: str = CELSIUS) -> str:
    """ "> 10 °C, ≥ 60 min": the same in every language; empty where there is none."""
    parts = [
        f"< {rejection.low:f} {mark}" if rejection.low is not None else "",
        f"> {rejection.high:f} {mark}" if rejection.high is not None else "",
        f"≥ {rejection.after // MINUTE} min" if rejection.after is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def does_not_keep(store: str, has: Warmth, unit: str, state: StorageState) -> Objection | None:
    """A unit lies only where its storage state is kept."""
    asked = warmth_of(state)
    if keeps(has, asked):
        return None
    template = N_("{store} keeps {has}; {unit} is {state} and needs {asked}.")
    facts = {
        "store": store,
        "has": warmth_text(has),
        "unit": unit,
        "state": state.label.en,
        "asked": warmth_text(asked),
    }
    return Objection("wrong_temperature", template, facts, place="position")


def has_no_range(warmth: Warmth) -> Objection | None:
    """A store says which temperatures it keeps, the lower first."""
    if warmth.low is None and warmth.high is None:
        return Objection("no_range", N_("Say which temperatures it keeps."), place="high")
    if warmth.low is not None and warmth.high is not None and warmth.low > warmth.high:
        return Objection("range_reversed", N_("The lower temperature lies above the upper one."), place="low")
    return None


def has_no_ends(kept: Warmth) -> Objection | None:
    """A limit says at least one end, the lower first; a share lies between nothing and all of it."""
    low, high = kept.low, kept.high
    if low is None and high is None:
        return Objection("no_range", N_("Say what it keeps: at least one end."), place="high")
    if low is not None and high is not None and low > high:
        return Objection("range_reversed", N_("The lower end lies above the upper one."), place="low")
    for place, end in (("low", low), ("high", high)):
        if end is not None and not 0 <= end <= 100:
            return Objection("no_share", N_("Percent lie between 0 and 100."), place=place)
    return None


def is_kept_by_the_store(quantity: Quantity) -> Objection | None:
    """The temperatures that a store keeps say what may lie in it, and were said when it was opened."""
    if quantity is not Quantity.TEMPERATURE:
        return None
    return Objection("temperature_of_a_store", N_("Which temperatures a store keeps was said when it was opened."))


def is_known_as(store: str, instrument: str) -> Objection | None:
    """A store is scanned under one number, a number means one store; what was read there stays with it."""
    if not instrument:
        return None
    template = N_("{store} is scanned as {instrument} already.")
    return Objection("known_as", template, {"store": store, "instrument": instrument}, place="instrument")


def rejects_within(keeps: Warmth, tolerated: timedelta, rejection: Rejection) -> Objection | None:
    """The rejection limit lies at or outside the range, and its time is not shorter than what is tolerated."""
    low = rejection.low is not None and keeps.low is not None and rejection.low > keeps.low
    high = rejection.high is not None and keeps.high is not None and rejection.high < keeps.high
    short = rejection.after is not None and rejection.after < tolerated
    if not (low or high or short):
        return None
    place = "reject_low" if low else "reject_high" if high else "reject_minutes"
    template = N_("The rejection limit can't lie within what the store keeps and tolerates.")
    return Objection("rejects_within", template, place=place)


# --- zones ----------------------------------------------------------------------------------------------------------
def fits_zone(zone: Zone, disposition: Disposition, *, reactive: bool) -> bool:
    """Whether a unit belongs there: what comes from a reactive donor lies apart, and only that lies there."""
    if reactive or zone is Zone.REACTIVE:
        return reactive and zone is Zone.REACTIVE
    return zone is Zone.ANY or (zone is Zone.RELEASED) == (disposition in ISSUABLE)


def does_not_belong(place: Place, zone: Zone, unit: UnitFacts, *, reactive: bool) -> Objection | None:
    """Released, quarantined and reactive units lie apart."""
    if fits_zone(zone, unit.disposition, reactive=reactive):
        return None
    template = N_("{position} is for units of the zone {zone}; {unit} is {what}.")
    what = Zone.REACTIVE if reactive else unit.disposition
    facts = {"position": place, "zone": zone.lower(), "unit": unit.number, "what": what.lower()}
    return Objection("wrong_zone", template, facts, place="position")


# --- moves ----------------------------------------------------------------------------------------------------------
def is_not_here(unit: UnitFacts) -> Objection | None:
    """Only what the house still has is put into a store."""
    if unit.custody in IN_HOUSE:
        return None
    template = N_("Unit {unit} is not in this house: {custody}.")
    return Objection("not_in_house", template, {"unit": unit.number, "custody": unit.custody})


def is_before_last(moved_at: datetime, last: datetime | None, place: str = "moved_at") -> Objection | None:
    """Moves of a unit are recorded in their order."""
    if last is None or moved_at >= last:
        return None
    template = N_("The unit was moved later than that: {last:%Y-%m-%d %H:%M} UTC.")
    return Objection("moved_later", template, {"last": last}, place=place)


def is_after_arrival(taken_at: datetime | None, moved_at: datetime) -> Objection | None:
    """What is put down was taken up before."""
    if taken_at is None or taken_at <= moved_at:
        return None
    return Objection("taken_after", N_("It was taken out before it was put in."), place="taken_at")


def is_not_stored(unit: str) -> Objection:
    """What lies nowhere can't be taken out."""
    return Objection("not_stored", N_("Unit {unit} lies in no position."), {"unit": unit})


def is_there_already(place: Place, now: str) -> Objection | None:
    """A move leads somewhere else."""
    if str(place) != now:
        return None
    return Objection("there_already", N_("The unit lies in {position} already."), {"position": now}, place="position")


# --- time out of the store ------------------------------------------------------------------------------------------
def outings(stays: Sequence[StayFacts]) -> tuple[Outing, ...]:
    """The times out of the store: from each way out to the next way in. A move from place to place is none."""
    ordered = sorted(stays, key=lambda stay: stay.in_at)
    gaps = ((before.out_at, after.in_at) for before, after in pairwise(ordered))
    return tuple(Outing(out, back) for out, back in gaps if out is not None and out < back)


def time_out(stays: Sequence[StayFacts]) -> timedelta:
    """The whole time out of the store."""
    return sum((outing.length for outing in outings(stays)), timedelta())


def handling_limit(definition: Definition) -> Limit | None:
    """The limit of each time out of the store, in minutes; None: this master record has none."""
    points = (point.rule for point in definition.storage.points if point.key == HANDLING)
    rule = next(points, None)
    return rule.limit if isinstance(rule, NumberParameter) and rule.unit == "min" else None


def limit_words(limit: Limit | None) -> str:
    """The limit of each time out: "≤ 2.0 min"; nothing where there is none."""
    return f"{limit_text(limit)} min" if limit else ""


def judge_outing(limit: Limit | None, length: timedelta) -> Judgement:
    """One time out of the store against the limit of the master record, in minutes."""
    return judge_number(
        limit, Decimal(length // timedelta(microseconds=1)) / Decimal(MINUTE // timedelta(microseconds=1))
    )
