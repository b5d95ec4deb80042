"""Reading what a person or a machine entered: one function for forms, API and files."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from apps.core.errors import Objection
from apps.core.rules import in_utc
from apps.core.text import N_
from apps.products.definition.limits import TimeLimit
from apps.products.definition.parameters import (
    ChoiceParameter,
    FileParameter,
    NumberParameter,
    Recordable,
    TextParameter,
)
from apps.products.facts import Comparator, Entered, Judgement, ParameterKind, Verdict
from apps.products.rules.limits import NOT_DONE, RECORDED, ends_text, judge_choice, judge_elapsed, judge_number
from apps.products.rules.rounding import STORED_DECIMALS, plain, round_half_up
from apps.products.rules.units import Incompatible, UnitTable

NUMBER = re.compile(r"([<>]?) ?(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)", re.ASCII)
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
CODE = re.compile(r"[^\s./#\[\]\x00-\x1f\x7f]{1,60}")
LARGEST = Decimal("1E15")
NOT_DETECTED = "ND"


@dataclass(frozen=True)
class Context:
    """What reading depends on besides the text: nothing of it is guessed."""

    unit: str = ""
    zone: tzinfo | None = None
    now: datetime | None = None
    since: datetime | None = None
    units: UnitTable | None = None


Reader = Callable[[Any, str, Context], Entered | Objection]


def read_entry(
    parameter: Recordable,
    text: str,
    *,
    unit: str = "",
    zone: tzinfo | None = None,
    now: datetime | None = None,
    since: datetime | None = None,
    units: UnitTable | None = None,
) -> Entered | Objection:
    """Read one value of a parameter and judge it. Empty is "not done"; what can't be read is refused, field named."""
    trimmed = text.strip(" ")
    if not trimmed:
        return Entered(parameter.kind, "", NOT_DONE, done=False)
    return READERS[parameter.kind](parameter, trimmed, Context(unit, zone, now, since, units))


def _refused(parameter: Recordable, code: str, template: str, **facts: object) -> Objection:
    return Objection(code, template, {"field": parameter.label, **facts}, place=parameter.key)


def _read_number(parameter: NumberParameter, text: str, context: Context) -> Entered | Objection:
    if text == NOT_DETECTED:
        return _judged_number(parameter, text, None, Comparator.NOT_DETECTED, context)
    form = NUMBER.fullmatch(text)
    if form is None:
        return _form_fault(parameter, text)
    number, comparator = Decimal(form[2]), Comparator(form[1] or "=")
    fault = _size_fault(parameter, number, form[1])
    if fault:
        return fault
    given = context.unit or parameter.unit
    if given != parameter.unit:
        try:
            number = (context.units or UnitTable(())).convert(number, given, parameter.unit)
        except Incompatible:
            sentence = N_("{field}: a value in {given} can't be converted to {unit}.")
            return _refused(parameter, "incompatible_unit", sentence, given=given, unit=parameter.unit)
    return _judged_number(parameter, text, number, comparator, context)


def _form_fault(parameter: NumberParameter, text: str) -> Objection:
    if not text.isascii():
        return _refused(parameter, "not_plain_digits", N_("{field}: write plain digits 0 to 9 and a point."))
    if "," in text:
        return _refused(parameter, "comma", N_("{field}: write a decimal point, no comma and no thousands separator."))
    return _refused(parameter, "no_number", N_('{field}: "{text}" is no number.'), text=text[:40])


def _size_fault(parameter: NumberParameter, number: Decimal, sign: str) -> Objection | None:
    if abs(number) >= LARGEST:
        return _refused(parameter, "too_large", N_("{field}: the number is too large to be a measurement."))
    if number != round_half_up(number, STORED_DECIMALS):
        return _refused(parameter, "too_fine", N_("{field}: at most nine decimals are kept."))
    if sign and number <= 0:
        return _refused(
            parameter, "censored_at_zero", N_("{field}: a result below or above a bound has a bound greater than 0.")
        )
    return None


def _judged_number(
    parameter: NumberParameter, text: str, number: Decimal | None, comparator: Comparator, context: Context
) -> Entered | Objection:
    if comparator is not Comparator.EXACT and not parameter.censored:
        return _refused(parameter, "not_censored", N_("{field}: an exact number is asked for here."))
    if parameter.possible is not None and number is not None and not parameter.possible.holds(number):
        sentence = N_("{field}: {text} is not possible; {possible} {unit}.")
        possible = ends_text(parameter.possible)
        return _refused(parameter, "impossible", sentence, text=text, possible=possible, unit=parameter.unit)
    judgement = judge_number(parameter.limit, number, comparator, parameter.detection_limit)
    exact = number if comparator is Comparator.EXACT else None
    return Entered(
        parameter.kind,
        text,
        judgement,
        unit=parameter.unit,
        given_unit=context.unit if context.unit not in ("", parameter.unit) else "",
        number=number,
        comparator=comparator,
        rounded=None if exact is None else round_half_up(exact, parameter.decimals),
    )


