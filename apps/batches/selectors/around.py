"""What stands around a step: its sections, earlier values, the numbers on the shelf, and what follows."""

from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from apps.batches.facts.around import AroundStep, EarlierValues, Following, Named, PointElsewhere
from apps.batches.facts.words import StepState
from apps.batches.models import Batch, RecordedValue
from apps.batches.rules import order
from apps.batches.rules.plan import Plan, field_of
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import current, entered_of, place_of, steps_of
from apps.facility.models import Instrument
from apps.materials.models import MaterialLot
from apps.organisation.models import User
from apps.products.definition import ComputedParameter, EquipmentNeed, MaterialNeed, Recordable
from apps.products.facts import Entered, ParameterKind, Place
from apps.products.rules.rounding import round_half_up

SHOWN_BEFORE = 2
ON_THE_SHELF = 60
BATCHES_BEFORE = 10
COUNTED = (ParameterKind.NUMBER, ParameterKind.COMPUTED)


def around_step(batch: Batch, step: Place) -> AroundStep:
    """What the page of a step shows beside it."""
    plan = plan_of(batch)
    states = {place: state for place, (_, state) in steps_of(batch).items()}
    in_order = _in_record_order(plan, states)
    return AroundStep(
        sections=tuple(dict.fromkeys(place.section for place in in_order)),
        earlier=_earlier(batch, plan, step),
        numbers=_on_the_shelf(batch, plan, step),
        following=_following(batch, plan, states, in_order, step),
    )


def next_step(batch: Batch) -> Place | None:
    """The first step of a running batch that can be done now."""
    plan = plan_of(batch)
    states = {place: state for place, (_, state) in steps_of(batch).items()}
    return _following(batch, plan, states, _in_record_order(plan, states), None).step


def people_named(usernames: Collection[str]) -> dict[str, Named]:
    """The printed names behind user names, in both scripts where both are held."""
    rows = User.objects.filter(username__in=set(usernames)).values_list("username", "printed_name", "printed_name_zh")
    return {username: Named(name, name_zh or name) for username, name, name_zh in rows}


def same_place_elsewhere(batch: Batch, place: Place) -> tuple[PointElsewhere, ...]:
    """What the batches of this product before this one had at the same place, oldest first."""
    before = list(batches_before(batch, BATCHES_BEFORE))
    rows = RecordedValue.objects.filter(batch__in=before, field=field_of(place), place=str(place)).order_by("pk")
    standing = {row.batch_id: row for row in rows if row.number is not None}
    numbers = {one.pk: one.number for one in before}
    return tuple(PointElsewhere(numbers[pk], row.number) for pk, row in sorted(standing.items()))


def batches_before(batch: Batch, count: int) -> list[Batch]:
    """The batches of the same product at the same site before this one, newest first."""
    same = Batch.objects.filter(site=batch.site_id, product_version__key=batch.product_version.key, pk__lt=batch.pk)
    return list(same.only("pk", "number").order_by("-pk")[:count])


def _in_record_order(plan: Plan, states: Mapping[Place, StepState]) -> list[Place]:
    counted = order.occurrences_of(states)
    walked = [found.place for found in plan.definition.walk(counted)]
    return [place for place in walked if place in states]


def _earlier(batch: Batch, plan: Plan, step: Place) -> dict[str, tuple[EarlierValues, ...]]:
    """By field, the values of the occurrences before this one, newest first: of this section, else of those before."""
    if step.stage_n is None and step.step_n is None:
        return {}
    counted = {field.key: field for field in plan.definition.step(step).fields if field.kind in COUNTED}
    fields = [field_of(step.at(parameter=key)) for key in counted]
    rows = current(RecordedValue.objects.filter(batch=batch, field__in=fields).order_by("pk"))
    found: dict[str, dict[tuple[int, int], list[RecordedValue]]] = {}
    for place in sorted(rows):
        occurrence = (place.stage_n or 0, place.step_n or 0)
        if occurrence < (step.stage_n or 0, step.step_n or 0):
            found.setdefault(place.parameter, {}).setdefault(occurrence, []).append(rows[place])
    return {key: _newest(step, of_field, counted[key]) for key, of_field in found.items()}


