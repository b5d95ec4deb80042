"""Reads that everybody may have: lots, kits and whose they are, who holds the code, when it was opened."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now, visible_batch, visible_batches
from apps.batches.selectors.plans import definition_of_batch
from apps.blinding import rules
from apps.blinding.facts import LotFacts
from apps.blinding.models import CodeBreak, CodeHolder, CodeOpening, KitAllocation, SealedBag
from apps.core.errors import Objection, RuleBroken
from apps.identity.models import Recipient
from apps.organisation.models import User
from apps.products.definition import Definition
from apps.products.definition.blinding import Blinded
from apps.products.selectors import definition_of, visible_versions
from apps.quality.facts import EventState
from apps.units.facts import Custody
from apps.units.models import Unit
from apps.units.rules import kit_of, unit_number

WAITING = (Custody.RESERVED, Custody.IN_TRANSIT, Custody.AT_SITE)  # at a ward a bag is kept where it stands


@dataclass(frozen=True)
class Kit:
    """A kit as everybody sees it: its number, how many bags, whose it is."""

    number: str
    bags: int
    recipient: str = ""
    allocated_at: datetime | None = None
    opened: int = 0


# --- lots -----------------------------------------------------------------------------------------------------------
def visible_lots(user: User, at: datetime) -> list[Batch]:
    """The lots of blinded kits within one's sites, newest first."""
    kits = [one.pk for one in visible_versions(user, at) if definition_of(one).preparation.blinded]
    return list(visible_batches(user, at).filter(product_version__in=kits))


def visible_lot(user: User, number: str, at: datetime) -> Batch:
    """The lot with this number within a person's sites. Raises Batch.DoesNotExist, as for a batch that is none."""
    found = visible_batch(user, number, at)
    if definition_of_batch(found).preparation.blinded is None:
        raise Batch.DoesNotExist
    return found


def lot_now(batch: Batch) -> tuple[Batch, Definition, Blinded]:
    """A lot of kits inside the door, with what its record says. Raises RuleBroken for another batch."""
    now = batch_now(batch)
    definition = definition_of_batch(now)
    if definition.preparation.blinded is None:
        raise RuleBroken(rules.is_no_lot_of_kits(now.number))
    return now, definition, definition.preparation.blinded


def lot_facts(batch: Batch, definition: Definition, blinded: Blinded, lines: int) -> LotFacts:
    """What a list of so many lines must fit."""
    bags = tuple(unit_number(definition, batch.number, n) for n in range(1, max(lines, 1) + 1))
    products, volume = {arm.key: arm.product for arm in blinded.arms}, definition.units.fill.volume
    return LotFacts(batch.site.code, bags, blinded.bags_per_kit, products, volume.value, volume.unit)


def listed_units(numbers: Iterable[str]) -> list[Unit]:
    """The units that a list names, in the order they were made."""
    found = Unit.objects.filter(number__in=list(numbers)).order_by("pk")
    return list(found.select_related("record", "batch__record", "batch__site", "batch__product_version"))


def holders_of(batch: Batch) -> list[CodeHolder]:
    """Who holds the code of a lot, and who held it."""
    return list(CodeHolder.objects.filter(batch=batch).select_related("person", "record").order_by("pk"))


def is_holder(batch: Batch, username: str) -> bool:
    """Whether this person holds the code of a lot now."""
    return CodeHolder.objects.filter(batch=batch, person__username=username, ended_at=None).exists()


def is_sealed(batch: Batch) -> bool:
    """Whether the list of a lot was brought in."""
    return SealedBag.objects.filter(batch=batch).exists()


def opening_of(batch: Batch) -> CodeOpening | None:
    """By whom and when the code of a lot was opened."""
    return CodeOpening.objects.filter(batch=batch).first()


def waiting_bags(batch: Batch) -> list[str]:
    """The bags of a lot that are kept for a patient, on their way or at a ward."""
    return list(Unit.objects.filter(batch=batch, custody__in=WAITING).values_list("number", flat=True))


# --- kits -----------------------------------------------------------------------------------------------------------
def kits_of(batch: Batch) -> list[Kit]:
    """The kits of a lot in the order of their numbers, and whose each one is."""
    bags = Counter(SealedBag.objects.filter(batch=batch).values_list("kit", flat=True))
    rows = KitAllocation.objects.filter(batch=batch).select_related("recipient").prefetch_related("breaks")
    given = {one.kit: one for one in rows}
    return [_kit(kit, n, given.get(kit)) for kit, n in sorted(bags.items())]


def _kit(number: str, bags: int, given: KitAllocation | None) -> Kit:
    if given is None:
        return Kit(number, bags)
    return Kit(number, bags, given.recipient.number, given.allocated_at, len(given.breaks.all()))


def kit_of_patient(recipient: Recipient, product: str) -> str:
    """The kit of a patient; empty while none was given to them."""
    found = KitAllocation.objects.filter(recipient=recipient, product=product).values_list("kit", flat=True)
    return found.first() or ""


def bags_offered(recipient: Recipient, product: str) -> QuerySet[SealedBag]:
    """The bags that may be kept for a patient: of their own kit, or while they have none of kits that nobody has."""
    listed = SealedBag.objects.filter(batch__product_version__key=product)
    kit = kit_of_patient(recipient, product)
    return listed.filter(kit=kit) if kit else listed.exclude(kit__in=KitAllocation.objects.values("kit"))


def knows_a_code(product: str, username: str) -> bool:
    """Whether this person holds, or has held, the code of a lot of these kits: what was read is not forgotten."""
    return CodeHolder.objects.filter(batch__product_version__key=product, person__username=username).exists()


def against_kits(recipient: Recipient, product: str, units: Sequence[Unit]) -> list[Objection | None]:
    """What stands against giving these bags to a patient; nothing of it depends on what is in them."""
    kit = kit_of_patient(recipient, product)
    numbers = [unit.number for unit in units]
    listed = set(SealedBag.objects.filter(number__in=numbers).values_list("number", flat=True))
    others = KitAllocation.objects.filter(kit__in={kit_of(number) for number in numbers}).exclude(recipient=recipient)
    taken = set(others.values_list("kit", flat=True))
    opened = set(
        CodeOpening.objects.filter(batch__in={unit.batch_id for unit in units}).values_list("batch", flat=True)
    )
    found = [rules.is_given_no_more(unit.number, unit.batch_id in opened) for unit in units]
    for number in numbers:
        found.append(rules.is_of_no_list(number, number in listed))
        found.append(rules.is_kit_of_another(number, kit_of(number) in taken))
        found.append(rules.is_of_another_kit(number, kit or kit_of(numbers[0])))
    return found


# --- opened in an emergency -----------------------------------------------------------------------------------------
def breaks_of(recipient: Recipient) -> list[CodeBreak]:
    """Who opened the code of a patient, oldest first; not what they read."""
    found = CodeBreak.objects.filter(allocation__recipient=recipient).select_related("allocation", "event__record")
    return list(found.order_by("pk"))


def unopened_kits(recipient: Recipient, username: str) -> list[KitAllocation]:
    """The kits of a patient whose code this person has not opened: one for each trial they are in."""
    known = CodeBreak.objects.filter(broken_by=username).values("allocation")
    return list(KitAllocation.objects.filter(recipient=recipient).exclude(pk__in=known).order_by("kit"))


def unanswered_breaks() -> list[CodeBreak]:
    """A duty: codes opened in an emergency of which quality has not judged the event."""
    found = CodeBreak.objects.filter(event__state=EventState.OPEN)
    return list(found.select_related("record", "allocation__recipient", "event__record").order_by("pk"))
