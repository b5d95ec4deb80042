"""What an order must be: arm, indication and filing of the master record, a weight in date, nothing against it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import OrderState
from apps.products.definition import Definition
from apps.products.definition.base import Listed, Quantity
from apps.products.definition.parameters import Recordable
from apps.products.facts import Entered, Verdict

WEIGHT, WEIGHED_ON, FILING = "weight", "weighed_on", "filing_number"
GOOD = (Verdict.PASS, Verdict.ALERT, Verdict.RECORDED)


def is_no_arm(definition: Definition, arm: str) -> Objection | None:
    """The arm is one of the master record."""
    if definition.dosing.arm(arm):
        return None
    return Objection("unknown_arm", N_("The master record has no arm {arm}."), {"arm": arm}, place="arm")


def is_not_indicated(definition: Definition, indication: str) -> Objection | None:
    """The indication is one that the authorisation names."""
    named = [one.en for one in definition.authorisation.indications]
    if indication in named:
        return None
    template = N_("The authorisation does not name this indication; it names: {named}")
    return Objection("not_indicated", template, {"named": "; ".join(named)}, place="indication")


def is_another_filing(definition: Definition, number: str) -> Objection | None:
    """The filing number of the order is the authorisation of the frozen master record."""
    if number == definition.authorisation.number:
        return None
    template = N_("The master record is filed under {number}.")
    return Objection("another_filing", template, {"number": definition.authorisation.number}, place=FILING)


def is_contraindicated(exclusions: Iterable[Listed], ticked: Collection[str]) -> Objection | None:
    """No exclusion of the master record applies to the patient; what it doesn't know is refused as well."""
    known = {one.key: one.label for one in exclusions}
    if not ticked:
        return None
    named = [known[key].en if key in known else key for key in ticked]
    named_zh = [known[key].zh if key in known else key for key in ticked]
    facts = {"reasons": "; ".join(named), "reasons_zh": "；".join(named_zh)}
    return Objection("contraindicated", N_("Contraindicated: {reasons}."), facts, place="exclusions")


def weight_is_out_of_date(weighed_on: date, planned_on: date, valid: Quantity) -> Objection | None:
    """The weight was taken no longer before the planned day than the master record allows."""
    age = planned_on - weighed_on
    if timedelta(0) <= age <= timedelta(days=int(valid.value)):
        return None
    template = N_("The weight of {day} is not valid on {planned}: it holds {days} d.")
    facts = {"day": weighed_on, "planned": planned_on, "days": int(valid.value)}
    return Objection("weight_out_of_date", template, facts, place=WEIGHED_ON)


def weight_is_too_old(weighed_on: date, planned: datetime, valid: Quantity) -> Objection | None:
    """In intensive care a weight holds for hours. A day without its hour counts from its first minute.

    `planned` is on the clock of the site; the hours are elapsed time, whatever the clocks do.
    """
    first_minute = datetime.combine(weighed_on, time.min, planned.tzinfo)
    age = planned.astimezone(UTC) - first_minute.astimezone(UTC)
    if timedelta(0) <= age <= timedelta(hours=float(valid.value)):
        return None
    template = N_("In intensive care a weight holds {hours} h, counted from the beginning of {day}.")
    return Objection("weight_too_old", template, {"day": weighed_on, "hours": int(valid.value)}, place=WEIGHED_ON)


def is_no_span(start: datetime, end: datetime) -> Objection | None:
    """The planned end comes after the planned start."""
    if end > start:
        return None
    return Objection("ends_too_early", N_("The end comes after the start."), place="planned_end")


def against_the_answers(
    asked: Iterable[Recordable], answers: Mapping[str, Entered | Objection]
) -> tuple[Objection, ...]:
    """Every field the master record asks for is answered, can be read, and lies within its limit."""
    found = [_against(field, answers.get(field.key)) for field in asked]
    return tuple(objection for objection in found if objection)


def is_unasked(asked: Iterable[Recordable], given: Collection[str]) -> Objection | None:
    """An answer to a question that nobody asked is refused, never stored unread."""
    unknown = sorted(set(given) - {field.key for field in asked})
    if not unknown:
        return None
    return Objection("unknown_answer", N_("The master record does not ask for {names}."), {"names": ", ".join(unknown)})


def is_own_order(person: str, ordered_by: str) -> Objection | None:
    """The second person is not who ordered."""
    if person != ordered_by:
        return None
    return Objection("same_person", N_("You wrote this order; a second person checks it."))


def is_computed_otherwise(stored: object, now: object) -> Objection | None:
    """The check works the dose out once more; what comes out is what the order says."""
    if stored == now:
        return None
    return Objection("computed_otherwise", N_("Worked out again, the dose is not what the order says."))


def _against(field: Recordable, answer: Entered | Objection | None) -> Objection | None:
    facts = {"field": field.label.en, "field_zh": field.label.zh}
    if isinstance(answer, Objection):
        return answer
    if answer is None or not answer.done:
        return Objection("answer_missing", N_("{field}: not said."), facts, field.key) if field.required else None
    if answer.verdict in GOOD:
        return None
    return Objection("answer_forbids", N_("{field}: this does not allow the treatment."), facts, field.key)


def is_not_waiting(state: OrderState) -> Objection | None:
    """Units are agreed to for an order that was checked and still has none."""
    if state is OrderState.CHECKED:
        return None
    template = N_("The order is {state}; its physician agrees when it is checked and waits for units.")
    return Objection("wrong_state", template, {"state": state})
