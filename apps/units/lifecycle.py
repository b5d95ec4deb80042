"""The life of a unit as one table: verb, the states it starts from on each of the three axes, and what it sets.

`services.move_units` is the only code that sets a state, and it reads this table.
"""

from dataclasses import dataclass

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.text import N_
from apps.units.facts import Condition, Custody, Disposition, Fate, UnitFacts, UnitKind, UnitVerb

ALL_DISPOSITIONS, ALL_CONDITIONS, ALL_CUSTODIES = frozenset(Disposition), frozenset(Condition), frozenset(Custody)
PRESENT = frozenset({Custody.IN_STORE, Custody.RESERVED, Custody.SET_APART, Custody.IN_TRANSIT, Custody.AT_SITE})
# On its way a unit is in nobody's hands who may thaw it; what is set apart for a study is thawed at its test.
AT_HAND = PRESENT - {Custody.IN_TRANSIT, Custody.SET_APART}
ISSUABLE = frozenset({Disposition.CONDITIONAL, Disposition.RELEASED})
USABLE = frozenset({Condition.FRESH, Condition.FROZEN, Condition.THAWED})
AWAY = frozenset({Custody.IN_TRANSIT, Custody.AT_SITE})
FATES = {
    Custody.ADMINISTERED: Fate.ADMINISTERED,
    Custody.DRAWN: Fate.DRAWN,
    Custody.DESTROYED: Fate.DESTROYED,
}
KEEPERS = frozenset({Role.OPERATOR, Role.STOREKEEPER, Role.QC_HEAD, Role.QA})  # who may ask that units are destroyed
FORWARD = (Condition.FRESH, Condition.FROZEN, Condition.THAWED, Condition.SPENT)


@dataclass(frozen=True)
class Move:
    """One verb: the states it may start from, and the states it sets (None leaves an axis as it is)."""

    verb: UnitVerb
    dispositions: frozenset[Disposition] = ALL_DISPOSITIONS
    conditions: frozenset[Condition] = ALL_CONDITIONS
    custodies: frozenset[Custody] = ALL_CUSTODIES
    kinds: frozenset[UnitKind] = frozenset(UnitKind)
    disposition: Disposition | None = None
    condition: Condition | None = None
    custody: Custody | None = None

    @property
    def sets(self) -> dict[str, Disposition | Condition | Custody]:
        """The columns the verb writes."""
        columns = {"disposition": self.disposition, "condition": self.condition, "custody": self.custody}
        return {name: value for name, value in columns.items() if value is not None}

    def admits(self, unit: UnitFacts) -> bool:
        """Whether the verb may start from these states."""
        return (
            unit.disposition in self.dispositions
            and unit.condition in self.conditions
            and unit.custody in self.custodies
            and unit.kind in self.kinds
        )


