"""Rules of units: pure. Expiry, what a fill needs, balances that must close, the symbol on the label."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.rules.elements import read_elements
from apps.identity.rules.structures import without_symbology
from apps.products.definition import Bilingual, Definition, NumberParameter, Quantity
from apps.products.definition.storage import StorageState
from apps.products.facts import Duration, ParameterKind
from apps.products.rules.numbers import read_entry
from apps.units.facts import (
    Balance,
    Condition,
    Counted,
    Fate,
    LabelCode,
    LabelFate,
    UnitFacts,
    UnitKind,
    UnitsBalance,
)

PURPOSES: Mapping[str, UnitKind] = {
    "product": UnitKind.PRODUCT,
    "retained": UnitKind.RETAINED,
    "quality_control": UnitKind.QC,
}
ADDRESS = re.compile("unit/[A-Z0-9:-]{1,60}", re.ASCII)
RUNNING = frozenset({BatchState.RUNNING})
LOCKED = frozenset({BatchState.CERTIFIED, BatchState.RELEASED})


# --- expiry ---------------------------------------------------------------------------------------------------------
def expiry_of(shelf_life: Duration, since: datetime, zone: tzinfo) -> datetime:
    """The first minute in which the unit may no longer be used.

    Hours and days are elapsed time, whatever the clocks of the site do meanwhile; months are counted on its calendar
    and end on the last day where the month is shorter. Seconds are cut off, never added.
    """
    start = since.astimezone(zone) if shelf_life.is_calendar else since.astimezone(UTC)
    return shelf_life.after(start).astimezone(UTC).replace(second=0, microsecond=0)


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
    """How cells in this storage state are."""
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


# --- the batch ----------------------------------------------------------------------------------------------------
def is_not_running(state: BatchState) -> Objection | None:
    """Units are made while the batch runs."""
    if state in RUNNING:
        return None
    return Objection("batch_not_running", N_("The batch is {state}, not running."), {"state": state})


def is_locked(state: BatchState) -> Objection | None:
    """After certification the record of the fill stands."""
    if state not in LOCKED:
        return None
    return Objection("record_locked", N_("The batch is certified: its record is locked."), {"state": state})


def is_before(instant: datetime, earlier: datetime, field: str) -> Objection | None:
    """An act can't precede what it follows."""
    if instant >= earlier:
        return None
    template = N_("This time lies before {earlier:%Y-%m-%d %H:%M} UTC.")
    return Objection("too_early", template, {"earlier": earlier.astimezone(UTC)}, field)


# --- the fill -------------------------------------------------------------------------------------------------------
def planned_numbers(definition: Definition, batch_number: str) -> list[str]:
    """The numbers of the units the master plans, in order."""
    planned = sum(division.planned for division in definition.units.divisions)
    return [unit_number(definition, batch_number, n) for n in range(1, planned + 1)]


def unit_number(definition: Definition, batch_number: str, n: int) -> str:
    """The number of the n-th unit of a batch."""
    return definition.units.number_pattern.format(BATCH=batch_number, N=n)


def planned_counts(definition: Definition) -> dict[str, int]:
    """How many units of each division the master plans."""
    return {division.key: division.planned for division in definition.units.divisions}


def is_no_fill(counts: Mapping[str, int], definition: Definition) -> Objection | None:
    """The counts name divisions of the master and at least one unit."""
    known = {division.key for division in definition.units.divisions}
    unknown = sorted(set(counts) - known)
    if unknown:
        facts = {"unknown": ", ".join(unknown), "known": ", ".join(sorted(known))}
        return Objection("unknown_division", N_("{unknown} is no division of this fill: {known}."), facts, "counts")
    if any(count < 0 for count in counts.values()) or not any(counts.values()):
        return Objection("nothing_filled", N_("Say how many units were filled."), place="counts")
    return None


def falls_short(made: Mapping[str, int], definition: Definition) -> tuple[Objection, ...]:
    """Divisions that got less than the master demands: retained and QC units come from the same fill."""
    template = N_("{division}: {made} filled, at least {least} are required.")
    return tuple(
        Objection(
            "division_short",
            template,
            {
                "division": division.label.en,
                "division_zh": division.label.zh,
                "made": made.get(division.key, 0),
                "least": division.at_least,
            },
        )
        for division in definition.units.divisions
        if made.get(division.key, 0) < division.at_least
    )


def has_no_container(numbers: Sequence[str], free: int) -> Objection | None:
    """Each unit takes one container that was issued to the batch and is still free."""
    if len(numbers) <= free:
        return None
    template = N_("No container for {units}: {free} of those issued are free.")
    return Objection("no_container", template, {"units": ", ".join(numbers[max(free, 0) :]), "free": free})


def has_no_label(numbers: Sequence[str], printed: Collection[str]) -> Objection | None:
    """Each unit takes the label that was printed for its number."""
    missing = [number for number in numbers if number not in printed]
    if not missing:
        return None
    return Objection("no_label", N_("No label was printed for {units}."), {"units": ", ".join(missing)})


