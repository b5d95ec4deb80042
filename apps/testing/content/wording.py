"""How results, limits and instants are printed: with the decimals of the specification, in both languages."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.batches.models import Batch
from apps.documents.facts import Bilingual
from apps.documents.rules import figures, instant, scientific
from apps.products.definition import Bilingual as Words
from apps.products.definition import ChoiceParameter, ComputedParameter, NumberParameter, Parameter, Recordable
from apps.products.facts import Comparator, Entered
from apps.products.loader import units
from apps.products.rules.limits import limit_text
from apps.products.rules.rounding import plain, round_half_up
from apps.testing.models import Result

B = Bilingual
YES_NO = {"yes": B("Yes", "是"), "no": B("No", "否")}


def limit_of(parameter: Recordable) -> Bilingual | str:
    """The limit as a document prints it: figures with their unit, choices in words; "Reported" where there is none."""
    if parameter.limit is None:
        return B("Reported", "仅报告")
    if isinstance(parameter, ChoiceParameter):
        keys = getattr(parameter.limit, "values", None) or (getattr(parameter.limit, "value", ""),)
        options = [option for key in keys if (option := parameter.option(key))]
        return B(" / ".join(option.label.en for option in options), " / ".join(option.label.zh for option in options))
    if isinstance(parameter, NumberParameter | ComputedParameter):
        return figures(f"{limit_text(parameter.limit)} {units().display(parameter.unit)}".strip())
    return figures(limit_text(parameter.limit))


def entered_of(parameter: Recordable, entered: Entered) -> Bilingual | str:
    """A value as a document prints it: as it was entered, with its unit; choices in words."""
    if isinstance(parameter, ChoiceParameter):
        option = parameter.option(entered.text)
        return both(option.label) if option else entered.text
    if not entered.unit:
        return YES_NO.get(entered.text, entered.text)
    return figures(f"{entered.text} {units().display(entered.unit)}".strip())


def as_reported(parameter: Parameter, result: Result) -> Bilingual:
    """A result with the decimals of the specification; as found beside it, where rounding made a difference."""
    if isinstance(parameter, ChoiceParameter):
        option = parameter.option(result.text)
        return both(option.label) if option else B(result.text)
    if not isinstance(parameter, NumberParameter):
        return YES_NO.get(result.text, B(result.text))
    unit = units().display(result.unit)
    if result.number is None:
        return B("not detected", "未检出")
    if result.comparator != Comparator.EXACT:
        return B(f"{result.comparator} {plain(result.number.normalize())} {unit}".strip())
    rounded = round_half_up(result.number, parameter.decimals)
    found = "" if rounded == result.number else f" ({plain(result.number.normalize())})"
    return B(figures(f"{figure(rounded)}{found} {unit}".strip()))


def figure(number: Decimal) -> str:
    """A number as it is printed: large ones as a power of ten."""
    return scientific(number) if abs(number) >= 100_000 else plain(number)


def both(text: Words) -> Bilingual:
    """A text of the master in both languages."""
    return B(text.en, text.zh)


def printed(at: datetime, batch: Batch) -> str:
    """An instant in the zone of the site, which it names."""
    return instant(at, ZoneInfo(batch.site.timezone))