_MOVES = (
    Move(
        UnitVerb.RELEASE_CONDITIONALLY,
        dispositions=frozenset({Disposition.QUARANTINED}),
        kinds=frozenset({UnitKind.PRODUCT}),
        disposition=Disposition.CONDITIONAL,
    ),
    Move(
        UnitVerb.RELEASE,
        dispositions=frozenset({Disposition.QUARANTINED, Disposition.CONDITIONAL}),
        kinds=frozenset({UnitKind.PRODUCT}),
        disposition=Disposition.RELEASED,
    ),
    Move(
        UnitVerb.REJECT,
        dispositions=frozenset({Disposition.QUARANTINED, Disposition.CONDITIONAL}),
        disposition=Disposition.REJECTED,
    ),
    Move(
        UnitVerb.RECALL,
        dispositions=ISSUABLE,
        disposition=Disposition.RECALLED,
    ),
    Move(
        UnitVerb.FREEZE,
        conditions=frozenset({Condition.FRESH}),
        custodies=frozenset({Custody.IN_STORE}),
        condition=Condition.FROZEN,
    ),
    Move(UnitVerb.THAW, conditions=frozenset({Condition.FROZEN}), custodies=AT_HAND, condition=Condition.THAWED),
    Move(UnitVerb.USE_UP, conditions=USABLE, custodies=PRESENT, condition=Condition.SPENT),
    Move(
        UnitVerb.RESERVE,
        dispositions=ISSUABLE,
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.IN_STORE}),
        kinds=frozenset({UnitKind.PRODUCT}),
        custody=Custody.RESERVED,
    ),
    Move(  # for a way between establishments, while the donor is not decided about (21 CFR 1271.60(c))
        UnitVerb.RESERVE_IN_QUARANTINE,
        dispositions=frozenset({Disposition.QUARANTINED}),
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.IN_STORE}),
        kinds=frozenset({UnitKind.PRODUCT}),
        custody=Custody.RESERVED,
    ),
    Move(  # for a study: whatever it is for, and before anybody has released it
        UnitVerb.SET_APART,
        dispositions=frozenset({Disposition.QUARANTINED, Disposition.CONDITIONAL, Disposition.RELEASED}),
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.IN_STORE}),
        custody=Custody.SET_APART,
    ),
    Move(UnitVerb.TAKE_UP, custodies=frozenset({Custody.SET_APART}), custody=Custody.IN_STORE),
    Move(UnitVerb.FREE, custodies=frozenset({Custody.RESERVED}), custody=Custody.IN_STORE),
    Move(  # kept for an order where it stands: it goes back into no store when the order ends
        UnitVerb.KEEP_AT_SITE,
        dispositions=ISSUABLE,
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.AT_SITE}),
        kinds=frozenset({UnitKind.PRODUCT}),
        custody=Custody.AT_SITE,
    ),
    Move(
        UnitVerb.SHIP,
        dispositions=ISSUABLE,
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.IN_STORE, Custody.RESERVED}),
        kinds=frozenset({UnitKind.PRODUCT}),
        custody=Custody.IN_TRANSIT,
    ),
    Move(
        UnitVerb.SHIP_IN_QUARANTINE,
        dispositions=frozenset({Disposition.QUARANTINED}),
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.RESERVED}),
        kinds=frozenset({UnitKind.PRODUCT}),
        custody=Custody.IN_TRANSIT,
    ),
    Move(UnitVerb.ARRIVE, custodies=frozenset({Custody.IN_TRANSIT}), custody=Custody.AT_SITE),
    Move(
        UnitVerb.TAKE_BACK,
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.RESERVED, Custody.IN_TRANSIT, Custody.AT_SITE}),
        custody=Custody.IN_STORE,
    ),
    Move(
        UnitVerb.ADMINISTER,
        dispositions=ISSUABLE,
        conditions=frozenset({Condition.FRESH, Condition.THAWED}),
        custodies=frozenset({Custody.RESERVED, Custody.AT_SITE}),
        kinds=frozenset({UnitKind.PRODUCT}),
        condition=Condition.SPENT,
        custody=Custody.ADMINISTERED,
    ),
    Move(  # a unit of a bank, into the batch that is made from it
        UnitVerb.DRAW,
        dispositions=frozenset({Disposition.RELEASED}),
        conditions=frozenset({Condition.FRESH, Condition.FROZEN}),
        custodies=frozenset({Custody.IN_STORE}),
        kinds=frozenset({UnitKind.PRODUCT}),
        condition=Condition.SPENT,
        custody=Custody.DRAWN,
    ),
    Move(UnitVerb.DESTROY, custodies=PRESENT, custody=Custody.DESTROYED),
)
MOVES: dict[UnitVerb, Move] = {move.verb: move for move in _MOVES}
STEPS = {
    UnitVerb.RELEASE_CONDITIONALLY: N_("release conditionally"),
    UnitVerb.RELEASE: N_("release"),
    UnitVerb.REJECT: N_("reject"),
    UnitVerb.RECALL: N_("recall"),
    UnitVerb.FREEZE: N_("freeze"),
    UnitVerb.THAW: N_("thaw"),
    UnitVerb.USE_UP: N_("use up"),
    UnitVerb.RESERVE: N_("reserve"),
    UnitVerb.RESERVE_IN_QUARANTINE: N_("reserve in quarantine"),
    UnitVerb.SET_APART: N_("set apart"),
    UnitVerb.TAKE_UP: N_("give back to the stock"),
    UnitVerb.KEEP_AT_SITE: N_("keep at the site"),
    UnitVerb.FREE: N_("give back"),
    UnitVerb.SHIP: N_("ship"),
    UnitVerb.SHIP_IN_QUARANTINE: N_("ship in quarantine"),
    UnitVerb.ARRIVE: N_("receive at the site"),
    UnitVerb.TAKE_BACK: N_("take back"),
    UnitVerb.ADMINISTER: N_("administer"),
    UnitVerb.DRAW: N_("draw for another batch"),
    UnitVerb.DESTROY: N_("destroy"),
}  # how a refusal names a verb


def refuses(verb: UnitVerb, unit: UnitFacts) -> Objection | None:
    """Why the verb can't be done to a unit in these states."""
    if MOVES[verb].admits(unit):
        return None
    template = N_("Unit {unit} is {disposition}, {condition}, {custody}: it can't take the step {verb}.")
    states = {"disposition": unit.disposition, "condition": unit.condition, "custody": unit.custody}
    return Objection("wrong_unit_state", template, {"unit": unit.number, "verb": STEPS[verb], **states})


def goes_back(verb: UnitVerb, unit: UnitFacts) -> bool:
    """Whether the verb would move a unit backward. No statement of what happened makes cells fresh again, and what
    was destroyed stays destroyed: the statement is kept as an event, the unit as it is."""
    move = MOVES[verb]
    if unit.custody is Custody.DESTROYED:
        return move.custody is not None or move.condition is not None
    return move.condition is not None and FORWARD.index(move.condition) < FORWARD.index(unit.condition)


def gone(unit: UnitFacts) -> bool:
    """Whether the unit is gone for good: given to a patient, used for another batch or destroyed."""
    return unit.custody in FATES


def fate_of(unit: UnitFacts, was_sampled: bool) -> Fate | None:
    """Where a unit counts in the balance of its batch; None: used up, and nobody tested it."""
    if unit.custody in FATES:
        return FATES[unit.custody]
    if unit.condition is Condition.SPENT:
        return Fate.TESTED if was_sampled else None
    if unit.custody in AWAY:
        return Fate.SHIPPED
    return Fate.RETAINED if unit.kind is UnitKind.RETAINED else Fate.STORED
