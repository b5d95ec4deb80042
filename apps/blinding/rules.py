"""Rules of blinding: what a list must be, who may know it, whose a kit is. Pure; none tells an arm to others."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from apps.batches.facts.words import BatchState
from apps.blinding.facts import BLIND, ListLine, LotFacts, PackedUnit
from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.products.rules.rounding import plain
from apps.units.rules import kit_of

MOST = 12  # lines that a refusal names
ANOTHERS_KIT = "kit_of_another"


def is_no_lot_of_kits(batch: str) -> Objection:
    """Only what a master record packs as blinded kits has a code."""
    return Objection("no_kits", N_("{batch} is no lot of blinded kits."), {"batch": batch})


# --- who holds the code ---------------------------------------------------------------------------------------------
def may_not_know(name: str, roles: Collection[Role]) -> Objection | None:
    """Who treats or judges patients at the site holds no code (ICH E6: the investigator stays blind)."""
    if roles and not BLIND & set(roles):
        return None
    template = N_("{name} can't hold the code: it needs a role at the site, and none of physician or nurse.")
    return Objection("must_stay_blind", template, {"name": name}, place="person")


def names_themselves(namer: str, named: str) -> Objection | None:
    """Nobody names themselves."""
    return Objection("same_person", N_("Nobody names themselves."), place="person") if namer == named else None


def holds_already(name: str, holds: bool) -> Objection | None:
    """A holder is named once."""
    return Objection("holds_already", N_("{name} holds this code."), {"name": name}, "person") if holds else None


def holds_no_more(name: str, ended: bool) -> Objection | None:
    """It is taken back once."""
    return Objection("holds_no_more", N_("{name} holds this code no more."), {"name": name}) if ended else None


def holds_no_code(batch: str) -> Objection:
    """The code is read by those who are named, and by nobody else."""
    return Objection(
        "no_holder", N_("Only who is named a holder of the code of {batch} may do this."), {"batch": batch}
    )


def is_one_person(first: str, second: str) -> Objection | None:
    """Two people do it."""
    return Objection("same_person", N_("Two people do this.")) if first == second else None


def knows_the_code(name: str, knows: bool) -> Objection | None:
    """Who knows, or knew, which kit holds what chooses no kit for a patient (ICH E9, 2.3.2)."""
    if not knows:
        return None
    template = N_("{name} knows the code of these kits: somebody who does not keeps one for the patient.")
    return Objection("knows_the_code", template, {"name": name})


# --- the list -------------------------------------------------------------------------------------------------------
def is_not_being_packed(state: BatchState) -> Objection | None:
    """A list is brought in while its lot runs."""
    if state is BatchState.RUNNING:
        return None
    return Objection("batch_not_running", N_("The batch is {state}, not running."), {"state": state})


def is_sealed_already(sealed: bool) -> Objection | None:
    """A lot has one list. A wrong one ends the lot."""
    return Objection("sealed_already", N_("The list of this lot is sealed already."), place="lines") if sealed else None


def are_not_its_bags(lines: Sequence[ListLine], lot: LotFacts) -> Objection | None:
    """The list names each bag of whole kits once, by the numbers of the lot from the first on."""
    named = [line.bag for line in lines]
    if named and sorted(named) == sorted(lot.bags[: len(named)]) and len(named) % lot.bags_per_kit == 0:
        return None
    template = N_("The list must name each bag of whole kits of {n} once, from {first} on. Not so: {bags}")
    odd = [bag for bag in named if named.count(bag) > 1 or bag not in lot.bags] or named[-1:]
    facts = {"n": lot.bags_per_kit, "first": lot.bags[0], "bags": _some(odd)}
    return Objection("not_its_bags", template, facts, place="lines")


def names_unknown_arms(lines: Iterable[ListLine], products: Mapping[str, str]) -> Objection | None:
    """Each line names an arm of the master record by its key."""
    unknown = [f"{line.bag}: {line.arm}" for line in lines if line.arm not in products]
    if not unknown:
        return None
    template = N_("No arm of the master record: {lines}. It names {arms}.")
    facts = {"lines": _some(unknown), "arms": ", ".join(products)}
    return Objection("unknown_arms", template, facts, place="lines")


def mixes_arms(lines: Sequence[ListLine]) -> Objection | None:
    """A kit is one patient's: all its bags are of one arm."""
    arms: dict[str, set[str]] = {}
    for line in lines:
        arms.setdefault(kit_of(line.bag), set()).add(line.arm)
    mixed = [kit for kit, known in arms.items() if len(known) > 1]
    if not mixed:
        return None
    return Objection("mixes_arms", N_("Kits of more than one arm: {kits}"), {"kits": _some(mixed)}, place="lines")


