"""Reads of orders: what a dose comes to, and what stands against it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from apps.batches.rules.planning import is_not_approved, is_not_authorised_here, is_past_authorisation
from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import Course, OrderInput, OrderState, Working
from apps.dosing.models import Dose, TreatmentOrder
from apps.dosing.rules import amounts, ordering, schedule
from apps.dosing.selectors.units import made_for
from apps.identity.models import Recipient
from apps.organisation.models import User
from apps.organisation.selectors import visible_to
from apps.products.definition import Bilingual, Definition, NumberParameter, Quantity
from apps.products.definition.dosing import Arm, Dosing
from apps.products.facts import ChainOfIdentity, Entered, ParameterKind, VersionState
from apps.products.loader import standard_tables, units
from apps.products.models import ProductVersion
from apps.products.rules.numbers import read_entry
from apps.products.selectors import definition_of, versions_known
from apps.quality.facts import Blocks
from apps.quality.rules import has_open_holds
from apps.quality.selectors import open_holds

CLOSED = (OrderState.CANCELLED,)
ALL_OF_IT = Decimal(100)
AMOUNT = Bilingual(en="Amount", zh="用量")


@dataclass(frozen=True)
class Prepared:
    """An order worked out: its number, the dose line by line, and everything that stands against it."""

    number: str
    n: int
    weight: Decimal
    amount: Decimal
    unit: str
    units_to_thaw: int
    workings: tuple[Working, ...]
    objections: tuple[Objection, ...]


def visible_orders(user: User, at: datetime) -> QuerySet[TreatmentOrder]:
    """The treatment orders of the sites this person may see, newest first."""
    return _orders().filter(site__code__in=visible_to(user, at)).order_by("-pk")


def orders_in(states: Collection[OrderState], sites: Collection[str], but_of: str = "") -> QuerySet[TreatmentOrder]:
    """Orders that stand in one of these states, by their plan; none that this person wrote, or whose dose they made,
    where it waits for its second person."""
    own = Dose.objects.filter(order=OuterRef("pk"), replaced_at=None, prepared_by=but_of)
    found = _orders().filter(state__in=states, site__code__in=sites)
    found = found.exclude(Q(state=OrderState.ORDERED, ordered_by=but_of))
    return found.exclude(Q(state=OrderState.PREPARED) & Exists(own)).order_by("planned_start", "pk")


def recently_given(sites: Collection[str], at: datetime) -> QuerySet[TreatmentOrder]:
    """Orders whose dose ended within the last day, by their plan."""
    found = _orders().filter(
        state=OrderState.GIVEN, site__code__in=sites, infusion__ended_at__gt=at - timedelta(days=1)
    )
    return found.order_by("planned_start", "pk")


def order_now(order: TreatmentOrder) -> TreatmentOrder:
    """The order as it is inside the door."""
    return _orders().get(pk=order.pk)


def _orders() -> QuerySet[TreatmentOrder]:
    return TreatmentOrder.objects.select_related(
        "record", "site", "recipient__record", "recipient__site", "recipient__donor", "product_version__record"
    )


def products_to_order(recipient: Recipient) -> list[ProductVersion]:
    """The approved master records that may be ordered at the recipient's site: of what is given to anybody."""
    approved = [one for one in versions_known({recipient.site.code}) if one.state == VersionState.APPROVED]
    return [one for one in approved if definition_of(one).given]


def course_of(recipient: Recipient, product: str, arm: str, *, before: TreatmentOrder | None = None) -> Course:
    """What the patient was ordered of a product so far; `before`: as it was when that order was written."""
    rows = TreatmentOrder.objects.filter(recipient=recipient, product_version__key=product).exclude(state__in=CLOSED)
    earlier = rows.filter(pk__lt=before.pk) if before else rows
    begun = Coalesce("infusion__started_at", "planned_start")
    doses: list[tuple[str, datetime]] = list(earlier.annotate(begun=begun).values_list("arm", "begun"))
    mine = [at for other, at in doses if other == arm]
    first = min(mine).astimezone(ZoneInfo(recipient.site.timezone)).date() if mine else None
    return Course(len(mine), first, len(doses), max((at for _, at in doses), default=None))