def _read_choice(parameter: ChoiceParameter, text: str, context: Context) -> Entered | Objection:
    option = parameter.option(text)
    if option is None:
        choices = ", ".join(option.key for option in parameter.options)
        return _refused(
            parameter, "no_choice", N_('{field}: "{text}" is none of: {choices}.'), text=text[:40], choices=choices
        )
    judgement = judge_choice(parameter.limit, text)
    return Entered(parameter.kind, text, judgement, unit=option.unit, number=option.value)


def _read_yes_no(parameter: Recordable, text: str, context: Context) -> Entered | Objection:
    if text not in ("yes", "no"):
        return _refused(parameter, "no_yes_no", N_("{field}: answer yes or no."))
    return Entered(parameter.kind, text, judge_choice(parameter.limit, text))


def _read_instant(parameter: Recordable, text: str, context: Context) -> Entered | Objection:
    instant = _instant(text, context.zone)
    if instant is None:
        return _refused(parameter, "no_instant", N_("{field}: write day and time, for instance 2026-11-05 14:06."))
    if context.now is not None and instant > context.now:
        return _refused(parameter, "future", N_("{field}: {text} lies in the future."), text=text)
    judgement: Judgement = RECORDED
    if isinstance(parameter.limit, TimeLimit):
        judgement = judge_elapsed(parameter.limit, context.since, instant)
    return Entered(parameter.kind, text, judgement, instant=instant)


def _instant(text: str, zone: tzinfo | None) -> datetime | None:
    """An aware instant in UTC; a time without offset is the site's, and must exist there exactly once."""
    try:
        read = datetime.fromisoformat(text)
        if len(text) <= 10 or not text.isascii():
            return None
        if read.tzinfo is None:
            if zone is None:
                return None
            read = read.replace(tzinfo=zone)
            if read.utcoffset() != read.replace(fold=1).utcoffset():
                return None
        return in_utc(read)
    except ValueError:
        return None


def _read_date(parameter: Recordable, text: str, context: Context) -> Entered | Objection:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        return _refused(parameter, "no_date", N_("{field}: write the day as 2026-11-05."))
    return Entered(parameter.kind, text, RECORDED, day=day)


def _read_text(parameter: TextParameter, text: str, context: Context) -> Entered | Objection:
    if len(text) > parameter.longest:
        return _refused(parameter, "too_long", N_("{field}: at most {longest} characters."), longest=parameter.longest)
    if any(ord(character) < 32 and character != "\n" for character in text):
        return _refused(parameter, "control_characters", N_("{field}: the text holds control characters."))
    return Entered(parameter.kind, text, judge_choice(parameter.limit, text))


def _read_file(parameter: FileParameter, text: str, context: Context) -> Entered | Objection:
    if not SHA256.fullmatch(text):
        return _refused(parameter, "no_file", N_("{field}: attach a file; it is known by its SHA-256."))
    return Entered(parameter.kind, text, RECORDED)


def _read_code(parameter: Recordable, text: str, context: Context) -> Entered | Objection:
    if not CODE.fullmatch(text):
        return _refused(
            parameter,
            "no_code",
            N_('{field}: "{text}" is no number of a lot, an instrument or a vessel.'),
            text=text[:40],
        )
    return Entered(parameter.kind, text, RECORDED)


def _read_computed(parameter: Recordable, text: str, context: Context) -> Entered | Objection:
    return _refused(parameter, "computed", N_("{field} is worked out by the system and not entered."))


READERS: dict[ParameterKind, Reader] = {
    ParameterKind.NUMBER: _read_number,
    ParameterKind.CHOICE: _read_choice,
    ParameterKind.YES_NO: _read_yes_no,
    ParameterKind.INSTANT: _read_instant,
    ParameterKind.DATE: _read_date,
    ParameterKind.TEXT: _read_text,
    ParameterKind.FILE: _read_file,
    ParameterKind.MATERIAL_LOT: _read_code,
    ParameterKind.EQUIPMENT: _read_code,
    ParameterKind.VESSEL: _read_code,
    ParameterKind.COMPUTED: _read_computed,
}


def computed_entry(parameter: Recordable, value: Decimal, decimals: int, unit: str) -> Entered:
    """A worked-out value: kept to nine decimals, judged and rounded once from the exact one."""
    kept = round_half_up(value, STORED_DECIMALS)
    text = plain(kept.normalize()) if kept else "0"
    judgement = judge_number(parameter.limit, value)
    return Entered(parameter.kind, text, judgement, unit=unit, number=kept, rounded=round_half_up(value, decimals))


def is_recordable(entered: Entered) -> bool:
    """Whether there is a value at all; an empty field is not one."""
    return entered.done and entered.verdict is not Verdict.NOT_DONE