def blinds_nobody(lines: Iterable[ListLine], products: Collection[str]) -> Objection | None:
    """A lot holds kits of every arm; else its number would tell what is in it."""
    missing = sorted(set(products) - {line.arm for line in lines})
    if not missing:
        return None
    template = N_("The list has no kit of {arms}: the lot would tell what it holds.")
    return Objection("blinds_nobody", template, {"arms": ", ".join(missing)}, place="lines")


def are_not_units_of_the_arms(
    lines: Sequence[ListLine], units: Mapping[str, PackedUnit], lot: LotFacts
) -> Objection | None:
    """Each bag is a unit of its own, of the product of its arm, at the site, with the volume of the kit."""
    named = [line.unit for line in lines]
    wrong = [line.unit for line in lines if named.count(line.unit) > 1 or not _is_of(line, units.get(line.unit), lot)]
    if not wrong:
        return None
    template = N_("Not one unit each of the product of its arm, with {volume} in it, at this site: {units}")
    volume = f"{plain(lot.volume)} {lot.volume_unit}"
    return Objection("not_of_the_arm", template, {"volume": volume, "units": _some(wrong)}, place="lines")


def stands_in_a_shipment(unit: str, shipment: str) -> Objection | None:
    """What waits for its shipment is packed by nobody."""
    if not shipment:
        return None
    template = N_("Unit {unit} stands in the shipment {shipment}.")
    return Objection("in_a_shipment", template, {"unit": unit, "shipment": shipment}, place="lines")


def _is_of(line: ListLine, unit: PackedUnit | None, lot: LotFacts) -> bool:
    if unit is None:
        return False
    found = (unit.product, unit.site, unit.volume, unit.volume_unit)
    return found == (lot.products.get(line.arm), lot.site, lot.volume, lot.volume_unit)


def _some(words: Sequence[str]) -> str:
    more = f" … ({len(words)})" if len(words) > MOST else ""
    return ", ".join(word[:80] for word in words[:MOST]) + more


# --- a patient and their kit ----------------------------------------------------------------------------------------
def is_of_another_kit(unit: str, kit: str) -> Objection | None:
    """All doses of a patient come out of one kit."""
    if not kit or kit_of(unit) == kit:
        return None
    template = N_("This patient has the kit {kit}; {unit} is of another.")
    return Objection("another_kit", template, {"kit": kit, "unit": unit}, place="units")


def is_kit_of_another(unit: str, taken: bool) -> Objection | None:
    """A kit is one patient's from its first bag on, for good."""
    if not taken:
        return None
    template = N_("The kit of {unit} was given to another patient.")
    return Objection(ANOTHERS_KIT, template, {"unit": unit}, place="units")


def is_of_no_list(unit: str, listed: bool) -> Objection | None:
    """What stands in no sealed list is given to nobody."""
    if listed:
        return None
    return Objection("not_listed", N_("{unit} stands in no sealed list."), {"unit": unit}, place="units")


def is_given_no_more(unit: str, opened: bool) -> Objection | None:
    """When two people have opened the code of a lot, its kits are given no more."""
    if not opened:
        return None
    return Objection("code_is_open", N_("The code of {unit} was opened: it is given no more."), {"unit": unit}, "units")


# --- opening --------------------------------------------------------------------------------------------------------
def has_no_kit(recipient: str, kits: Collection[object]) -> Objection | None:
    """There is a code to open for who has a kit."""
    if kits:
        return None
    return Objection("no_kit", N_("{recipient} has no blinded kit."), {"recipient": recipient})


def is_told_already(unopened: Collection[object]) -> Objection | None:
    """Who opened it knows; once is enough."""
    return None if unopened else Objection("told_already", N_("You have opened this code; it stands below."))


def has_no_list(sealed: bool) -> Objection | None:
    """There is a code to read once a list is sealed."""
    return None if sealed else Objection("no_list", N_("No list was sealed for this lot."))


def is_open_already(opened: bool) -> Objection | None:
    """The code of a lot is opened once."""
    return Objection("open_already", N_("The code of this lot was opened.")) if opened else None


def is_being_given(bags: Collection[str]) -> Objection | None:
    """The code stays closed while a bag of the lot waits for its patient."""
    if not bags:
        return None
    template = N_("Kept for patients and not given yet: {bags}")
    return Objection("being_given", template, {"bags": _some(sorted(bags))})
