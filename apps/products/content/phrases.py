"""The phrases of the readable document: labels in both languages, limits, figures, sources with their certainty."""

from collections.abc import Iterable, Sequence

from apps.documents.facts import Align, Bilingual, Cell, Column, Entry, Field, Footnote, Section, Table
from apps.documents.rules import figures, in_thousands, scientific
from apps.products.definition import Bilingual as Words
from apps.products.definition import (
    EqualsLimit,
    Listed,
    NumericLimit,
    OneOfLimit,
    Quantity,
    Recordable,
    Source,
    TimeLimit,
)
from apps.products.definition.parameters import (
    ChoiceParameter,
    ComputedParameter,
    NumberParameter,
    VesselUse,
)
from apps.products.facts import Compare, ParameterKind
from apps.products.loader import units
from apps.products.rules.limits import ends_text, limit_text, span_text
from apps.products.rules.rounding import plain

CONFIRM = Footnote("c", Bilingual("Site to confirm", "待现场确认"))
KINDS = {
    ParameterKind.NUMBER: Bilingual("Number", "数值"),
    ParameterKind.CHOICE: Bilingual("Choice", "选择"),
    ParameterKind.YES_NO: Bilingual("Yes or no", "是/否"),
    ParameterKind.INSTANT: Bilingual("Day and time", "日期时间"),
    ParameterKind.DATE: Bilingual("Day", "日期"),
    ParameterKind.TEXT: Bilingual("Words", "文字"),
    ParameterKind.FILE: Bilingual("File", "文件"),
    ParameterKind.MATERIAL_LOT: Bilingual("Lot of material", "物料批号"),
    ParameterKind.EQUIPMENT: Bilingual("Equipment", "设备"),
    ParameterKind.VESSEL: Bilingual("Vessel", "容器"),
    ParameterKind.COMPUTED: Bilingual("Worked out", "计算值"),
}
FIELD_COLUMNS = (
    Column(Bilingual("Recorded", "记录项"), width=31),
    Column(Bilingual("Kind, unit", "类型、单位"), width=22),
    Column(Bilingual("Limit", "限度"), Align.LEFT, width=33),
    Column(Bilingual("Source", "依据"), width=14),
)
LIST_COLUMNS = (Column(Bilingual("Item", "项目"), width=70), Column(Bilingual("Source", "依据"), width=30))


def both(words: Words) -> Bilingual:
    """A text of the definition as a phrase of a document."""
    return Bilingual(words.en, words.zh)


def joined(words: Iterable[Words], between: str = "; ", between_zh: str = "；") -> Bilingual:
    """Several texts as one phrase."""
    words = list(words)
    return Bilingual(between.join(each.en for each in words), between_zh.join(each.zh for each in words))


def source_text(source: Source | None) -> str:
    """The key of the cited document with its mark of certainty; the sources are listed at the end."""
    return f"{source.cites} [{source.certainty.value}]" if source else ""


def unit_text(code: str) -> str:
    """The unit as people read it."""
    return units().display(code) if code else ""


def quantity_cell(quantity: Quantity | None) -> Cell:
    """A figure with its unit, tolerance and mark."""
    if quantity is None:
        return Cell("")
    tolerance = f" ± {plain(quantity.tolerance_percent)} %" if quantity.tolerance_percent is not None else ""
    return marked(f"{scientific(quantity.value)} {unit_text(quantity.unit)}{tolerance}".strip(), quantity.source)


def marked(text: str | Bilingual, source: Source | None) -> Cell:
    """A text with the mark "site to confirm" where its figure is not well founded."""
    return Cell(text, mark=CONFIRM.mark if text and source and source.site_to_confirm else "")


