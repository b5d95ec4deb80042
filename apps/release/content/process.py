"""What a batch certificate says of the process: every computed in-process control with its limit and verdict."""

from apps.batches.facts.words import Origin
from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.around import shown_text
from apps.documents.facts import Align, Bilingual, Cell, Column, Entry, Table
from apps.documents.rules import figures
from apps.products.definition import Definition
from apps.products.facts import Place, Verdict
from apps.products.loader import units
from apps.products.rules.limits import limit_text
from apps.testing.content.reporting import SIGNS

COLUMNS = (
    Column(Bilingual("Control", "项目"), width=26),
    Column(Bilingual("Place", "位置"), width=36),
    Column(Bilingual("Limit", "限度"), width=13),
    Column(Bilingual("Value", "数值"), Align.RIGHT, width=14),
    Column(Bilingual("Verdict", "结论"), width=11),
)


def process_table(batch: Batch, definition: Definition) -> Table:
    """The computed values that stand and that a limit judges, in the order they were worked out."""
    values = RecordedValue.objects.filter(batch=batch, origin=Origin.COMPUTED, superseded_by=None).order_by("pk")
    rows = (_row(definition, value) for value in values)
    title = Bilingual("In-process controls", "中间过程控制")
    return Table(title, COLUMNS, tuple(row for row in rows if row))


def _row(definition: Definition, value: RecordedValue) -> tuple[Entry, ...]:
    """One control as the batch's own master record names it; nothing for a value without a limit."""
    place, verdict = Place.parse(value.place), Verdict(value.verdict)
    parameter = definition.parameter(place)
    if parameter.limit is None or verdict not in SIGNS:
        return ()
    step, said = definition.step(place).label, parameter.label
    return (
        Bilingual(f"{step.en}: {said.en}", f"{step.zh}：{said.zh}"),
        value.place,
        figures(limit_text(parameter.limit)),
        figures(f"{shown_text(value, parameter)} {units().display(value.unit)}".strip()),
        Cell(sign=SIGNS[verdict]),
    )
