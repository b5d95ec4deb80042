"""A pool of donations: nothing twice, every donation released, enough donors, a mass that adds up. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from apps.batches.facts.inputs import PoolInput
from apps.core.errors import Objection, Worded
from apps.core.text import N_
from apps.products.definition.pooling import Pool
from apps.products.facts import Comparator, Entered
from apps.products.rules.rounding import round_half_up
from apps.quality.rules import told_of

HUNDRED = Decimal(100)
KEPT_DECIMALS, LONGEST_TEXT, TOO_LARGE = 3, 40, 10**9  # as a line of the manifest holds it


@dataclass(frozen=True)
class PoolLine:
    """A donation in a pool, as a rule sees it. `kept_back`: until when its donor's blood was last found good."""

    din: str
    donor: str
    mass: Decimal
    is_eligible: bool
    holds: tuple[Worded, ...] = ()
    kept_back: timedelta | None = None
    other_donations: int = 0


def is_twice(dins: Sequence[str], known: Collection[str]) -> list[Objection]:
    """No donation enters a pool twice, nor a second pool."""
    counted = Counter(dins)
    twice = sorted(din for din, n in counted.items() if n > 1 or din in known)
    template = N_("{din} stands in a manifest already.")
    return [Objection("pooled_twice", template, {"din": din}, place="lines") for din in twice]


def mass_of(given: PoolInput, read: Entered | Objection) -> Decimal | Objection:
    """A mass is more than nothing and kept as it was weighed: what the manifest would round away is refused."""
    if isinstance(read, Entered) and read.number is not None and read.comparator is Comparator.EXACT:
        is_kept = read.number == round_half_up(read.number, KEPT_DECIMALS) and len(given.mass) <= LONGEST_TEXT
        if is_kept and 0 < read.number < TOO_LARGE:
            return read.number
    facts = {"din": given.din, "mass": given.mass[:LONGEST_TEXT]}
    return Objection("no_mass", N_("{din}: {mass} is no mass."), facts, place="lines")


def is_not_released(line: PoolLine, pool: Pool) -> Objection | None:
    """A donation is pooled when it is eligible, is not held, and was kept back until its donor was tested again."""
    facts: dict[str, object] = {"din": line.din}
    if not line.is_eligible:
        return Objection("pooled_not_eligible", N_("{din} is not found eligible."), facts, place=line.din)
    if line.holds:
        return Objection("pooled_held", N_("{din} is held: {holds}"), {**facts, **told_of(line.holds)}, place=line.din)
    least = timedelta(days=pool.kept_back_days)
    if least and (line.kept_back is None or line.kept_back < least):
        template = N_("{din} is kept back: its donor is to be tested again, {days} d after it was given.")
        return Objection("pooled_too_early", template, {**facts, "days": pool.kept_back_days}, place=line.din)
    if pool.known_donors and not line.other_donations:
        template = N_("{din} is the only donation of its donor.")
        return Objection("pooled_once_only", template, facts, place=line.din)
    return None


def has_too_few_donors(lines: Sequence[PoolLine], pool: Pool) -> Objection | None:
    """A pool has as many donors as its master record asks for."""
    donors = len({line.donor for line in lines})
    if donors >= pool.donors_at_least:
        return None
    template = N_("The pool has {donors} donors; at least {least} are asked.")
    return Objection("too_few_donors", template, {"donors": donors, "least": pool.donors_at_least})


def is_another_mass(lines: Sequence[PoolLine], recorded: Decimal | None, pool: Pool) -> Objection | None:
    """The masses of the manifest add up to the mass of the pool, within its tolerance."""
    if recorded is None:
        return None  # that it is missing is said elsewhere
    total = sum((line.mass for line in lines), Decimal(0))
    if abs(total - recorded) * HUNDRED <= recorded * pool.mass_tolerance_percent:
        return None
    template = N_("The manifest adds up to {total}, the pool weighs {recorded}; allowed: ± {percent} %.")
    facts = {"total": total, "recorded": recorded, "percent": pool.mass_tolerance_percent}
    return Objection("pool_mass", template, facts)


def against_closing(lines: Sequence[PoolLine], recorded: Decimal | None, pool: Pool) -> list[Objection]:
    """Everything that keeps the pool from being closed."""
    found = [has_too_few_donors(lines, pool), is_another_mass(lines, recorded, pool)]
    found += [is_not_released(line, pool) for line in lines]
    return [objection for objection in found if objection]
