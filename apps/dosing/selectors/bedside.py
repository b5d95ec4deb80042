"""Reads at the bed: what stands against the start, the infusion with its moments, when vital signs are due."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.core.errors import BadInput, Objection
from apps.dosing.facts import Bedside, Slot
from apps.dosing.models import Infusion, Moment, TreatmentOrder, VitalSigns
from apps.dosing.rules import bedside as rules
from apps.dosing.rules import choosing, ordering, schedule, thawing
from apps.dosing.selectors.doses import kept_units, thaws_of
from apps.dosing.selectors.orders import against_the_weight, input_of
from apps.dosing.selectors.units import group_of, held, outside_authorisation
from apps.identity.selectors import wristband_of
from apps.products.definition.parameters import Recordable
from apps.products.facts import Entered, ParameterKind
from apps.products.loader import standard_tables
from apps.products.rules.numbers import read_entry
from apps.products.selectors import definition_of
from apps.quality.facts import Blocks
from apps.units.rules import is_expired, number_of_code

STARTED_AT, ENDED_AT, DURATION, THAW_TO_END = "started_at", "ended_at", "duration", "thaw_to_end"
CLOCKED = (STARTED_AT, ENDED_AT, DURATION, THAW_TO_END)  # the clock knows them; nobody types them


def infusion_of(order: TreatmentOrder) -> Infusion | None:
    """The infusion of an order, once it began."""
    return Infusion.objects.filter(order=order).select_related("record").first()


def moments_of(infusion: Infusion) -> list[Moment]:
    """What happened to an infusion, first to last."""
    return list(Moment.objects.filter(infusion=infusion).order_by("at", "pk"))


def mismatches(order: TreatmentOrder, bedside: Bedside) -> list[Objection]:
    """What is wrong with the patient or the units in hand: a hard stop, whatever is said to have happened."""
    worn, kept = wristband_of(order.recipient), [unit.number for unit in kept_units(order)]
    scanned = [number_of_code(text) for text in bedside.units if text.strip()]
    person = (
        rules.is_another_patient((bedside.first, bedside.second), (worn.identifier, worn.born))
        if worn
        else rules.has_no_identity()
    )
    wrong = [thawing.is_another_unit(number, kept) for number in scanned]
    found = [person, rules.has_no_units(kept), *wrong, rules.are_not_scanned(scanned, kept)]
    return [objection for objection in found if objection]


def against_the_start(order: TreatmentOrder, bedside: Bedside, started_at: datetime) -> list[Objection]:
    """What judges the act: expiry to the planned end, holds, the group once more, the age of the weight, the time since
    the last dose and the conditioning, and the answers that the master record asks for."""
    dosing, units = definition_of(order.product_version).dosing, kept_units(order)
    arm, asked = dosing.arm(order.arm), rules.asked_at_bed(dosing.bedside)
    planned_end = started_at + (order.planned_end - order.planned_start)
    read = read_texts(order, asked, bedside.answers)
    found: list[Objection | None] = [is_expired(unit.facts, started_at) for unit in units]
    found += [choosing.would_expire(unit.number, unit.expires_at, planned_end) for unit in units]
    found.append(held(order, units, (Blocks.ISSUE, Blocks.USE)))
    found += outside_authorisation(order, units, started_at)
    for unit, group in ((unit, group_of(order, unit)) for unit in units):
        found.append(choosing.does_not_fit(unit.number, group.fit, group.unit, group.patient))
    found += against_the_weight(input_of(order), dosing, started_at.astimezone(ZoneInfo(order.site.timezone)))
    if arm:
        found.append(schedule.is_too_soon(arm, _last_begun(order), started_at))
        found.append(schedule.is_outside_the_window(arm, order.conditioned_at, started_at))
    found += [*ordering.against_the_answers(asked, read), ordering.is_unasked(asked, bedside.answers)]
    return [objection for objection in found if objection]


def read_texts(
    order: TreatmentOrder, asked: Sequence[Recordable], texts: Mapping[str, str]
) -> dict[str, Entered | Objection]:
    """Answers of the master record's fields, read and judged."""
    zone, table = ZoneInfo(order.site.timezone), standard_tables().units
    return {one.key: read_entry(one, texts.get(one.key, ""), zone=zone, units=table) for one in asked}


