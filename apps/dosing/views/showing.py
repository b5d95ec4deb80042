"""Answers and lines of a computation as a page shows them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from apps.core.ui.wording import bilingual, is_chinese, translated
from apps.documents.rules import scientific
from apps.dosing.content.words import rounding_words
from apps.products.definition import Definition
from apps.products.forms import answer_words
from apps.products.loader import units
from apps.products.rules.rounding import plain, round_half_up

EXACT_DECIMALS = 6  # a share that never ends is shown to here, with dots


def working_rows(rows: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """The computation, a line each: what, how, the exact result, how it was rounded, the reportable one."""
    return [
        {
            "what": translated(row["what"]),
            "how": row["how"],
            "exact": _exact(Decimal(str(row["exact"]))),
            "shown": amount_text(Decimal(str(row["shown"])), str(row["unit"])),
            "rounding": _rounding(row),
        }
        for row in rows
    ]


def answer_rows(definition: Definition, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The answers of an order in the reader's words, numbers with their unit, in the order of the master record."""
    return [
        (bilingual(field.label), answer_words(field, answers[field.key]))
        for field in definition.dosing.order
        if field.key in answers
    ]


def indication_word(definition: Definition, said: str) -> str:
    """An indication, which is kept in English, in the reader's language."""
    return next((bilingual(one) for one in definition.authorisation.indications if one.en == said), said)


def amount_text(value: Decimal, unit: str) -> str:
    """An amount with its unit in the reader's language: 3.4×10⁷ cells."""
    return f"{scientific(value)} {units().display(unit, 'zh' if is_chinese() else 'en')}".strip()


def _exact(value: Decimal) -> str:
    short = round_half_up(value, EXACT_DECIMALS)
    return scientific(value) if value == short else f"{plain(short)}…"


def _rounding(row: Mapping[str, object]) -> str:
    template, facts = rounding_words(row)
    return translated(template).format(**facts)
