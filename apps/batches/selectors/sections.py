"""A section of the record with everything in it: what is signed and checked as one list, and what the record shows."""

from dataclasses import dataclass

from apps.batches.facts.lines import FieldFact, SectionLine, StepLine
from apps.batches.facts.pages import BatchHeader
from apps.batches.models import Batch
from apps.batches.selectors.lines import field_fact, header_of, states_in
from apps.batches.selectors.pages import batch_for_page, sections_of
from apps.batches.selectors.steps import Full, section_sheet, sheet_of
from apps.batches.selectors.things import rows_at
from apps.products.definition import Step
from apps.products.facts import BadPlace, Place
from apps.products.loader import standard_tables


@dataclass(frozen=True)
class FilledStep:
    """A step with its line, its definition and every place of its form."""

    line: StepLine
    step: Step
    fields: tuple[FieldFact, ...]


@dataclass(frozen=True)
class FilledSection:
    """A section with its steps as they stand."""

    line: SectionLine
    steps: tuple[FilledStep, ...]


@dataclass(frozen=True)
class FilledRecord:
    """Sections as they stand, under the header of their batch."""

    header: BatchHeader
    sections: tuple[FilledSection, ...]


def filled_section(batch: Batch, section: Place) -> FilledRecord:
    """One section. Raises BadPlace when it was not begun."""
    batch = batch_for_page(batch)
    sheet = section_sheet(batch, section)
    if not sheet.views:
        raise BadPlace(f"{section} was not begun")
    return _filled(batch, sheet)


def filled_record(batch: Batch) -> FilledRecord:
    """The whole record."""
    batch = batch_for_page(batch)
    return _filled(batch, sheet_of(batch))


def _filled(batch: Batch, sheet: Full) -> FilledRecord:
    lines = sections_of(sheet, states_in(sheet.rows.items()))
    units = standard_tables().units
    sections = []
    for line in lines:
        steps = []
        for step in line.steps:
            rows = rows_at(sheet.plan, step.place, sheet.vessels, sheet.values)
            places = sheet.plan.definition.places_of(step.place, rows)
            names = {getattr(field, "unit", "") for _, field in places} - {""}
            displays = {unit: units.display(unit) for unit in names}
            fields = tuple(
                field_fact(place, field, sheet.values.get(place), sheet.superseded.get(place, ()), displays)
                for place, field in places
            )
            steps.append(FilledStep(step, sheet.plan.definition.step(step.place), fields))
        sections.append(FilledSection(line, tuple(steps)))
    return FilledRecord(header_of(batch), tuple(sections))
