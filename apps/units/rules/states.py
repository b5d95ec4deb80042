"""Rules of storage states: what starts their clocks, until when a unit may be used, what its label promises. Pure."""

from datetime import UTC, datetime, tzinfo

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Definition
from apps.products.definition.storage import Storage, StorageState
from apps.products.facts import ClockStart, Duration
from apps.units.facts import Condition, Moments, UnitFacts


def expiry_of(shelf_life: Duration, since: datetime, zone: tzinfo) -> datetime:
    """The first minute in which the unit may no longer be used.

    Hours and days are elapsed time, whatever the clocks of the site do meanwhile; months are counted on its calendar
    and end on the last day where the month is shorter. Seconds are cut off, never added.
    """
    start = since.astimezone(zone) if shelf_life.is_calendar else since.astimezone(UTC)
    return shelf_life.after(start).astimezone(UTC).replace(second=0, microsecond=0)


def moment_of(storage: Storage, event: str, moments: Moments) -> datetime | None:
    """The instant that an event of the master record names, where it has come."""
    known = {
        ClockStart.COLLECTION: moments.collected_at,
        ClockStart.FILL: moments.filled_at,
        ClockStart.FREEZE: moments.frozen_at,
        ClockStart.THAW: moments.thawed_at,
    }
    instant = storage.instant_of(event)
    return known[instant] if instant else None


def expiry_in(state: StorageState, storage: Storage, moments: Moments, entered_at: datetime, zone: tzinfo) -> datetime:
    """Until when a unit may be used that came into a state then: the clock counts from the event that starts it."""
    return expiry_of(state.shelf_life, moment_of(storage, state.starts_with, moments) or entered_at, zone)


def state_in_time(storage: Storage, state: StorageState, moments: Moments, at: datetime) -> StorageState:
    """The state a unit comes into at this time: past a deadline it is the one the master record names instead."""
    passed = {state.key}
    while is_too_late(storage, state, moments, at) and state.deadline and state.deadline.otherwise:
        following = storage.state(state.deadline.otherwise)
        if following is None or following.key in passed:
            break
        state = following
        passed.add(state.key)
    return state


def is_too_late(storage: Storage, state: StorageState, moments: Moments, at: datetime) -> Objection | None:
    """A unit comes into a state before its deadline, whose last minute still counts."""
    deadline = state.deadline
    since = moment_of(storage, deadline.since, moments) if deadline else None
    if deadline is None or since is None or at <= since + deadline.at_most.timedelta:
        return None
    template = N_("{state}: at most {span} from {since:%Y-%m-%d %H:%M} UTC on.")
    facts = {"state": state.label.en, "state_zh": state.label.zh, "span": deadline.at_most.text}
    return Objection("deadline_passed", template, {**facts, "since": since.astimezone(UTC)})


def bears_another_name(unit_number: str, printed: StorageState, now: StorageState) -> Objection | None:
    """The label of a unit names the component it is: after a deadline was missed it is printed anew."""
    if printed.key == now.key or printed.condition != now.condition or printed.component == now.component:
        return None
    template = N_("The label of {unit} names it {printed}; it is {now}.")
    names = {"unit": unit_number}
    for word, state in (("printed", printed), ("now", now)):
        label = state.component or state.label
        names |= {word: label.en, f"{word}_zh": label.zh}
    return Objection("another_name", template, names)


def is_expired(unit: UnitFacts, at: datetime) -> Objection | None:
    """Judged at the moment of use, to the minute."""
    if at < unit.expires_at:
        return None
    template = N_("Unit {unit} expired on {expires_at:%Y-%m-%d %H:%M} UTC.")
    return Objection("expired", template, {"unit": unit.number, "expires_at": unit.expires_at.astimezone(UTC)})


def labelled_state(definition: Definition) -> StorageState:
    """The storage state whose expiry stands on the label: the frozen one where the fill is frozen, else the first."""
    first = first_state(definition)
    if first.condition == "frozen":
        return first
    following = [state for key in first.may_follow if (state := definition.storage.state(key))]
    return next((state for state in following if state.condition == "frozen"), first)


def first_state(definition: Definition) -> StorageState:
    """The storage state that starts at the fill."""
    state = definition.storage.state(definition.units.first_state)
    if state is None:
        raise LookupError(f"{definition.key} has no storage state {definition.units.first_state}")
    return state


def condition_of(state: StorageState) -> Condition:
    """How what a unit holds is in this storage state."""
    return Condition(state.condition.upper())


def frozen_state_after(definition: Definition, key: str) -> StorageState | None:
    """The frozen state that may follow a storage state."""
    state = definition.storage.state(key)
    following = [definition.storage.state(next_key) for next_key in state.may_follow] if state else []
    return next((found for found in following if found and found.condition == "frozen"), None)


def label_outlives_unit(unit_number: str, printed: datetime, expires_at: datetime) -> Objection | None:
    """A label may promise less than the storage state gives, never more."""
    if printed <= expires_at:
        return None
    template = N_(
        "The label of {unit} says {printed:%Y-%m-%d %H:%M} UTC; the unit expires on {expires_at:%Y-%m-%d %H:%M} UTC."
    )
    facts = {"unit": unit_number, "printed": printed.astimezone(UTC), "expires_at": expires_at.astimezone(UTC)}
    return Objection("label_outlives_unit", template, facts)
