"""Times outside the range of a store, the units that were there, and what quality decided about each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.exposure import batches_exposed
from apps.facility.facts import JUDGED_IN, Quantity
from apps.facility.models import Probe, Reading
from apps.facility.selectors import values_at
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.quality.models import Hold
from apps.storage.facts import Keeping, Spell
from apps.storage.models import NotFit, Stay, Store, StoreExcursion, StoreLimit
from apps.storage.rules import excursions as rules

CELSIUS = JUDGED_IN[Quantity.TEMPERATURE]
Planned = tuple[Spell, int | None, Keeping]


@dataclass(frozen=True)
class Exposure:
    """A stay that an excursion meets, and the newest hold of that excursion on its unit; None: none was placed.

    `is_fit` is false once quality has found the unit not fit.
    """

    stay: Stay
    hold: Hold | None
    is_fit: bool = True

    @property
    def is_held(self) -> bool:
        """Whether quality has not decided on it yet."""
        return self.hold is not None and self.hold.lifted_at is None


@dataclass(frozen=True)
class Culture:
    """A batch that was in culture where an excursion was, and the newest hold of that excursion on it."""

    batch: Batch
    hold: Hold | None

    @property
    def is_held(self) -> bool:
        """Whether quality has not decided on it yet."""
        return self.hold is not None and self.hold.lifted_at is None


def limits_of(store: Store) -> list[StoreLimit]:
    """What a store keeps besides its temperature, now."""
    return list(StoreLimit.objects.filter(store=store, ended_at=None).order_by("quantity"))


def keepings(store: Store, quantity: Quantity, first: datetime, last: datetime) -> list[Keeping]:
    """How what was read of a quantity between two instants is judged, in the order of time; both included."""
    if quantity is Quantity.TEMPERATURE:
        return [store.keeping]
    meeting = StoreLimit.objects.filter(store=store, quantity=quantity, began_at__lte=last)
    meeting = meeting.filter(Q(ended_at=None) | Q(ended_at__gt=first)).order_by("began_at", "pk")
    return [limit.keeping for limit in meeting]


def store_watched_by(probe: Probe) -> Store | None:
    """The store that a probe measures in."""
    return Store.objects.filter(record=probe.watches_id).select_related("record", "site", "instrument").first()


def visible_excursions(user: User, at: datetime) -> QuerySet[StoreExcursion]:
    """The excursions of stores at one's sites, the newest first."""
    seen = StoreExcursion.objects.filter(store__site__code__in=visible_to(user, at))
    return _with_names(seen).order_by("-began_at", "-pk")


def excursion_now(excursion: StoreExcursion) -> StoreExcursion:
    """The excursion as it is inside the door."""
    return _with_names(StoreExcursion.objects.filter(pk=excursion.pk)).get()


def excursions_between(store: Store, start: datetime, end: datetime | None) -> list[StoreExcursion]:
    """The excursions of a store that share an instant with a time; None: no end."""
    found = StoreExcursion.objects.filter(store=store).filter(_sharing("began_at", "ended_at", start, end))
    return list(_with_names(found).order_by("began_at", "pk"))


def stays_meeting(store: Store, start: datetime, end: datetime | None) -> QuerySet[Stay]:
    """The stays in a store that share an instant with a time, judged at both ends; None: no end."""
    found = Stay.objects.filter(box__store=store).filter(_sharing("in_at", "out_at", start, end))
    return found.select_related("unit__record", "unit__batch", "box__store").order_by("in_at", "pk")


def exposures(excursion: StoreExcursion) -> list[Exposure]:
    """What was there, stay by stay, with what quality decided."""
    stays = list(stays_meeting(excursion.store, excursion.began_at, excursion.ended_at))
    holds = holds_of(excursion.hold_key, [stay.unit.record_id for stay in stays])
    unfit = set(NotFit.objects.filter(excursion=excursion).values_list("unit", flat=True))
    return [Exposure(stay, holds.get(stay.unit.record_id), stay.unit_id not in unfit) for stay in stays]


def holds_of(key: str, records: Iterable[int]) -> dict[int, Hold]:
    """The newest hold of this key on each of these records."""
    found = Hold.objects.filter(key=key, record__in=list(records)).select_related("record").order_by("placed_at", "pk")
    return {hold.record_id: hold for hold in found}


def planned(
    store: Store, probe: Probe, first: datetime, last: datetime, more: Mapping[datetime, Decimal] | None = None
) -> list[Planned]:
    """Which times outside the range the readings around new ones tell, of which excursion each is part, by which limit.

    `more`: readings that are about to be kept. It begins with the last good reading before and ends with the first
    good one after, so that every excursion in it is whole.
    """
    quantity = Quantity(probe.quantity)
    if probe.unit != JUDGED_IN[quantity]:
        return []
    return [
        one
        for keeping in keepings(store, quantity, first, last)
        for one in _planned_by(keeping, probe, (first, last), more or {})
    ]


def _planned_by(
    keeping: Keeping, probe: Probe, new: tuple[datetime, datetime], more: Mapping[datetime, Decimal]
) -> list[Planned]:
    start, end = _around(keeping, probe, *new)
    known = [one for one in _told_between(probe, start, end) if keeping.covers(one.began_at)]
    start = min([start, *(one.began_at for one in known)])
    end = max([end, *(one.ended_at or one.last_at for one in known)])
    readings = values_at(probe, start, end) | dict(more)
    own = sorted((at, value) for at, value in readings.items() if keeping.covers(at))
    facts, gap = [one.known for one in known], timedelta(minutes=probe.silent_after)
    spells = [rules.cut_off(spell, keeping.until) for spell in rules.spells(own, keeping.range, gap)]
    found = rules.assigned(facts, rules.told(spells, keeping.tolerated, facts), keeping.range)
    return [(spell, key, keeping) for spell, key in found]


