"""Rules of the fill: what it needs, what one unit holds, how many go where. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from apps.batches.facts.words import BatchState
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition import Bilingual, Definition, NumberParameter, Quantity
from apps.products.facts import ParameterKind
from apps.products.rules.numbers import read_entry
from apps.units.facts import UnitKind

PURPOSES: Mapping[str, UnitKind] = {
    "product": UnitKind.PRODUCT,
    "retained": UnitKind.RETAINED,
    "quality_control": UnitKind.QC,
}
RUNNING = frozenset({BatchState.RUNNING})
LOCKED = frozenset({BatchState.CERTIFIED, BatchState.RELEASED})


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
    """The number of the n-th unit of a batch; where kits are packed, of the n-th bag: its kit, and which of it."""
    blinded = definition.preparation.blinded
    kit, bag = divmod(n - 1, blinded.bags_per_kit) if blinded else (n - 1, 0)
    return definition.units.number_pattern.format(BATCH=batch_number, N=n, KIT=kit + 1, BAG=bag + 1)


def kit_of(number: str) -> str:
    """The kit a bag belongs to: what stands before the last hyphen of its number."""
    return number.rpartition("-")[0]


def are_not_one_for_one(definition: Definition, packed: int, drawn: int) -> Objection | None:
    """Each bag of a kit is one unit of the sealed list, and every unit of the list becomes a bag."""
    if definition.preparation.blinded is None or packed == drawn:
        return None
    template = N_("The sealed list names {drawn} bags; {packed} would be packed.")
    return Objection("not_as_listed", template, {"drawn": drawn, "packed": packed}, place="counts")


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


def read_content(text: str | None, nominal: Quantity | None, field: str) -> Decimal | Objection | None:
    """What one unit holds of a quantity: as the master says where nothing is entered, nothing where it names none."""
    if nominal is not None:
        return nominal.value if text is None else read_amount(text, nominal, field)
    if text is None:
        return None
    return Objection("holds_none", N_("The master record counts none of this in a unit."), place=field)


def is_out_of_tolerance(amount: Decimal | None, nominal: Quantity | None, field: str) -> Objection | None:
    """Volume and cells of a unit lie within the tolerance of the master; outside it is recorded and looked into."""
    if amount is None or nominal is None or nominal.tolerance_percent is None:
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