def read_amount(text: str, nominal: Quantity, field: str) -> Decimal | Objection:
    """What one unit holds, read as every number of the house is read; nothing entered is refused."""
    label = Bilingual(en=field, zh=field)
    parameter = NumberParameter(key=field, label=label, kind=ParameterKind.NUMBER, unit=nominal.unit, decimals=9)
    entered = read_entry(parameter, text)
    if isinstance(entered, Objection):
        return entered
    if entered.number is None or entered.number <= 0:
        return Objection("no_amount", N_("Say how much one unit holds."), place=field)
    return entered.number


def is_out_of_tolerance(amount: Decimal, nominal: Quantity, field: str) -> Objection | None:
    """Volume and cells of a unit lie within the tolerance of the master; outside it is recorded and looked into."""
    if nominal.tolerance_percent is None:
        return None
    margin = nominal.value * nominal.tolerance_percent / 100
    if abs(amount - nominal.value) <= margin:
        return None
    template = N_("{field}: {amount} {unit} per unit; the master asks for {nominal} ± {tolerance} %.")
    facts = {"field": field, "amount": amount, "unit": nominal.unit, "nominal": nominal.value}
    return Objection("out_of_tolerance", template, {**facts, "tolerance": nominal.tolerance_percent}, field)


def is_no_count(count: int, field: str = "count") -> Objection | None:
    """A count of things is at least one."""
    return None if count > 0 else Objection("no_count", N_("The number must be 1 or more."), place=field)


# --- labels and balances --------------------------------------------------------------------------------------------
def is_settled(serial: int, fate: LabelFate, to: LabelFate) -> Objection | None:
    """What became of a label is said once; an applied one may still be taken off and destroyed."""
    if fate is LabelFate.PRINTED or (fate, to) == (LabelFate.APPLIED, LabelFate.DESTROYED):
        return None
    return Objection("label_settled", N_("Label {serial} is already {fate}."), {"serial": serial, "fate": fate})


def labels_balance(fates: Mapping[LabelFate, int]) -> Balance:
    """Printed = applied + destroyed + specimens in the record."""
    accounted = {fate.value: fates.get(fate, 0) for fate in LabelFate if fate is not LabelFate.PRINTED}
    return Balance(Counted.LABELS, sum(fates.values()), accounted)


def containers_balance(issued: int, filled: int, lost: int, returned: int) -> Balance:
    """Issued = filled + broken or rejected + returned unused."""
    return Balance(Counted.CONTAINERS, issued, {"FILLED": filled, "LOST": lost, "RETURNED": returned})


def units_balance(made: int, fates: Mapping[str, Fate | None]) -> UnitsBalance:
    """The balance of the units of a batch, from the fate of each by its number."""
    placed = Counter(fate for fate in fates.values() if fate is not None)
    unexplained = tuple(sorted(number for number, fate in fates.items() if fate is None))
    return UnitsBalance(made, {fate: placed[fate] for fate in Fate}, unexplained)


def does_not_close(balance: Balance) -> Objection | None:
    """Containers and labels close at exactly 100 %: 99.9 % is not closed, and neither is 101 %."""
    if not balance.made:
        return Objection("nothing_to_reconcile", N_("Nothing was made or issued yet."), place="counted")
    if balance.closes:
        return None
    template = N_("{counted}: {made} made, {total} accounted for. The difference of {difference} must be 0.")
    facts = {
        "counted": balance.counted,
        "made": balance.made,
        "total": balance.total,
        "difference": balance.difference,
    }
    return Objection("balance_open", template, facts)


def is_not_reconciled(counted: Counted, closed: bool) -> Objection | None:
    """What keeps a batch from certification."""
    if closed:
        return None
    return Objection("not_reconciled", N_("{counted} are not reconciled yet."), {"counted": counted})


# --- the symbol on the label ----------------------------------------------------------------------------------------
def code_text(code: LabelCode) -> str:
    """The GS1 element string of a label, of company-internal elements only: a trade item number is not ours to invent.

    (91) the address of the unit, (92) its expiry in UTC, (93) the chain of identity where it is for one patient.
    """
    text = f"(91){code.address}(92){code.expires_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    return f"{text}(93){code.chain}" if code.chain else text


def read_code(text: str) -> LabelCode | Objection:
    """What a scanned label says, in brackets or as a scanner sends it. Anything else is refused, never guessed at."""
    refused = Objection("no_label_code", N_("This is not the symbol of a unit's label."), place="code")
    elements = read_elements(without_symbology(text))
    said = {} if isinstance(elements, Objection) else {one.identifier: one.content for one in elements}
    if not {"91", "92"} <= set(said) <= {"91", "92", "93"} or not ADDRESS.fullmatch(said["91"]):
        return refused
    try:
        expires_at = datetime.strptime(said["92"], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        return refused
    code = LabelCode(said["91"], expires_at, said.get("93", ""))
    return code if f"(92){said['92']}" in code_text(code) else refused


def number_of_code(text: str) -> str:
    """The number of the unit in the hand: from the symbol of its label, from its address, or typed."""
    code = read_code(text.strip())
    return (text.strip() if isinstance(code, Objection) else code.address).removeprefix("unit/")