def limit_cell(field: Recordable) -> Cell:
    """The limit with alert and action level, compared raw or rounded; choices by their words."""
    limit = field.limit
    if limit is None:
        return Cell("")
    if isinstance(limit, EqualsLimit | OneOfLimit) and not isinstance(field, NumberParameter | ComputedParameter):
        return marked(_chosen(field, limit), limit.source)
    parts, parts_zh = [limit_text(limit)], list[str]()  # the figures are the same in both: the Chinese adds its words
    if isinstance(limit, NumericLimit):
        for word, word_zh, ends in (("alert", "警戒", limit.alert), ("action", "纠偏", limit.action)):
            parts += [f"{word} {ends_text(ends)}"] if ends else []
            parts_zh += [f"{word_zh} {ends_text(ends)}"] if ends else []
        en, zh = _compared(limit)
        parts, parts_zh = [*parts, en], [*parts_zh, zh]
    if isinstance(limit, TimeLimit):
        parts += [f"since {limit.of}"] + ([f"alert {span_text(limit.alert)}"] if limit.alert else [])
        parts_zh += [f"自 {limit.of} 起"] + ([f"警戒 {span_text(limit.alert)}"] if limit.alert else [])
    said, said_zh = (in_thousands(figures(text)) for text in ("; ".join(parts), "；".join(parts_zh)))
    return marked(Bilingual(said, said_zh), limit.source)


def _compared(limit: NumericLimit) -> tuple[str, str]:
    """What is held against the limit: the value as found, or rounded once to its decimals."""
    if limit.compare is Compare.RAW:
        return "compared as found", "按实测值比较"
    places = "whole number" if not limit.decimals else f"{limit.decimals} decimal{'s' * (limit.decimals > 1)}"
    return f"rounded to {places}", f"修约至 {limit.decimals} 位小数" if limit.decimals else "修约至整数"


def _chosen(field: Recordable, limit: EqualsLimit | OneOfLimit) -> Bilingual:
    values = (limit.value,) if isinstance(limit, EqualsLimit) else limit.values
    words = {"yes": Words(en="yes", zh="是"), "no": Words(en="no", zh="否")}
    if isinstance(field, ChoiceParameter):
        words = {option.key: option.label for option in field.options}
    return joined([words.get(value, Words(en=value, zh=value)) for value in values], " / ", " / ")


def kind_cell(field: Recordable) -> Entry:
    """What is entered: kind, unit, choices, function."""
    kind = KINDS[field.kind]
    if isinstance(field, ChoiceParameter):
        options = joined([option.label for option in field.options], " / ", " / ")
        return Bilingual(f"{kind.en}: {options.en}", f"{kind.zh}：{options.zh}")
    extra = _extra(field)
    return Bilingual(f"{kind.en}{extra}", kind.zh)


def _extra(field: Recordable) -> str:
    if isinstance(field, NumberParameter):
        return f", {unit_text(field.unit)}" if unit_text(field.unit) else ""
    if isinstance(field, ComputedParameter):
        return f": {field.function} v{field.version}, {unit_text(field.unit)}".rstrip(", ")
    return f": {field.act.value.lower()}" if isinstance(field, VesselUse) else ""


def field_row(field: Recordable) -> tuple[Entry, ...]:
    """One line of a table of recorded things."""
    limit = field.limit
    source = (limit.source if limit else None) or field.source
    label = (
        both(field.label) if field.required else Bilingual(f"{field.label.en} (optional)", f"{field.label.zh}（可选）")
    )
    return (label, kind_cell(field), limit_cell(field), source_text(source))


def confirmed(title: Bilingual, columns: Sequence[Column], rows: Iterable[tuple[Entry, ...]]) -> Table:
    """A table that explains the mark "site to confirm" where one of its cells bears it."""
    kept = tuple(rows)
    marks = {entry.mark for row in kept for entry in row if isinstance(entry, Cell)}
    return Table(title, tuple(columns), kept, (CONFIRM,) if CONFIRM.mark in marks else ())


def field_table(title: Bilingual, fields: Sequence[Recordable]) -> Table:
    """A table of recorded things."""
    return confirmed(title, FIELD_COLUMNS, (field_row(field) for field in fields))


def list_table(title: Bilingual, entries: Sequence[Listed]) -> Table:
    """A table of listed things with their sources."""
    rows = tuple((marked(both(entry.label), entry.source), source_text(entry.source)) for entry in entries)
    return confirmed(title, LIST_COLUMNS, rows)


def section(title: Bilingual, *pairs: tuple[str, str, Entry]) -> Section:
    """Labelled values: (English label, Chinese label, value)."""
    return Section(title, tuple(Field(Bilingual(en, zh), value) for en, zh, value in pairs if value not in ("", None)))
