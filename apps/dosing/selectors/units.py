"""Reads of the units that are kept for an order, and of those that may be."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.batches.models import Batch
from apps.batches.selectors.batches import chain_of_batch
from apps.blinding.selectors import bags_offered, kit_of_patient
from apps.core.errors import Objection
from apps.donation.selectors import group_found
from apps.dosing.facts import Candidate, Use
from apps.dosing.models import Reservation, TreatmentOrder
from apps.dosing.rules import choosing
from apps.identity.models import Chain, Recipient
from apps.products.definition import ChoiceParameter
from apps.products.facts import ChainOfIdentity, Fit
from apps.products.loader import standard_tables
from apps.products.selectors import definition_of
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import held_among, open_holds
from apps.supply.selectors import recipients_of
from apps.units.facts import Custody, Disposition, UnitKind
from apps.units.lifecycle import ISSUABLE, PRESENT, UnitVerb, refuses
from apps.units.models import Unit

MOST = 200  # units that are looked at for one dose, first to expire first


def reservations_of(order: TreatmentOrder) -> QuerySet[Reservation]:
    """The units kept for an order now."""
    rows = Reservation.objects.filter(order=order, freed_at=None).select_related(
        "unit__record", "unit__batch__product_version__record", "record"
    )
    return rows.select_related("unit__batch__record", "unit__batch__donation__donor").order_by("pk")


def chain_for(order: TreatmentOrder) -> Chain | None:
    """The chain of identity of the units kept for an order, where they are made for one patient."""
    kept = reservations_of(order).first()
    return chain_of_batch(kept.unit.batch) if kept else None


def outside_authorisation(order: TreatmentOrder, units: Iterable[Unit], at: datetime) -> list[Objection]:
    """What forbids these units there, then and for that, by the right under which the batch of each was made."""
    use = Use(order.site.code, at.astimezone(ZoneInfo(order.site.timezone)).date(), order.indication)
    found = [
        choosing.is_outside_authorisation(one.number, definition_of(one.batch.product_version).authorisation, use)
        for one in units
    ]
    return [objection for objection in found if objection]


def orders_of(units: Iterable[Unit]) -> dict[int, str]:
    """The order that keeps a unit now, by the key of the unit."""
    rows = Reservation.objects.filter(unit__in=[unit.pk for unit in units], freed_at=None)
    return dict(rows.values_list("unit", "order__number"))


def there(units: Iterable[Unit]) -> list[Unit]:
    """Those that stand at a site to which they were shipped."""
    return [unit for unit in units if unit.custody == Custody.AT_SITE]


def units_for(order: TreatmentOrder) -> list[Unit]:
    """The product units of this product at the site that quality lets go out, first to expire first."""
    rows = Unit.objects.filter(
        kind=UnitKind.PRODUCT,
        disposition__in=list(ISSUABLE),
        batch__site=order.site,
        batch__product_version__key=order.product_version.key,
        expires_at__gt=order.planned_end,
    )
    if is_blinded(order):
        rows = rows.filter(number__in=bags_offered(order.recipient, order.product_version.key).values("number"))
    rows = rows.exclude(reservations__in=Reservation.objects.filter(freed_at=None))
    rows = rows.select_related("record", "batch__record", "batch__donation__donor", "batch__site")
    return list(rows.order_by("expires_at", "number")[:MOST])


def is_blinded(order: TreatmentOrder) -> bool:
    """Whether what is given comes in kits of which nobody knows what they hold."""
    return definition_of(order.product_version).preparation.blinded is not None


def kit_named(order: TreatmentOrder) -> str:
    """The kit of the patient of an order; empty where there is none, or none yet."""
    return kit_of_patient(order.recipient, order.product_version.key) if is_blinded(order) else ""


def trials_of(order: TreatmentOrder) -> str:
    """The trials under which a blinded kit is given; empty where it is known what is given."""
    if not is_blinded(order):
        return ""
    return ", ".join(one.number for one in definition_of(order.product_version).authorisation.trials)


def made_for(recipient: Recipient, product: str) -> list[Unit]:
    """The product units that were made for one patient, are let go by quality and still there."""
    rows = Unit.objects.filter(kind=UnitKind.PRODUCT, disposition__in=list(ISSUABLE), custody__in=list(PRESENT))
    rows = rows.filter(batch__product_version__key=product, batch__donation__bound__chain__recipient=recipient)
    return list(rows.select_related("batch").order_by("pk"))


def candidate_of(order: TreatmentOrder, unit: Unit, stopped: Collection[int] | None = None) -> Candidate:
    """A unit as the rules of choosing look at it; `stopped`: the records held, where many are asked at once."""
    stopped = held_among([unit.record_id], Blocks.ISSUE) if stopped is None else stopped
    free = refuses(UnitVerb.RESERVE, unit.facts) is None
    of_another, fit = is_of_another(order, unit) or is_let_go_to_another(order, unit), group_of(order, unit).fit
    return Candidate(unit.number, unit.expires_at, free, unit.record_id in stopped, of_another, fit, unit.batch.number)


@dataclass(frozen=True)
class Groups:
    """The group of a unit, the group of a patient, and how the one stands to the other."""

    fit: Fit = Fit.SAME
    unit: str = ""
    patient: str = ""


def group_of(order: TreatmentOrder, unit: Unit) -> Groups:
    """How a unit fits the patient by the table that the product names; where it names none, everything fits."""
    definition = definition_of(order.product_version)
    rule = definition.dosing.compatibility
    table = standard_tables().compatibility_of(rule.table, rule.version) if rule else None
    if rule is None:
        return Groups()
    given = unit.batch.donation
    found, said = group_found(given, definition) if given else None, str(order.answers.get(rule.patient, ""))
    asked = next((one for one in definition.dosing.order if one.key == rule.patient), None)
    patient = asked.option(said) if isinstance(asked, ChoiceParameter) else None
    fit = table.fit(found.key, said) if table and found else Fit.UNKNOWN
    return Groups(fit, found.label.en if found else "", patient.label.en if patient else said)


def group_warnings(order: TreatmentOrder) -> list[Objection]:
    """What is said of the units that are kept: compatible, and of another group than the patient."""
    if definition_of(order.product_version).dosing.compatibility is None:
        return []
    kept = [(row.unit.number, group_of(order, row.unit)) for row in reservations_of(order)]
    found = [choosing.is_of_another_group(n, one.fit, one.unit, one.patient) for n, one in kept]
    return [warning for warning in found if warning]


def held(order: TreatmentOrder, units: Iterable[Unit], blocking: Collection[Blocks]) -> Objection | None:
    """What is held: a unit, what it was made from, or the patient, whose grave reaction waits for a judgement."""
    on_units = [hold for hold in open_holds([unit.record for unit in units]) if hold.blocks & set(blocking)]
    on_patient = open_holds([order.recipient.record], Blocks.USE)
    return has_open_holds(sorted((*on_units, *on_patient), key=lambda hold: hold.text))


def is_of_another_product(order: TreatmentOrder, unit: Unit) -> bool:
    """Whether a unit was made of another product, or at another site, than the order asks for."""
    batch = unit.batch
    return batch.product_version.key != order.product_version.key or batch.site_id != order.site_id


def is_of_another(order: TreatmentOrder, unit: Unit) -> bool:
    """Whether a chain of identity ties the unit to another patient, or should tie it to this one and does not."""
    return batch_is_of_another(order, unit.batch)


def batch_is_of_another(order: TreatmentOrder, batch: Batch) -> bool:
    """Whether a batch is made for another patient than that of the order."""
    chain = chain_of_batch(batch)
    if chain is None:
        return definition_of(order.product_version).chain_of_identity is not ChainOfIdentity.NONE
    return chain.recipient_id != order.recipient_id


def is_let_go_to_another(order: TreatmentOrder, unit: Unit) -> bool:
    """Whether a unit was let go without certification, and not to the patient of this order."""
    if unit.disposition != Disposition.CONDITIONAL:
        return False
    return recipients_of([unit]).get(unit.pk) != order.recipient_id


def lot_of(unit: Unit) -> int:
    """How many product units the lot of a unit has."""
    return Unit.objects.filter(batch=unit.batch, kind=UnitKind.PRODUCT).count()


def first_units(order: TreatmentOrder) -> list[Unit]:
    """The units that expire first of those that may be taken, looked at one by one until there are enough.

    Where the whole lot is the dose: every usable unit of the lot that expires first.
    """
    arm = definition_of(order.product_version).dosing.arm(order.arm)
    whole = arm is not None and arm.whole_lot
    offered = units_for(order)
    stopped = held_among([unit.record_id for unit in offered], Blocks.ISSUE)
    offered.sort(key=lambda one: choosing.turn(group_of(order, one).fit, one.expires_at, one.number))
    looked_at = (candidate_of(order, unit, stopped) for unit in offered)
    chosen = choosing.first_to_expire(looked_at, order.planned_end, None if whole else order.units_to_thaw)
    by_number = {unit.number: unit for unit in offered}
    return [by_number[one.number] for one in chosen]