def prepare(recipient: Recipient, version: ProductVersion, said: OrderInput) -> Prepared:
    """Work an order out as it would be written now."""
    number = f"{recipient.number}-T{TreatmentOrder.objects.filter(recipient=recipient).count() + 1:02}"
    return _prepared(number, recipient, version, said, course_of(recipient, version.key, said.arm))


def prepare_again(order: TreatmentOrder) -> Prepared:
    """Work a written order out once more, for the second person."""
    course = course_of(order.recipient, order.product_version.key, order.arm, before=order)
    return _prepared(order.number, order.recipient, order.product_version, input_of(order), course)


def input_of(order: TreatmentOrder) -> OrderInput:
    """What the physician said."""
    return OrderInput(
        order.arm,
        order.indication,
        order.planned_start,
        order.planned_end,
        order.answers,
        (),
        order.asked_amount,
        order.conditioned_at,
        order.intensive,
        order.ward,
    )


def _prepared(number: str, recipient: Recipient, version: ProductVersion, said: OrderInput, course: Course) -> Prepared:
    definition, zone = definition_of(version), ZoneInfo(recipient.site.timezone)
    arm, answers = definition.dosing.arm(said.arm), read_answers(definition, said.answers, zone)
    weight = _number(answers, ordering.WEIGHT)
    against = [*_against(recipient, version, said, zone), *_against_schedule(definition, arm, said, course, zone)]
    against += ordering.against_the_answers(definition.dosing.order, answers)
    against += against_the_weight(said, definition.dosing, said.planned_start.astimezone(zone))
    against += _against_conditioning(recipient, version.key, definition, said, weight)
    if arm is None or weight is None or weight <= 0:
        nothing = Decimal(0)
        return Prepared(number, course.doses + 1, nothing, nothing, "", 0, (), tuple(against) or (NO_WEIGHT,))
    return _computed(number, course.doses + 1, definition, arm, weight, said, against)


def _computed(
    number: str,
    n: int,
    definition: Definition,
    arm: Arm,
    weight: Decimal,
    said: OrderInput,
    against: Sequence[Objection],
) -> Prepared:
    ordered = amounts.ordered_amounts(arm, weight)
    amount = _amount(said.amount, ordered.low)
    if isinstance(amount, Objection):
        return Prepared(number, n, weight, ordered.low, ordered.unit, 0, ordered.workings, (*against, amount))
    outside = amounts.is_outside_the_arm(amount, ordered)
    thaw = amounts.units_to_thaw(amount, content_of(definition, arm), _recovery(definition, arm), ordered.unit)
    workings = (*ordered.workings, *([thaw] if thaw else []))
    standing = (*against, *([outside] if outside else []))
    return Prepared(number, n, weight, amount, ordered.unit, int(thaw.shown) if thaw else 0, workings, standing)


NO_WEIGHT = Objection("weight_missing", N_("There is no body weight to work with."), place=ordering.WEIGHT)


def read_answers(definition: Definition, given: Mapping[str, str], zone: ZoneInfo) -> dict[str, Entered | Objection]:
    """The answers to the fields of the order, as read and judged."""
    table = standard_tables().units
    return {
        field.key: read_entry(field, given.get(field.key, ""), zone=zone, units=table)
        for field in definition.dosing.order
    }


def content_of(definition: Definition, arm: Arm) -> Decimal:
    """What one unit holds, counted as the dose of the arm is."""
    fill = definition.units.fill
    if arm.amount_unit == "mL":
        return units().convert(fill.volume.value, fill.volume.unit, "mL")
    if arm.amount_unit == "g":
        return fill.concentration.value * fill.volume.value if fill.concentration else Decimal(0)
    return counted_as(fill.viable_cells, arm.amount_unit)


def counted_as(cells: Quantity | None, unit: str) -> Decimal:
    """A number of cells in this unit; none where none are counted, which a master record of such an arm never says."""
    return units().convert(cells.value, cells.unit, unit) if cells else Decimal(0)


def _recovery(definition: Definition, arm: Arm) -> Decimal:
    return definition.dosing.recovery_for_planning if arm.amount_unit == "{cells}" else ALL_OF_IT


