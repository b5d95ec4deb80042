"""Reads of the material store."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from apps.audit.models import Record
from apps.audit.selectors import entries_of
from apps.lineage.selectors import ancestor_ids, descendant_ids, parents
from apps.materials.facts import KnownMaterial, LotFacts, LotState
from apps.materials.models import Container, MaterialLot, Movement
from apps.organisation.models import User
from apps.organisation.selectors import printed_names, visible_to
from apps.products.definition import Definition
from apps.products.selectors import definition_of, versions_known


def visible_lots(user: User, at: datetime) -> QuerySet[MaterialLot]:
    """The lots of the sites this person may see."""
    return MaterialLot.objects.filter(site__code__in=visible_to(user, at)).select_related("record", "site")


def lot_named(number: str, site: str) -> MaterialLot | None:
    """The lot with this number at the site."""
    return MaterialLot.objects.filter(number=number, site__code=site).select_related("record", "site").first()


def lots_now(lots: Iterable[MaterialLot]) -> list[MaterialLot]:
    """These lots as they are inside the door."""
    ids = [lot.pk for lot in lots]
    return list(MaterialLot.objects.filter(pk__in=ids).select_related("record", "site").order_by("pk"))


def lots_expiring(at: datetime, within: timedelta) -> QuerySet[MaterialLot]:
    """Released lots whose life ends soon or has just ended: what the store is warned of."""
    window = (at - within, at + within)
    return MaterialLot.objects.filter(state=LotState.RELEASED, expires_at__range=window).select_related("site")


def containers_ending(at: datetime, within: timedelta) -> QuerySet[Container]:
    """Open containers of released lots whose own clock ends soon, or has ended and nobody put them away."""
    found = Container.objects.filter(closed_at=None, usable_until__lte=at + within)
    found = found.filter(lot__state=LotState.RELEASED, usable_until__lt=F("lot__expires_at"))
    return found.select_related("lot__record").order_by("usable_until", "pk")


def container_in_use(lot: MaterialLot) -> Container | None:
    """The container of a lot that is open."""
    return Container.objects.filter(lot=lot, closed_at=None).first()


def facts_in_use(lot: MaterialLot) -> LotFacts:
    """The lot as a rule sees it with the clock of its open container: a master record may have set it shorter than the
    label says, and whoever uses the container next is held to it.
    """
    found = container_in_use(lot) if lot.opened_at else None
    return lot.facts.opened_for_at_most(found.usable_until - found.opened_at) if found else lot.facts


def movements_of(lot: MaterialLot) -> QuerySet[Movement]:
    """What came, was used, counted anew and destroyed of a lot, newest first."""
    return Movement.objects.filter(lot=lot).select_related("used_in").order_by("-pk")


def used_for(number: str, site: str) -> Record | None:
    """The batch or the prepared reagent of a site that something is taken for, by its number."""
    return (
        Record.objects.filter(address__in=(f"batch/{number}", f"lot/{number}"), site=site).order_by("address").first()
    )


def known_materials(user: User, at: datetime) -> dict[str, KnownMaterial]:
    """What the master records of one's sites use, by its key: materials and the reagents of tests."""
    return known_materials_at(visible_to(user, at))


def known_materials_at(sites: Collection[str]) -> dict[str, KnownMaterial]:
    """What the master records of some sites use, by its key."""
    found: dict[str, KnownMaterial] = {}
    for version in versions_known(sites):
        for material in _materials_in(definition_of(version)):
            found.setdefault(material.key, material)
    return found


def _materials_in(definition: Definition) -> Iterator[KnownMaterial]:
    for one in definition.preparation.materials:
        life = one.expiry_after_opening
        span = life.timedelta if life else None
        yield KnownMaterial(
            one.key,
            one.label,
            one.grade,
            one.prepared_here,
            span,
            one.specification,
            one.storage.label if one.storage else None,
        )
    for test in definition.testing.tests:
        for reagent in test.reagents:
            yield KnownMaterial(reagent.key, reagent.label)


def made_from(lot: MaterialLot) -> list[Record]:
    """The lots that this one was prepared from."""
    return list(Record.objects.filter(pk__in=ancestor_ids([lot.record])).order_by("address"))


def components_of(lot: MaterialLot) -> list[str]:
    """The numbers of the lots that this one was mixed from, without what those were made from."""
    return [record.number for record in parents(lot.record)]


def prepared_by(lot: MaterialLot) -> str:
    """The printed name of the person who recorded the preparation."""
    entry = entries_of(lot.record).filter(action="lot.prepared").first()
    return printed_names([entry.username])[entry.username] if entry else ""


def used_in(lot: MaterialLot) -> list[Record]:
    """The batches and the prepared reagents that this lot went into."""
    found = Record.objects.filter(pk__in=descendant_ids([lot.record]), kind__in=("batch", "lot"))
    return list(found.order_by("address"))
