"""Reads of the store: what lies where, what is free, where a unit was. A map costs the same however many positions."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from apps.audit.models import Entry
from apps.batches.selectors.plans import definition_of_batch
from apps.donation.rules import LOOKED_BACK, REACTIVE
from apps.lineage.selectors import descendants_within
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import NumericLimit
from apps.products.facts import Judgement
from apps.quality.models import Hold
from apps.quality.selectors import open_holds
from apps.storage import rules
from apps.storage.facts import Outing, Place, Zone
from apps.storage.models import Box, Stay, Store
from apps.units.facts import UnitVerb
from apps.units.lifecycle import ISSUABLE
from apps.units.models import Unit

OF_REACTIVE = Q(key__startswith=REACTIVE) | Q(key__startswith=LOOKED_BACK)
PROPOSED = 3  # how many free positions are suggested


@dataclass(frozen=True)
class BoxLine:
    """One box as a list shows it: how many units lie in it, and when the first of them expires."""

    box: Box
    taken: int
    places: int
    first_expiry: datetime | None

    @property
    def free(self) -> int:
        """How many units it still takes."""
        return max(self.places - self.taken, 0)


@dataclass(frozen=True)
class Spot:
    """One position of a box on the map: what lies in it."""

    place: Place
    units: tuple[Unit, ...]
    has_room: bool
    is_held: bool


@dataclass(frozen=True)
class JudgedOuting:
    """A time out of the store with what the master record says of it."""

    outing: Outing
    judgement: Judgement


@dataclass(frozen=True)
class History:
    """Where a unit lies and lay, newest first, and how long it was out in between."""

    stays: tuple[Stay, ...]
    outings: tuple[JudgedOuting, ...]
    time_out: timedelta
    limit: str
    to_confirm: bool

    @property
    def seconds_out(self) -> int:
        """How long it was out, in whole seconds."""
        return self.time_out // timedelta(seconds=1)

    @property
    def now(self) -> Stay | None:
        """The stay that has not ended."""
        return next((stay for stay in self.stays if stay.out_at is None), None)


def visible_stores(user: User, at: datetime) -> QuerySet[Store]:
    """The stores of the sites this person may see."""
    seen = Store.objects.filter(site__code__in=visible_to(user, at))
    return seen.select_related("record", "site", "room", "instrument").order_by("number")


def store_now(store: Store) -> Store:
    """The store as it is inside the door."""
    return Store.objects.select_related("record", "site", "instrument").get(pk=store.pk)


def box_at(place: Place, sites: Iterable[str]) -> Box | None:
    """The box that holds this position, within these sites."""
    found = Box.objects.filter(store__number=place.store, rack=place.rack, code=place.box, store__site__code__in=sites)
    return found.select_related("record", "store__record", "store__site").first()


def box_named(place: Place) -> Box | None:
    """The box that holds this position, wherever it stands."""
    found = Box.objects.filter(store__number=place.store, rack=place.rack, code=place.box)
    return found.select_related("record", "store__record", "store__site").first()


def stay_of(unit: Unit) -> Stay | None:
    """Where the unit lies now."""
    return _stays().filter(unit=unit, out_at=None).first()


def open_stays(units: Iterable[Unit]) -> list[Stay]:
    """Where these units lie now."""
    return list(_stays().filter(unit__in=[unit.pk for unit in units], out_at=None).order_by("pk"))


def last_stay_of(unit: Unit) -> Stay | None:
    """Where the unit was last, or is."""
    return _stays().filter(unit=unit).order_by("-in_at", "-pk").first()


def last_stays_of(units: Iterable[Unit]) -> dict[int, Stay]:
    """The same of many, by the key of the unit."""
    found = Stay.objects.filter(unit__in=[unit.pk for unit in units]).order_by("in_at", "pk")
    return {stay.unit_id: stay for stay in found}


def began_out(unit: Unit, out_at: datetime) -> datetime | None:
    """From when on its time out of the store counts: since it was taken out; where it was sent since, from its return
    or its acceptance on. Until then the logger and the limits of the way judge it: None."""
    verbs = (UnitVerb.TAKE_BACK, UnitVerb.SHIP, UnitVerb.SHIP_IN_QUARANTINE)
    back, *sent = (f"unit.{verb.lower()}" for verb in verbs)
    moves = Entry.objects.filter(record=unit.record_id, action__in=[back, *sent], at__gte=out_at).order_by("n")
    found = list(moves.values_list("action", "at"))
    if not any(action in sent for action, _ in found):
        return out_at
    action, at = found[-1]
    return at if action == back else _accepted_since(unit, at)


def _accepted_since(unit: Unit, sent_at: datetime) -> datetime | None:
    waited = Hold.objects.filter(record=unit.record_id, code="waits_for_acceptance", lifted_at__gte=sent_at)
    return waited.order_by("lifted_at").values_list("lifted_at", flat=True).last()


def stays_at(box: Box, place: Place) -> list[Stay]:
    """What lies in one position now."""
    here = Stay.objects.filter(box=box, row=place.row, column=place.column, out_at=None)
    return list(here.select_related("unit").order_by("slot"))


def stored_together(stores: Iterable[Store]) -> dict[int, int]:
    """How many units lie in each of these stores, by its key."""
    counted = Stay.objects.filter(box__store__in=list(stores), out_at=None).values_list("box__store")
    return dict(counted.annotate(n=Count("pk")).order_by())


def places_in(stores: Iterable[Store]) -> dict[int, int]:
    """How many units each of these stores takes, by its key."""
    found: Counter[int] = Counter()
    for box in Box.objects.filter(store__in=list(stores)):
        found[box.store_id] += box.grid.positions * box.capacity
    return dict(found)


def boxes_of(store: Store) -> list[BoxLine]:
    """The boxes of a store in their order, with what lies in each."""
    inside = Q(stays__out_at=None, stays__isnull=False)
    counted = Box.objects.filter(store=store).select_related("store").order_by("rack", "code", "pk")
    counted = counted.annotate(
        taken=Count("stays", filter=inside), first_expiry=Min("stays__unit__expires_at", filter=inside)
    )
    return [BoxLine(box, box.taken, box.grid.positions * box.capacity, box.first_expiry) for box in counted]


def map_of(box: Box) -> list[list[Spot]]:
    """The positions of a box row by row, each with its units and whether a hold stands on them."""
    stays = Stay.objects.filter(box=box, out_at=None).select_related("unit__record", "unit__batch").order_by("slot")
    inside: dict[tuple[int, int], list[Unit]] = {}
    for stay in stays:
        inside.setdefault((stay.row, stay.column), []).append(stay.unit)
    held = held_records([unit.record_id for units in inside.values() for unit in units])
    return [
        [_spot(box, row, column, inside.get((row, column), ()), held) for column in range(1, box.columns + 1)]
        for row in range(1, box.rows + 1)
    ]


def held_records(ids: Sequence[int]) -> set[int]:
    """Which of these records have a hold of their own that still stands."""
    return set(Hold.objects.filter(record__in=ids, lifted_at=None).values_list("record_id", flat=True))


def _spot(box: Box, row: int, column: int, units: Sequence[Unit], held: set[int]) -> Spot:
    return Spot(
        box.place(row, column),
        tuple(units),
        len(units) < box.capacity,
        any(unit.record_id in held for unit in units),
    )


def free_places(boxes: Sequence[Box], wanted: int = PROPOSED) -> list[Place]:
    """The first free positions of these boxes, in their order."""
    taken: dict[int, Counter[tuple[int, int]]] = {box.pk: Counter() for box in boxes}
    inside = Stay.objects.filter(box__in=boxes, out_at=None).values_list("box_id", "row", "column")
    for box_id, row, column in inside:
        taken[box_id][row, column] += 1
    found: list[Place] = []
    for box in boxes:
        spots = rules.free_spots(box.grid, taken[box.pk], wanted - len(found))
        found += [box.place(row, column) for row, column in spots]
        if len(found) >= wanted:
            break
    return found


def suggested_for(unit: Unit, wanted: int = PROPOSED) -> list[Place]:
    """Free positions at the unit's site whose store keeps its storage state; boxes with its batch come first."""
    state = definition_of_batch(unit.batch).storage.state(unit.storage_state)
    asked = rules.warmth_of(state) if state else None
    boxes = Box.objects.filter(store__site=unit.batch.site_id).select_related("store").order_by("store", "rack", "code")
    fitting = [box for box in boxes if asked is None or rules.keeps(box.store.warmth, asked)]
    reactive = is_reactive(unit)
    fitting = [box for box in fitting if rules.fits_zone(Zone(box.zone), unit.facts.disposition, reactive=reactive)]
    with_sisters = set(Stay.objects.filter(unit__batch=unit.batch_id, out_at=None).values_list("box_id", flat=True))
    return free_places(sorted(fitting, key=lambda box: box.pk not in with_sisters), wanted)


