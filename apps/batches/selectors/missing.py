"""What a batch still lacks before it can be finished."""

from typing import cast

from apps.batches.facts.words import AmendmentState, StepState
from apps.batches.models import Amendment, Batch
from apps.batches.rules.completion import lacks_anything
from apps.batches.rules.order import unfinished_repeats
from apps.batches.selectors.situation import entered_of
from apps.batches.selectors.steps import Outline, outline_of
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.facts import Entered, Place


def what_is_missing(batch: Batch) -> tuple[Objection, ...]:
    """Everything that keeps this batch from being finished, each by its place."""
    sheet = outline_of(batch)
    found = [objection for view in sheet.views.values() for objection in lacks_anything(view)]
    found += _unfinished(sheet)
    waiting = Amendment.objects.filter(batch=batch, state=AmendmentState.AUTHOR_SIGNED).values_list("number", flat=True)
    template = N_("Amendment {number} is proposed and not decided.")
    found += [Objection("amendment_open", template, {"number": number}) for number in waiting]
    return tuple(found)


def sections_repeated(batch: Batch) -> set[str]:
    """The sections in which a step of its own is repeated until a criterion that is not met yet."""
    sheet = outline_of(batch)
    unmet = {one.place for one in _unfinished(sheet) if cast(Place, one.facts["repeated"]).step}
    return {row.section for place, row in sheet.rows.items() if str(place) in unmet}


def _unfinished(sheet: Outline) -> list[Objection]:
    definition = sheet.plan.definition

    def criterion(reference: str, at: Place) -> Entered | None:
        places = definition.resolve(reference, at, sheet.values.keys())
        return entered_of(sheet.values[places[-1]]) if places else None

    states = {place: StepState(row.state) for place, row in sheet.rows.items()}
    return unfinished_repeats(definition, states, criterion)