def _against(recipient: Recipient, version: ProductVersion, said: OrderInput, zone: ZoneInfo) -> Iterable[Objection]:
    definition = definition_of(version)
    authorisation, planned = definition.authorisation, said.planned_start.astimezone(zone).date()
    found = (
        is_not_approved(VersionState(version.state), version.record.number),
        is_not_authorised_here(recipient.site.code, authorisation.sites),
        is_past_authorisation(planned, authorisation.valid_until),
        ordering.is_no_arm(definition, said.arm),
        ordering.is_not_indicated(definition, said.indication),
        ordering.is_contraindicated(definition.dosing.exclusions, said.exclusions),
        ordering.is_no_span(said.planned_start, said.planned_end),
        ordering.is_unasked(definition.dosing.order, said.answers),
        ordering.is_another_filing(definition, said.answers.get(ordering.FILING, "").strip())
        if any(field.key == ordering.FILING for field in definition.dosing.order)
        else None,
        has_open_holds(open_holds([recipient.record], Blocks.USE)),
    )
    return [objection for objection in found if objection]


def _against_schedule(
    definition: Definition, arm: Arm | None, said: OrderInput, course: Course, zone: ZoneInfo
) -> Iterable[Objection]:
    if arm is None:
        return []
    planned = said.planned_start.astimezone(zone).date()
    found = (
        schedule.is_beyond_the_plan(arm, course, definition.dosing.maximum_doses),
        schedule.is_off_its_day(arm, course.doses + 1, course.first or planned, planned),
        schedule.is_too_soon(arm, course.last, said.planned_start),
        schedule.is_outside_the_window(arm, said.conditioned_at, said.planned_start),
    )
    return [objection for objection in found if objection]


def _against_conditioning(
    recipient: Recipient, product: str, definition: Definition, said: OrderInput, weight: Decimal | None
) -> Iterable[Objection]:
    """Where a patient is conditioned for what is made for them alone: it was there before, and is enough for them."""
    arm = definition.dosing.arm(said.arm)
    if arm is None or arm.after_conditioning is None or definition.chain_of_identity is ChainOfIdentity.NONE:
        return []
    there = made_for(recipient, product)
    released = max((unit.batch.released_at for unit in there if unit.batch.released_at), default=None)
    cells = [
        units().convert(unit.viable_cells, unit.cells_unit, arm.amount_unit) for unit in there if unit.viable_cells
    ]
    short = amounts.falls_short(sum(cells), amounts.ordered_amounts(arm, weight), weight) if cells and weight else None
    found = (schedule.is_conditioned_without(arm, said.conditioned_at, released), short)
    return [objection for objection in found if objection]


def against_the_weight(said: OrderInput, dosing: Dosing, planned: datetime) -> list[Objection]:
    """The weight of an order is not older than the master record allows, at the moment of the infusion.

    `planned` is on the clock of the site. In intensive care the shorter time counts as well.
    """
    field = next((one for one in dosing.order if one.key == ordering.WEIGHED_ON), None)
    weighed = read_entry(field, said.answers.get(field.key, "")) if field else None
    if not isinstance(weighed, Entered) or weighed.day is None:
        return []
    found = [ordering.weight_is_out_of_date(weighed.day, planned.date(), dosing.weight_valid_for)]
    if said.intensive and dosing.weight_valid_for_intensive:
        found.append(ordering.weight_is_too_old(weighed.day, planned, dosing.weight_valid_for_intensive))
    return [one for one in found if one]


def _number(answers: Mapping[str, Entered | Objection], key: str) -> Decimal | None:
    answer = answers.get(key)
    return answer.number if isinstance(answer, Entered) else None


def _amount(text: str, least: Decimal) -> Decimal | Objection:
    """What was asked for, where the arm leaves a choice; nothing said is the least of it."""
    parameter = NumberParameter(key="amount", label=AMOUNT, kind=ParameterKind.NUMBER, unit="1", decimals=9)
    read = read_entry(parameter, text)
    if isinstance(read, Objection):
        return read
    return least if read.number is None else read.number