def is_reactive(unit: Unit) -> bool:
    """Whether it comes from a donor who was found reactive, or is looked back upon."""
    return any(hold.key.startswith((REACTIVE, LOOKED_BACK)) for hold in open_holds([unit.record]))


def misplaced(sites: Collection[str]) -> QuerySet[Stay]:
    """Units in a zone to which they no longer belong since quality decided about them, the longest there first.

    As `fits_zone` has it: what comes from a reactive donor lies apart, and only that lies there.
    """
    released, apart = Q(unit__disposition__in=list(ISSUABLE)), Q(box__zone=Zone.REACTIVE)
    sources = Hold.objects.filter(OF_REACTIVE, lifted_at=None).values_list("record", flat=True)
    reactive = Q(unit__record__in=descendants_within(list(sources)))
    wrong = (Q(box__zone=Zone.QUARANTINE) & released) | (Q(box__zone=Zone.RELEASED) & ~released)
    wrong |= (reactive & ~apart) | (apart & ~reactive)
    found = Stay.objects.filter(wrong, out_at=None, box__store__site__code__in=sites)
    return found.select_related("unit", "box__store").order_by("in_at", "pk")


def history_of(unit: Unit) -> History:
    """The stays of a unit with the time out of the store, judged by its own frozen master record."""
    stays = list(_stays().filter(unit=unit).order_by("in_at", "pk"))
    facts = [stay.facts for stay in stays]
    definition = definition_of_batch(unit.batch)
    limit = rules.handling_limit(definition)
    judged = [JudgedOuting(outing, rules.judge_outing(limit, outing.length)) for outing in rules.outings(facts)]
    return History(
        tuple(reversed(stays)),
        tuple(judged),
        rules.time_out(facts),
        rules.limit_words(limit),
        isinstance(limit, NumericLimit) and limit.source.site_to_confirm,
    )


def _stays() -> QuerySet[Stay]:
    return Stay.objects.select_related("record", "box__store__record", "box__store__site")