def asked_at_end(order: TreatmentOrder) -> list[Recordable]:
    """What a person enters about the infusion when it ends."""
    fields = definition_of(order.product_version).dosing.administration
    return [one for one in fields if one.key not in CLOCKED]


def administered(
    order: TreatmentOrder, answers: Mapping[str, str], ended_at: datetime
) -> list[tuple[Recordable, Entered]]:
    """Everything the master record keeps of an infusion, typed or known by the clock. Raises BadInput."""
    fields = definition_of(order.product_version).dosing.administration
    infusion = infusion_of(order)
    known = clocked(order, infusion, ended_at) if infusion else {}
    read = read_texts(order, fields, {**answers, **known})
    unasked = ordering.is_unasked(asked_at_end(order), answers)
    wrong = [one for one in (*read.values(), unasked) if isinstance(one, Objection)]
    if wrong:
        raise BadInput(*wrong)
    return [(one, entered) for one in fields if isinstance(entered := read[one.key], Entered)]


def clocked(order: TreatmentOrder, infusion: Infusion, ended_at: datetime) -> dict[str, str]:
    """What the clock knows of an infusion: its instants, its minutes, the longest time since a thaw."""
    zone, thaws = ZoneInfo(order.site.timezone), thaws_of(order)
    texts = {
        STARTED_AT: infusion.started_at.astimezone(zone).isoformat(timespec="minutes"),
        ENDED_AT: ended_at.astimezone(zone).isoformat(timespec="minutes"),
        DURATION: _minutes(ended_at - infusion.started_at),
        THAW_TO_END: _minutes(ended_at - thaws[0].thawed_at) if thaws else "",
    }
    known = {one.key for one in definition_of(order.product_version).dosing.administration}
    return {key: text for key, text in texts.items() if key in known}


def signs_asked(order: TreatmentOrder) -> list[Recordable]:
    """The vital signs of the master record."""
    return [one for one in definition_of(order.product_version).dosing.vitals.signs if one.kind is ParameterKind.NUMBER]


def vitals_of(order: TreatmentOrder) -> list[VitalSigns]:
    """The vital signs taken for an order, first to last."""
    return list(VitalSigns.objects.filter(order=order).order_by("taken_at", "pk"))


def vital_slots(order: TreatmentOrder) -> list[Slot]:
    """When vital signs are due, and whether they were taken; before the start by the plan, then by the clock."""
    return _slots(order, infusion_of(order), vitals_of(order))


def slots_of_many(orders: Sequence[TreatmentOrder]) -> Iterator[tuple[TreatmentOrder, list[Slot]]]:
    """The same of many orders, in as many questions as of one."""
    infusions = {row.order_id: row for row in Infusion.objects.filter(order__in=orders)}
    rows: dict[int, list[VitalSigns]] = {}
    for row in VitalSigns.objects.filter(order__in=orders).order_by("taken_at", "pk"):
        rows.setdefault(row.order_id, []).append(row)
    for order in orders:
        yield order, _slots(order, infusions.get(order.pk), rows.get(order.pk, []))


def _slots(order: TreatmentOrder, infusion: Infusion | None, rows: Sequence[VitalSigns]) -> list[Slot]:
    vitals = definition_of(order.product_version).dosing.vitals
    start = infusion.started_at if infusion else order.planned_start
    length = order.planned_end - order.planned_start
    ended = infusion.ended_at if infusion else None
    times = rules.due_times(vitals, start, ended or start + length, ended=ended is not None)
    taken = {row.due_at for row in rows if row.due_at}
    # Taken against the plan, answered at the start: the plan and the clock differ by minutes.
    before = {times[0]} if vitals.before and any(row.taken_at <= start for row in rows) else set()
    return rules.slots(times, taken | before)


def _last_begun(order: TreatmentOrder) -> datetime | None:
    """When the last other dose of this product was begun, whatever had been planned."""
    others = Infusion.objects.filter(
        order__recipient=order.recipient, order__product_version__key=order.product_version.key
    )
    return others.exclude(order=order).order_by("-started_at").values_list("started_at", flat=True).first()


def _minutes(span: timedelta) -> str:
    return str(round(span.total_seconds() / 60))
