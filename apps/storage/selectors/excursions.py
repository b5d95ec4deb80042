"""Times outside the range of a store, the units that were there, and what quality decided about each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from apps.audit.models import Record
from apps.facility.models import Probe, Reading
from apps.facility.selectors import values_at
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.quality.models import Hold
from apps.storage.facts import Spell
from apps.storage.models import NotFit, Stay, Store, StoreExcursion
from apps.storage.rules import excursions as rules

CELSIUS = "Cel"
Planned = tuple[Spell, int | None]


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


def store_watched_by(probe: Probe) -> Store | None:
    """The store that a probe measures in."""
    return Store.objects.filter(record=probe.watches_id).select_related("record", "site").first()


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
    """Which times outside the range the readings around new ones tell, and of which excursion each is part.

    `more`: readings that are about to be kept. It begins with the last good reading before and ends with the first
    good one after, so that every excursion in it is whole.
    """
    if probe.unit != CELSIUS:
        return []
    start, end = _around(store, probe, first, last)
    known = _told_between(probe, start, end)
    start = min([start, *(one.began_at for one in known)])
    end = max([end, *(one.ended_at or one.last_at for one in known)])
    readings = values_at(probe, start, end) | dict(more or {})
    warmth, gap = store.warmth, timedelta(minutes=probe.silent_after)
    facts = [one.known for one in known]
    found = rules.told(rules.spells(sorted(readings.items()), warmth, gap), _tolerated(store), facts)
    return rules.assigned(facts, found, warmth)


def unheld(store: Store, spell: Spell, excursion: StoreExcursion | None) -> dict[Record, Stay]:
    """The units that were there and need a hold: none was placed, or it was lifted before the excursion grew."""
    stays = {stay.unit.record: stay for stay in stays_meeting(store, spell.began_at, spell.ended_at)}
    if excursion is None:
        return stays
    holds = holds_of(excursion.hold_key, [record.pk for record in stays])
    is_worse = rules.beyond(spell.worst, store.warmth) > rules.beyond(excursion.worst, store.warmth)
    is_worse |= not excursion.rejects and rules.is_beyond(spell, store.rejection)
    until = excursion.ended_at or excursion.last_at
    return {
        record: stay
        for record, stay in stays.items()
        if record.pk not in holds
        or (holds[record.pk].lifted_at and rules.holds_again(stay.out_at, until, spell.until, is_worse=is_worse))
    }


def excursion_of(key: int | None) -> StoreExcursion | None:
    """The excursion that a spell is part of; None: it was not told yet."""
    return None if key is None else _with_names(StoreExcursion.objects.filter(pk=key)).get()


def _tolerated(store: Store) -> timedelta:
    return timedelta(minutes=store.tolerated_minutes)


def _told_between(probe: Probe, start: datetime, end: datetime) -> list[StoreExcursion]:
    """The excursions of a probe that readings between these instants may lengthen or join."""
    found = StoreExcursion.objects.filter(probe=probe, began_at__lte=end)
    return list(found.filter(Q(ended_at=None) | Q(ended_at__gt=start)).order_by("began_at", "pk"))


def _around(store: Store, probe: Probe, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """From the last good reading before to the first good one after; without one, from the first or to the last."""
    every = Reading.objects.filter(probe=probe)
    good = every if store.low is None else every.filter(value__gte=store.low)
    good = good if store.high is None else good.filter(value__lte=store.high)
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
    return found.select_related("record", "store__record", "store__site", "store__room", "probe", "event__record")
