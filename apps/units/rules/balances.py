"""Rules of labels and balances: what became of each, and what must close. Pure."""

from collections import Counter
from collections.abc import Mapping

from apps.core.errors import Objection
from apps.core.text import N_
from apps.units.facts import Balance, Counted, Fate, LabelFate, Stock, UnitsBalance


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


def goes_below_the_reserve(stock: Stock, units: int, permitted: int | None = None) -> Objection | None:
    """What a bank keeps back stays, unless a decision says how far down its stock may go."""
    floor = stock.reserved if permitted is None else min(permitted, stock.reserved)
    if stock.left - units >= floor:
        return None
    template = N_("Bank {bank} has {left} units left and keeps {floor} back; {units} can't be taken.")
    facts = {"bank": stock.bank, "left": stock.left, "floor": floor, "units": units}
    return Objection("below_the_reserve", template, facts, place="units")