def _newest(
    step: Place, found: Mapping[tuple[int, int], list[RecordedValue]], field: Recordable
) -> tuple[EarlierValues, ...]:
    own = [occurrence for occurrence in found if occurrence[0] == (step.stage_n or 0)]
    others = {occurrence[0]: occurrence for occurrence in sorted(found) if occurrence not in own}
    chosen = [*sorted(own, reverse=True), *sorted(others.values(), reverse=True)][:SHOWN_BEFORE]
    return tuple(
        EarlierValues(
            stage_n=stage_n if stage_n and stage_n != step.stage_n else None,
            step_n=step_n if stage_n == (step.stage_n or 0) else None,
            texts=tuple(shown_text(row, field) for row in found[stage_n, step_n]),
            numbers=tuple(row.number for row in found[stage_n, step_n] if row.number is not None),
            rows=tuple(place_of(row.place).row for row in found[stage_n, step_n] if row.number is not None),
        )
        for stage_n, step_n in chosen
    )


def shown_text(row: RecordedValue, field: Recordable) -> str:
    """A value as it is shown: as entered; a computed one with the decimals of its definition."""
    if isinstance(field, ComputedParameter) and row.rounded is not None:
        return str(round_half_up(row.rounded, field.decimals))
    return row.text


def _on_the_shelf(batch: Batch, plan: Plan, step: Place) -> dict[str, tuple[str, ...]]:
    """The numbers of lots and instruments that a field may be scanned from: a scan finds its field by them."""
    fields = plan.definition.step(step).fields
    lots = {field.key: field.material for field in fields if isinstance(field, MaterialNeed)}
    things = {field.key: field.equipment for field in fields if isinstance(field, EquipmentNeed)}
    by_material = _numbers(MaterialLot.objects.filter(site=batch.site_id), "material", set(lots.values()))
    by_kind = _numbers(Instrument.objects.filter(site=batch.site_id), "kind", set(things.values()))
    return {
        **{key: by_material.get(material, ()) for key, material in lots.items()},
        **{key: by_kind.get(kind, ()) for key, kind in things.items()},
    }


def _numbers(
    rows: QuerySet[MaterialLot] | QuerySet[Instrument], column: str, wanted: Collection[str]
) -> dict[str, tuple[str, ...]]:
    if not wanted:
        return {}
    found: dict[str, list[str]] = {}
    for kind, number in rows.filter(**{f"{column}__in": wanted}).order_by("-pk").values_list(column, "number"):
        found.setdefault(kind, []).append(number)
    return {kind: tuple(numbers[:ON_THE_SHELF]) for kind, numbers in found.items()}


def _following(
    batch: Batch, plan: Plan, states: Mapping[Place, StepState], in_order: list[Place], step: Place | None
) -> Following:
    fields = {field for wanted in plan.criteria.values() for field in wanted}
    values = current(RecordedValue.objects.filter(batch=batch, field__in=fields).order_by("pk"))

    def criterion(reference: str, at: Place) -> Entered | None:
        places = plan.definition.resolve(reference, at, values.keys())
        return entered_of(values[places[-1]]) if places else None

    free = [place for place in in_order if _is_free(plan, place, states, criterion)]
    after = [place for place in free if step is None or in_order.index(place) > in_order.index(step)]
    wanted = _next_occurrences(plan, states, step, in_order) if step else []
    begun = [one for one in wanted if not order.may_not_occur_again(plan.definition, one, states, criterion)]
    return Following((after or free or [None])[0], tuple(begun))


def _is_free(plan: Plan, place: Place, states: Mapping[Place, StepState], criterion: order.Criterion) -> bool:
    if states[place] is not StepState.OPEN or order.open_before(plan.definition, place, states):
        return False
    return order.is_before_the_criterion(plan.definition, place, states, criterion) is None


def _next_occurrences(plan: Plan, states: Mapping[Place, StepState], step: Place, in_order: list[Place]) -> list[Place]:
    """The occurrence after this step's, and after its section's when the step ends it."""
    counted = order.occurrences_of(states)
    found = []
    if step.step_n is not None:
        begun = counted[str(Place(step.stage, step.stage_n, step.step))]
        found.append(Place(step.stage, step.stage_n, step.step, begun + 1))
    ends_its_section = [place for place in in_order if place.section == step.section][-1] == step
    if step.stage_n is not None and ends_its_section:
        found.append(Place(step.stage, counted[step.stage] + 1))
    return found
