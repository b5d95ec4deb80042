"""Rules of times outside the range: which they are, which of them were told already, who was there. Pure.

A reading stands for the time from its instant to that of the next one: all intervals are half open, [from, until).
What nobody watched beside a reading outside the range counts as outside: a silence longer than `gap` before the first
such reading, within, or before the first good one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.rules.rounding import round_half_up
from apps.storage.facts import Known, Rejection, Spell, Warmth

Reading = tuple[datetime, Decimal]
NOTHING = timedelta(0)
MEAN_PLACES = 3


def beyond(value: Decimal, keeps: Warmth) -> Decimal:
    """How far a value lies outside the range; 0: it lies within. The ends belong to the range."""
    if keeps.high is not None and value > keeps.high:
        return value - keeps.high
    if keeps.low is not None and value < keeps.low:
        return keeps.low - value
    return Decimal(0)


def overlap(start: datetime, end: datetime | None, other: datetime, other_end: datetime | None) -> bool:
    """Whether two half-open intervals share an instant, judged at both ends; None: no end."""
    return (other_end is None or start < other_end) and (end is None or other < end)


def spells(readings: Iterable[Reading], keeps: Warmth, gap: timedelta) -> list[Spell]:
    """Every time outside the range in readings that are in their order."""
    found: list[Spell] = []
    running: Spell | None = None
    before: datetime | None = None
    for at, value in readings:
        silence = at - before if before is not None and at - before > gap else NOTHING
        if beyond(value, keeps):
            running = _longer(running, at, value, keeps, silence) if running else _begun(at, value, silence)
        elif running:
            found.append(replace(running, ended_at=at, unwatched=running.unwatched + silence))
            running = None
        before = at
    return [*found, running] if running else found


def told(found: Iterable[Spell], tolerated: timedelta, known: Sequence[Known] = ()) -> list[Spell]:
    """The spells that count: those that last as long as is not tolerated any more, and what belongs to one of them."""
    return [spell for spell in found if spell.length >= tolerated or _of(spell, known)]


def assigned(known: Sequence[Known], found: Sequence[Spell], keeps: Warmth) -> list[tuple[Spell, int | None]]:
    """Each spell with the key of the excursion that it is part of; spells of one excursion are one.

    What was told once is never told again and never gets shorter, whatever late readings say of its middle. A spell is
    part of one excursion at most: between two of them lies a good reading, which stays.
    """
    pairs: list[tuple[Spell, int | None]] = []
    for spell in found:
        ours = next(iter(_of(spell, known)), None)
        if ours and pairs and pairs[-1][1] == ours.key:
            pairs.append((joined(pairs.pop()[0], _covering(spell, ours), keeps), ours.key))
        else:
            pairs.append((_covering(spell, ours), ours.key) if ours else (spell, None))
    return pairs


def joined(first: Spell, second: Spell, keeps: Warmth) -> Spell:
    """Two spells as one, from the beginning of the first to the end of the second."""
    return Spell(
        began_at=min(first.began_at, second.began_at),
        last_at=max(first.last_at, second.last_at),
        ended_at=_later(first.ended_at, second.ended_at),
        worst=_worse(first.worst, second.worst, keeps),
        total=first.total + second.total,
        readings=first.readings + second.readings,
        coldest=min(first.coldest, second.coldest),
        warmest=max(first.warmest, second.warmest),
        unwatched=first.unwatched + second.unwatched,
    )


def mean_of(spell: Spell) -> Decimal:
    """The mean of its readings, rounded half up once."""
    return round_half_up(spell.total / spell.readings, MEAN_PLACES)


def holds_again(out_at: datetime | None, known_until: datetime, until: datetime, *, is_worse: bool) -> bool:
    """Whether a unit that quality has decided on is held again: the excursion got worse, or longer while it was there.

    `known_until`: how far the excursion was known when it was decided on; `until`: how far it is known now.
    """
    return is_worse or min(until, out_at or until) > known_until


def is_beyond(spell: Spell, rejection: Rejection) -> bool:
    """Whether an excursion went beyond the second limit of its store, on either side or by how long it lasted."""
    outer = Warmth(rejection.low, rejection.high)
    too_far = beyond(spell.coldest, outer) > 0 or beyond(spell.warmest, outer) > 0
    return too_far or (rejection.after is not None and spell.length >= rejection.after)


def needs_a_deviation(*, rejects: bool, has_deviation: bool) -> Objection | None:
    """Beyond the rejection limit nothing is found fit but under a deviation: a probe may have failed, someone looks."""
    if has_deviation or not rejects:
        return None
    template = N_("This excursion went beyond the rejection limit: units are found fit only under a deviation.")
    return Objection("beyond_rejection", template)


def is_not_judged(probe: str, unit: str, wanted: str) -> Objection | None:
    """A store is judged in one unit for each quantity: readings in another one would be kept, and never compared."""
    if unit == wanted:
        return None
    template = N_("{probe} measures in {unit}; a store is judged in {wanted}. Install it so, and send them again.")
    return Objection("not_judged_in", template, {"probe": probe, "unit": unit, "wanted": wanted}, place="unit")


def cut_off(spell: Spell, until: datetime | None) -> Spell:
    """A time outside the range ends at the latest with the limit by which it is one."""
    if until is None or spell.ended_at is not None:
        return spell
    return replace(spell, ended_at=max(until, spell.last_at + timedelta.resolution))


def has_nothing_held(chosen: Sequence[str], held: Sequence[str], place: str = "units") -> Objection | None:
    """A decision is about units, or batches, that the excursion holds, each named once."""
    others = [number for number in chosen if number not in held]
    if chosen and not others and len(set(chosen)) == len(chosen):
        return None
    template = N_("Name what this excursion holds. Not held by it: {units}.")
    return Objection("not_held", template, {"units": ", ".join(others[:20]) or "–"}, place=place)


def _begun(at: datetime, value: Decimal, silence: timedelta) -> Spell:
    return Spell(at - silence, at, None, value, value, 1, value, value, silence)


def _longer(spell: Spell, at: datetime, value: Decimal, keeps: Warmth, silence: timedelta) -> Spell:
    return replace(
        spell,
        last_at=at,
        worst=_worse(spell.worst, value, keeps),
        total=spell.total + value,
        readings=spell.readings + 1,
        coldest=min(spell.coldest, value),
        warmest=max(spell.warmest, value),
        unwatched=spell.unwatched + silence,
    )


def _worse(one: Decimal, other: Decimal, keeps: Warmth) -> Decimal:
    return other if beyond(other, keeps) > beyond(one, keeps) else one


def _of(spell: Spell, known: Sequence[Known]) -> list[Known]:
    return [one for one in known if overlap(spell.began_at, spell.ended_at, one.began_at, one.ended_at)]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _covering(spell: Spell, known: Known) -> Spell:
    """A spell that covers what was told of it; an excursion that was open ends where the readings say it ends."""
    ends = [end for end in (spell.ended_at, known.ended_at) if end]
    return replace(
        spell, began_at=min(spell.began_at, known.began_at), ended_at=max(ends) if spell.ended_at else None
    )  # fmt: skip