def unheld(store: Store, keeping: Keeping, spell: Spell, excursion: StoreExcursion | None) -> dict[Record, Stay]:
    """The units that were there and need a hold: none was placed, or it was lifted before the excursion grew."""
    stays = {stay.unit.record: stay for stay in stays_meeting(store, spell.began_at, spell.ended_at)}
    wanted = _without_a_hold({record.pk: stay.out_at for record, stay in stays.items()}, keeping, spell, excursion)
    return {record: stay for record, stay in stays.items() if record.pk in wanted}


def unheld_cultures(
    store: Store, keeping: Keeping, spell: Spell, excursion: StoreExcursion | None, now: datetime
) -> dict[Record, Batch]:
    """The same of the batches that were in culture there: what was used from a step on until its section was done."""
    batches = {batch.record: batch for batch in cultures_in(store, spell.began_at, spell.ended_at or now)}
    if excursion is None or not batches:
        return batches
    known_until = excursion.ended_at or excursion.last_at
    later = {batch.record_id for batch in cultures_in(store, known_until, spell.ended_at or now)}
    left = {record.pk: None if record.pk in later else known_until for record in batches}
    wanted = _without_a_hold(left, keeping, spell, excursion)
    return {record: batch for record, batch in batches.items() if record.pk in wanted}


def cultures_in(store: Store, start: datetime, end: datetime) -> list[Batch]:
    """The batches that were in culture in a store between two instants: a step scanned it under its number."""
    return batches_exposed(store.instrument, start, end) if store.instrument else []


def cultures(excursion: StoreExcursion, now: datetime) -> list[Culture]:
    """The batches that were in culture there, with what quality decided."""
    batches = cultures_in(excursion.store, excursion.began_at, excursion.ended_at or now)
    holds = holds_of(excursion.hold_key, [batch.record_id for batch in batches])
    return [Culture(batch, holds.get(batch.record_id)) for batch in batches]


def excursions_over_cultures(since: datetime) -> list[StoreExcursion]:
    """The excursions, open or ended since an instant, of stores that steps of a batch scan."""
    found = StoreExcursion.objects.filter(store__instrument__isnull=False)
    return list(_with_names(found.filter(Q(ended_at=None) | Q(ended_at__gte=since))).order_by("began_at", "pk"))


def _without_a_hold(
    left: Mapping[int, datetime | None], keeping: Keeping, spell: Spell, excursion: StoreExcursion | None
) -> set[int]:
    """The records, each with when it left, that no hold keeps although what was told, or is told now, met them."""
    if excursion is None:
        return set(left)
    holds = holds_of(excursion.hold_key, left)
    is_worse = rules.beyond(spell.worst, keeping.range) > rules.beyond(excursion.worst, keeping.range)
    is_worse |= not excursion.rejects and rules.is_beyond(spell, keeping.rejection)
    until = excursion.ended_at or excursion.last_at
    return {
        record
        for record, out_at in left.items()
        if record not in holds
        or (holds[record].lifted_at and rules.holds_again(out_at, until, spell.until, is_worse=is_worse))
    }


def excursion_of(key: int | None) -> StoreExcursion | None:
    """The excursion that a spell is part of; None: it was not told yet."""
    return None if key is None else _with_names(StoreExcursion.objects.filter(pk=key)).get()


def _told_between(probe: Probe, start: datetime, end: datetime) -> list[StoreExcursion]:
    """The excursions of a probe that readings between these instants may lengthen or join."""
    found = StoreExcursion.objects.filter(probe=probe, began_at__lte=end)
    return list(found.filter(Q(ended_at=None) | Q(ended_at__gt=start)).order_by("began_at", "pk"))


def _around(keeping: Keeping, probe: Probe, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """From the last good reading before to the first good one after; without one, from the first or to the last."""
    every, kept = Reading.objects.filter(probe=probe), keeping.range
    every = every if keeping.since is None else every.filter(at__gte=keeping.since)
    every = every if keeping.until is None else every.filter(at__lt=keeping.until)
    good = every if kept.low is None else every.filter(value__gte=kept.low)
    good = good if kept.high is None else good.filter(value__lte=kept.high)
    before = _instant(good.filter(at__lt=first).order_by("-at")) or _instant(every.order_by("at"))
    after = _instant(good.filter(at__gt=last).order_by("at")) or _instant(every.order_by("-at"))
    return min(first, before or first), max(last, after or last)


def _instant(readings: QuerySet[Reading]) -> datetime | None:
    return readings.values_list("at", flat=True).first()


def _sharing(begins: str, ends: str, start: datetime, end: datetime | None) -> Q:
    """Two half-open intervals share an instant: each begins before the other ends (`rules.excursions.overlap`)."""
    sharing = Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": start})
    return sharing if end is None else sharing & Q(**{f"{begins}__lt": end})


def _with_names(found: QuerySet[StoreExcursion]) -> QuerySet[StoreExcursion]:
    named = ("record", "store__record", "store__site", "store__room", "store__instrument", "probe", "event__record")
    return found.select_related(*named)
